//! The program itself: few, since each one is a process.

use std::io::{BufRead as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use chat_crypto::Identity;
use chat_protocol::{Deframer, ErrorCode, ToClient, ToRelay, limits};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, starts_with};
use tempfile::TempDir;

fn client(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("chat-client").unwrap();
    command.args(arguments).env_remove("CHAT_HOME");
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// A home with a fixture's keys.
fn home() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/fixtures/keys/00.keys");
    std::fs::copy(keys, folder.path().join("identity.keys")).unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn help_has_examples_and_exit_codes() {
    client(&["--help"])
        .assert()
        .code(0)
        .stdout(contains("Examples:").and(contains("Exit codes:")));
    client(&["chat", "--help"])
        .assert()
        .code(0)
        .stdout(contains("--relay 127.0.0.1:5000"));
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for arguments in [
        &["chat"][..],
        &["chat", "alice"],
        &["chat", "Alice!", "--relay", "127.0.0.1:1"],
        &["chat", "alice", "--rely", "127.0.0.1:1"],
        &["keygen", "--no-passphrase", "--passphrase-file", "x"],
        &["dance"],
    ] {
        client(arguments)
            .assert()
            .code(2)
            .stderr(starts_with("error: "));
    }
}

#[test]
fn without_a_key_store_chat_says_how_to_make_one_and_makes_nothing() {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("home");
    let path = home.to_str().unwrap();
    client(&["chat", "alice", "--relay", "127.0.0.1:1", "--home", path])
        .assert()
        .code(5)
        .stderr(
            contains("no key store").and(contains("hint: make one: chat-client keygen --home")),
        );
    assert!(!home.exists());
}

#[test]
fn without_a_relay_there_chat_ends_with_exit_code_5() {
    let (_folder, path) = home();
    // An address of the loopback network that nobody else uses.
    let relay = "127.0.77.1:7000";
    client(&[
        "chat", "alice", "--relay", relay, "--home", &path, "--plain",
    ])
    .assert()
    .code(5)
    .stdout("")
    .stderr(contains("no relay at 127.0.77.1").and(contains("hint: ")));
}

#[test]
fn plain_tcp_does_not_leave_the_machine() {
    let (_folder, path) = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let first = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut first = [0];
        stream.read_exact(&mut first).unwrap();
        first
    });
    // Leads here, and is no address of this machine alone.
    let relay = format!("0.0.0.0:{port}");
    let failed = client(&["chat", "alice", "--relay", &relay, "--home", &path]).assert();
    if cfg!(feature = "tls") {
        failed.code(5).stderr(contains("before it was encrypted"));
        assert_eq!(first.join().unwrap(), [0x16]);
    } else {
        failed.code(5).stderr(contains("built without TLS"));
    }
}

#[test]
fn a_relay_that_closes_at_once_is_an_error_without_a_panic() {
    let (_folder, path) = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = listener.local_addr().unwrap().to_string();
    let closing = std::thread::spawn(move || drop(listener.accept().unwrap()));
    client(&["chat", "alice", "--relay", &relay, "--home", &path])
        .assert()
        .code(5)
        .stderr(contains("before the login"));
    closing.join().unwrap();
}

#[test]
fn a_home_that_cannot_be_written_is_exit_code_5() {
    client(&["keygen", "--home", "/proc/nowhere", "--no-passphrase"])
        .assert()
        .code(5)
        .stderr(contains("error: cannot use /proc/nowhere"));
}

#[test]
fn a_damaged_key_store_is_exit_code_5() {
    let (folder, path) = home();
    std::fs::write(folder.path().join("identity.keys"), "{}").unwrap();
    client(&["chat", "alice", "--relay", "127.0.0.1:1", "--home", &path])
        .assert()
        .code(5)
        .stderr(contains("key store"));
}

#[test]
fn keygen_and_export_make_private_files_and_overwrite_nothing() {
    let folder = TempDir::new().unwrap();
    let home = folder.path().join("new/home");
    let path = home.to_str().unwrap();
    let keygen = ["keygen", "--home", path, "--no-passphrase"];
    client(&keygen)
        .assert()
        .code(0)
        .stdout(starts_with("fingerprint "));
    let store = std::fs::read_to_string(home.join("identity.keys")).unwrap();
    let identity = Identity::from_store(&store, None).unwrap();

    client(&keygen).assert().code(5).stderr(contains("--force"));
    assert_eq!(
        std::fs::read_to_string(home.join("identity.keys")).unwrap(),
        store
    );

    let to = folder.path().join("pem");
    let export = ["export", "--home", path, "--to", to.to_str().unwrap()];
    client(&export).assert().code(0);
    let pem = identity.to_pem();
    let read = |name: &str| std::fs::read_to_string(to.join(name)).unwrap();
    assert_eq!(read("identity-private.pem"), *pem.identity_private);
    assert_eq!(read("identity-public.pem"), pem.identity_public);
    assert_eq!(read("encryption-private.pem"), *pem.encryption_private);
    assert_eq!(read("encryption-public.pem"), pem.encryption_public);
    for file in [
        home.join("identity.keys"),
        to.join("identity-private.pem"),
        to.join("encryption-private.pem"),
    ] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    client(&export).assert().code(5).stderr(contains("exists"));
}

