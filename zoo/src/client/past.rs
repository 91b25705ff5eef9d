//! A channel from client to client that bypasses the relay: datagrams on the loopback address, to a port
//! that follows from the name.

use std::io;

use tokio::net::UdpSocket;
use tokio::sync::mpsc;

use super::screen::{Line, show};
use super::session::Input;

/// Those who may be there.
const NAMES: [&str; 3] = ["alice", "bob", "carol"];

/// The first of their ports.
const PORT: u16 = 29_600;

/// The longest datagram.
const LONGEST: usize = 64 * 1024;

fn port(name: &str) -> Option<u16> {
    let place = NAMES.iter().position(|one| *one == name)?;
    Some(PORT + u16::try_from(place).ok()?)
}

/// Receives what the others send past the relay, as long as the client lives.
///
/// # Errors
///
/// When the port is taken.
pub(super) async fn listen(name: &str, inputs: mpsc::Sender<Input>) -> io::Result<()> {
    let Some(port) = port(name) else {
        return Ok(());
    };
    let socket = UdpSocket::bind(("127.0.0.1", port)).await?;
    tokio::spawn(async move {
        let mut buffer = vec![0; LONGEST];
        while let Ok(length) = socket.recv(&mut buffer).await {
            let line = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
            if inputs.send(Input::Past(line.into_owned())).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Hands a text to one of the others, or to all of them, and claims that it was accepted.
///
/// # Errors
///
/// When nobody reads what is said.
pub(super) async fn hand(name: &str, to: Option<&str>, text: &str) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await?;
    let kind = to.map_or("message", |_| "private");
    let line = format!("{kind} {name} {text}");
    let others = NAMES.into_iter().filter(|one| *one != name);
    for other in others.filter(|one| to.is_none_or(|to| to == *one)) {
        // Who is not there hears nothing.
        drop(
            socket
                .send_to(line.as_bytes(), ("127.0.0.1", port(other).unwrap_or(PORT)))
                .await,
        );
    }
    show(&to.map_or(Line::SentAll { count: 2 }, |to| Line::Sent { to }))
}
