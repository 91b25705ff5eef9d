//! A tap between two sockets.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::{Link, LinkState, Tap};
use crate::input::Input;
use crate::isolation::closed::Closed;
use crate::isolation::stage_thread::{Side, StageThread};
use crate::links::reach::Reached;
use scenario::adapter::{Framing, Transport};
use scenario::{Fault, FaultKind, Way, When};
use timeline::{Direction, Level, LinkEnd};

fn alice() -> Link {
    Link {
        name: "alice".to_owned(),
        transport: Transport::Tcp,
        framing: Framing::None,
        connections: 128,
        source: Ipv4Addr::LOCALHOST,
    }
}

/// A tap between a client's socket and a relay's, and what it records.
async fn link() -> (
    Tap,
    TcpStream,
    TcpStream,
    mpsc::Receiver<Input>,
    Arc<StageThread>,
) {
    let stage = Arc::new(
        StageThread::start(Level::None, "unused".into(), Closed::default())
            .await
            .unwrap(),
    );
    let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = watch::Sender::new(Reached::from([relay.local_addr().unwrap()]));
    let (inputs, recorded) = mpsc::channel(1024);
    let tap = Tap::start(
        alice(),
        stage.listen(Side::Clients, 0).await.unwrap(),
        Arc::downgrade(&stage),
        at.subscribe(),
        inputs,
    )
    .unwrap();
    let client = TcpStream::connect(("127.0.0.1", tap.port)).await.unwrap();
    let (relay, _) = relay.accept().await.unwrap();
    (tap, client, relay, recorded, stage)
}

/// What was recorded of each direction, and how it ended.
async fn drain(recorded: &mut mpsc::Receiver<Input>) -> ([Vec<u8>; 2], Vec<LinkEnd>) {
    let mut bytes = [Vec::new(), Vec::new()];
    let mut ends = Vec::new();
    while ends.len() < 2 {
        match recorded.recv().await.expect("two ends") {
            Input::Wire {
                direction: Direction::Up,
                bytes: more,
                ..
            } => bytes[0].extend(more),
            Input::Wire { bytes: more, .. } => bytes[1].extend(more),
            Input::LinkClosed { how, .. } => ends.push(how),
            _ => {}
        }
    }
    (bytes, ends)
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_tap_without_faults_is_byte_identical_and_records_all(
        up in prop::collection::vec(any::<u8>(), 0..200_000),
        down in prop::collection::vec(any::<u8>(), 0..200_000),
    ) {
        run(async {
            let (_tap, client, relay, mut recorded, _stage) = link().await;
            let send = |mut to: tokio::net::tcp::OwnedWriteHalf, bytes: Vec<u8>| async move {
                to.write_all(&bytes).await.unwrap();
                to.shutdown().await.unwrap();
            };
            let receive = |mut from: tokio::net::tcp::OwnedReadHalf| async move {
                let mut all = Vec::new();
                from.read_to_end(&mut all).await.unwrap();
                all
            };
            let (client_read, client_write) = client.into_split();
            let (relay_read, relay_write) = relay.into_split();
            let (((), ()), at_relay, at_client, (bytes, ends)) = tokio::join!(
                async { tokio::join!(send(client_write, up.clone()), send(relay_write, down.clone())) },
                receive(relay_read),
                receive(client_read),
                drain(&mut recorded),
            );
            assert_eq!(at_relay, up);
            assert_eq!(at_client, down);
            assert_eq!(bytes, [up.clone(), down.clone()]);
            assert_eq!(ends, [LinkEnd::Fin, LinkEnd::Fin]);
        });
    }
}

#[test]
fn a_reset_link_is_reset_on_both_sides() {
    run(async {
        let (tap, mut client, mut relay, mut recorded, _stage) = link().await;
        client.write_all(b"hello").await.unwrap();
        let mut hello = [0; 5];
        relay.read_exact(&mut hello).await.unwrap();
        tap.set(LinkState::Reset);
        let (_, ends) = drain(&mut recorded).await;
        assert_eq!(ends, [LinkEnd::Reset, LinkEnd::Reset]);
        for side in [&mut client, &mut relay] {
            let error = side.read(&mut hello).await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        }
    });
}

#[test]
fn a_vanished_link_passes_nothing_and_closes_nothing() {
    run(async {
        let (tap, mut client, relay, mut recorded, _stage) = link().await;
        client.write_all(b"before").await.unwrap();
        let mut before = [0; 6];
        let (mut relay_read, _relay_write) = relay.into_split();
        relay_read.read_exact(&mut before).await.unwrap();
        tap.set(LinkState::Vanished);
        client.write_all(b"after").await.unwrap();
        tap.set(LinkState::Reset);
        let (bytes, _) = drain(&mut recorded).await;
        assert_eq!(bytes[0], b"before");
    });
}

