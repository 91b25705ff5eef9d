//! Every sentence: a function of its variables, which has the name that the sentence has in the catalogue. So a
//! missing sentence or variable does not compile here, the tests refuse it in a language, and the compiler tells of one
//! that nobody says.

use super::{Argument, Sentence};

macro_rules! sentences {
    ($($(#[$attribute:meta])* $key:ident($($variable:ident),*);)*) => {
        $($(#[$attribute])* pub(crate) fn $key($($variable: impl Into<Argument>),*) -> Sentence {
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

    // The screen.
    connecting();
    connected();
    not_connected(reason);
    count_here(count, names);
    further();
    unread(windows);
    more_files(count);
    everyone();
    to_you_alone();
    new_mark();
    day(weekday, day, month, year);
    question_verify(name);
    question_trust(name);
    question_prompt();
    question_again();
    answers_yes();
    answers_no();
    numbers_differ(name);
    nobody_was_here();
    some_of(count, members);
    unanswered(count);
    paste_too_long(limit);
    no_such_window();
    too_many_windows();
    nobody_to_write_to(name);
    too_much_waits();
    bar_to(name, to);
    bar_from(name, from);
    one_writes(name);
    some_write(names);
    many_write(names);
    typing_is_off();
    read_marks_are_off();
    help_window();
    help_close();
    help_keys();
    help_signs();

    // Commands.
    help_of(usage, purpose);
    usage(how);
    usage_of(command);
    purpose_of(command);
    room_usage_of(verb);
    unknown_command(command, guess);
    did_you_mean(what);
    not_a_command();
    nothing_to_send();
    text_too_long(limit, size);
    line_too_long(limit);
    line_cut_short(limit);
    line_unfinished();
    unsent_line(text);
    line_not_utf8();
    no_history();

    // Names and people.
    invalid_name(name, why);
    invalid_own_name(name, why);
    invalid_room_name(name, why);
    name_empty();
    name_too_long(limit, count);
    name_character(character);
    name_start(character);
    that_is_you();
    nobody_called(name, guess);
    who_lists();
    not_here(name);
    still_here(name);
    you_blocked(name);
    no_room_for(name);
    trust_first(name);
    compare_first(name);
    number_not_shown(name);
    wrong_number(name);
    not_changed(name);
    unusable_key(name);
    about(what, why);
    replaced_key(old, new);

    // Rooms: what is not done.
    lobby_is_open();
    unknown_room(room);
    room_exists(room);
    too_many_rooms();
    not_in_room(name, room);
    no_member_now(name);
    room_split(room);
    member_never_here(room, name);
    may_not_remove();
    already_a_member();
    was_removed();
    room_has_no_place();
    room_list_is_full();

    // Files: what is not done.
    no_file();
    no_offer();
    no_such_file(none);
    no_file_with(none, name);
    file_is_over(number);
    no_file_of_number(number);
    several_files();
    several_offers();
    offer_is_gone();
    name_one_offer(what, files);
    one_offer(number, name, size, from);
    already_here(name);
    too_many_files();
    offered_by_another(name);
    is_a_folder(path);
    is_no_regular_file(path);
    file_too_large(path, limit);

    // Errors at the start, and when the program cannot go on.
    error(what);
    hint(what);
    cannot_start(why);
    writer_ended();
    cannot_write_output(why);
    cannot_write_result(why);
    cannot_use(path, why);
    hint_path();
    os_error(kind, text);

    // Passphrase and key store.
    passphrase_prompt();
    passphrase_again();
    passphrases_differ();
    passphrase_empty();
    hint_no_passphrase();
    cannot_ask(why);
    hint_passphrase_file();
    key_store(why);
    store_malformed();
    store_version(version);
    store_needs_passphrase();
    store_wrong_passphrase();
    not_a_key_store(path);
    no_key_store(path);
    hint_keygen(path);
    key_store_exists(path);
    hint_key_store_exists();
    next_key_not_stored(why);
    wrote(path);
    file_exists(path);
    hint_export();
    keys_not_encrypted();

    // The home.
    home_unknown();
    hint_home();
    home_in_use(path);
    hint_home_in_use();
    contacts_damaged(why);
    contacts_version(version);
    hint_contacts();
    journal_line(path, line, why);
    hint_journal();

    // Reaching the relay.
    no_relay(relay, why);
    hint_no_relay();
    #[cfg_attr(feature = "tls", expect(dead_code, reason = "for programs without TLS"))]
    needs_tls(relay);
    built_without_tls();
    hint_needs_tls();
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    speaks_no_tls(relay);
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    hint_speaks_no_tls();
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    no_chat_relay(relay, why);
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    hint_no_chat_relay();
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    closed_before_tls(relay);
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    hint_closed_before_tls();
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    tls_failed(relay, why);
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "for programs with TLS"))]
    hint_tls_failed();
    no_login_answer(relay);
    hint_no_login_answer();
    gone_before_login(relay, reason);
    hint_gone_before_login();
    login_refused(why, code);
    relay_says(code, text);
    another_relay(relay, why);
    relay_name_differs(is, wanted);
    hint_relay_name_differs(is);
    relay_unproven();
    hint_relay_unproven();
    relay_changed(address, was, is);
    hint_relay_changed(is);
    relay_key_differs(is);
    hint_relay_key_differs();

    // Keys of others that cannot be used.
    key_malformed();
    key_too_large(size, bits);
    key_size(size, bits);
    key_exponent();
    key_not_canonical();
    certificate_number();
    certificate_early();
    certificate_expired();
    certificate_key(why);
    certificate_identity_key();
    certificate_signature();
    seal_to_self();
    seal_wrong_owner();
    seal_key_expired();
    seal_session_over(limit);
    seal_too_long(size, limit);

    // Words of relay and session.
    word(word);
    meaning(word);
}
