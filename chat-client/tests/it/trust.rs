use bytes::Bytes;
use chat_client::account::{Account, Entry};
use chat_client::contacts::{Contacts, InvalidContacts, Sight};
use chat_client::face::render_plain;
use chat_client::relays::Relays;
use chat_client::session::{Line, Past, Sought};
use chat_protocol::{Blob, Peer, ToClient, ToRelay};

use crate::hall::{Hall, NOW, Start, fixture, name, peer, people_in, relay_key, untouched};

/// Alice knows bob with fixture 1; now somebody with fixture 5 has bob's name.
fn impostor() -> Hall {
    let mut hall = Hall::with(&["alice", "bob"]);
    let known = hall.person("alice").contacts.clone();
    hall.drop("bob");
    hall.forget("alice");
    hall.join("bob", Start::knowing(5, &known));
    hall
}

/// Alice compares the number and trusts bob.
fn trust_bob(hall: &mut Hall) -> Vec<String> {
    let number = number(&hall.types("alice", "/verify bob"));
    hall.types("alice", &format!("/trust bob {number}"))
}

/// The number in the answer to `/verify`.
fn number(told: &[String]) -> String {
    told[0].splitn(4, ' ').nth(3).unwrap().to_owned()
}

#[test]
fn only_the_identity_that_was_compared_is_trusted() {
    let mut known = Contacts::default();
    known.see(&name("bob"), fixture(1).public());
    let mut hall = Hall::default();
    hall.join("alice", Start::with_people(2, &known));
    let mut compared: Vec<String> = Vec::new();
    for key in 3..12 {
        // The relay swaps the key once more.
        let peer = peer("bob", &fixture(key));
        hall.relay_says("alice", ToClient::Joined { peer }, Bytes::new());
        for number in &compared {
            let groups: Vec<_> = number.split(' ').collect();
            for some in [&groups[..1], &groups[..6], &groups[6..], &groups[..]] {
                let told = hall.types("alice", &format!("/trust bob {}", some.join(" ")));
                assert!(told[0].starts_with("refused wrong-number "), "{told:?}");
            }
        }
        compared.push(number(&hall.types("alice", "/verify bob")));
    }
    // Her own half comes first where it is the lower one: it says nothing of him.
    let own = |number: &String| number[..5] == compared[0][..5];
    assert!(compared.iter().filter(|number| own(number)).count() > 1);
    assert_eq!(trust_bob(&mut hall), ["(contacts)", "trusted bob"]);
}

#[test]
fn only_the_identity_whose_number_was_shown_is_verified() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let refused = |hall: &mut Hall| {
        let told = hall.types("alice", "/verify bob yes");
        assert!(told[0].starts_with("refused wrong-number "), "{told:?}");
    };
    refused(&mut hall);
    hall.types("alice", "/verify bob");
    hall.drop("bob");
    hall.types("alice", "/forget bob");
    hall.join("bob", Start::new(5));
    refused(&mut hall);
    // The number of the identity that was announced, and not of the one that is known.
    let peer = peer("bob", &fixture(6));
    hall.relay_says("alice", ToClient::Joined { peer }, Bytes::new());
    hall.types("alice", "/verify bob");
    hall.drop("bob");
    hall.join("bob", Start::new(5));
    refused(&mut hall);
    hall.types("alice", "/verify bob");
    let told = hall.types("alice", "/verify bob yes");
    assert_eq!(told, ["(contacts)", "verified bob"]);
}

#[test]
fn somebody_who_is_away_can_be_forgotten_and_is_met_for_the_first_time_again() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let told = hall.types("alice", "/forget bob");
    assert!(told[0].starts_with("refused here "), "{told:?}");
    hall.drop("bob");
    assert_eq!(
        hall.types("alice", "/forget bob"),
        ["(contacts)", "forgot bob"]
    );
    assert!(!hall.person("alice").contacts.contains("bob"));
    hall.forget("alice");
    hall.join("bob", Start::new(5));
    assert_eq!(hall.lines("alice"), ["joined bob"], "no key has changed");
    let told = hall.types("alice", "/forget nobody");
    assert!(told[0].starts_with("refused unknown-name "), "{told:?}");
}

