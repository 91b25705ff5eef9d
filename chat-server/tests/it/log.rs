use chat_protocol::{FileId, LeaveReason, ToRelay};
use rustix::process::Signal;

use crate::client::{Client, identity};
use crate::program::Program;

const CANARY: &[u8] = b"canary the vault code is 4711";

/// A conversation with content in everything that carries some.
async fn talk(program: &Program) {
    let mut alice = Client::connect(program.address).await;
    alice.login("alice", 0).await;
    let mut bob = Client::connect(program.address).await;
    bob.login("bob", 1).await;
    alice.expect_joined("bob").await;
    let to: chat_protocol::Name = "bob".parse().unwrap();
    let send = ToRelay::Send {
        id: 1,
        to: to.clone(),
    };
    alice.send_with(&send, CANARY).await;
    assert_eq!(bob.next_with_body().await.1, CANARY);
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    alice.next().await;
    let file = FileId([1; 16]);
    let credit = ToRelay::Credit {
        to: "alice".parse().unwrap(),
        file,
        until: 1,
    };
    bob.send(&credit).await;
    alice.next().await;
    let chunk = ToRelay::Chunk {
        to: to.clone(),
        file,
        index: 0,
    };
    alice.send_with(&chunk, CANARY).await;
    assert_eq!(bob.next_with_body().await.1, CANARY);
    let absent = ToRelay::Send {
        id: 2,
        to: "nobody".parse().unwrap(),
    };
    alice.send_with(&absent, CANARY).await;
    alice.next().await;
    let canary = std::str::from_utf8(CANARY).unwrap();
    alice.send_header(&format!(r#"{{"t":"{canary}"}}"#)).await;
    alice.next().await;
    let mut thief = Client::connect(program.address).await;
    thief.ask_for_login("bob", &identity(2)).await;
    thief.next().await;
    bob.send(&ToRelay::Bye {}).await;
    alice.expect_left("bob", LeaveReason::Quit).await;
}

#[tokio::test]
async fn log_tells_what_happened_and_holds_no_content() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.log");
    let data = folder.path().join("data");
    let program = Program::start(&[
        "--name",
        "classroom",
        "--log-level",
        "debug",
        "--log-file",
        file.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
    ]);
    talk(&program).await;
    let ended = program.end(Signal::TERM);
    let log = std::fs::read_to_string(file).unwrap();
    assert_eq!(log, ended.stderr, "the file has what stderr has");

    let events: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // The key comes first: whoever knows that the relay is ready can look for it.
    let mut show = assert_cmd::Command::cargo_bin("chat-server").unwrap();
    let shown = show.args(["key", "--data", data.to_str().unwrap()]);
    let key = format!("key {}\n", events[0]["key"].as_str().unwrap());
    shown.assert().success().stdout(key);
    assert_eq!(events[1]["message"], "started");
    assert_eq!(events[1]["name"], "classroom");
    let find = |message: &str, name: &str| {
        let wanted = |event: &&serde_json::Value| {
            event["message"] == message && (name.is_empty() || event["name"] == name)
        };
        events
            .iter()
            .find(wanted)
            .unwrap_or_else(|| panic!("no {message} {name}: {log}"))
    };
    let fingerprint = identity(0).public().fingerprint().to_string();
    assert_eq!(find("login", "alice")["fingerprint"], fingerprint);
    assert_eq!(find("left", "bob")["reason"], "quit");
    assert_eq!(find("refused", "bob")["code"], "name-taken");
    assert_eq!(find("deliver", "")["bytes"], CANARY.len());
    assert_eq!(find("shutdown", "")["level"], "INFO");
    find("stopped", "");

    let stored = std::fs::read(data.join("directory.json")).unwrap();
    for (place, bytes) in [("log", log.as_bytes()), ("directory", &stored)] {
        let found = bytes.windows(10).any(|window| CANARY.starts_with(window));
        assert!(!found, "content in the {place}");
    }
}

#[tokio::test]
async fn messages_are_not_logged_at_the_usual_level() {
    let program = Program::start(&[]);
    talk(&program).await;
    let ended = program.end(Signal::TERM);
    assert!(ended.stderr.contains(r#""message":"login""#));
    assert!(!ended.stderr.contains("deliver"), "{}", ended.stderr);
}
