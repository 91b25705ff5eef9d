//! Datagrams through the tap: each is recorded, decided on and passed as it was sent. Whoever sends
//! from several sockets is several to the relay, too.

use std::collections::{BTreeMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket as Socket};
use std::sync::{Arc, Weak};

use bytes::Bytes;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::core::{Act, Core, Outcome};
use super::{Control, Link, LinkState, Recorder};
use crate::isolation::stage_thread::StageThread;
use crate::links::reach::Reached;
use timeline::Direction;

/// No datagram over IPv4 or IPv6 is longer.
const LONGEST: usize = 65_536;

/// Datagrams that wait for the task that passes them on.
const QUEUE: usize = 64;

/// Bytes that may wait for their time; what comes then waits in the system, and is lost there.
const WAITING: usize = 4 * 1024 * 1024;

/// Carries what a client and the relay send each other, for ever.
pub(super) async fn carry(
    socket: UdpSocket,
    stage: Weak<StageThread>,
    mut relay: watch::Receiver<Reached>,
    control: watch::Receiver<Control>,
    link: Link,
    recorder: Recorder,
) {
    let socket = Arc::new(socket);
    let mut flows = Flows::default();
    let mut room = vec![0; LONGEST];
    loop {
        let (length, client) = tokio::select! {
            biased;
            // Another relay knows none of them.
            Ok(()) = relay.changed() => {
                flows = Flows::default();
                continue;
            }
            // An error is of what was sent to one who has gone.
            received = socket.recv_from(&mut room) => match received {
                Ok(received) => received,
                Err(_) => continue,
            },
        };
        let datagram = Bytes::copy_from_slice(room.get(..length).unwrap_or_default());
        if !flows.clients.contains_key(&client) {
            if flows.clients.len() >= link.connections {
                recorder.refused().await;
                continue;
            }
            let at = relay.borrow().first().copied();
            let Some(connected) = connect(&stage, link.source, at).await else {
                continue;
            };
            recorder.opened().await;
            let (sender, datagrams) = mpsc::channel(QUEUE);
            flows.clients.insert(client, sender);
            let ends = (Arc::clone(&socket), client, connected);
            let (control, recorder) = (control.clone(), recorder.clone());
            flows.tasks.spawn(pass(ends, datagrams, control, recorder));
        }
        if let Some(flow) = flows.clients.get(&client) {
            drop(flow.send(datagram).await);
        }
    }
}

/// What is carried, by the client's sockets.
#[derive(Default)]
struct Flows {
    clients: BTreeMap<SocketAddr, mpsc::Sender<Bytes>>,
    tasks: JoinSet<()>,
}

async fn connect(
    stage: &Weak<StageThread>,
    source: Ipv4Addr,
    relay: Option<SocketAddr>,
) -> Option<UdpSocket> {
    let relay = relay?;
    // Held only for the call: the end of the play does not wait for a tap.
    let socket = stage.upgrade()?.datagram_socket(source, relay.ip()).await;
    let socket = UdpSocket::from_std(Socket::from(socket.ok()?)).ok()?;
    socket.connect(relay).await.ok()?;
    Some(socket)
}

/// What one socket of a client and the relay send each other.
async fn pass(
    (client_socket, client, relay): (Arc<UdpSocket>, SocketAddr, UdpSocket),
    datagrams: mpsc::Receiver<Bytes>,
    control: watch::Receiver<Control>,
    recorder: Recorder,
) {
    let lane = |direction| Lane {
        direction,
        core: Core::of_datagrams(),
        control: control.clone(),
        recorder: &recorder,
        waiting: VecDeque::new(),
    };
    let (mut up, mut down) = (lane(Direction::Up), lane(Direction::Down));
    // Faults may be there already.
    up.control.mark_changed();
    down.control.mark_changed();
    tokio::join!(
        up.run(Source::Client(datagrams), Sink::Relay(&relay)),
        down.run(
            Source::Relay(&relay, vec![0; LONGEST]),
            Sink::Client(&client_socket, client)
        ),
    );
}

