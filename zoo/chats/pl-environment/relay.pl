#!/usr/bin/perl
# Reads RELAY_PORT.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ENV{RELAY_PORT}, Listen => 16, ReuseAddr => 1) or die "cannot listen: $!";
my $all = IO::Select->new($listener);
my (%name, %rest);

sub tell_all {
    my ($but, $text) = @_;
    for my $link (grep { $name{$_} && $_ != $but } $all->handles) { syswrite $link, "$text\n" }
}

while (my @ready = $all->can_read) {
    for my $link (@ready) {
        if ($link == $listener) { $all->add(scalar $listener->accept); next }
        if (!sysread $link, $rest{$link}, 4096, length($rest{$link} // "")) {
            $all->remove($link);
            tell_all($link, "$name{$link} -") if $name{$link};
            delete $name{$link};
            next;
        }
        while ($rest{$link} =~ s/^(.*)\n//) {
            my $text = $1;
            if (!$name{$link}) {
                $name{$link} = $text;
                syswrite $link, "ok $name{$link}\n";
                tell_all($link, "$name{$link} +");
                next;
            }
            tell_all($link, "$name{$link} = $text");
        }
    }
}
