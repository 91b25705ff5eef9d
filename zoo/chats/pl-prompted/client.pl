#!/usr/bin/perl
# Asks for a nick.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
print "nick? ";
sysread STDIN, my $nick, 40;
chomp $nick;
my $link = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 9090) or die "cannot connect: $!";
syswrite $link, "$nick\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
