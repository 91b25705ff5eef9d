use bytes::Bytes;
use chat_client::session::{Effect, Ending, Session};
use chat_identity::{PublicIdentity, Statement};
use chat_protocol::{ErrorCode, Frame, LeaveReason, Nonce, ToClient, ToRelay};

use crate::hall::{Hall, NOW, Start, fixture, peer, session};

fn tell(session: &mut Session, message: &ToClient) {
    session.on_frame(&message.frame(Bytes::new()), NOW);
}

fn sent(session: &mut Session) -> ToRelay {
    let effects = session.take_effects();
    let [Effect::Send(frame)] = effects.as_slice() else {
        panic!("one frame was expected, not {effects:?}");
    };
    ToRelay::decode(frame).unwrap()
}

fn ending(session: &mut Session) -> Option<Ending> {
    let end = |effect| match effect {
        Effect::End(ending) => Some(ending),
        _ => None,
    };
    session.take_effects().into_iter().find_map(end)
}

fn challenge(relay: &str) -> ToClient {
    ToClient::Challenge {
        relay: relay.to_owned(),
        nonce: Nonce([9; 32]),
    }
}

#[test]
fn the_login_is_signed_over_both_nonces_and_the_relays_name() {
    let mut alice = session("alice", Start::new(0));
    let ToRelay::Hello { key, nonce, .. } = sent(&mut alice) else {
        panic!("a hello comes first");
    };
    tell(&mut alice, &challenge("relay"));
    let ToRelay::Login {
        certificate,
        signature,
    } = sent(&mut alice)
    else {
        panic!("then the login");
    };
    let identity = PublicIdentity::from_spki(&key.0).unwrap();
    let print = identity.fingerprint();
    let of = |relay| {
        Statement::login(
            relay,
            &Nonce([9; 32]),
            &nonce,
            "alice",
            &print,
            &certificate,
        )
    };
    assert!(identity.verify(&of("relay"), &signature.0).is_ok());
    assert!(identity.verify(&of("other"), &signature.0).is_err());
}

#[test]
fn a_challenge_of_another_relay_is_not_signed() {
    let mut alice = session("alice", Start::new(0));
    sent(&mut alice);
    tell(&mut alice, &challenge("evil"));
    assert_eq!(
        ending(&mut alice),
        Some(Ending::WrongRelay("evil".to_owned()))
    );
}

#[test]
fn the_relays_no_is_shown_and_ends_the_session() {
    let mut alice = session("alice", Start::new(0));
    let text = "in use".to_owned();
    let code = ErrorCode::AlreadyOnline;
    tell(&mut alice, &ToClient::Error { code, text });
    let Some(Ending::LoginRefused(refusal)) = ending(&mut alice) else {
        panic!("the login was refused");
    };
    assert_eq!(refusal.code, "already-online");
}

#[test]
fn ready_names_those_who_are_here_after_their_pins_are_stored() {
    let mut hall = Hall::default();
    hall.join("carol", Start::new(2));
    hall.join("bob", Start::new(1));
    hall.join("alice", Start::new(0));
    assert_eq!(
        hall.log("alice"),
        ["(contacts)", "ready alice with bob,carol"]
    );
    assert_eq!(hall.log("carol")[0], "ready carol with nobody");
    assert_eq!(hall.lines("carol")[1..], ["joined bob", "joined alice"]);
}

#[test]
fn those_who_join_before_all_are_named_are_among_those_who_are_here() {
    let mut alice = session("alice", Start::new(0));
    tell(&mut alice, &challenge("relay"));
    let (keepalive_ms, present) = (0, 1);
    tell(
        &mut alice,
        &ToClient::Welcome {
            mail_days: 0,
            keepalive_ms,
            present,
        },
    );
    let (carol, bob) = (peer("carol", &fixture(2)), peer("bob", &fixture(1)));
    tell(&mut alice, &ToClient::Joined { peer: carol });
    alice.take_effects();
    tell(&mut alice, &ToClient::Present { peer: bob });
    alice.end_batch();
    let shown: Vec<_> = alice.take_effects().iter().filter_map(shown).collect();
    assert_eq!(shown, ["ready alice with bob,carol"]);
}

#[test]
fn the_relays_farewell_is_told_with_its_reason() {
    for reason in [LeaveReason::ShuttingDown, LeaveReason::Replaced] {
        let mut hall = Hall::with(&["alice"]);
        hall.relay_says("alice", ToClient::Bye { reason }, Bytes::new());
        assert_eq!(hall.log("alice"), [format!("disconnected {reason}")]);
        let ending = hall.person("alice").ending.clone();
        assert_eq!(ending, Some(Ending::Gone(reason.to_string())));
    }
}

#[test]
fn a_ping_is_answered_and_an_unknown_message_is_not_minded() {
    let mut hall = Hall::with(&["alice"]);
    let alice = &mut hall.person("alice").session;
    tell(alice, &ToClient::Ping { n: 7 });
    assert_eq!(sent(alice), ToRelay::Pong { n: 7 });
    let unknown = Frame {
        header: Bytes::from_static(br#"{"t":"later","x":1}"#),
        body: Bytes::new(),
    };
    alice.on_frame(&unknown, NOW);
    assert_eq!(alice.take_effects(), []);
}

fn shown(effect: &Effect) -> Option<String> {
    match effect {
        Effect::Show(line) => Some(chat_client::face::render_plain(line)),
        _ => None,
    }
}

fn welcomed(present: u32) -> Session {
    let mut alice = session("alice", Start::new(0));
    tell(&mut alice, &challenge("relay"));
    let keepalive_ms = 0;
    let welcome = ToClient::Welcome {
        mail_days: 0,
        keepalive_ms,
        present,
    };
    tell(&mut alice, &welcome);
    alice
}

fn misbehaved() -> Option<Ending> {
    Some(Ending::Gone("misbehaved".to_owned()))
}

#[test]
fn a_ghost_that_the_relay_adds_after_the_login_ends_the_session() {
    let mut alice = welcomed(1);
    let bob = peer("bob", &fixture(1));
    tell(&mut alice, &ToClient::Present { peer: bob });
    assert_eq!(ending(&mut alice), None);
    let ghost = peer("ghost", &fixture(2));
    tell(&mut alice, &ToClient::Present { peer: ghost });
    assert_eq!(ending(&mut alice), misbehaved());
}

#[test]
fn a_relay_that_wants_the_memory_of_a_client_is_left() {
    let no_login = Ending::NoLogin("misbehaved".to_owned());
    assert_eq!(ending(&mut welcomed(u32::MAX)), Some(no_login));
    let mut alice = welcomed(1);
    let code = ErrorCode::Full;
    for _ in 0..2_000 {
        let text = "more".to_owned();
        tell(&mut alice, &ToClient::Error { code, text });
    }
    assert_eq!(ending(&mut alice), misbehaved());
}