#[test]
fn of_a_blocked_person_nothing_is_shown_or_confirmed_and_nothing_is_sent_there() {
    let mut hall = Hall::with(&["alice", "bob", "carol"]);
    hall.types("bob", "/msg alice before");
    assert_eq!(
        hall.types("alice", "/block bob"),
        ["(contacts)", "blocked bob"]
    );
    let stored = hall.person("alice").contacts.clone();
    assert!(stored.contains("\"blocked\": true"), "{stored}");
    let past = hall.person("alice").past.len();
    hall.person("bob")
        .disk
        .files
        .insert("x".to_owned(), vec![1]);
    for (line, told) in [
        ("@1 /msg alice secret", vec!["sent 1 alice"]),
        ("/file alice x", vec!["file-failed alice refused x"]),
    ] {
        hall.types("bob", line);
        assert_eq!(hall.lines("bob"), told, "{line}");
    }
    assert_eq!(hall.lines("alice"), ["blocked bob"]);
    assert_eq!(hall.person("alice").past.len(), past);
    let told = hall.types("alice", "/msg bob hello");
    assert!(told[0].starts_with("refused blocked "), "{told:?}");
    assert_eq!(hall.types("alice", "hello").last().unwrap(), "sent all 1");
    let who = [
        "contact bob blocked",
        "contact carol first-use",
        "contacts 2",
    ];
    assert_eq!(hall.types("alice", "/who"), who);
    // Afterwards nothing seems to be missing.
    hall.types("alice", "/unblock bob");
    hall.forget("alice");
    hall.types("bob", "/msg alice after");
    assert_eq!(hall.lines("alice"), ["private bob after"]);
}

#[test]
fn nothing_that_a_blocked_person_or_the_relay_does_in_its_name_is_shown() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/block bob");
    hall.forget("alice");
    let from = name("bob");
    let deliver = ToClient::Deliver {
        seq: 1,
        from: from.clone(),
    };
    for message in [deliver, ToClient::Receipt { from }] {
        hall.relay_says("alice", message, Bytes::from_static(b"no envelope"));
    }
    hall.drop("bob");
    assert_eq!(hall.lines("alice"), Vec::<String>::new());
    let told = hall.types("alice", "/forget bob");
    assert!(told[0].starts_with("refused blocked "), "{told:?}");
    assert!(told[0].contains("use /unblock bob first"), "{told:?}");
    hall.forget("alice");
    let mut bad = peer("bob", &fixture(5));
    bad.key = Blob(vec![1, 2, 3]);
    hall.relay_says("alice", ToClient::Joined { peer: bad }, Bytes::new());
    hall.join("bob", Start::new(5));
    assert_eq!(hall.lines("alice"), Vec::<String>::new());
    hall.reconnect("alice");
    let lines = ["disconnected closed", "ready alice with nobody"];
    assert_eq!(hall.lines("alice"), lines);
    hall.types("alice", "/unblock bob");
    let lines = ["unblocked bob", "key-changed bob"];
    assert_eq!(hall.lines("alice"), lines);
}

#[test]
fn a_block_gives_up_the_files_that_are_on_their_way() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.tamper(|_, message, body| match message {
        ToRelay::Credit { .. } => Vec::new(),
        _ => untouched(message, body),
    });
    for (from, to, file) in [("alice", "bob", "mine"), ("bob", "alice", "theirs")] {
        let disk = &mut hall.person(from).disk;
        disk.files.insert(file.to_owned(), vec![1; 10]);
        hall.types(from, &format!("/file {to} {file}"));
    }
    hall.forget("bob");
    hall.types("alice", "/block bob");
    let told = [
        "file-failed bob source mine",
        "file-failed bob refused theirs",
        "blocked bob",
    ];
    assert_eq!(hall.lines("alice"), told);
    let told = [
        "file-failed alice source mine",
        "file-failed alice refused theirs",
    ];
    assert_eq!(hall.lines("bob"), told);
    for who in ["alice", "bob"] {
        assert!(hall.person(who).disk.is_closed());
    }
}

#[test]
fn what_was_said_with_a_blocked_person_is_not_remembered_for_the_screen() {
    let past = |from: &str, to: Option<&str>| Past {
        at: NOW,
        from: name(from),
        to: to.map(name),
        room: None,
        text: "hello".to_owned(),
        id: None,
        flagged: false,
    };
    let sought = Sought {
        without: [name("bob")].into(),
        ..Sought::last(9)
    };
    assert!(!sought.fits(&past("bob", None)));
    assert!(!sought.fits(&past("alice", Some("bob"))));
    assert!(sought.fits(&past("alice", None)));
    assert!(sought.fits(&past("carol", Some("alice"))));
}

#[test]
fn a_block_outlives_a_restart_and_another_identity() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/block bob");
    let contacts = hall.person("alice").contacts.clone();
    let mut contacts = people_in(&contacts);
    assert!(contacts.get(&name("bob")).unwrap().is_blocked);
    contacts.see(&name("bob"), fixture(5).public());
    assert!(contacts.trust(&name("bob")));
    assert_eq!(contacts.get(&name("bob")).unwrap().state(), "blocked");
}

#[test]
fn a_changed_identity_is_announced() {
    let mut hall = impostor();
    assert_eq!(hall.lines("alice"), ["joined bob", "key-changed bob"]);
    assert_eq!(
        hall.types("alice", "/who"),
        ["contact bob changed", "contacts 1"]
    );
}