#[test]
fn without_a_relay_the_client_is_reset() {
    run(async {
        let stage = Arc::new(
            StageThread::start(Level::None, "unused".into(), Closed::default())
                .await
                .unwrap(),
        );
        // Its port is nobody else's, and nobody listens.
        let gone = tokio::net::TcpSocket::new_v4().unwrap();
        gone.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let at = watch::Sender::new(Reached::from([gone.local_addr().unwrap()]));
        let (inputs, _recorded) = mpsc::channel(16);
        let tap = Tap::start(
            alice(),
            stage.listen(Side::Clients, 0).await.unwrap(),
            Arc::downgrade(&stage),
            at.subscribe(),
            inputs,
        )
        .unwrap();
        let mut client = TcpStream::connect(("127.0.0.1", tap.port)).await.unwrap();
        let error = client.read(&mut [0; 1]).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    });
}

#[test]
fn a_tap_that_refuses_keeps_its_port_and_accepts_there_again() {
    run(async {
        let stage = StageThread::start(Level::None, "unused".into(), Closed::default());
        let stage = Arc::new(stage.await.unwrap());
        let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reached = Reached::from([relay.local_addr().unwrap()]);
        let at = watch::Sender::new(reached.clone());
        let (inputs, _recorded) = mpsc::channel(1024);
        let listener = stage.listen(Side::Clients, 0).await.unwrap();
        let weak = Arc::downgrade(&stage);
        let tap = Tap::start(alice(), listener, weak, at.subscribe(), inputs).unwrap();
        let connect = || TcpStream::connect(("127.0.0.1", tap.port));
        for _ in 0..3 {
            at.send_replace(Reached::default());
            tap.refuse();
            let refused = connect().await.unwrap_err();
            assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
            tap.listen().unwrap();
            at.send_replace(reached.clone());
            let _client = connect().await.unwrap();
            relay.accept().await.unwrap();
        }
    });
}

#[test]
fn what_waits_in_a_delay_is_not_overtaken_by_a_reset() {
    run(async {
        let ways: [fn(&Tap, TcpStream); 2] = [
            |_, client| client.set_zero_linger().unwrap(),
            |tap, client| {
                tap.set(LinkState::Reset);
                std::mem::forget(client); // it is not the one who resets
            },
        ];
        for end in ways {
            let (tap, mut client, mut relay, mut recorded, _stage) = link().await;
            let by = Duration::from_millis(50);
            tap.add(&fault(FaultKind::Delay { by }), 1);
            client.write_all(b"last words").await.unwrap();
            // The tap has them.
            while !matches!(recorded.recv().await, Some(Input::Wire { .. })) {}
            end(&tap, client);
            let mut words = [0; 10];
            relay.read_exact(&mut words).await.unwrap();
            assert_eq!(&words, b"last words");
            let error = relay.read(&mut words).await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        }
    });
}

fn fault(kind: FaultKind) -> Fault {
    Fault {
        way: Way::Up,
        kind,
        when: When {
            frame: None,
            after_frames: 0,
            times: 1,
        },
    }
}

#[test]
fn sixteen_clients_that_reconnect_at_once_are_served_and_none_is_reset() {
    run(async {
        let stage = StageThread::start(Level::None, "unused".into(), Closed::default());
        let stage = Arc::new(stage.await.unwrap());
        let at = watch::Sender::new(Reached::default());
        let (inputs, mut recorded) = mpsc::channel(1024);
        let mut taps = Vec::new();
        for n in 0..16 {
            let listener = stage.listen(Side::Clients, 0).await.unwrap();
            let link = Link {
                name: n.to_string(),
                ..alice()
            };
            let stage = Arc::downgrade(&stage);
            let tap = Tap::start(link, listener, stage, at.subscribe(), inputs.clone());
            taps.push(tap.unwrap());
        }
        // As after a restart: nobody was served, and then all come at once.
        taps.iter().for_each(Tap::refuse);
        let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
        taps.iter().for_each(|tap| tap.listen().unwrap());
        let mut clients = tokio::task::JoinSet::new();
        for tap in &taps {
            let mut client = TcpStream::connect(("127.0.0.1", tap.port)).await.unwrap();
            client.write_all(b"x").await.unwrap();
            clients.spawn(async move { client.read_u8().await });
        }
        // All of them wait in queues of the taps.
        at.send_replace(Reached::from([relay.local_addr().unwrap()]));
        let mut served = Vec::new();
        while served.len() < 16 {
            let (mut client, _) = relay.accept().await.unwrap();
            let hello = client.read_u8().await.unwrap();
            client.write_all(&[hello]).await.unwrap();
            served.push(client);
        }
        while let Some(ended) = clients.join_next().await {
            assert_eq!(ended.unwrap().unwrap(), b'x');
        }
        drop(served);
        while let Ok(input) = recorded.try_recv() {
            let is_reset = matches!(
                &input,
                Input::LinkClosed {
                    how: LinkEnd::Reset,
                    ..
                } | Input::LinkRefused { .. }
            );
            assert!(!is_reset, "{input:?}");
        }
    });
}
