#!/usr/bin/perl
# Reads RELAY_PORT and NICKNAME.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
my $link = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ENV{RELAY_PORT}) or die "cannot connect: $!";
syswrite $link, "$ENV{NICKNAME}\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