#[test]
fn nothing_is_sent_to_a_changed_identity_until_it_is_trusted() {
    let mut hall = impostor();
    for line in ["/msg bob secret", "secret", "/file bob plan.pdf"] {
        let told = hall.types("alice", line);
        assert!(told[0].starts_with("refused key-changed "), "{told:?}");
    }
    assert!(!hall.log("bob").iter().any(|line| line.contains("secret")));

    assert_eq!(trust_bob(&mut hall), ["(contacts)", "trusted bob"]);
    hall.types("alice", "/msg bob hello, new bob");
    assert_eq!(
        hall.lines("bob").last().unwrap(),
        "private alice hello, new bob"
    );
}

#[test]
fn what_comes_from_a_changed_identity_is_flagged() {
    let mut hall = impostor();
    hall.forget("alice");
    hall.types("bob", "it is me");
    hall.types("bob", "/msg alice really");
    let lines = hall.lines("alice");
    assert_eq!(
        lines,
        ["flagged-message bob it is me", "flagged-private bob really"]
    );
}

#[test]
fn history_remembers_that_a_text_came_from_a_changed_identity() {
    let mut hall = impostor();
    hall.types("bob", "it is me");
    trust_bob(&mut hall);
    hall.types("bob", "it is me again");
    let past = &hall.person("alice").past;
    let flags: Vec<_> = past
        .iter()
        .map(|past| (past.flagged, &*past.text))
        .collect();
    assert_eq!(flags, [(true, "it is me"), (false, "it is me again")]);
    let line = render_plain(&Line::Past(past[0].clone()));
    assert_eq!(line, format!("flagged-past {NOW} bob * it is me"));
}

#[test]
fn threads_of_identities_that_a_relay_invents_are_forgotten_and_those_of_contacts_stay() {
    let mut hall = impostor();
    let threads = |hall: &mut Hall| {
        let journal = hall.person("alice").journal.clone();
        let entries = Account::read(journal, NOW).entries();
        let seen = entries.iter().filter_map(|entry| match entry {
            Entry::Seen(thread, _) => Some(thread.peer),
            _ => None,
        });
        seen.collect::<Vec<_>>()
    };
    hall.types("bob", "it is me");
    let fifth = fixture(5).public().fingerprint();
    assert_eq!(threads(&mut hall), [fifth]);
    let peer = peer("bob", &fixture(6));
    hall.relay_says("alice", ToClient::Joined { peer }, Bytes::new());
    assert_eq!(threads(&mut hall), []);
}

#[test]
fn a_file_from_a_changed_identity_is_refused() {
    let mut hall = impostor();
    hall.forget("alice");
    hall.person("bob")
        .disk
        .files
        .insert("x".to_owned(), vec![1; 10]);
    let told = hall.types("bob", "/file alice x");
    assert_eq!(told.last().unwrap(), "file-failed alice refused x");
    assert_eq!(hall.lines("alice"), ["rejected bob key-changed"]);
    assert!(hall.person("alice").disk.saved.is_empty());
}

#[test]
fn trust_and_a_warning_that_waits_survive_a_restart() {
    let mut hall = impostor();
    let stored = hall.person("alice").contacts.clone();
    hall.drop("alice");
    hall.join("alice", Start::knowing(0, &stored));
    assert_eq!(
        hall.lines("alice"),
        ["ready alice with bob", "key-changed bob"]
    );
    trust_bob(&mut hall);
    let stored = hall.person("alice").contacts.clone();
    hall.drop("alice");
    hall.join("alice", Start::knowing(0, &stored));
    assert_eq!(hall.lines("alice"), ["ready alice with bob"]);
}

#[test]
fn both_sides_see_the_same_safety_number_and_yes_marks_it_verified() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let alices = hall.types("alice", "/verify bob").join("");
    let bobs = hall.types("bob", "/verify alice").join("");
    let number = alices.strip_prefix("safety bob first-use ").unwrap();
    assert_eq!(number.split(' ').count(), 12);
    assert_eq!(bobs.strip_prefix("safety alice first-use "), Some(number));
    assert_eq!(
        hall.types("alice", "/verify bob yes"),
        ["(contacts)", "verified bob"]
    );
    assert!(hall.types("alice", "/verify bob")[0].starts_with("safety bob verified "));
}

#[test]
fn a_changed_identity_is_compared_before_it_is_trusted_and_not_verified_blindly() {
    let mut hall = impostor();
    let shown = hall.types("alice", "/verify bob").join("");
    let theirs = hall.types("bob", "/verify alice").join("");
    let number = |line: &str| line.split(' ').skip(3).collect::<Vec<_>>().join(" ");
    assert!(shown.starts_with("safety bob changed "));
    assert_eq!(number(&shown), number(&theirs));
    let told = hall.types("alice", "/verify bob yes");
    assert!(told[0].starts_with("refused key-changed "));
}

