use chat_client::account::Entry;
use chat_client::contacts::InvalidContacts;
use chat_client::locale::Locale;
use chat_client::relays::{Meeting, Relays, Transport, Wanted, WrongRelay};
use chat_client::session::{Effect, Ending, Session, Setup};
use chat_identity::{Channel, Statement};
use chat_protocol::{Blob, Nonce, RelayKey, ToClient};
use ed25519_dalek::{Signer as _, SigningKey};

use crate::hall::{
    Hall, NOW, Start, challenge, challenge_of, fixture, name, people_in, relay_key, settings,
};
use crate::login::{ending, hello_of, sent, tell};

/// A relay that is not the hall's.
fn other() -> SigningKey {
    SigningKey::from_bytes(&[2; 32])
}

fn key_of(secret: &SigningKey) -> RelayKey {
    RelayKey(secret.verifying_key().to_bytes())
}

/// What becomes of the login of somebody who begins like this, at a relay that answers the hello like this.
fn meets(start: Start, key: Option<RelayKey>, answer: impl FnOnce(&Nonce) -> ToClient) -> Session {
    let mut alice = Session::new(settings("alice", start, key), NOW);
    let (_, nonce) = hello_of(&mut alice);
    tell(&mut alice, &answer(&nonce));
    alice
}

fn wrong(alice: &mut Session) -> WrongRelay {
    match ending(alice) {
        Some(Ending::WrongRelay(wrong)) => wrong,
        other => panic!("the login goes on: {other:?}"),
    }
}

/// The file of somebody who was at the hall's relay.
fn known() -> String {
    Hall::with(&["alice"]).person("alice").contacts.clone()
}

#[test]
fn a_challenge_by_another_name_is_not_signed() {
    let answer = |nonce: &_| challenge_of("evil", &other(), nonce);
    let mut alice = meets(Start::new(0), None, answer);
    let expected = WrongRelay::Name("evil".to_owned(), "relay".to_owned());
    assert_eq!(wrong(&mut alice), expected);
}

#[test]
fn a_relay_that_does_not_prove_its_key_gets_no_login() {
    // What the relay has said to somebody else is passed on; so is its key alone, with a signature of another one.
    let stale = |_: &_| challenge(&Nonce([8; 32]));
    let borrowed = |nonce: &_| {
        let (ToClient::Challenge { key, .. }, mut said) =
            (challenge(nonce), challenge_of("relay", &other(), nonce))
        else {
            panic!("a challenge");
        };
        if let ToClient::Challenge { key: shown, .. } = &mut said {
            *shown = key;
        }
        said
    };
    assert_eq!(
        wrong(&mut meets(Start::new(0), None, stale)),
        WrongRelay::Unproven
    );
    assert_eq!(
        wrong(&mut meets(Start::new(0), None, borrowed)),
        WrongRelay::Unproven
    );
}

#[test]
fn the_first_relay_at_an_address_is_the_one_and_another_is_refused_with_words() {
    let another = |nonce: &_| challenge_of("relay", &other(), nonce);
    sent(&mut meets(Start::new(0), None, another));
    let mut alice = meets(Start::knowing(0, &known()), None, another);
    let effects = alice.take_effects();
    let [Effect::Show(line), Effect::End(Ending::WrongRelay(wrong))] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let line = chat_client::face::render_plain(line);
    let is = key_of(&other());
    assert!(line.starts_with("refused relay-changed THE RELAY AT 127.0.0.1:5000 HAS ANOTHER KEY"));
    assert!(line.contains(&is.to_string()), "{line}");
    let hint = wrong.hint().in_locale(Locale::English);
    assert!(hint.contains(&format!("--relay-key {is}")), "{hint}");
}

#[test]
fn a_key_that_the_user_names_is_the_only_one_and_takes_the_place_of_another() {
    let another = |nonce: &_| challenge_of("relay", &other(), nonce);
    let named = Some(key_of(&other()));
    let mut alice = meets(Start::new(0), named, challenge);
    let hall = match challenge(&Nonce([0; 32])) {
        ToClient::Challenge { key, .. } => key,
        other => panic!("{other:?}"),
    };
    assert_eq!(wrong(&mut alice), WrongRelay::Other(hall));
    sent(&mut meets(Start::knowing(0, &known()), named, another));
}

