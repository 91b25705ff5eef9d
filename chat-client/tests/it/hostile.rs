//! What a client does about a relay that does what clients must withstand: the behaviours of the zoo's hostile
//! relay, in memory. `docs/threat-model.md` lists them by their numbers.

use chat_client::account::{Account, Entry};
use chat_client::session::Ending;
use scenario::RelayDoes;

use crate::hall::{Hall, NOW, Start, fixture, name, people_in};

/// Three seeds at least: at the first occasion, the second and the third; and each of so many ways once.
fn seeds(ways: u64) -> impl Iterator<Item = u64> {
    (0..ways.max(3)).map(|way| 3 * way + way % 3)
}

/// Alice and bob, whose relay does this; alice has written five private texts.
fn five(does: RelayDoes, seed: u64) -> Hall {
    let mut hall = together(does, seed, &["alice", "bob"]);
    for number in 1..=5 {
        let line = format!("@{number} /msg bob text {number}");
        hall.person("alice").session.on_line(&line, NOW);
        hall.settle();
    }
    let waits = matches!(does, RelayDoes::ReplaysLater | RelayDoes::SwapsKeys);
    assert!(hall.is_struck() || waits, "{does:?}");
    hall
}

fn together(does: RelayDoes, seed: u64, names: &[&str]) -> Hall {
    let mut hall = Hall::hostile(does, seed);
    for (key, name) in (0..).zip(names) {
        hall.join(name, Start::new(key));
    }
    hall
}

/// How many of somebody's lines begin like this.
fn count(hall: &mut Hall, who: &str, begin: &str) -> usize {
    let lines = hall.lines(who);
    lines.iter().filter(|line| line.starts_with(begin)).count()
}

/// The texts that somebody was shown, in their order.
fn texts(hall: &mut Hall, who: &str) -> Vec<u64> {
    let lines = hall.lines(who);
    let texts = lines
        .iter()
        .filter_map(|line| line.strip_prefix("private alice text "));
    texts.map(|number| number.parse().unwrap()).collect()
}

fn once_each() -> Vec<u64> {
    (1..=5).collect()
}

#[test]
fn a_swallowed_text_is_missed_and_has_no_mark() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::DropsOne, seed);
        assert_eq!(count(&mut hall, "bob", "missing alice 1"), 1);
        assert_eq!(texts(&mut hall, "bob").len(), 4);
        assert_eq!(count(&mut hall, "alice", "sent "), 4);
        assert_eq!(count(&mut hall, "alice", "delivered "), 4);
        hall.person("alice").session.on_disconnect("closed");
        hall.person("alice").session.conclude();
        hall.settle();
        assert_eq!(count(&mut hall, "alice", "unconfirmed bob 1"), 1);
    }
}

#[test]
fn who_wrote_the_last_texts_is_told_that_nobody_confirmed_them() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::DropsTheRest, seed);
        let arrived = texts(&mut hall, "bob").len();
        assert_eq!(count(&mut hall, "alice", "delivered "), arrived);
        hall.drop("bob");
        let told = format!("unconfirmed bob {}", 5 - arrived);
        assert_eq!(count(&mut hall, "alice", &told), 1);
    }
}

#[test]
fn what_comes_late_is_shown_once_and_marked() {
    for does in [RelayDoes::Withholds, RelayDoes::Reorders] {
        for seed in seeds(1) {
            let mut hall = five(does, seed);
            let mut shown = texts(&mut hall, "bob");
            assert_ne!(shown, once_each(), "it has struck");
            shown.sort_unstable();
            assert_eq!(shown, once_each());
            assert_eq!(count(&mut hall, "bob", "missing alice 1"), 1);
            assert_eq!(count(&mut hall, "bob", "late alice"), 1);
        }
    }
}

#[test]
fn nothing_is_shown_twice() {
    for does in [RelayDoes::Replays, RelayDoes::ReplaysLater] {
        for seed in seeds(1) {
            let mut hall = five(does, seed);
            let bob = hall.person("bob");
            let start = Start {
                journal: bob.journal.clone(),
                ..Start::knowing(1, &bob.contacts.clone())
            };
            assert_eq!(texts(&mut hall, "bob"), once_each());
            hall.drop("bob");
            // Its history is another file: without it, nothing is shown again either.
            hall.join("bob", start);
            let lines = hall.lines("bob");
            assert_eq!(lines, ["ready bob with alice"]);
            assert!(hall.is_struck());
        }
    }
}

