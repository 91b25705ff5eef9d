//! The login on the wire: [`crate::session`] decides, the router has the last word.

use std::net::IpAddr;

use bytes::Bytes;
use chat_identity::Channel;
use chat_protocol::{Deframer, ErrorCode, Name, Nonce, ToRelay};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::time::error::Elapsed;
use tokio::time::timeout_at;

use super::renewal::Renewals;
use super::{Client, Seat};
use crate::clock;
use crate::context::Context;
use crate::outbox;
use crate::refusal::Refusal;
use crate::router::{ConnectionId, Event, Login};
use crate::seats;
use crate::session::{Claim, Greeting, Proven};

/// Why nobody was logged in.
#[derive(Debug)]
pub(super) enum Failed {
    /// The client has closed the connection, or said bye.
    Gone,
    /// The client is told why; with the name that it wanted, once that is known to be one.
    Refused(Refusal, Option<Name>),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal, None)
    }
}

/// Logs a client in. Its own part must be over before the deadline.
pub(super) async fn log_in(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    deframer: &mut Deframer,
    client: &Client,
    place: &mut seats::Seat,
    relay: &Context,
) -> Result<Seat, Failed> {
    let Client {
        id,
        address,
        channel,
        deadline,
    } = *client;
    let claim = timeout_at(deadline, claim(stream, deframer, channel, relay)).await;
    let claim = claim.map_err(too_slow)??;
    let turn = timeout_at(deadline, relay.logins.turn(address)).await;
    let turn = turn.map_err(too_slow)?;
    let proven = verify(claim, clock::unix_now()).await?;
    drop(turn);
    if !place.keep() {
        return Err(Refusal::crowded().into());
    }
    take_seat(proven, (id, address), clock::today(), relay).await
}

fn too_slow(_: Elapsed) -> Failed {
    Refusal::new(ErrorCode::TooSlow, "the login was not finished in time").into()
}

/// The client's part: hello, challenge, login.
async fn claim(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    deframer: &mut Deframer,
    channel: Channel,
    relay: &Context,
) -> Result<Claim, Failed> {
    let greeting = Greeting::new(&relay.settings.name, channel, Nonce(rand::random()));
    let hello = next_message(stream, deframer).await?;
    let (challenge, challenged) = greeting.hello(hello, &relay.secret)?;
    let frame = challenge.frame(Bytes::new()).to_bytes();
    stream.write_all(&frame).await.map_err(|_| Failed::Gone)?;
    stream.flush().await.map_err(|_| Failed::Gone)?;
    Ok(challenged.login(next_message(stream, deframer).await?)?)
}

/// Off the threads that serve the others: it is RSA.
async fn verify(claim: Claim, now: u64) -> Result<Proven, Failed> {
    let verified = tokio::task::spawn_blocking(move || claim.verify(now)).await;
    let internal = |_| Refusal::new(ErrorCode::Internal, "the login could not be checked");
    Ok(verified.map_err(internal)??)
}

/// Asks the router for the name.
async fn take_seat(
    proven: Proven,
    (id, address): (ConnectionId, IpAddr),
    day: u32,
    relay: &Context,
) -> Result<Seat, Failed> {
    let (outbox, inbox) = outbox::channel();
    let (cutter, cut) = oneshot::channel();
    let (answer, answered) = oneshot::channel();
    let name = proven.peer.name.clone();
    let renewals = Renewals::of(&proven.peer);
    let login = Login {
        id,
        address,
        day,
        peer: proven.peer,
        fingerprint: proven.fingerprint,
        agent: proven.agent,
        outbox: outbox.clone(),
        cutter,
        answer,
    };
    // Without a router there is no answer, which is taken care of below.
    relay.events.send(Event::Login(Box::new(login))).await.ok();
    match answered.await {
        Ok(Ok(())) => Ok(Seat {
            id,
            outbox,
            inbox,
            cut,
            renewals,
        }),
        Ok(Err(refusal)) => Err(Failed::Refused(refusal, Some(name))),
        Err(_) => Err(Refusal::shutting_down().into()),
    }
}

/// The next message. Everything that is wrong with it ends the login.
async fn next_message(
    stream: &mut (impl AsyncRead + Unpin),
    deframer: &mut Deframer,
) -> Result<ToRelay, Failed> {
    loop {
        if let Some(frame) = deframer.next_frame().map_err(Refusal::from)? {
            return match ToRelay::decode(&frame).map_err(Refusal::from)? {
                ToRelay::Bye {} => Err(Failed::Gone),
                message => Ok(message),
            };
        }
        let buffer = deframer.buffer_mut();
        buffer.reserve(1024);
        match stream.read_buf(buffer).await {
            Ok(0) | Err(_) => return Err(Failed::Gone),
            Ok(_) => {}
        }
    }
}
