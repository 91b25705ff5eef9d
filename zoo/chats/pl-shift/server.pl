#!/usr/bin/perl
# Takes its arguments with shift.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my $port = shift // 8000;
my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 16, ReuseAddr => 1) or die "cannot listen: $!";
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
            tell_all($link, "[server] $name{$link} has left") if $name{$link};
            delete $name{$link};
            next;
        }
        while ($rest{$link} =~ s/^(.*)\n//) {
            my $text = $1;
            if (!$name{$link}) {
                $name{$link} = $text;
                syswrite $link, "[server] hello $name{$link}\n";
                tell_all($link, "[server] $name{$link} has joined");
                next;
            }
            tell_all($link, "[$name{$link}] $text");
        }
    }
}