#[test]
fn a_change_of_members_that_is_replayed_changes_nothing() {
    for does in [RelayDoes::Replays, RelayDoes::ReplaysLater] {
        for seed in seeds(1) {
            let mut hall = together(does, seed, &["alice", "bob", "carol"]);
            for line in [
                "/room create team",
                "/room invite team bob",
                "/room invite team carol",
                "/room say team for three",
                "/room remove team carol",
                "/room say team for two",
            ] {
                hall.types("alice", line);
            }
            let bob = hall.person("bob");
            let start = Start {
                journal: bob.journal.clone(),
                ..Start::knowing(1, &bob.contacts.clone())
            };
            hall.drop("bob");
            hall.join("bob", start);
            assert!(hall.is_struck(), "{does:?}");
            assert_eq!(hall.lines("bob"), ["ready bob with alice,carol"]);
            let told = hall.types("bob", "/room say team still two");
            assert_eq!(told.last().unwrap(), "sent #team 1");
            assert_eq!(count(&mut hall, "carol", "room-message "), 1);
        }
    }
}

#[test]
fn a_changed_envelope_is_refused_and_the_next_one_opens() {
    for (does, ways) in [
        (RelayDoes::FlipsBits, 4),
        (RelayDoes::SignsAgain, 2),
        (RelayDoes::MovesTexts, 1),
        (RelayDoes::OtherSuite, 1),
    ] {
        for seed in seeds(ways) {
            let mut hall = five(does, seed);
            assert_eq!(count(&mut hall, "bob", "rejected "), 1, "{does:?} {seed}");
            assert_eq!(texts(&mut hall, "bob").len(), 4);
            assert_eq!(count(&mut hall, "alice", "undelivered "), 1);
            assert_eq!(count(&mut hall, "alice", "delivered "), 4);
        }
    }
}

#[test]
fn exchanged_wraps_are_refused_by_their_signatures() {
    for seed in seeds(1) {
        let mut hall = together(RelayDoes::SwapsWraps, seed, &["alice", "bob", "carol"]);
        for text in ["one", "two", "three", "four"] {
            hall.person("alice").session.on_line(text, NOW);
            hall.settle();
        }
        for who in ["bob", "carol"] {
            let refused = "rejected alice bad-signature";
            assert_eq!(count(&mut hall, who, refused), 1, "{who}");
            assert_eq!(count(&mut hall, who, "message alice "), 3, "{who}");
        }
    }
}

#[test]
fn nobody_writes_under_somebody_elses_name() {
    for seed in seeds(2) {
        let mut hall = five(RelayDoes::ForgesSenders, seed);
        let refused = count(&mut hall, "bob", "rejected alice wrong-sender")
            + count(&mut hall, "bob", "rejected alice bad-signature");
        assert_eq!(refused, 1);
        assert_eq!(texts(&mut hall, "bob"), once_each());
        assert_eq!(count(&mut hall, "bob", "private "), 5);
    }
}

#[test]
fn a_relay_in_between_shows_in_the_safety_number_alone() {
    let mut honest = together(RelayDoes::Nothing, 0, &["alice", "bob"]);
    let mut hall = five(RelayDoes::SwapsFirstKeys, 0);
    assert_eq!(texts(&mut hall, "bob"), once_each());
    assert_eq!(count(&mut hall, "alice", "delivered "), 5);
    assert_eq!(count(&mut hall, "bob", "rejected "), 0);
    let number = |hall: &mut Hall, who: &str, with: &str| {
        let line = hall.types(who, &format!("/verify {with}")).join("");
        let begin = format!("safety {with} first-use ");
        line.strip_prefix(&begin).unwrap().to_owned()
    };
    let same = [
        number(&mut honest, "alice", "bob"),
        number(&mut honest, "bob", "alice"),
    ];
    assert_eq!(same[0], same[1]);
    let theirs = [
        number(&mut hall, "alice", "bob"),
        number(&mut hall, "bob", "alice"),
    ];
    assert_ne!(theirs[0], theirs[1]);
}

#[test]
fn a_key_that_is_exchanged_later_gets_nothing() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::SwapsKeys, seed);
        let known = hall.person("bob").contacts.clone();
        hall.drop("bob");
        hall.join("bob", Start::knowing(1, &known));
        assert_eq!(count(&mut hall, "alice", "key-changed bob"), 1);
        let told = hall.types("alice", "/msg bob a secret");
        assert!(told[0].starts_with("refused key-changed "), "{told:?}");
        assert_eq!(hall.types("alice", "to all").last().unwrap(), "sent all 0");
    }
}