#[test]
fn trust_without_a_change_is_refused() {
    let mut hall = Hall::with(&["alice", "bob"]);
    assert!(trust_bob(&mut hall)[0].starts_with("refused not-changed "));
    assert!(hall.types("alice", "/trust carol 12345")[0].starts_with("refused unknown-name "));
}

#[test]
fn the_known_identity_coming_back_ends_the_warning() {
    let mut hall = impostor();
    hall.drop("bob");
    hall.join("bob", Start::new(1));
    assert_eq!(
        hall.types("alice", "/msg bob hi").last().unwrap(),
        "sent bob"
    );
}

#[test]
fn somebody_with_a_bad_key_is_here_but_not_written_to() {
    let mut hall = Hall::with(&["alice"]);
    let mut mallory = peer("mallory", &fixture(3));
    mallory.key = Blob(vec![1, 2, 3]);
    hall.relay_says("alice", ToClient::Joined { peer: mallory }, Bytes::new());
    let lines = hall.lines("alice");
    assert_eq!(lines[0], "joined mallory");
    assert!(lines[1].starts_with("refused bad-key mallory: "));
    assert_eq!(hall.types("alice", "/who")[0], "contact mallory invalid");
    let told = hall.types("alice", "hello");
    assert_eq!(told.last().unwrap(), "sent all 0");
}

#[test]
fn a_certificate_of_another_identity_is_not_sealed_for() {
    let mut hall = Hall::with(&["alice"]);
    let mut mallory = peer("bob", &fixture(1));
    mallory.certificate = peer("bob", &fixture(3)).certificate;
    hall.relay_says("alice", ToClient::Joined { peer: mallory }, Bytes::new());
    assert!(hall.lines("alice")[1].starts_with("refused bad-key bob: "));
    assert!(hall.types("alice", "/msg bob hi")[0].starts_with("refused bad-key "));
}

/// A relay needs no key to announce two honest people under each other's names.
#[test]
fn two_people_who_are_swapped_are_neither_pinned_nor_written_to() {
    let mut hall = Hall::with(&["alice"]);
    let (bob, carol) = (peer("bob", &fixture(1)), peer("carol", &fixture(2)));
    let swapped = [
        Peer {
            name: name("carol"),
            ..bob
        },
        Peer {
            name: name("bob"),
            ..carol
        },
    ];
    for peer in swapped {
        let who = peer.name.clone();
        hall.forget("alice");
        hall.relay_says("alice", ToClient::Joined { peer }, Bytes::new());
        let refused = &hall.lines("alice")[1];
        let words = format!("refused bad-key {who}: ");
        assert!(
            refused.starts_with(&words) && refused.contains("for this name"),
            "{refused}"
        );
        let sent = hall.types("alice", &format!("/msg {who} the vault code"));
        assert!(sent[0].starts_with("refused bad-key"), "{sent:?}");
    }
    assert_eq!(hall.types("alice", "to all").last().unwrap(), "sent all 0");
    let known = people_in(&hall.person("alice").contacts);
    assert!(known.get(&name("bob")).is_none() && known.get(&name("carol")).is_none());
}

#[test]
fn contacts_come_back_from_their_file_and_a_damaged_one_is_an_error() {
    let mut contacts = Contacts::default();
    let (bob, key) = (name("bob"), fixture(1));
    assert_eq!(contacts.see(&bob, key.public()), Sight::First);
    assert_eq!(
        contacts.see(&bob, fixture(2).public()),
        Sight::Changed { again: false }
    );
    assert_eq!(
        contacts.see(&bob, fixture(2).public()),
        Sight::Changed { again: true }
    );
    assert!(contacts.use_key(&bob, 4) && !contacts.use_key(&bob, 3));
    let json = Relays::default().to_json(&relay_key(), &contacts);
    assert_eq!(people_in(&json), contacts);
    assert!(Relays::from_json(&json.replace("MII", "MIX")).is_err());
    let later = json.replace("\"version\": 2", "\"version\": 3");
    assert_eq!(Relays::from_json(&later), Err(InvalidContacts::Version(3)));
}

#[test]
fn an_older_encryption_key_never_replaces_a_newer_one() {
    let mut known = Contacts::default();
    known.see(&name("bob"), fixture(1).public());
    known.use_key(&name("bob"), 2);
    let mut hall = Hall::default();
    hall.join("bob", Start::new(1));
    hall.join("alice", Start::with_people(0, &known));
    let told = hall.types("alice", "/msg bob hi");
    assert!(told[0].starts_with("refused bad-key bob: encryption key 1 was replaced by 2"));
}
