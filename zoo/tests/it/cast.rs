//! Programs of the zoo, started and talked to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

/// Far more than a healthy machine needs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Where the binaries lie.
pub(crate) const RELAY: &str = env!("CARGO_BIN_EXE_plain-relay");
pub(crate) const CLIENT: &str = env!("CARGO_BIN_EXE_plain-client");

/// A running program.
pub(crate) struct Program {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

/// A relay with this fault, ready, and its port.
pub(crate) fn relay(fault: &str) -> (Program, u16) {
    let relay = start(RELAY, &["--name", "crow", "--fault", fault]);
    let line = relay.line();
    let port = line.rsplit(':').next().unwrap().parse().unwrap();
    (relay, port)
}

/// A client with this fault, ready.
pub(crate) fn client(fault: &str, port: u16, name: &str, dir: &Path) -> Program {
    let client = client_unready(fault, port, name, dir);
    let line = client.line();
    assert!(line.starts_with(&format!("ready {name} with ")), "{line}");
    client
}

/// A client that has only just been started.
pub(crate) fn client_unready(fault: &str, port: u16, name: &str, dir: &Path) -> Program {
    let downloads = dir.join(name);
    let port = port.to_string();
    let downloads = downloads.to_str().unwrap();
    let mut arguments = vec!["--fault", fault, "--port", &port, "--name", name];
    arguments.extend(["--downloads", downloads]);
    start(CLIENT, &arguments)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where these tests start programs"
)]
fn start(program: &str, arguments: &[&str]) -> Program {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = sync_channel(100_000);
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let input = child.stdin.take();
    Program {
        child,
        input,
        lines,
    }
}

impl Program {
    /// The next line.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).expect("no line came")
    }

    /// The next line is this one.
    pub(crate) fn shows(&self, line: &str) {
        assert_eq!(self.line(), line);
    }

    pub(crate) fn types(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    pub(crate) fn ends_input(&mut self) {
        self.input = None;
    }

    pub(crate) fn pid(&self) -> i32 {
        self.child.id().try_into().unwrap()
    }

    pub(crate) fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
