//! The table.

use super::ends::Ends;
use super::{Row, ending, opening, passing};

const fn row(what: &'static str, meet: fn(&Ends) -> std::io::Result<String>) -> Row {
    Row {
        what,
        meet,
        difference: None,
    }
}

impl Row {
    const fn unlike(mut self, difference: &'static str) -> Self {
        self.difference = Some(difference);
        self
    }
}

/// Every behaviour that is tried.
pub(super) const ROWS: &[Row] = &[
    row("a client connects before the relay listens", opening::nobody_listens),
    row("a client connects when the relay's process has closed its listener", opening::nobody_listens_any_more)
        .unlike("while the relay's process lives, the tap listens for it: the client is connected, and reset at once"),
    row("the relay does not accept", opening::nobody_accepts),
    row("the relay does not accept, and its queue is full", opening::queue_is_full)
        .unlike("the tap's own queue takes the client; what it sends waits until the relay's queue takes it"),
    row("the relay closes its listener without having accepted", opening::never_accepted),
    row("a client closes before it is accepted", opening::closed_before_accept),
    row("a client speaks and closes before it is accepted", opening::spoken_and_closed_before_accept),
    row("a client resets before it is accepted", opening::reset_before_accept),
    row("the relay speaks first", opening::relay_speaks_first),
    row("one client, two connections", opening::two_at_once),
    row("one client, twenty connections: the relay accepts them", opening::many_in_order),
    row("the relay sees its client at", opening::where_the_client_is)
        .unlike("in a network of its own the relay sees each client at an address of its own, so that its cable can be pulled"),
    row("the client sees its relay at", opening::where_the_relay_is)
        .unlike("each client has a port of its own, unless the adapter fixes one"),
    row("a text and its answer", |ends| passing::a_text_and_its_answer(ends.pair()?)),
    row("8 MiB to the relay", |ends| passing::much_one_way(ends.pair()?)),
    row("8 MiB to the client", |ends| passing::much_one_way(ends.swapped()?)),
    row("8 MiB both ways at once", |ends| passing::much_both_ways(ends.pair()?)),
    row("two writes, then a read", |ends| passing::two_writes_before_a_read(ends.pair()?)),
    row("a write after each read", |ends| passing::a_write_after_each_read(ends.pair()?)),
    row("small writes without TCP_NODELAY", |ends| passing::small_writes_held_together(ends.pair()?)),
    row("a reader that takes single bytes", |ends| passing::a_reader_that_takes_single_bytes(ends.pair()?)),
    row("the relay does not read for a while", |ends| passing::a_reader_that_waits(ends.pair()?)),
    row("the client does not read for a while", |ends| passing::a_reader_that_waits(ends.swapped()?)),
    row("urgent data", |ends| passing::urgent(ends.pair()?))
        .unlike("the tap passes the stream on, and an urgent byte is not part of it: it is lost"),
    row("the client closes, and the relay writes", |ends| ending::closed(ends.pair()?)),
    row("the relay closes, and the client writes", |ends| ending::closed(ends.swapped()?)),
    row("the client closes with unread data, as a killed one does", |ends| ending::closed_with_unread(ends.pair()?)),
    row("the relay closes with unread data", |ends| ending::closed_with_unread(ends.swapped()?)),
    row("the client lingers for 0 s", |ends| ending::reset(ends.pair()?)),
    row("the relay lingers for 0 s", |ends| ending::reset(ends.swapped()?)),
    row("the client speaks and resets", |ends| ending::reset_after_last_words(ends.pair()?)),
    row("the relay speaks and resets", |ends| ending::reset_after_last_words(ends.swapped()?)),
    row("the client speaks and resets, and the relay writes before it reads", |ends| ending::last_words_read_late(ends.pair()?)),
    row("the client half-closes, and is answered", |ends| ending::half_closed(ends.pair()?)),
    row("the relay half-closes, and is answered", |ends| ending::half_closed(ends.swapped()?)),
    row("both half-close", |ends| ending::both_end(ends.pair()?)),
    row("the client closes with 4 MiB under way", |ends| ending::closed_with_much_under_way(ends.pair()?)),
    row("the relay closes with 4 MiB under way", |ends| ending::closed_with_much_under_way(ends.swapped()?)),
    row("the client resets while the relay waits to write", |ends| ending::reset_while_the_other_waits_to_write(ends.pair()?)),
    row("the relay resets while the client waits to write", |ends| ending::reset_while_the_other_waits_to_write(ends.swapped()?)),
    row("the relay closes first and is started again without SO_REUSEADDR", ending::started_again_after_it_closed),
    row("the same with SO_REUSEADDR", ending::started_again_with_reuse),
    row("the relay resets and is started again without SO_REUSEADDR", ending::started_again_after_a_reset),
];