#[test]
fn a_relay_that_is_refused_is_not_remembered() {
    let wanted = |key| Wanted {
        address: "127.0.0.1:5000".to_owned(),
        name: "relay".to_owned(),
        key,
    };
    let (ours, theirs) = (Nonce([1; 32]), Nonce([7; 32]));
    let mut relays = Relays::default();
    let mut meet = |wanted: &Wanted, said: &ToClient| {
        let ToClient::Challenge {
            relay,
            key,
            signature,
            ..
        } = said
        else {
            panic!("a challenge");
        };
        relays.meet(
            wanted,
            chat_client::relays::Claim {
                name: relay,
                key,
                transport: &Transport::Plain,
                nonces: (&theirs, &ours),
                signature,
            },
        )
    };
    let (first, second) = (challenge(&ours), challenge_of("relay", &other(), &ours));
    meet(&wanted(Some(RelayKey([9; 32]))), &second).unwrap_err();
    assert_eq!(meet(&wanted(None), &first), Ok(Meeting::First));
    assert_eq!(meet(&wanted(None), &first), Ok(Meeting::Again));
    meet(&wanted(None), &second).unwrap_err();
    assert_eq!(
        meet(&wanted(Some(key_of(&other()))), &second),
        Ok(Meeting::First)
    );
    assert_eq!(meet(&wanted(None), &second), Ok(Meeting::Again));
    // What the relay says is passed on at another address.
    let pump = Wanted {
        address: "127.0.0.1:6000".to_owned(),
        ..wanted(None)
    };
    let at = "127.0.0.1:5000".to_owned();
    assert_eq!(meet(&pump, &second), Ok(Meeting::Elsewhere(at)));
}

#[test]
fn a_connection_to_another_relay_does_not_go_on_with_the_session() {
    let mut hall = Hall::with(&["alice"]);
    let alice = &mut hall.person("alice").session;
    alice.on_disconnect("closed");
    alice.take_effects();
    alice.reconnect(Transport::Plain, NOW);
    let (_, nonce) = hello_of(alice);
    tell(alice, &challenge_of("relay", &other(), &nonce));
    assert!(matches!(wrong(alice), WrongRelay::Changed { .. }));
}

#[test]
fn people_are_known_for_each_relay() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/block bob");
    let here = hall.person("alice").contacts.clone();
    let mut relays = Relays::from_json(&here).unwrap();
    let elsewhere = key_of(&other());
    assert!(relays.take(&elsewhere).get(&name("bob")).is_none());
    // What becomes known there leaves the people here alone, in the file as well.
    let there = people_in(&known());
    let both = relays.to_json(&elsewhere, &there);
    assert!(people_in(&both).get(&name("bob")).unwrap().is_blocked);
    assert_eq!(
        Relays::from_json(&both).unwrap().blocked(),
        [name("bob")].into()
    );
}

#[test]
fn a_new_key_frees_nobody_from_a_block_or_a_pin() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/block bob");
    let before = hall.person("alice").contacts.clone();
    let another = |nonce: &_| challenge_of("relay", &other(), nonce);
    let named = Some(key_of(&other()));
    let mut alice = meets(Start::knowing(0, &before), named, another);
    let (present, mail_days, keepalive_ms) = (1, 0, 0);
    let welcome = ToClient::Welcome {
        present,
        mail_days,
        keepalive_ms,
    };
    tell(&mut alice, &welcome);
    // Another identity as bob.
    let peer = crate::hall::peer("bob", &fixture(5));
    tell(&mut alice, &ToClient::Present { peer });
    alice.end_batch();
    let effects = alice.take_effects();
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::SaveContacts(json) => Some(json.clone()),
        _ => None,
    });
    let bob = Relays::from_json(&saved.unwrap())
        .unwrap()
        .take(&key_of(&other()));
    let bob = bob.get(&name("bob")).unwrap().clone();
    assert!(bob.is_blocked && bob.is_changed());
}

#[test]
fn contacts_of_an_earlier_version_are_known_on_every_relay_that_is_met() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("alice", "/block bob");
    let json: serde_json::Value = serde_json::from_str(&hall.person("alice").contacts).unwrap();
    let people = json["relays"].as_object().unwrap().values().next().unwrap();
    let old = serde_json::json!({ "version": 1, "contacts": people }).to_string();
    assert!(people_in(&old).get(&name("bob")).unwrap().is_blocked);
    hall.drop("alice");
    hall.join("alice", Start::knowing(0, &old));
    assert_eq!(
        hall.lines("alice"),
        ["ready alice with nobody"],
        "bob is blocked"
    );
    let mut relays = Relays::from_json(&hall.person("alice").contacts).unwrap();
    relays.take(&relay_key());
    assert!(
        relays
            .take(&key_of(&other()))
            .get(&name("bob"))
            .unwrap()
            .is_blocked
    );
}

#[test]
fn a_file_without_its_parts_is_damaged_and_not_empty() {
    for text in [
        r#"{"version":1}"#,
        r#"{"version":2}"#,
        r#"{"version":2,"relays":{}}"#,
        r#"{"addresses":{},"relays":{}}"#,
    ] {
        let read = Relays::from_json(text);
        assert!(matches!(read, Err(InvalidContacts::Malformed(_))), "{text}");
    }
}

