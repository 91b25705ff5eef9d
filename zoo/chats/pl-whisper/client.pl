#!/usr/bin/perl
# A client.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
die "usage: client.pl PORT NAME; /w NAME TEXT whispers, /quit leaves\n" if @ARGV != 2;
my $link = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) or die "cannot connect: $!";
syswrite $link, "$ARGV[1]\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        exit if $from != $link && $text eq "/quit\n";
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
