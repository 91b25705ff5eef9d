//! Two people chat, each on a terminal: keys typed into real ones, and what is on them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::runs::root;
use crate::screen::{Screen, has_tmux, tmux};

/// The relay, until the test is over.
struct Relay {
    process: Child,
    address: String,
}

impl Relay {
    #[expect(
        clippy::disallowed_methods,
        reason = "the relay is no participant here"
    )]
    fn start(programs: &Path, data: &Path) -> Self {
        let mut process = Command::new(programs.join("chat-server"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut ready).unwrap();
        let address = ready.trim().strip_prefix("ready ").unwrap().to_owned();
        Self { process, address }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The directory of the client and the relay, which are built where that was not done yet.
#[expect(clippy::disallowed_methods, reason = "asks cargo for two programs")]
fn programs() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["build", "--quiet", "--offline", "--bins"])
        .args(["-p", "chat-server", "-p", "chat-client"])
        .status();
    assert!(built.unwrap().success());
    let xtask = assert_cmd::cargo::cargo_bin("xtask");
    xtask.parent().unwrap().to_owned()
}

/// Somebody's home, with a key.
fn home(directory: &Path, who: &str, key: &str) {
    let home = directory.join(who);
    std::fs::create_dir(&home).unwrap();
    let keys = root().join("scenarios/fixtures/keys").join(key);
    std::fs::copy(keys, home.join("identity.keys")).unwrap();
}

/// How somebody joins.
fn command(programs: &Path, relay: &Relay, directory: &Path, who: &str) -> String {
    let (client, home) = (programs.join("chat-client"), directory.join(who));
    format!(
        "{} chat {who} --relay {} --home {} --reconnect --lang en",
        client.display(),
        relay.address,
        home.display()
    )
}

fn on_a_terminal(command: &str) -> Screen {
    Screen::running((80, 20), command, "TZ=UTC")
}

/// The terminal is as it was before the client.
fn is_given_back(screen: &str) {
    let is_raw = screen.contains("-icanon") || screen.contains("-echo ");
    assert!(!is_raw && !screen.contains("everyone>"), "{screen}");
}

#[test]
fn two_people_chat_on_terminals_leave_and_come_back() {
    if !has_tmux() {
        return;
    }
    let programs = programs();
    let directory = tempfile::tempdir().unwrap();
    home(directory.path(), "alice", "00.keys");
    home(directory.path(), "bob", "01.keys");
    std::fs::write(directory.path().join("plan.txt"), "at dawn").unwrap();
    let relay = Relay::start(&programs, &directory.path().join("relay"));
    let [alices, bobs] =
        ["alice", "bob"].map(|who| command(&programs, &relay, directory.path(), who));
    // A shell that can stop her client and let it go on.
    let shell = format!("sh -mc '{alices}; echo stopped; stty -a; read enter; fg'");
    let alice = on_a_terminal(&shell);
    alice.wait_for(&["you are alice", "everyone>"]);
    let bob = on_a_terminal(&bobs);
    bob.wait_for(&["you are bob", "1 here: alice"]);
    alice.wait_for(&["bob joined, for the first time"]);

    // A line that is being typed stays while others write.
    alice.type_text("/msg b");
    alice.press("Tab");
    alice.type_text("meet me");
    alice.wait_for(&["everyone> /msg bob meet me"]);
    bob.type_text("hello everybody");
    bob.press("Enter");
    let screen = alice.wait_for(&["bob: hello everybody"]);
    assert!(screen.contains("everyone> /msg bob meet me"), "{screen}");
    bob.wait_for(&["bob: hello everybody \u{2713}\u{2713} 1"]);
    alice.press("Enter");
    alice.wait_for(&["alice: meet me \u{2713}\u{2713}", "bob>"]);
    bob.wait_for(&["unread: alice 1"]);

    let path = directory.path().join("plan").display().to_string();
    alice.type_text(&format!("/file bob {path}"));
    alice.press("Tab");
    alice.wait_for(&["plan.txt"]);
    alice.press("Enter");
    alice.wait_for(&["bob is asked whether to accept plan.txt"]);
    let saved = directory.path().join("bob/downloads/plan.txt");
    assert!(!saved.exists(), "nothing comes without consent");
    bob.type_text("/accept");
    bob.press("Enter");
    alice.wait_for(&["bob has plan.txt (7 bytes)"]);
    assert_eq!(std::fs::read_to_string(saved).unwrap(), "at dawn");

    bob.press("C-c");
    is_given_back(&bob.wait_for(&["exit code: 0", "icanon"]));
    drop(bob);
    alice.wait_for(&["bob left (quit)"]);
    alice.press("C-z");
    is_given_back(&alice.wait_for(&["stopped", "icanon"]));
    alice.press("Enter");
    alice.wait_for(&["bob left (quit)", "bob>"]);

    // What was said is there again.
    let bob = on_a_terminal(&bobs);
    bob.wait_for(&["bob: hello everybody", "2 alice", "1 here: alice"]);
    bob.press("M-2");
    bob.wait_for(&["alice: meet me", "alice>"]);
    bob.resize(40, 10);
    // tmux cuts rows by itself, but only the client leaves out the times.
    bob.wait_until("a narrow screen without times", |screen| {
        let has_row = |start: &str| screen.lines().any(|line| line.starts_with(start));
        has_row("alice: meet me") && has_row("alice>")
    });
    bob.resize(80, 20);
    let kill = format!("kill -TERM {}", bob.program());
    tmux(&bob.socket, &["run-shell", &kill]);
    is_given_back(&bob.wait_for(&["exit code: 0", "icanon"]));
    alice.press("C-d");
    is_given_back(&alice.wait_for(&["exit code: 0", "icanon"]));
}
