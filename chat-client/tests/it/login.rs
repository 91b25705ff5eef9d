use bytes::Bytes;
use chat_client::session::{Effect, Ending, Session};
use chat_identity::{Channel, PublicIdentity, Statement};
use chat_protocol::{ErrorCode, Frame, LeaveReason, Nonce, RelayKey, ToClient, ToRelay};

use crate::hall::{Hall, NOW, Start, challenge, fixture, peer, relay_key, session};

pub(crate) fn tell(session: &mut Session, message: &ToClient) {
    session.on_frame(&message.frame(Bytes::new()), NOW);
}

pub(crate) fn sent(session: &mut Session) -> ToRelay {
    let effects = session.take_effects();
    let [Effect::Send(frame)] = effects.as_slice() else {
        panic!("one frame was expected, not {effects:?}");
    };
    ToRelay::decode(frame).unwrap()
}

pub(crate) fn ending(session: &mut Session) -> Option<Ending> {
    let end = |effect| match effect {
        Effect::End(ending) => Some(ending),
        _ => None,
    };
    session.take_effects().into_iter().find_map(end)
}

/// Reads the hello; what the client chose for the challenge to come.
pub(crate) fn hello_of(session: &mut Session) -> (PublicIdentity, Nonce) {
    let ToRelay::Hello { key, nonce, .. } = sent(session) else {
        panic!("a hello comes first");
    };
    (PublicIdentity::from_spki(&key.0).unwrap(), nonce)
}

#[test]
fn the_login_is_signed_over_both_nonces_and_the_relays_name_and_key() {
    let mut alice = session("alice", Start::new(0));
    let (identity, nonce) = hello_of(&mut alice);
    tell(&mut alice, &challenge(&nonce));
    let ToRelay::Login {
        certificate,
        signature,
    } = sent(&mut alice)
    else {
        panic!("then the login");
    };
    let print = identity.fingerprint();
    let of = |relay, key: RelayKey| {
        let theirs = Nonce([7; 32]);
        Statement::login(
            (relay, &key, &Channel::Plain),
            &theirs,
            &nonce,
            "alice",
            &print,
            &certificate,
        )
    };
    let check = |statement| identity.verify(&statement, &signature.0);
    check(of("relay", relay_key())).unwrap();
    check(of("other", relay_key())).unwrap_err();
    check(of("relay", RelayKey([1; 32]))).unwrap_err();
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
    assert_eq!(
        hall.log("carol")[..2],
        ["(contacts)", "ready carol with nobody"]
    );
    assert_eq!(hall.lines("carol")[1..], ["joined bob", "joined alice"]);
}

#[test]
fn those_who_join_before_all_are_named_are_among_those_who_are_here() {
    let mut alice = session("alice", Start::new(0));
    let (_, nonce) = hello_of(&mut alice);
    tell(&mut alice, &challenge(&nonce));
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
    let (_, nonce) = hello_of(&mut alice);
    tell(&mut alice, &challenge(&nonce));
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
