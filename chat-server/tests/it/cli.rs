use std::net::TcpListener;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::{contains, is_empty, is_match, starts_with};
use rustix::process::Signal;

use crate::program::Program;

fn relay(arguments: &[&str]) -> Assert {
    let mut command = Command::cargo_bin("chat-server").unwrap();
    command
        .env("COLUMNS", "100")
        .args(arguments)
        .timeout(std::time::Duration::from_secs(20));
    command.assert()
}

/// One error for a person: what, and what to do; nothing for a developer.
fn is_told(assert: Assert, code: i32, error: &str) {
    let two_lines = is_match(r"\Aerror: [^\n]+\nhint: [^\n]+\n\z").unwrap();
    assert
        .code(code)
        .stdout(is_empty())
        .stderr(two_lines.and(contains(error)));
}

#[test]
fn help_leads_from_the_purpose_to_examples() {
    let output = relay(&["--help"]).success().stderr(is_empty());
    let help = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    insta::assert_snapshot!(help);
}

#[test]
fn wrong_arguments_are_wrong_usage() {
    let wrong: [&[&str]; 8] = [
        &["--prot", "7000"],
        &["--listen", "127.0.0.1"],
        &["--listen", "127.0.0.1:70000"],
        &["--name", "The Relay"],
        &["--keepalive", "20"],
        &["--login-deadline", "0"],
        &["--max-connections", "0"],
        &["extra"],
    ];
    for arguments in wrong {
        relay(arguments)
            .code(2)
            .stdout(is_empty())
            .stderr(starts_with("error: ").and(contains("panicked").not()));
    }
}

#[test]
fn other_addresses_than_loopback_need_tls() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:7000"] {
        is_told(relay(&["--listen", address]), 2, "needs TLS");
    }
}

#[cfg(feature = "tls")]
#[test]
fn with_tls_the_relay_listens_anywhere() {
    let program = Program::start(&["--listen", "0.0.0.0:0", "--tls"]);
    assert!(program.address.ip().is_unspecified());
    assert_eq!(program.end(Signal::TERM).code, Some(0));
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_program_without_tls_refuses_it_before_it_says_that_it_is_ready() {
    for more in [&[][..], &["--check-config"]] {
        let arguments = [&["--tls"][..], more].concat();
        is_told(relay(&arguments), 2, "built without TLS");
    }
}

#[test]
fn busy_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = format!("another program already listens on {address}");
    is_told(relay(&["--listen", &address]), 5, &error);
}

#[test]
fn folder_that_cannot_be_written_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let inside = file.path().join("data");
    let path = inside.to_str().unwrap();
    is_told(relay(&["--data", path]), 5, path);
}

#[test]
fn log_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    is_told(relay(&["--log-file", &path]), 5, &path);
}

#[test]
fn damaged_directory_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("directory.json"), "{\"version\":1,").unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    is_told(relay(&["--data", &path]), 5, "directory.json is damaged");
}

#[test]
fn name_that_nobody_has_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    is_told(
        relay(&["forget", "bob", "--data", data]),
        2,
        "nobody has the name bob",
    );
    relay(&["forget", "bob"]).code(2);
}

#[test]
fn relay_says_ready_once_and_ends_cleanly_when_asked_to() {
    for signal in [Signal::TERM, Signal::INT] {
        let program = Program::start(&["--listen", "127.0.0.1:0"]);
        assert!(program.address.ip().is_loopback());
        assert_ne!(program.address.port(), 0);
        let ended = program.end(signal);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ended.stdout, "", "nothing after the ready line");
    }
}

#[test]
fn given_port_is_used() {
    // Of an address of the loopback network that only one run of this test has at a time.
    let [.., high, low] = std::process::id().to_be_bytes();
    let address = std::net::SocketAddr::from(([127, 77, high, low], 7000));
    let program = Program::start(&["--listen", &address.to_string()]);
    assert_eq!(program.address, address);
    assert_eq!(program.end(Signal::TERM).code, Some(0));
}
