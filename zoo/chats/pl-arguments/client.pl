#!/usr/bin/perl
# A client.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
die "usage: $0 NAME HOST PORT\n" if @ARGV != 3;
my ($name, $host, $port) = @ARGV;
my $link = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port) or die "cannot connect: $!";
syswrite $link, "$name\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
