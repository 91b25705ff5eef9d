use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use chat_client::face::render_plain;
use chat_client::locale::Sentence;
use chat_client::session::{Effect, Session};
use chat_crypto::Identity;
use chat_protocol::{Certificate, Envelope, ToClient, ToRelay};

use crate::hall::{Hall, NOW, Start, fixture, name};

/// Bob's identity with a second encryption key.
fn renewed() -> Identity {
    let mut bob = fixture(1);
    bob.renew(&mut rand::rng(), NOW);
    bob
}

fn certificate(who: &str, of: &Identity) -> Certificate {
    of.certify(&mut rand::rng(), &name(who), NOW)
}

/// The numbers of the keys that texts on their way are sealed for; the relay keeps back what it is told to.
fn watch(hall: &mut Hall, keeps: bool) -> Rc<RefCell<Vec<(u32, ToRelay, Bytes)>>> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    hall.tamper(move |_, message, body| {
        if matches!(message, ToRelay::Send { .. }) {
            let header = Envelope::decode(body.clone()).unwrap().parse_header();
            let note = (header.unwrap().key, message.clone(), body.clone());
            notes.borrow_mut().push(note);
            if keeps {
                return Vec::new();
            }
        }
        vec![(message, body)]
    });
    seen
}

#[test]
fn others_seal_for_the_new_key_at_once_and_what_is_on_its_way_for_the_old_one_opens() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let late = watch(&mut hall, true);
    hall.types("alice", "/msg bob for the old key");
    let (key, send, body) = late.borrow_mut().remove(0);
    assert_eq!(key, 1);
    let seen = watch(&mut hall, false);
    hall.person("bob").session.on_keys(renewed(), NOW);
    hall.settle();
    assert!(
        hall.person("alice").contacts.contains("\"number\": 2"),
        "for later mail"
    );
    hall.client_says("alice", send, body);
    hall.types("alice", "/msg bob for the new key");
    assert_eq!(
        seen.borrow().iter().map(|seen| seen.0).collect::<Vec<_>>(),
        [2]
    );
    let texts = [
        "private alice for the old key",
        "private alice for the new key",
    ];
    assert_eq!(hall.lines("bob"), texts);
    // Who comes later is shown the new one.
    hall.join("carol", Start::new(2));
    hall.types("carol", "/msg bob hello");
    assert_eq!(seen.borrow().last().unwrap().0, 2);
}

#[test]
fn an_older_key_never_comes_back_even_if_nothing_was_sealed_for_the_newer_one() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let seen = watch(&mut hall, false);
    let old = certificate("bob", &fixture(1));
    hall.person("bob").session.on_keys(renewed(), NOW);
    hall.settle();
    let back = ToClient::Renewed {
        name: name("bob"),
        certificate: old.clone(),
    };
    hall.relay_says("alice", back, Bytes::new());
    hall.types("alice", "/msg bob hello");
    assert_eq!(seen.borrow()[0].0, 2);

    let mut hall = Hall::with(&["alice", "bob"]);
    hall.person("bob").session.on_keys(renewed(), NOW);
    hall.settle();
    let contacts = hall.person("alice").contacts.clone();
    let mut hall = Hall::default();
    hall.join("bob", Start::new(1));
    hall.join("alice", Start::knowing(0, &contacts));
    let told = hall.types("alice", "/msg bob hello");
    assert!(told[0].starts_with("refused bad-key bob: encryption key 1 was replaced by 2"));
}

#[test]
fn a_key_that_its_owner_does_not_vouch_for_is_refused() {
    let mut hall = Hall::with(&["alice", "bob"]);
    let mut relay = fixture(5);
    relay.renew(&mut rand::rng(), NOW);
    let made_up = ToClient::Renewed {
        name: name("bob"),
        certificate: certificate("bob", &relay),
    };
    hall.relay_says("alice", made_up, Bytes::new());
    let told = hall.lines("alice");
    assert!(told[0].starts_with("refused bad-key bob: "), "{told:?}");
    let seen = watch(&mut hall, false);
    hall.types("alice", "/msg bob hello");
    assert_eq!((seen.borrow()[0].0, hall.lines("bob").len()), (1, 1));
}

fn effects_at(session: &mut Session, now: u64) -> Vec<Effect> {
    session.on_frame(&ToClient::Ping { n: 1 }.frame(Bytes::new()), now);
    session.end_batch();
    let effects = session.take_effects();
    effects
        .into_iter()
        .filter(|effect| !matches!(effect, Effect::Send(_)))
        .collect()
}

#[test]
fn another_key_is_asked_for_once_when_it_is_time_and_a_full_disk_is_told() {
    let mut hall = Hall::with(&["alice"]);
    let last = fixture(0).validity(NOW).not_after;
    let alice = &mut hall.person("alice").session;
    assert_eq!(effects_at(alice, NOW), []);
    let due = last - 7 * 24 * 60 * 60;
    assert_eq!(effects_at(alice, due), [Effect::RenewKeys { messages: 0 }]);
    assert_eq!(effects_at(alice, due), []);
    alice.on_no_keys(Sentence::verbatim("no space"));
    let told = effects_at(alice, due);
    let [Effect::Show(line)] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(render_plain(line).starts_with("refused key-store "));
}

#[test]
fn what_was_sealed_for_a_key_counts() {
    let mut hall = Hall::with(&["alice", "bob"]);
    for _ in 0..3 {
        hall.types("alice", "/msg bob hello");
    }
    let last = fixture(1).validity(NOW).not_after;
    let bob = &mut hall.person("bob").session;
    let asked = effects_at(bob, last - 7 * 24 * 60 * 60);
    assert_eq!(asked, [Effect::RenewKeys { messages: 3 }]);
}
