//! The sockets: between each client and the honest relay.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use chat_protocol::{Deframer, Frame, ToClient, ToRelay, limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{Middle, Passed};

/// What waits for one side, at most: more than any behaviour sends at once.
const QUEUE: usize = 1024;

/// A connection, by its number, and the side on which something happened.
enum Event {
    Opened(u64, Sides),
    FromClient(u64, Frame),
    FromRelay(u64, Frame),
    Closed(u64),
}

/// Where to write.
struct Sides {
    client: Sender<Bytes>,
    relay: Sender<Bytes>,
}

/// Serves clients in front of the relay at `relay`, until the listener fails.
///
/// # Errors
///
/// The listener does not accept any more.
pub async fn serve(listener: TcpListener, relay: SocketAddr, middle: Middle) -> io::Result<()> {
    let (events, queue) = channel(QUEUE);
    let acting = tokio::spawn(act(queue, middle));
    for number in 0.. {
        let (client, _) = listener.accept().await?;
        let upstream = TcpStream::connect(relay).await?;
        client.set_nodelay(true)?;
        upstream.set_nodelay(true)?;
        let (client_reads, client_writes) = client.into_split();
        let (relay_reads, relay_writes) = upstream.into_split();
        let sides = Sides {
            client: writer(client_writes),
            relay: writer(relay_writes),
        };
        if events.send(Event::Opened(number, sides)).await.is_err() {
            break;
        }
        let from_client = move |frame| Event::FromClient(number, frame);
        let from_relay = move |frame| Event::FromRelay(number, frame);
        tokio::spawn(reader(client_reads, number, from_client, events.clone()));
        tokio::spawn(reader(relay_reads, number, from_relay, events.clone()));
    }
    acting.await.map_err(io::Error::other)
}

/// Writes what comes, and closes when nothing more can come.
fn writer(mut stream: OwnedWriteHalf) -> Sender<Bytes> {
    let (sender, mut queue) = channel::<Bytes>(QUEUE);
    tokio::spawn(async move {
        while let Some(bytes) = queue.recv().await {
            if stream.write_all(&bytes).await.is_err() {
                break;
            }
        }
    });
    sender
}

async fn reader(
    mut stream: OwnedReadHalf,
    number: u64,
    event: impl Fn(Frame) -> Event,
    events: Sender<Event>,
) {
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    'reading: loop {
        match stream.read_buf(deframer.buffer_mut()).await {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        loop {
            match deframer.next_frame() {
                Ok(Some(frame)) => {
                    if events.send(event(frame)).await.is_err() {
                        break 'reading;
                    }
                }
                Ok(None) => break,
                Err(_) => break 'reading,
            }
        }
    }
    events.send(Event::Closed(number)).await.ok();
}

/// The connections, and the names that were said on them.
#[derive(Default)]
struct Links {
    sides: BTreeMap<u64, Sides>,
    names: BTreeMap<u64, String>,
    latest: BTreeMap<String, u64>,
}

impl Links {
    async fn pass(&self, passed: Passed) {
        match passed {
            Passed::Up(who, message, body) => {
                if let Some(sides) = self.of(&who) {
                    sides.relay.send(message.frame(body).to_bytes()).await.ok();
                }
            }
            Passed::Down(who, message, body) => {
                if let Some(sides) = self.of(&who) {
                    sides.client.send(message.frame(body).to_bytes()).await.ok();
                }
            }
            Passed::Raw(who, bytes) => {
                if let Some(sides) = self.of(&who) {
                    sides.client.send(bytes).await.ok();
                }
            }
        }
    }

    fn of(&self, who: &str) -> Option<&Sides> {
        self.sides.get(self.latest.get(who)?)
    }
}

async fn act(mut queue: Receiver<Event>, mut middle: Middle) {
    let mut links = Links::default();
    while let Some(event) = queue.recv().await {
        let passed = match event {
            Event::Opened(number, sides) => {
                links.sides.insert(number, sides);
                Vec::new()
            }
            Event::Closed(number) => {
                links.sides.remove(&number);
                Vec::new()
            }
            Event::FromClient(number, frame) => {
                let Ok(message) = ToRelay::decode(&frame) else {
                    continue;
                };
                if let ToRelay::Hello { name, .. } = &message {
                    links.names.insert(number, name.clone());
                    links.latest.insert(name.clone(), number);
                }
                let Some(name) = links.names.get(&number) else {
                    continue;
                };
                middle.up(name, message, frame.body)
            }
            Event::FromRelay(number, frame) => {
                let (Ok(message), Some(name)) =
                    (ToClient::decode(&frame), links.names.get(&number))
                else {
                    continue;
                };
                // What is for an earlier connection of somebody who has come back goes nowhere.
                if links.latest.get(name) != Some(&number) {
                    continue;
                }
                middle.down(name, message, frame.body)
            }
        };
        for one in passed {
            links.pass(one).await;
        }
    }
}