#[test]
fn a_pass_phrase_comes_from_its_file_and_a_wrong_one_is_refused() {
    let folder = TempDir::new().unwrap();
    let (home, right, wrong) = (
        path(&folder, "home"),
        path(&folder, "right"),
        path(&folder, "wrong"),
    );
    std::fs::write(&right, "correct horse\n").unwrap();
    std::fs::write(&wrong, "battery staple\n").unwrap();
    let keys = Path::new(&home).join("identity.keys");
    std::fs::create_dir(&home).unwrap();
    let fixture = crate::hall::fixture(0);
    let store = fixture.to_store(&mut rand::rng(), Some("correct horse"));
    std::fs::write(&keys, store).unwrap();
    let to = path(&folder, "pem");
    let export = |options: &[&str]| {
        let mut command = client(&["export", "--home", &home, "--to", &to]);
        command.args(options).assert()
    };
    export(&["--passphrase-file", &wrong])
        .code(5)
        .stderr(contains("passphrase is wrong"));
    export(&["--no-passphrase"])
        .code(5)
        .stderr(contains("encrypted"));
    export(&["--passphrase-file", &right]).code(0);
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[cfg(unix)]
fn mode(file: &PathBuf) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &PathBuf) -> u32 {
    0o600
}

#[test]
fn a_client_that_reconnects_logs_in_again_when_the_relay_is_back() {
    let (_folder, home) = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = start(&listener, &home, &["--reconnect"]);
    // Each connection ends when it has answered once.
    let both =
        std::panic::catch_unwind(|| [5, 6].map(|n| pong_of(&listener, &[ToClient::Ping { n }])));
    let stdout = std::io::BufReader::new(client.stdout.take().unwrap());
    // The third line comes whatever it is: the second connection has ended as well.
    let lines: Vec<String> = stdout.lines().take(3).map(Result::unwrap).collect();
    client.kill().unwrap();
    client.wait().unwrap();
    assert_eq!(both.unwrap(), [5, 6].map(|n| ToRelay::Pong { n }));
    let ready = "ready alice with nobody";
    assert_eq!(lines, [ready, "disconnected closed", ready]);
}

/// A client of this relay, whose output nobody reads meanwhile.
fn start(listener: &std::net::TcpListener, home: &str, more: &[&str]) -> std::process::Child {
    let relay = listener.local_addr().unwrap().to_string();
    let arguments = ["chat", "alice", "--relay", &relay, "--home", home];
    let face: &[&str] = if more.contains(&"--json") {
        &[]
    } else {
        &["--plain"]
    };
    #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_chat-client"));
    command
        .args(arguments)
        .args(face)
        .args(more)
        .env_remove("CHAT_HOME");
    command.stdin(std::process::Stdio::piped());
    command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

/// The next message of a client.
fn next_of(stream: &mut std::net::TcpStream) -> ToRelay {
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    loop {
        if let Some(frame) = deframer.next_frame().unwrap() {
            return ToRelay::decode(&frame).unwrap();
        }
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).expect("the client answers");
        deframer.buffer_mut().extend_from_slice(&bytes[..read]);
    }
}

/// A relay that lets anybody in, says what it is told to, and waits for the pong.
fn pong_of(listener: &std::net::TcpListener, says: &[ToClient]) -> ToRelay {
    let (mut stream, _) = listener.accept().unwrap();
    let patience = Some(std::time::Duration::from_secs(60));
    stream.set_read_timeout(patience).unwrap();
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    let mut next = |stream: &mut std::net::TcpStream| loop {
        if let Some(frame) = deframer.next_frame().unwrap() {
            return ToRelay::decode(&frame).unwrap();
        }
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).expect("the client answers");
        deframer.buffer_mut().extend_from_slice(&bytes[..read]);
    };
    let say = |stream: &mut std::net::TcpStream, message: &ToClient| {
        let frame = message.frame(bytes::Bytes::new());
        stream.write_all(&frame.to_bytes()).unwrap();
    };
    let ToRelay::Hello { nonce, .. } = next(&mut stream) else {
        panic!("a hello comes first");
    };
    say(&mut stream, &crate::hall::challenge(&nonce));
    next(&mut stream);
    let welcome = ToClient::Welcome {
        mail_days: 0,
        keepalive_ms: 0,
        present: 0,
    };
    say(&mut stream, &welcome);
    for message in says {
        say(&mut stream, message);
    }
    next(&mut stream)
}