#[test]
fn a_certificate_that_its_owner_has_not_signed_so_is_refused() {
    for seed in seeds(4) {
        let mut hall = together(RelayDoes::BadCertificates, seed, &["alice", "bob"]);
        assert_eq!(count(&mut hall, "alice", "refused bad-key bob: "), 1);
        let told = hall.types("alice", "/msg bob a secret");
        assert!(told[0].starts_with("refused bad-key "), "{told:?}");
        let known = people_in(&hall.person("alice").contacts);
        assert!(known.get(&name("bob")).is_none(), "nothing is pinned");
    }
}

#[test]
fn a_weak_key_is_refused_and_gets_nothing() {
    for seed in seeds(5) {
        let mut hall = together(RelayDoes::WeakKeys, seed, &["alice", "bob"]);
        assert_eq!(count(&mut hall, "alice", "refused bad-key mallory: "), 1);
        let told = hall.types("alice", "/msg mallory a secret");
        assert!(told[0].starts_with("refused bad-key "), "{told:?}");
        assert_eq!(hall.types("alice", "to all").last().unwrap(), "sent all 1");
    }
}

#[test]
fn nobody_is_written_to_who_was_not_shown() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::Ghost, seed);
        assert_eq!(count(&mut hall, "alice", "joined mallory"), 1);
        let mut hall = five(RelayDoes::SilentGhost, seed);
        assert_eq!(count(&mut hall, "alice", "disconnected misbehaved"), 1);
        let gone = Ending::Gone("misbehaved".to_owned());
        assert_eq!(hall.person("alice").ending, Some(gone));
    }
}

#[test]
fn what_the_relay_says_marks_nothing_as_delivered() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::AcceptsFalsely, seed);
        assert_eq!(count(&mut hall, "alice", "sent "), 5);
        assert_eq!(count(&mut hall, "alice", "delivered "), 4);
        assert_eq!(count(&mut hall, "bob", "missing alice 1"), 1);
        hall.drop("bob");
        assert_eq!(count(&mut hall, "alice", "unconfirmed bob 1"), 1);
    }
}

#[test]
fn what_was_accepted_and_nobody_has_confirmed_is_sent_once_more() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::AcceptsFalsely, seed);
        assert_eq!(texts(&mut hall, "bob").len(), 4);
        hall.forget("alice");
        hall.reconnect("alice");
        let mut shown = texts(&mut hall, "bob");
        shown.sort_unstable();
        assert_eq!(shown, once_each());
        assert_eq!(count(&mut hall, "bob", "late alice"), 1);
        // The same after a restart, from the journal.
        let journal = hall.person("alice").journal.clone();
        let kept = Account::read(journal, NOW).entries();
        assert!(!kept.iter().any(|entry| matches!(entry, Entry::Kept(_))));
        assert_eq!(
            count(&mut hall, "alice", "sent "),
            0,
            "that was shown before"
        );
        assert_eq!(count(&mut hall, "alice", "unconfirmed "), 0);
        assert_eq!(count(&mut hall, "alice", "delivered "), 1);
    }
}

#[test]
fn what_was_accepted_is_sent_once_more_after_a_restart_and_then_no_more() {
    let mut hall = five(RelayDoes::DropsTheRest, 0);
    let sent = |hall: &mut Hall| {
        let alice = hall.person("alice");
        let start = Start {
            journal: alice.journal.clone(),
            ..Start::knowing(0, &alice.contacts.clone())
        };
        let kept = Account::read(start.journal.clone(), NOW).entries();
        let kept = kept.iter().filter(|entry| matches!(entry, Entry::Kept(_)));
        let count = kept.count();
        hall.drop("alice");
        hall.join("alice", start);
        count
    };
    // The relay says each time that it was accepted.
    assert_eq!(sent(&mut hall), 5);
    assert_eq!(sent(&mut hall), 0);
}

#[test]
fn an_old_key_that_the_relay_keeps_gets_nothing() {
    let with_two_keys = || {
        let mut bob = fixture(1);
        bob.renew(&mut rand::rng(), NOW);
        bob
    };
    let renews = |hall: &mut Hall| {
        hall.person("bob").session.on_keys(with_two_keys(), NOW);
        hall.settle();
    };
    let mut honest = Hall::with(&["alice", "bob"]);
    renews(&mut honest);
    let known = honest.person("alice").contacts.clone();
    assert!(known.contains("\"number\": 2"), "{known}");
    for does in [RelayDoes::Nothing, RelayDoes::KeepsOldKeys] {
        let mut hall = Hall::hostile(does, 0);
        hall.join("bob", Start::new(1));
        renews(&mut hall);
        hall.join("alice", Start::knowing(0, &known));
        let keeps = does == RelayDoes::KeepsOldKeys;
        assert_eq!(hall.is_struck(), keeps);
        let lines = hall.types("alice", "/msg bob a secret").join("; ");
        let refused = "refused bad-key bob: encryption key 1 was replaced by 2";
        assert_eq!(lines.starts_with(refused), keeps, "{lines}");
    }
}