#[test]
fn a_relay_that_lets_nobody_in_is_not_remembered() {
    let mut alice = meets(Start::new(0), None, challenge);
    alice.take_effects();
    let (code, text) = (chat_protocol::ErrorCode::NameTaken, "taken".to_owned());
    tell(&mut alice, &ToClient::Error { code, text });
    alice.conclude();
    let saves = |effect: &Effect| matches!(effect, Effect::SaveContacts(_));
    assert!(!alice.take_effects().iter().any(saves));
}

#[test]
fn one_relay_lets_nobody_be_forgotten_on_another() {
    let mut hall = Hall::with(&["alice", "bob"]);
    hall.types("bob", "/msg alice one");
    let (journal, contacts) = {
        let alice = hall.person("alice");
        (alice.journal.clone(), alice.contacts.clone())
    };
    let start = Start {
        journal,
        ..Start::knowing(0, &contacts)
    };
    let mut settings = settings("alice", start, None);
    settings.relay.address = "127.0.0.1:6000".to_owned();
    let mut alice = Session::new(settings, NOW);
    let (_, nonce) = hello_of(&mut alice);
    tell(&mut alice, &challenge_of("relay", &other(), &nonce));
    let (present, mail_days, keepalive_ms) = (0, 0, 0);
    tell(
        &mut alice,
        &ToClient::Welcome {
            present,
            mail_days,
            keepalive_ms,
        },
    );
    for identity in [5, 1, 6] {
        let peer = crate::hall::peer("bob", &fixture(identity));
        tell(&mut alice, &ToClient::Joined { peer });
    }
    alice.end_batch();
    let bob = fixture(1).public().fingerprint();
    let forgets = |effect: &Effect| match effect {
        Effect::Record(entries) => entries.contains(&Entry::Forgotten(bob)),
        _ => false,
    };
    assert!(!alice.take_effects().iter().any(forgets));
}

#[test]
fn the_key_of_the_relay_can_be_looked_at() {
    let mut hall = Hall::with(&["alice"]);
    let expected = format!("relay {} 127.0.0.1:5000", relay_key());
    assert_eq!(hall.types("alice", "/relay"), [expected]);
}

fn on_tls(secret: &SigningKey, exporter: u8) -> Transport {
    Transport::Tls {
        key: key_of(secret),
        channel: Channel::Tls([exporter; 32]),
    }
}

/// What somebody does who begins like this, on a connection like this.
fn meets_on(start: Start, key: Option<RelayKey>, transport: Transport) -> Session {
    let setup = Setup {
        transport,
        ..settings("alice", start, key)
    };
    Session::new(setup, NOW)
}

#[test]
fn a_relay_whose_certificate_has_another_key_is_not_even_told_a_name() {
    let transport = on_tls(&other(), 1);
    let remembered = meets_on(Start::knowing(0, &known()), None, transport);
    let named = meets_on(Start::new(0), Some(relay_key()), transport);
    for mut alice in [remembered, named] {
        let effects = alice.take_effects();
        let [Effect::Show(_), Effect::End(Ending::WrongRelay(wrong))] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        let what = wrong.what().in_locale(Locale::English);
        assert!(what.contains(&key_of(&other()).to_string()));
    }
    // The same on a later connection.
    let mut alice = meets(Start::knowing(0, &known()), None, challenge);
    alice.on_disconnect("closed");
    alice.take_effects();
    alice.reconnect(transport, NOW);
    assert!(matches!(wrong(&mut alice), WrongRelay::Changed { .. }));
}

#[test]
fn whoever_ends_tls_in_a_relays_stead_gets_no_login() {
    let secret = other();
    let said = |nonce: &_, channel| {
        let key = key_of(&secret);
        let statement = Statement::challenge(("relay", &key, &channel), &Nonce([7; 32]), nonce);
        ToClient::Challenge {
            relay: "relay".to_owned(),
            key,
            nonce: Nonce([7; 32]),
            signature: Blob(secret.sign(statement.as_bytes()).to_bytes().to_vec()),
        }
    };
    let meet = |transport, channel| {
        let mut alice = meets_on(Start::new(0), None, transport);
        let (_, nonce) = hello_of(&mut alice);
        tell(&mut alice, &said(&nonce, channel));
        alice
    };
    let exporter = |number| Channel::Tls([number; 32]);
    sent(&mut meet(on_tls(&secret, 1), exporter(1)));
    // What the relay says on its connection with the one in between is not for this connection; and where that one
    // has learnt the exporter, its certificate is still its own.
    let in_between = on_tls(&SigningKey::from_bytes(&[3; 32]), 1);
    for (transport, channel) in [
        (on_tls(&secret, 1), exporter(2)),
        (on_tls(&secret, 1), Channel::Plain),
        (Transport::Plain, exporter(1)),
        (in_between, exporter(1)),
    ] {
        let mut alice = meet(transport, channel);
        assert_eq!(wrong(&mut alice), WrongRelay::Unproven);
    }
}
