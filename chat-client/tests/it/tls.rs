//! Programs and a relay that speak TLS.

use std::io::Read as _;
use std::net::SocketAddr;
use std::sync::Arc;

use chat_server::Settings;
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::people::{Person, Port, Relay};

#[test]
fn people_chat_over_tls_and_go_on_when_the_relay_was_killed() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let relay = Relay::start(&port, true, data.path());
    let mut alice = Person::join("alice", 0, port.address, &["--tls", "--reconnect"]);
    alice.sees("ready alice");
    let mut bob = Person::join("bob", 1, port.address, &["--tls", "--reconnect"]);
    bob.sees("ready bob");
    alice.sees("joined bob");
    alice.says("/msg bob good morning");
    assert_eq!(bob.sees("private"), "private alice good morning");
    let file = data.path().join("plan");
    let plan = vec![b'x'; 300_000];
    std::fs::write(&file, &plan).unwrap();
    alice.says(&format!("/file bob {}", file.display()));
    bob.sees("file-asks 1 alice 300000 ");
    bob.says("/accept");
    alice.sees("file-delivered bob");
    assert_eq!(
        std::fs::read(bob.home.path().join("downloads/plan")).unwrap(),
        plan
    );

    drop(relay);
    alice.sees("disconnected");
    bob.sees("disconnected");
    let _relay = Relay::start(&port, true, data.path());
    alice.sees("ready alice");
    bob.sees("ready bob");
    alice.says("/msg bob good evening");
    assert_eq!(bob.sees("private"), "private alice good evening");
}

#[test]
fn another_relay_or_none_that_speaks_tls_at_the_address_is_refused_with_words() {
    let (data, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let port = Port::reserve();
    let relay = Relay::start(&port, true, data.path());
    let mut alice = Person::join("alice", 0, port.address, &["--tls"]);
    alice.sees("ready alice");
    alice.says("/quit");
    let left = alice.ends();
    assert_eq!((left.code, left.stderr.as_str()), (0, ""));
    drop(relay);

    let another = Relay::start(&port, true, other.path());
    let refused = Person::at_home(left.home, "alice", port.address, &["--tls"]).ends();
    assert_eq!(refused.code, 4);
    let said = refused.stderr;
    assert!(
        said.contains("HAS ANOTHER KEY") && said.contains("--relay-key"),
        "{said}"
    );
    drop(another);

    let _plain = Relay::start(&port, false, data.path());
    let refused = Person::at_home(refused.home, "alice", port.address, &["--tls"]).ends();
    assert_eq!(refused.code, 5);
    let said = refused.stderr;
    assert!(
        said.contains("does not speak TLS") && said.contains("hint: "),
        "{said}"
    );
}

#[test]
fn a_full_relay_and_one_that_closes_at_once_are_not_taken_for_relays_without_tls() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let settings = Settings {
        tls: true,
        max_connections: 1,
        ..Settings::default()
    };
    let _relay = Relay::start_with(&port, settings, data.path());
    let alice = Person::join("alice", 0, port.address, &["--tls"]);
    alice.sees("ready alice");
    let full = Person::join("bob", 1, port.address, &["--tls"]).ends();
    assert_eq!(full.code, 4);
    assert!(
        full.stderr.contains("limit of connections"),
        "{}",
        full.stderr
    );

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let closing = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
    });
    let closed = Person::join("bob", 1, address, &["--tls"]).ends();
    closing.join().unwrap();
    assert_eq!(closed.code, 5);
    let said = closed.stderr;
    assert!(
        said.contains("closed the connection before it was encrypted"),
        "{said}"
    );
    assert!(
        said.contains("try again later") && !said.contains("--tls"),
        "{said}"
    );
}

#[test]
fn a_client_that_reconnects_gives_up_where_no_tls_is_spoken_any_more() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let relay = Relay::start(&port, true, data.path());
    let mut alice = Person::join("alice", 0, port.address, &["--tls", "--reconnect"]);
    alice.sees("ready alice");
    drop(relay);
    alice.sees("disconnected");
    alice.says("/msg bob good morning");
    let _plain = Relay::start(&port, false, data.path());
    let ended = alice.ends();
    assert_eq!(ended.code, 5);
    assert!(
        ended.stderr.contains("does not speak TLS"),
        "{}",
        ended.stderr
    );
    let told =
        "refused disconnected the relay is gone, so this was not sent: /msg bob good morning";
    assert_eq!(ended.lines, [told]);
}

#[test]
fn whoever_ends_tls_in_between_with_a_certificate_of_its_own_is_refused() {
    let data = TempDir::new().unwrap();
    let port = Port::reserve();
    let _relay = Relay::start(&port, false, data.path());
    let key = chat_server::relay_key(data.path()).unwrap();
    let runtime = Runtime::new().unwrap();
    let front = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = front.local_addr().unwrap();
    runtime.spawn(pass_on(front, port.address));
    // Whether or not the user knows which relay it should be.
    let key = key.to_string();
    let named = Person::join("alice", 0, address, &["--tls", "--relay-key", &key]).ends();
    assert_eq!(named.code, 4);
    let said = named.stderr;
    assert!(said.contains("not the one of --relay-key"), "{said}");
    let unnamed = Person::join("alice", 0, address, &["--tls"]).ends();
    assert_eq!(unnamed.code, 4);
    assert!(
        unnamed.stderr.contains("does not prove"),
        "{}",
        unnamed.stderr
    );
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
