use std::net::SocketAddr;

use chat_protocol::{ErrorCode, ToRelay};
use chat_server::{Listeners, Registry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client::within;
use crate::relay::{Relay, quiet};

/// What the relay answers to this request.
async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = within(TcpStream::connect(address)).await.unwrap();
    within(stream.write_all(request.as_bytes())).await.unwrap();
    let mut answer = String::new();
    within(stream.read_to_string(&mut answer)).await.unwrap();
    answer
}

async fn page(address: SocketAddr) -> String {
    let answer = ask(
        address,
        &format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n\r\n"),
    )
    .await;
    let (head, page) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains(&format!("Content-Length: {}", page.len())),
        "{head}"
    );
    page.to_owned()
}

/// The value of this line.
fn value(page: &str, name: &str) -> u64 {
    let mut lines = page.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value
        .unwrap_or_else(|| panic!("no {name} in {page}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn what_happens_is_counted_and_nobody_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (clients, metrics) = (
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let address = metrics.local_addr().unwrap();
    let listeners = Listeners {
        clients,
        metrics: Some(metrics),
    };
    let registry = Registry::open(folder.path()).unwrap().with_mail().unwrap();
    let relay = Relay::start_on(listeners, quiet(), registry);
    let empty = page(address).await;
    assert_eq!(value(&empty, "chat_relay_logins_total"), 0);

    let (mut alice, mut bob) = relay.alice_and_bob().await;
    let send = |id, to: &str| ToRelay::Send {
        id,
        to: to.parse().unwrap(),
    };
    alice.send_with(&send(1, "bob"), &[7; 1000]).await;
    bob.next().await;
    bob.send(&ToRelay::Ack {
        seq: 1,
        refused: Vec::new(),
    })
    .await;
    alice.next().await;
    // Nobody has this name.
    alice.send_with(&send(2, "zoe"), &[7; 1000]).await;
    alice.next().await;
    let name = "zoe".parse().unwrap();
    alice.send(&ToRelay::Find { name }).await;
    alice.expect_error(ErrorCode::UnknownName).await;
    // Mail for somebody who is away.
    bob.send(&ToRelay::Bye {}).await;
    bob.expect_end().await;
    alice.next().await;
    alice.send_with(&send(3, "bob"), &[7; 1000]).await;
    alice.next().await;

    let page = page(address).await;
    for (name, expected) in [
        ("chat_relay_connections_total", 2),
        ("chat_relay_logins_total", 2),
        ("chat_relay_messages_total{direction=\"received\"}", 6),
        ("chat_relay_refusals_total{code=\"unknown-name\"}", 1),
        ("chat_relay_undelivered_total{code=\"unknown-name\"}", 1),
        ("chat_relay_mailboxes", 1),
        ("chat_relay_syncs_total{of=\"mail\"}", 1),
        ("chat_relay_syncs_total{of=\"names\"}", 2),
        ("chat_relay_router_queue", 0),
    ] {
        assert_eq!(value(&page, name), expected, "{name} in {page}");
    }
    let bytes = value(&page, "chat_relay_bytes_total{direction=\"received\"}");
    assert!((3000..4000).contains(&bytes), "{bytes}");
    for name in ["alice", "bob", "zoe", "127.0.0.1"] {
        assert!(!page.contains(name), "{name} in {page}");
    }
    // As the format wants it: each family is described once, before its values.
    let mut described = String::new();
    for line in page.lines() {
        if let Some(line) = line.strip_prefix("# TYPE ") {
            described = line.split(' ').next().unwrap().to_owned();
        } else if !line.starts_with('#') {
            assert!(line.starts_with(&described), "{line} after {described}");
        }
    }
}

#[tokio::test]
async fn nothing_but_the_metrics_is_there() {
    let (clients, metrics) = (
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let address = metrics.local_addr().unwrap();
    let listeners = Listeners {
        clients,
        metrics: Some(metrics),
    };
    let _relay = Relay::start_on(listeners, quiet(), Registry::in_memory());
    for what in ["GET /", "POST /metrics"] {
        let request = format!("{what} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let other = ask(address, &request).await;
        assert!(other.starts_with("HTTP/1.1 404 "), "{other}");
    }
    // What a browser asks for a page that has its own name lead here.
    let port = address.port();
    for host in [format!("evil.example:{port}"), "127.0.0.1:1".to_owned()] {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let refused = ask(address, &request).await;
        assert!(refused.starts_with("HTTP/1.1 421 "), "{refused}");
        let way_out = format!("http://127.0.0.1:{port}/metrics");
        assert!(
            refused.contains(&way_out) && !refused.contains("chat_relay"),
            "{refused}"
        );
    }
    let long = "x".repeat(20_000);
    let mut stream = within(TcpStream::connect(address)).await.unwrap();
    // Closed before all of it is read.
    within(stream.write_all(long.as_bytes())).await.ok();
    let mut answer = Vec::new();
    within(stream.read_to_end(&mut answer)).await.ok();
    assert_eq!(answer, [0; 0]);
}
