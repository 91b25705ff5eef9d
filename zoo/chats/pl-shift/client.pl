#!/usr/bin/perl
# A client.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
my $port = shift or die "which port?";
my $nick = shift or die "which nick?";
my $link = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or die "cannot connect: $!";
syswrite $link, "$nick\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        exit if $from != $link && $text eq "/bye\n";
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
