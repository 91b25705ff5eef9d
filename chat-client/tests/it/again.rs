//! What a client does that has lost its relay and waits for it.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use chat_protocol::{Deframer, ErrorCode, ToClient, ToRelay, limits};
use tempfile::TempDir;

use crate::people::{Person, Port, Relay};

#[test]
fn whoever_waits_for_the_relay_can_quit_and_is_told_what_was_not_sent() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let relay = Relay::start(&port, false, data.path());
    let mut alice = Person::join("alice", 0, port.address, &["--reconnect"]);
    alice.sees("ready alice");
    drop(relay);
    alice.sees("disconnected");
    alice.says("hello everybody");
    alice.says("@7 /msg bob good morning");
    alice.says("/quit");
    let ended = alice.ends();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let why = "disconnected the relay is gone, so this was not sent:";
    assert_eq!(
        ended.lines,
        [
            format!("refused {why} hello everybody"),
            format!("refused 7 {why} @7 /msg bob good morning"),
        ]
    );
}

#[test]
fn what_is_typed_while_the_relay_is_gone_is_sent_when_it_is_back() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let relay = Relay::start(&port, false, data.path());
    let mut alice = Person::join("alice", 0, port.address, &["--reconnect"]);
    alice.sees("ready alice");
    let bob = Person::join("bob", 1, port.address, &["--reconnect"]);
    bob.sees("ready bob");
    alice.sees("joined bob");
    drop(relay);
    alice.sees("disconnected");
    bob.sees("disconnected");
    alice.says("/msg bob good morning");
    let _relay = Relay::start(&port, false, data.path());
    assert_eq!(bob.sees("private"), "private alice good morning");
    // What is typed after a goodbye is nothing that the relay has lost.
    alice.says("/quit\nhello");
    let ended = alice.ends();
    let refused = ended.lines.iter().any(|line| line.starts_with("refused"));
    assert!(ended.code == 0 && !refused, "{:?}", ended.lines);
}

/// A client that has logged in at a relay which is gone since then.
fn left_alone() -> (TcpListener, Person) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let alice = Person::join("alice", 0, address, &["--reconnect"]);
    let (mut stream, hello) = greeted(&listener);
    let ToRelay::Hello { nonce, .. } = hello else {
        panic!("a hello comes first: {hello:?}");
    };
    say(&mut stream, &crate::hall::challenge(&nonce));
    let welcome = ToClient::Welcome {
        mail_days: 0,
        keepalive_ms: 0,
        present: 0,
    };
    say(&mut stream, &welcome);
    alice.sees("ready alice");
    drop(stream);
    alice.sees("disconnected");
    (listener, alice)
}

/// The next connection, and what its client says first.
fn greeted(listener: &TcpListener) -> (TcpStream, ToRelay) {
    let (mut stream, _) = listener.accept().unwrap();
    let patience = Some(Duration::from_secs(60));
    stream.set_read_timeout(patience).unwrap();
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    loop {
        if let Some(frame) = deframer.next_frame().unwrap() {
            return (stream, ToRelay::decode(&frame).unwrap());
        }
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).expect("the client says hello");
        assert_ne!(read, 0, "the client says hello");
        deframer.buffer_mut().extend_from_slice(&bytes[..read]);
    }
}

fn say(stream: &mut TcpStream, message: &ToClient) {
    let frame = message.frame(bytes::Bytes::new());
    stream.write_all(&frame.to_bytes()).unwrap();
}

/// Refuses the next logins with this code, so many of them.
fn refuse(listener: &TcpListener, code: ErrorCode, times: usize) {
    for _ in 0..times {
        let (mut stream, _) = greeted(listener);
        let text = "no".to_owned();
        say(&mut stream, &ToClient::Error { code, text });
    }
}

#[test]
fn a_client_whose_name_somebody_else_keeps_gives_up() {
    let (listener, alice) = left_alone();
    refuse(&listener, ErrorCode::AlreadyOnline, 3);
    let ended = alice.ends();
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("already-online"), "{}", ended.stderr);
}

#[test]
fn a_client_gives_up_at_once_where_the_relay_will_never_let_it_in() {
    for code in [ErrorCode::NameTaken, ErrorCode::UnsupportedVersion] {
        let (listener, alice) = left_alone();
        refuse(&listener, code, 1);
        let ended = alice.ends();
        assert_eq!(ended.code, 4);
        assert!(ended.stderr.contains(&code.to_string()), "{}", ended.stderr);
    }
}

#[test]
fn a_client_gives_up_where_something_else_than_a_relay_answers() {
    let (listener, alice) = left_alone();
    let (mut stream, _) = greeted(&listener);
    stream
        .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .unwrap();
    let ended = alice.ends();
    assert_eq!(ended.code, 5);
    assert!(ended.stderr.contains("misbehaved"), "{}", ended.stderr);
}
