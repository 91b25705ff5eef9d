//! From clients to the relay: each connection to the tap becomes one to the relay.

use std::net::{Ipv4Addr, SocketAddr, TcpStream as Socket};
use std::sync::Weak;

use rustix::io::Errno;
use rustix::net::{RecvFlags, connect, recv};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Control, Link, Recorder, pass};
use crate::isolation::stage_thread::StageThread;
use crate::links::reach::Reached;
use timeline::{Direction, LinkEnd};

/// Accepts clients, whenever there is a relay for them, and passes on what both send.
pub(super) async fn accept(
    bound: std::net::TcpListener,
    stage: Weak<StageThread>,
    mut relay: watch::Receiver<Reached>,
    control: watch::Receiver<Control>,
    link: Link,
    recorder: Recorder,
) {
    let mut connections = JoinSet::new();
    while relay.wait_for(|at| !at.is_empty()).await.is_ok() {
        // Registered anew each time: what has hung up once is ready for ever in the runtime's eyes.
        let Ok(listener) = bound.try_clone().and_then(TcpListener::from_std) else {
            return;
        };
        while let Some(client) = next_client(&listener, &mut relay, &mut connections).await {
            while connections.try_join_next().is_some() {}
            if connections.len() >= link.connections {
                recorder.refused().await;
                drop(client.set_zero_linger());
                continue;
            }
            recorder.opened().await;
            let reached = relay.borrow().clone();
            // Begun here and not in the task: who connects first comes first to the relay, too.
            let begun = begin(&stage, link.source, reached.first()).await;
            let stage = stage.clone();
            let (control, recorder) = (control.clone(), recorder.clone());
            connections.spawn(async move {
                match connect_on(begun, &stage, link.source, &reached).await {
                    Some(relay) => {
                        pass::pass(client, relay, control, link.framing, recorder).await;
                    }
                    // The client sees what it would see of a relay that has just gone.
                    None => {
                        drop(client.set_zero_linger());
                        recorder.closed(Direction::Up, LinkEnd::Reset).await;
                    }
                }
            });
        }
    }
}

/// The next one who connects; nobody once the relay has gone, or is another one.
async fn next_client(
    listener: &TcpListener,
    relay: &mut watch::Receiver<Reached>,
    connections: &mut JoinSet<()>,
) -> Option<TcpStream> {
    loop {
        tokio::select! {
            biased;
            // Without a play it ends with its task.
            Ok(()) = relay.changed() => return None,
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => return Some(client),
                // It refuses already.
                Err(error) if Errno::from_io_error(&error) == Some(Errno::INVAL) => {
                    relay.changed().await.ok()?;
                    return None;
                }
                // Too many are open: one of them has to end first.
                Err(_) => drop(connections.join_next().await?),
            }
        }
    }
}

/// Begins to connect to an address of the relay.
async fn begin(
    stage: &Weak<StageThread>,
    source: Ipv4Addr,
    address: Option<&SocketAddr>,
) -> Option<Socket> {
    let address = address?;
    // Held only for the call: the end of the play does not wait for a tap.
    let socket = stage.upgrade()?.socket(source, address.ip()).await.ok()?;
    match connect(&socket, address) {
        Ok(()) | Err(Errno::INPROGRESS) => Some(socket.into()),
        Err(_) => None,
    }
}

/// What was begun, or a connection to another of the relay's addresses where that one refuses.
async fn connect_on(
    begun: Option<Socket>,
    stage: &Weak<StageThread>,
    source: Ipv4Addr,
    relay: &Reached,
) -> Option<TcpStream> {
    let mut relay_socket = connected(begun).await;
    for address in relay.iter().skip(1) {
        if relay_socket.is_some() {
            break;
        }
        relay_socket = connected(begin(stage, source, Some(address)).await).await;
    }
    relay_socket
}

/// Waits until the relay's system has taken the connection; for ever, where its queue is full.
async fn connected(begun: Option<Socket>) -> Option<TcpStream> {
    let relay = TcpStream::from_std(begun?).ok()?;
    relay.writable().await.ok()?;
    // Its error is not asked for: what came before a reset is still to be read.
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    match recv(&relay, [0; 1].as_mut_slice(), flags) {
        Ok(_) | Err(Errno::AGAIN) => Some(relay),
        Err(_) => None,
    }
}
