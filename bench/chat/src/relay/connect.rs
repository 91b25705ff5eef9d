//! Clients come to a relay.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::load::Client;
use super::server::Server;
use super::speech::{self, Heard};
use crate::keys::{self, Keys};

/// How long one client may take to come, or to hear what it waits for.
const DEADLINE: Duration = Duration::from_secs(60);

/// Clients of one address: our relay lets it take so many new names.
const CLIENTS_OF_AN_ADDRESS: usize = 400;

/// Clients that come before all have heard of them: what waits for those who read is not to be measured.
const BATCH: usize = 100;

/// So many clients, of whom all know each other.
pub(super) async fn clients(
    server: &Server,
    keys: &Keys,
    count: usize,
) -> Result<Vec<Client>, String> {
    let mut clients = Vec::with_capacity(count);
    until(server, keys, &mut clients, count).await?;
    Ok(clients)
}

/// Clients up to this number come, and all know each other.
pub(super) async fn until(
    server: &Server,
    keys: &Keys,
    clients: &mut Vec<Client>,
    count: usize,
) -> Result<(), String> {
    while clients.len() < count {
        let next = count.min(clients.len() + BATCH);
        more(server, keys, clients, next).await?;
        settle(clients).await?;
    }
    Ok(())
}

/// Clients up to this number come, and all have heard of each, without a word of those who were there.
pub(super) async fn come(
    server: &Server,
    keys: &Keys,
    clients: &mut Vec<Client>,
    until: usize,
) -> Result<(), String> {
    let there = clients.len();
    more(server, keys, clients, until).await?;
    let (old, new) = clients.split_at_mut(there);
    settle(new).await?;
    hear_all(old, until - there).await
}

/// Clients up to this number come; what is said of them is still unread.
async fn more(
    server: &Server,
    keys: &Keys,
    clients: &mut Vec<Client>,
    until: usize,
) -> Result<(), String> {
    for me in clients.len()..until {
        let mut stream = connect(server.address, me).await?;
        if server.peer.has_keys() {
            let key = keys.of(me).map_err(|error| error.to_string())?;
            let certificate = speech::certify(key, me, keys::now()).ok_or("no name")?;
            let login = speech::log_in(&mut stream, me, key, certificate);
            within(login, "a login").await??;
        }
        let (speech, input) = (server.peer.speech(me), BytesMut::new());
        clients.push(Client {
            me,
            stream,
            speech,
            input,
        });
    }
    Ok(())
}

async fn connect(address: SocketAddr, client: usize) -> Result<TcpStream, String> {
    let failed = |error: std::io::Error| format!("client {client} cannot connect: {error}");
    let network = u8::try_from(1 + client / CLIENTS_OF_AN_ADDRESS).unwrap_or(u8::MAX);
    let own = (Ipv4Addr::new(127, 0, 0, network), 0).into();
    let socket = TcpSocket::new_v4().map_err(failed)?;
    socket.bind(own).map_err(failed)?;
    let connected = within(socket.connect(address), "a connection").await?;
    let stream = connected.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    Ok(stream)
}

/// Each client greets the relay, and reads until the relay has answered.
async fn settle(clients: &mut [Client]) -> Result<(), String> {
    for client in &mut *clients {
        let mut out = Vec::new();
        client.speech.greet(&mut out);
        send(client, &out).await?;
    }
    for client in clients {
        while hear(client).await? != Heard::Ready {}
    }
    Ok(())
}

/// Each client reads until it has heard so many things.
async fn hear_all(clients: &mut [Client], things: usize) -> Result<(), String> {
    for client in clients {
        for _ in 0..things {
            hear(client).await?;
        }
    }
    Ok(())
}

async fn send(client: &mut Client, out: &[u8]) -> Result<(), String> {
    let sent = within(client.stream.write_all(out), "room for a word").await?;
    sent.map_err(|error| error.to_string())
}

/// The next thing.
async fn hear(client: &mut Client) -> Result<Heard, String> {
    let mut out = Vec::new();
    loop {
        let heard = client.speech.hear(&mut client.input, &mut out)?;
        if !out.is_empty() {
            send(client, &out).await?;
            out.clear();
        }
        if let Some(heard) = heard {
            return Ok(heard);
        }
        let read = client.stream.read_buf(&mut client.input);
        let read = within(read, "a word of the relay").await?;
        if read.map_err(|error| error.to_string())? == 0 {
            return Err(format!("the relay has closed client {}", client.me));
        }
    }
}

async fn within<T>(what: impl Future<Output = T>, name: &str) -> Result<T, String> {
    let waited = timeout(DEADLINE, what).await;
    waited.map_err(|_| format!("{name} did not come within {DEADLINE:?}"))
}
