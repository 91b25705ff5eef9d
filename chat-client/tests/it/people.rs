//! Programs on pipes, and relays in this process that they connect to. Few, since each client is a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use chat_server::{Registry, Settings};
use tempfile::TempDir;
use tokio::net::TcpSocket;
use tokio::runtime::Runtime;

/// How long something may take that must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port that is this test's own for as long as this is kept, whether or not somebody listens there.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    _reserved: TcpSocket,
}

impl Port {
    pub(crate) fn reserve() -> Self {
        let reserved = socket("127.0.0.1:0".parse().unwrap());
        let address = reserved.local_addr().unwrap();
        Self {
            address,
            _reserved: reserved,
        }
    }
}

fn socket(address: SocketAddr) -> TcpSocket {
    let runtime = Runtime::new().unwrap();
    let _entered = runtime.enter();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    #[cfg(unix)]
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// A relay that dies without a word when this is dropped.
pub(crate) struct Relay {
    _runtime: Runtime,
}

impl Relay {
    pub(crate) fn start(port: &Port, tls: bool, data: &Path) -> Self {
        let settings = Settings {
            tls,
            ..Settings::default()
        };
        Self::start_with(port, settings, data)
    }

    pub(crate) fn start_with(port: &Port, settings: Settings, data: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let socket = socket(port.address);
        let listener = runtime.block_on(async { socket.listen(64) }).unwrap();
        let registry = Registry::open(data).unwrap().with_mail().unwrap();
        runtime.spawn(async {
            let run = chat_server::run(listener, settings, registry, std::future::pending());
            run.await.unwrap();
        });
        Self { _runtime: runtime }
    }
}

/// A program, and what it prints.
pub(crate) struct Person {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    errors: mpsc::Receiver<String>,
    pub(crate) home: TempDir,
}

/// What is left of a program that has ended by itself.
pub(crate) struct Ended {
    pub(crate) code: i32,
    /// What nobody has read of its standard output.
    pub(crate) lines: Vec<String>,
    pub(crate) stderr: String,
    pub(crate) home: TempDir,
}

impl Person {
    pub(crate) fn join(name: &str, key: u8, relay: SocketAddr, more: &[&str]) -> Self {
        Self::at_home(home(key), name, relay, more)
    }

    pub(crate) fn at_home(home: TempDir, name: &str, relay: SocketAddr, more: &[&str]) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command.args(["chat", name, "--plain", "--relay"]);
        command.arg(relay.to_string()).args(more);
        command.arg("--home").arg(home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::sync_channel(1024);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let (sender, errors) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            let mut said = String::new();
            stderr.read_to_string(&mut said).ok();
            sender.send(said).ok();
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
            errors,
            home,
        }
    }

    pub(crate) fn says(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    pub(crate) fn sees(&self, start: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{start:?} was awaited ({error}), and seen was {seen:?}"),
            }
        }
    }

    /// How the program ends by itself.
    pub(crate) fn ends(mut self) -> Ended {
        // Closed when the program has ended.
        let said = self.errors.recv_timeout(PATIENCE);
        let lines = |lines: &mpsc::Receiver<String>| lines.try_iter().collect::<Vec<_>>();
        let stderr = said.unwrap_or_else(|error| {
            let seen = lines(&self.lines);
            panic!("the end of the program was awaited ({error}), and seen was {seen:?}")
        });
        Ended {
            code: self.child.wait().unwrap().code().unwrap(),
            // Its thread ends with the program.
            lines: self.lines.iter().collect(),
            stderr,
            home: std::mem::replace(&mut self.home, TempDir::new().unwrap()),
        }
    }
}

/// A test that fails leaves no client behind.
impl Drop for Person {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn home(key: u8) -> TempDir {
    let folder = TempDir::new().unwrap();
    let keys = format!("../scenarios/fixtures/keys/0{key}.keys");
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join(keys);
    std::fs::copy(keys, folder.path().join("identity.keys")).unwrap();
    folder
}