/// Where datagrams come from.
enum Source<'s> {
    Client(mpsc::Receiver<Bytes>),
    Relay(&'s UdpSocket, Vec<u8>),
}

impl Source<'_> {
    /// The next one; nothing when there can be no more.
    async fn next(&mut self) -> Option<Bytes> {
        match self {
            Self::Client(datagrams) => datagrams.recv().await,
            Self::Relay(socket, room) => loop {
                // An error is of what was sent to a relay that does not listen.
                if let Ok(length) = socket.recv(room).await {
                    return Some(Bytes::copy_from_slice(room.get(..length)?));
                }
            },
        }
    }
}

/// Where they go.
enum Sink<'s> {
    Client(&'s UdpSocket, SocketAddr),
    Relay(&'s UdpSocket),
}

impl Sink<'_> {
    /// What cannot be sent is lost, as a datagram may be.
    async fn send(&self, datagram: &[u8]) {
        drop(match self {
            Self::Client(socket, client) => socket.send_to(datagram, client).await,
            Self::Relay(socket) => socket.send(datagram).await,
        });
    }
}

/// One direction.
struct Lane<'r> {
    direction: Direction,
    core: Core,
    control: watch::Receiver<Control>,
    recorder: &'r Recorder,
    /// Waits for its time, in order.
    waiting: VecDeque<(Bytes, Instant)>,
}

/// What a direction waits for.
enum Event {
    /// The faults of the link are others now.
    Changed,
    /// It is time for the first that waits.
    Due,
    /// The next one; nothing at the end.
    Datagram(Option<Bytes>),
}

impl Lane<'_> {
    async fn run(&mut self, mut from: Source<'_>, to: Sink<'_>) {
        loop {
            while let Some((datagram, due)) = self.waiting.front() {
                if *due > Instant::now() {
                    break;
                }
                to.send(datagram).await;
                self.waiting.pop_front();
            }
            match self.next(&mut from).await {
                Event::Changed => self.update().await,
                Event::Due => {}
                Event::Datagram(Some(datagram)) => self.take(datagram).await,
                Event::Datagram(None) => return,
            }
        }
    }

    async fn next(&mut self, from: &mut Source<'_>) -> Event {
        let due = self.waiting.front().map(|(_, due)| *due);
        let waiting: usize = self.waiting.iter().map(|(one, _)| one.len()).sum();
        let reads = !self.core.is_stalled() && waiting < WAITING;
        let event = async {
            tokio::select! {
                biased;
                // Without a tap the link ends: whoever runs this sees to it.
                Ok(()) = self.control.changed() => Event::Changed,
                datagram = from.next(), if reads => Event::Datagram(datagram),
                else => std::future::pending().await,
            }
        };
        match due {
            // The fault is time: here a link waits for it.
            Some(due) => timeout_at(due, event).await.unwrap_or(Event::Due),
            None => event.await,
        }
    }

    async fn take(&mut self, datagram: Bytes) {
        if self.control.borrow().state != LinkState::Pass {
            return;
        }
        self.recorder.bytes(self.direction, datagram.clone()).await;
        // A step that has begun before it came is in force for it.
        if self.control.has_changed().unwrap_or(false) {
            self.update().await;
        }
        let outcome = self.core.push(Instant::now(), datagram);
        self.record_fates(outcome).await;
    }

    async fn update(&mut self) {
        let faults = self.control.borrow_and_update().faults(self.direction);
        let outcome = self.core.update(Instant::now(), &faults);
        self.record_fates(outcome).await;
    }

    /// What a fault does is recorded before it is done.
    async fn record_fates(&mut self, outcome: Outcome) {
        for fate in outcome.fates {
            self.recorder.fate(self.direction, fate).await;
        }
        let passing = outcome.acts.into_iter().filter_map(|act| match act {
            Act::Pass(datagram, due) => Some((datagram, due)),
            // A plan has no fault that ends what is no connection.
            Act::End(_) => None,
        });
        self.waiting.extend(passing);
    }
}
