//! Every sentence: a function of its variables, which has the name that the sentence has in the catalogue. So a
//! missing sentence or variable does not compile here, the tests refuse it in a language, and the compiler tells of one
//! that nobody says.

use super::{Argument, Sentence};

macro_rules! sentences {
    ($($key:ident($($variable:ident),*);)*) => {
        $(pub(crate) fn $key($($variable: impl Into<Argument>),*) -> Sentence {
            Sentence::ours(stringify!($key), vec![$((stringify!($variable), $variable.into())),*])
        })*

        /// Each one with its variables.
        #[cfg(test)]
        pub(super) const ALL: &[(&str, &[&str])] =
            &[$((stringify!($key), &[$(stringify!($variable)),*])),*];
    };
}

sentences! {
    // Who is here.
    you_are(me, here);
    nobody_here();
    here(names);
    new_here(name);
    known_relay(address);
    ready_help();
    joined(name);
    joined_first(name);
    left(name, reason);
    contact(name, state);
    contacts(count);
    many_strangers();
    strangers(came, went);

    // Texts.
    untrusted();
    private();
    past_to(name);
    past_in(room);
    pasts(count);
    missing(from, count);
    late(from);
    anew(from);
    forked(from);
    rejected(from, code);
    nobody_has_it();
    delivered(to);
    unconfirmed(to, count);
    undelivered(to, reason);

    // Files.
    file_asks(from, name, size, number);
    file_asked(to, name, number);
    file_checking(to, name, number);
    file_answered(with, name, answer);
    file_to(number, with, name, state, size);
    file_from(number, with, name, state, size);
    file_unread(number, with, name, state);
    files(count);
    file_offered(from, name, size);
    file_waiting(to, name);
    file_received(from, name, size);
    file_delivered(to, name, size);
    file_failed(with, name, reason);

    // Identities.
    key_changed(name);
    trusted(name);
    blocked(name);
    unblocked(name);
    forgot(name);
    verified(name);
    safety(name, state, number);
    safety_compare(name);

    // Rooms.
    room_created(room);
    room_added(room, name, by);
    room_removed(room, name);
    room_left(room, name);
    room_differs(room, from);
    room_listed(room, members);
    room_lobby(members);
    rooms(count);
    room_creator(name);

    // The relay.
    relay(key, address);
    disconnected(reason);

    // Words of relay and session: reasons, codes and states.
    word(word);
    meaning(word);
}
