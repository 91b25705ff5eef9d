#!/usr/bin/perl
# client.pl --port PORT --nick NAME
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
use Getopt::Long;
GetOptions("port=i" => \my $port, "nick=s" => \my $nick) or die;
my $link = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port) or die "cannot connect: $!";
syswrite $link, "$nick\n";
my $both = IO::Select->new($link, \*STDIN);
while (my @ready = $both->can_read) {
    for my $from (@ready) {
        sysread($from, my $text, 4096) or exit;
        if ($from == $link) { print $text } else { syswrite $link, $text }
    }
}