#[test]
fn only_the_recipient_says_that_a_text_was_shown() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::ForgesReceipts, seed);
        assert_eq!(count(&mut hall, "alice", "rejected bob wrong-sender"), 1);
        assert_eq!(count(&mut hall, "alice", "sent "), 5);
        assert_eq!(count(&mut hall, "alice", "delivered "), 4);
    }
}

#[test]
fn who_contradicts_what_it_wrote_is_marked() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::Equivocates, seed);
        assert!(count(&mut hall, "bob", "forked mallory") > 0);
        assert_eq!(count(&mut hall, "bob", "forked alice"), 0);
    }
}

#[test]
fn a_file_with_changed_chunks_does_not_appear() {
    for seed in seeds(6) {
        let mut hall = together(RelayDoes::ManglesFiles, seed, &["alice", "bob"]);
        let content = vec![7; 600_000];
        hall.person("alice")
            .disk
            .files
            .insert("plan".to_owned(), content);
        hall.types("alice", "/file bob plan");
        assert_eq!(count(&mut hall, "bob", "file-failed alice corrupt plan"), 1);
        assert_eq!(count(&mut hall, "alice", "file-failed bob corrupt plan"), 1);
        assert_eq!(count(&mut hall, "alice", "file-delivered"), 0);
        let disk = &hall.person("bob").disk;
        assert!(disk.saved.is_empty() && disk.partial.is_empty());
    }
}

#[test]
fn dangerous_file_names_are_made_harmless() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::DangerousNames, seed);
        let saved: Vec<_> = hall.person("bob").disk.saved.keys().cloned().collect();
        assert!(saved.len() >= 2, "{saved:?}");
        for file in &saved {
            assert!(!file.contains(['/', '\0', '\u{202e}']), "{file:?}");
            assert!(!file.starts_with('.') && file.len() <= 230, "{file:?}");
        }
        // A name that is too long is no name.
        assert!(!saved.iter().any(|file| file.starts_with("xxx")));
    }
}

#[test]
fn a_text_that_comes_back_to_its_sender_is_refused() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::Reflects, seed);
        assert_eq!(count(&mut hall, "alice", "rejected bob reflected"), 1);
        assert_eq!(texts(&mut hall, "bob"), once_each());
    }
}

#[test]
fn nobody_logs_in_to_another_relay() {
    // The third way is met by the honest relay, which is no program here.
    for seed in [0, 3] {
        let mut hall = together(RelayDoes::OtherRelay, seed, &["alice", "bob", "carol"]);
        let ending = hall.person("carol").ending.take();
        assert!(matches!(ending, Some(Ending::WrongRelay(_))), "{ending:?}");
        assert_eq!(count(&mut hall, "carol", "refused wrong-relay "), 1);
        let lines = hall.lines("alice");
        assert_eq!(lines, ["ready alice with nobody", "joined bob"]);
    }
}

#[test]
fn what_has_no_end_is_left() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::Oversized, seed);
        assert_eq!(count(&mut hall, "bob", "disconnected misbehaved"), 1);
        let mut hall = five(RelayDoes::FloodsPings, seed);
        assert_eq!(texts(&mut hall, "bob"), once_each());
        let mut hall = five(RelayDoes::HalfFrames, seed);
        assert_eq!(count(&mut hall, "bob", "rejected "), 0);
        assert_eq!(hall.person("bob").ending, None, "the keep-alive ends it");
    }
    let mut hall = together(RelayDoes::InventsPeople, 0, &["alice"]);
    let ending = Ending::NoLogin("misbehaved".to_owned());
    assert_eq!(hall.person("alice").ending, Some(ending));
}

#[test]
fn what_drives_terminals_is_shown_as_escapes() {
    for seed in seeds(1) {
        let mut hall = five(RelayDoes::TerminalEscapes, seed);
        let lines = hall.lines("bob");
        assert!(lines.iter().all(|line| !line.contains(char::is_control)));
        assert_eq!(
            count(&mut hall, "bob", "private mallory \\u{1b}]0;owned"),
            1
        );
        assert_eq!(count(&mut hall, "bob", "message bob"), 0);
    }
}