#[test]
fn a_client_whose_output_nobody_reads_still_answers_the_relay() {
    let (_folder, home) = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = start(&listener, &home, &[]);
    // More than a pipe holds.
    let line = ToClient::Error {
        code: ErrorCode::Busy,
        text: "x".repeat(256),
    };
    let mut says = vec![line; 600];
    says.push(ToClient::Ping { n: 5 });
    let answer = std::panic::catch_unwind(|| pong_of(&listener, &says));
    client.kill().unwrap();
    client.wait().unwrap();
    assert_eq!(answer.unwrap(), ToRelay::Pong { n: 5 });
}

#[test]
fn a_key_that_is_due_is_replaced_while_the_client_chats_and_stored_before_it_is_shown() {
    let (folder, home) = home();
    let path = folder.path().join("identity.keys");
    let now = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_secs();
    let mut store: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for part in ["validity", "certificate"] {
        if let Some(validity) = store["keys"]["encryption"][0].get_mut(part) {
            validity["not_after"] = (now + 2 * 24 * 60 * 60).into();
        }
    }
    let me = Identity::from_store(&store.to_string(), None).unwrap();
    let sealed = me.to_store(&mut rand::rng(), Some("a phrase"));
    std::fs::write(&path, sealed).unwrap();
    let phrase = folder.path().join("phrase");
    std::fs::write(&phrase, "a phrase\n").unwrap();

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let phrase = phrase.to_str().unwrap();
    let mut client = start(&listener, &home, &["--passphrase-file", phrase]);
    let told = std::panic::catch_unwind(|| pong_of(&listener, &[]));
    let stored = std::fs::read_to_string(&path).unwrap();
    client.kill().unwrap();
    client.wait().unwrap();
    let ToRelay::Renew { certificate } = told.unwrap() else {
        panic!("another key is announced");
    };
    let stored = Identity::from_store(&stored, Some("a phrase")).unwrap();
    let mut shown = stored.certify(&mut rand::rng(), &"alice".parse().unwrap(), now);
    shown.signature = certificate.signature.clone();
    assert_eq!((certificate.number, certificate), (2, shown));
}

/// What a client prints before it ends, whatever its relay does; and how it ends.
fn visit(listener: &std::net::TcpListener, home: &str, relay: u8, more: &[&str]) -> (String, i32) {
    let mut client = start(listener, home, more);
    let (mut stream, _) = listener.accept().unwrap();
    let hello = next_of(&mut stream);
    let ToRelay::Hello { nonce, .. } = hello else {
        panic!("a hello comes first");
    };
    let secret = ed25519_dalek::SigningKey::from_bytes(&[relay; 32]);
    let mut say = |message: &ToClient| {
        let frame = message.frame(bytes::Bytes::new());
        // Fails where the client has left.
        stream.write_all(&frame.to_bytes()).ok();
    };
    say(&crate::hall::challenge_of("relay", &secret, &nonce));
    say(&ToClient::Welcome {
        mail_days: 0,
        keepalive_ms: 0,
        present: 0,
    });
    let reason = chat_protocol::LeaveReason::ShuttingDown;
    say(&ToClient::Bye { reason });
    let mut printed = String::new();
    let mut out = client.stdout.take().unwrap();
    out.read_to_string(&mut printed).unwrap();
    (printed, client.wait().unwrap().code().unwrap())
}

#[test]
fn the_relay_at_an_address_is_remembered_and_another_one_is_refused() {
    let (_folder, home) = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let json = |relay, more: &[&str]| visit(&listener, &home, relay, &[&["--json"], more].concat());
    let first = json(1, &[]);
    assert!(
        first.0.contains(r#""first_relay":true"#) && first.1 == 3,
        "{first:?}"
    );
    let again = json(1, &[]);
    assert!(
        again.0.contains(r#""first_relay":false"#) && again.1 == 3,
        "{again:?}"
    );
    let other = json(2, &[]);
    assert!(
        other.0.contains("relay-changed") && other.1 == 4,
        "{other:?}"
    );
    let key = ed25519_dalek::SigningKey::from_bytes(&[2; 32]).verifying_key();
    let key = chat_protocol::RelayKey(key.to_bytes()).to_string();
    let named = json(2, &["--relay-key", &key]);
    assert!(named.0.contains(&key) && named.1 == 3, "{named:?}");
    let known = json(2, &[]);
    assert!(
        known.0.contains(r#""first_relay":false"#) && known.1 == 3,
        "{known:?}"
    );
}
