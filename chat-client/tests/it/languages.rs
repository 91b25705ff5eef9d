//! What people read is in their language, and what programs read is not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use chat_server::{Registry, Settings};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

fn relay() -> (SocketAddr, Runtime) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async {
        let registry = Registry::in_memory();
        let run = chat_server::run(
            listener,
            Settings::default(),
            registry,
            std::future::pending(),
        );
        run.await.unwrap();
    });
    (address, runtime)
}

/// A client as a program, and what it prints.
struct Person {
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
    _home: TempDir,
}

impl Person {
    /// The key is one of the fixtures; `language` is what `LANG` says.
    fn join((name, key): (&str, u8), relay: SocketAddr, language: &str, more: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let keys = format!("../scenarios/fixtures/keys/0{key}.keys");
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join(keys);
        std::fs::copy(keys, home.path().join("identity.keys")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command
            .args(["chat", name, "--relay"])
            .arg(relay.to_string());
        command.arg("--home").arg(home.path()).args(more);
        command.env_remove("LC_ALL").env_remove("LC_MESSAGES");
        command.env("LANG", language);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::sync_channel(1024);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        Self {
            stdin: child.stdin.take().unwrap(),
            child,
            lines,
            _home: home,
        }
    }

    fn says(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
    }

    fn sees(&self, awaited: &str) {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line == awaited => return,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{awaited:?} was awaited ({error}), and seen was {seen:?}"),
            }
        }
    }

    /// Everything that it prints until it ends by itself, and on standard error.
    fn ends(mut self) -> (Vec<String>, String) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        self.child.wait().unwrap();
        (self.lines.iter().collect(), said)
    }
}

/// A test that fails leaves no client behind.
impl Drop for Person {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_german_and_an_english_reader_chat_each_in_their_language() {
    let (relay, _runtime) = relay();
    let mut alice = Person::join(("alice", 0), relay, "de_DE.UTF-8", &["--lines"]);
    alice.sees("* du bist alice; sonst ist niemand da. /help zeigt alle Befehle");
    let more = ["--lines", "--lang", "en"];
    let mut bob = Person::join(("bob", 1), relay, "de_DE.UTF-8", &more);
    bob.sees("* you are bob; here: alice (for the first time). /help lists the commands");
    alice.sees("* bob ist da, zum ersten Mal: /verify bob zeigt, wer das ist");
    // What they write stays as it is.
    alice.says("/msg bob Grüße { $name }");
    bob.sees("[private] alice: Grüße { $name }");
    alice.sees("  (bob hat den Text)");
    bob.says("hello");
    alice.sees("bob: hello");
    alice.says("/who");
    alice.sees("  bob (nicht verifiziert)");
    alice.sees("* 1 da");
    // What was not done, and what can be done.
    alice.says("/msg bbo hallo");
    alice.sees("! hier heißt niemand bbo: meinst du bob?");
    alice.says("/msg Bob! hallo");
    alice.sees("! „Bob!“ ist kein gültiger Name: ein Name besteht nur aus a-z, 0-9, _ und -, nicht aus 'B'");
    alice.says("/file bob /nowhere/plan.txt");
    alice.sees("! /nowhere/plan.txt: nicht gefunden");
    alice.says("/help trust");
    alice.sees(
        "  /trust NAME NUMMER: vertraut einer geänderten Identität, damit du wieder schreiben kannst; \
         NUMMER ist die ganze Nummer, die /verify gezeigt hat",
    );
    bob.says("/quit");
    alice.sees("* bob ist gegangen (abgemeldet)");
}

#[test]
fn an_error_at_the_start_is_in_the_language_of_its_reader_and_in_english_for_programs() {
    // An address of the loopback network that nobody else uses.
    let nobody = "127.0.77.1:7000".parse().unwrap();
    let alice = Person::join(("alice", 0), nobody, "de_DE.UTF-8", &["--lines"]);
    let (_, stderr) = alice.ends();
    assert_eq!(
        stderr,
        "Fehler: kein Relay unter 127.0.77.1:7000: Verbindung abgelehnt\n\
         Hinweis: starte das Relay, oder nenne seine Adresse: --relay HOST:PORT\n"
    );
    let alice = Person::join(("alice", 0), nobody, "de_DE.UTF-8", &["--plain"]);
    let (_, stderr) = alice.ends();
    assert!(
        stderr.starts_with("error: no relay at 127.0.77.1:7000: "),
        "{stderr}"
    );
    // A name that somebody else has: the relay says it in English, and its code tells what it means.
    let (relay, _runtime) = relay();
    let first = Person::join(("alice", 0), relay, "de_DE.UTF-8", &["--lines"]);
    first.sees("* du bist alice; sonst ist niemand da. /help zeigt alle Befehle");
    let second = Person::join(("alice", 1), relay, "de_DE.UTF-8", &["--lines"]);
    let (lines, stderr) = second.ends();
    let why = "das Relay sagt: dieser Name gehört zu einem anderen Schlüssel";
    assert_eq!(lines, [format!("! {why}")]);
    let error = format!("Fehler: das Relay hat die Anmeldung abgelehnt: {why} (name-taken)\n");
    assert_eq!(stderr, error);
}

#[test]
fn what_programs_read_is_the_same_in_every_language() {
    for face in ["--plain", "--json"] {
        let said = ["en_GB.UTF-8", "de_DE.UTF-8"].map(|language| {
            let (relay, _runtime) = relay();
            let more: &[&str] = match language {
                "de_DE.UTF-8" => &[face, "--lang", "de"],
                _ => &[face],
            };
            let mut alice = Person::join(("alice", 0), relay, language, more);
            for line in [
                "/help",
                "/msg bob hello",
                "/dance",
                "/room say x y",
                "/quit",
            ] {
                alice.says(line);
            }
            let (lines, stderr) = alice.ends();
            assert!(lines.len() > 10, "{lines:?}");
            let lines: Vec<_> = lines
                .into_iter()
                .filter(|line| !line.contains("\"ready\""))
                .collect();
            (lines, stderr)
        });
        let [english, german] = said;
        assert_eq!(english, german, "{face}");
    }
}
