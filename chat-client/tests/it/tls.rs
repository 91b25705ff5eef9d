//! Programs and a relay that speak TLS. Few, since each client is a process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use chat_server::{Registry, Settings};
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// A relay that dies without a word when this is dropped.
struct Relay {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Relay {
    fn start(address: &str, tls: bool, data: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let registry = Registry::open(data).unwrap().with_mail().unwrap();
        let settings = Settings {
            tls,
            ..Settings::default()
        };
        runtime.spawn(async {
            let run = chat_server::run(listener, settings, registry, std::future::pending());
            run.await.unwrap();
        });
        Self {
            address,
            _runtime: runtime,
        }
    }
}

/// A program, and what it prints.
struct Person {
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
    home: TempDir,
}

impl Person {
    fn join(name: &str, key: u8, relay: SocketAddr, more: &[&str]) -> Self {
        Self::at_home(home(key), name, relay, more)
    }

    fn at_home(home: TempDir, name: &str, relay: SocketAddr, more: &[&str]) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command.args(["chat", name, "--plain", "--tls", "--relay"]);
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
        Self {
            stdin: child.stdin.take().unwrap(),
            child,
            lines,
            home,
        }
    }

    fn says(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
    }

    fn sees(&self, start: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{start:?} was awaited ({error}), and seen was {seen:?}"),
            }
        }
    }

    /// How the program ends by itself, what it said on standard error, and its home.
    fn fails(mut self) -> (i32, String, TempDir) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        let home = std::mem::replace(&mut self.home, TempDir::new().unwrap());
        (code, said, home)
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

#[test]
fn people_chat_over_tls_and_go_on_when_the_relay_was_killed() {
    let data = TempDir::new().unwrap();
    let relay = Relay::start("127.0.0.1:0", true, data.path());
    let address = relay.address;
    let mut alice = Person::join("alice", 0, address, &["--reconnect"]);
    alice.sees("ready alice");
    let bob = Person::join("bob", 1, address, &["--reconnect"]);
    bob.sees("ready bob");
    alice.sees("joined bob");
    alice.says("/msg bob good morning");
    assert_eq!(bob.sees("private"), "private alice good morning");
    let file = data.path().join("plan");
    let plan = vec![b'x'; 300_000];
    std::fs::write(&file, &plan).unwrap();
    alice.says(&format!("/file bob {}", file.display()));
    alice.sees("file-delivered bob");
    assert_eq!(
        std::fs::read(bob.home.path().join("downloads/plan")).unwrap(),
        plan
    );

    drop(relay);
    alice.sees("disconnected");
    bob.sees("disconnected");
    let _relay = Relay::start(&address.to_string(), true, data.path());
    alice.sees("ready alice");
    bob.sees("ready bob");
    alice.says("/msg bob good evening");
    assert_eq!(bob.sees("private"), "private alice good evening");
}

#[test]
fn another_relay_or_none_that_speaks_tls_at_the_address_is_refused_with_words() {
    let (data, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let relay = Relay::start("127.0.0.1:0", true, data.path());
    let address = relay.address;
    let mut alice = Person::join("alice", 0, address, &[]);
    alice.sees("ready alice");
    alice.says("/quit");
    let (code, said, home) = alice.fails();
    assert_eq!((code, said.as_str()), (0, ""));
    drop(relay);

    let another = Relay::start(&address.to_string(), true, other.path());
    let alice = Person::at_home(home, "alice", address, &[]);
    let (code, said, home) = alice.fails();
    assert_eq!(code, 4);
    assert!(
        said.contains("HAS ANOTHER KEY") && said.contains("--relay-key"),
        "{said}"
    );
    drop(another);

    let plain = Relay::start("127.0.0.1:0", false, data.path());
    let alice = Person::at_home(home, "alice", plain.address, &[]);
    let (code, said, _home) = alice.fails();
    assert_eq!(code, 5);
    assert!(
        said.contains("does not speak TLS") && said.contains("hint: "),
        "{said}"
    );
}

#[test]
fn whoever_ends_tls_in_between_with_a_certificate_of_its_own_is_refused() {
    let data = TempDir::new().unwrap();
    let relay = Relay::start("127.0.0.1:0", false, data.path());
    let key = chat_server::relay_key(data.path()).unwrap();
    let runtime = Runtime::new().unwrap();
    let front = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = front.local_addr().unwrap();
    runtime.spawn(pass_on(front, relay.address));
    // Whether or not the user knows which relay it should be.
    let named = Person::join("alice", 0, address, &["--relay-key", &key.to_string()]);
    let (code, said, _home) = named.fails();
    assert_eq!(code, 4);
    assert!(said.contains("not the one of --relay-key"), "{said}");
    let (code, said, _home) = Person::join("alice", 0, address, &[]).fails();
    assert_eq!(code, 4);
    assert!(said.contains("does not prove"), "{said}");
}

/// Decrypts what clients say, and tells the relay.
async fn pass_on(front: TcpListener, relay: SocketAddr) {
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let certificate = CertificateParams::default().self_signed(&key).unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    loop {
        let (stream, _) = front.accept().await.unwrap();
        let mut client = acceptor.accept(stream).await.unwrap();
        let mut relay = TcpStream::connect(relay).await.unwrap();
        // Ends with either side.
        tokio::io::copy_bidirectional(&mut client, &mut relay)
            .await
            .ok();
    }
}
