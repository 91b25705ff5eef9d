//! A tap between two sockets for datagrams.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{Link, LinkState, Tap};
use crate::input::Input;
use crate::isolation::closed::Closed;
use crate::isolation::stage_thread::{Side, StageThread};
use crate::links::reach::Reached;
use scenario::adapter::{Framing, Transport};
use scenario::{Fault, FaultKind, Way, When};
use timeline::{Direction, Level};

/// A tap, its relay, and what is recorded.
struct Tapped {
    tap: Tap,
    relay: UdpSocket,
    recorded: mpsc::Receiver<Input>,
    _at: watch::Sender<Reached>,
    _stage: Arc<StageThread>,
}

async fn tapped() -> Tapped {
    let stage = StageThread::start(Level::None, "unused".into(), Closed::default());
    let stage = Arc::new(stage.await.unwrap());
    let relay = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = watch::Sender::new(Reached::from([relay.local_addr().unwrap()]));
    let (inputs, recorded) = mpsc::channel(1024);
    let link = Link {
        name: "alice".to_owned(),
        transport: Transport::Udp,
        framing: Framing::None,
        connections: 128,
        source: Ipv4Addr::LOCALHOST,
    };
    let socket = stage.bind(Side::Clients, 0).await.unwrap();
    let weak = Arc::downgrade(&stage);
    let tap = Tap::start_for_datagrams(link, socket, weak, at.subscribe(), inputs).unwrap();
    Tapped {
        tap,
        relay,
        recorded,
        _at: at,
        _stage: stage,
    }
}

impl Tapped {
    async fn client(&self) -> UdpSocket {
        let client = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        client.connect(("127.0.0.1", self.tap.port)).await.unwrap();
        client
    }

    /// The next datagram that was recorded.
    async fn recorded(&mut self) -> (Direction, Vec<u8>) {
        loop {
            if let Input::Wire {
                direction, bytes, ..
            } = self.recorded.recv().await.unwrap()
            {
                return (direction, bytes.to_vec());
            }
        }
    }
}

async fn next(socket: &UdpSocket) -> Vec<u8> {
    let mut room = vec![0; 65_536];
    let received = timeout(Duration::from_secs(5), socket.recv(&mut room));
    let length = received.await.expect("a datagram comes").unwrap();
    room.truncate(length);
    room
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

#[tokio::test]
async fn each_datagram_passes_and_is_recorded_as_it_was_sent() {
    let mut tapped = tapped().await;
    let client = tapped.client().await;
    for length in [5, 0, 1, 1400, 60_000] {
        let datagram = vec![7; length];
        client.send(&datagram).await.unwrap();
        let mut room = vec![0; 65_536];
        let (received, from) = tapped.relay.recv_from(&mut room).await.unwrap();
        assert_eq!(room[..received], datagram);
        assert_eq!(tapped.recorded().await, (Direction::Up, datagram.clone()));
        tapped.relay.send_to(&datagram, from).await.unwrap();
        assert_eq!(next(&client).await, datagram);
        assert_eq!(tapped.recorded().await, (Direction::Down, datagram));
    }
}

#[tokio::test]
async fn datagrams_that_follow_closely_are_not_merged() {
    let tapped = tapped().await;
    let client = tapped.client().await;
    for text in [b"one", b"two", b"six"] {
        client.send(text).await.unwrap();
    }
    for text in [b"one", b"two", b"six"] {
        assert_eq!(next(&tapped.relay).await, text);
    }
}

#[tokio::test]
async fn who_sends_from_two_sockets_is_two_to_the_relay() {
    let tapped = tapped().await;
    let (one, two) = (tapped.client().await, tapped.client().await);
    let mut room = [0; 16];
    one.send(b"one").await.unwrap();
    let (_, from_one) = tapped.relay.recv_from(&mut room).await.unwrap();
    two.send(b"two").await.unwrap();
    let (_, from_two) = tapped.relay.recv_from(&mut room).await.unwrap();
    assert_ne!(from_one, from_two);
    tapped.relay.send_to(b"for two", from_two).await.unwrap();
    tapped.relay.send_to(b"for one", from_one).await.unwrap();
    assert_eq!(next(&one).await, b"for one");
    assert_eq!(next(&two).await, b"for two");
}

#[tokio::test]
async fn who_sends_to_a_relay_that_is_gone_is_refused_and_carried_again_when_one_is_there() {
    let tapped = tapped().await;
    let client = tapped.client().await;
    tapped.tap.refuse();
    client.send(b"lost").await.unwrap();
    let mut room = [0; 16];
    let refused = timeout(Duration::from_secs(5), client.recv(&mut room));
    let refused = refused.await.expect("its system says so").unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    tapped.tap.listen().unwrap();
    client.send(b"again").await.unwrap();
    assert_eq!(next(&tapped.relay).await, b"again");
}

#[tokio::test]
async fn faults_of_frames_meet_datagrams() {
    let sent = ["one", "two", "three"];
    let by = Duration::from_millis(5);
    for (kind, passed) in [
        (FaultKind::Drop, &["two", "three"][..]),
        (FaultKind::Duplicate, &["one", "one", "two", "three"]),
        (FaultKind::Reorder, &["two", "one", "three"]),
        (FaultKind::Truncate { bytes: 1 }, &["on", "two", "three"]),
        (FaultKind::Delay { by }, &["one", "two", "three"]),
        (
            FaultKind::Rate {
                bytes_per_second: 20,
            },
            &["one", "two", "three"],
        ),
    ] {
        let tapped = tapped().await;
        let client = tapped.client().await;
        tapped.tap.add(&fault(kind.clone()), 1);
        for text in sent {
            client.send(text.as_bytes()).await.unwrap();
        }
        for text in passed {
            assert_eq!(next(&tapped.relay).await, text.as_bytes(), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn nothing_of_a_client_that_has_vanished_passes() {
    let mut tapped = tapped().await;
    let client = tapped.client().await;
    client.send(b"before").await.unwrap();
    let mut room = [0; 16];
    let (_, from) = tapped.relay.recv_from(&mut room).await.unwrap();
    tapped.tap.set(LinkState::Vanished);
    client.send(b"lost").await.unwrap();
    tapped.relay.send_to(b"lost", from).await.unwrap();
    // One task after another has its turn on this runtime: both have been taken by then.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    tapped.tap.set(LinkState::Pass);
    client.send(b"after").await.unwrap();
    assert_eq!(next(&tapped.relay).await, b"after");
    assert_eq!(tapped.recorded().await.1, b"before");
    assert_eq!(tapped.recorded().await.1, b"after");
}
