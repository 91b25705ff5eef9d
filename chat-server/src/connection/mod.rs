//! One client's connection: the only module that touches a socket.
//!
//! One task for each. After the login its two halves run side by side: [`reader`] takes
//! frames and hands requests to the router, [`writer`] empties the outbox. Whoever ends
//! first ends the connection; the other half still writes what was queued, within a bound.

mod login;
mod reader;
mod renewal;
mod writer;

use std::net::IpAddr;
use std::pin::pin;

use chat_protocol::{Deframer, Frame, LeaveReason, ToClient, limits};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::info;

use crate::context::Context;
use crate::limits::{FAREWELL_DEADLINE, LINGER_DEADLINE, MAX_LINGER};
use crate::outbox::{Inbox, Outbox};
use crate::patience::Patience;
use crate::refusal::Refusal;
use crate::router::{ConnectionId, Event};
use crate::seats;

use self::login::Failed;
use self::renewal::Renewals;

/// A connection's place in the router, from its login on.
#[derive(Debug)]
struct Seat {
    id: ConnectionId,
    outbox: Outbox,
    inbox: Inbox,
    /// The router's word that this connection is over.
    cut: oneshot::Receiver<LeaveReason>,
    renewals: Renewals,
}

/// How a connection ended.
#[derive(Debug)]
enum Ending {
    /// By the client's word, or without one.
    Left(LeaveReason),
    /// The relay has had enough: pings unanswered, frames unread, or the router said so.
    Cut(LeaveReason),
    /// The client broke the protocol, and is told how.
    Fault(Refusal),
}

/// Serves one client from its first byte to its last.
pub(crate) async fn serve(
    mut stream: TcpStream,
    client: (ConnectionId, IpAddr),
    mut place: seats::Seat,
    relay: &Context,
) {
    if stream.set_nodelay(true).is_err() {
        // Only a connection that is gone already refuses it.
        return;
    }
    let mut deframer = Deframer::new(limits::MAX_FRAME_BEFORE_LOGIN);
    let gives_way = place.gives_way.clone();
    let login = login::log_in(&mut stream, &mut deframer, client, &mut place, relay);
    let login = Box::pin(login);
    let result = tokio::select! {
        biased;
        result = login => result,
        () = relay.closing.cancelled() => Err(Failed::Refused(Refusal::shutting_down(), None)),
        () = gives_way.cancelled() => Err(Failed::Refused(Refusal::crowded(), None)),
    };
    match result {
        Ok(seat) => {
            deframer.set_limit(limits::MAX_FRAME);
            Box::pin(converse(stream, deframer, seat, relay)).await;
        }
        Err(Failed::Gone) => {}
        Err(Failed::Refused(refusal, name)) => {
            let name = name.map(tracing::field::display);
            info!(connection = client.0.0, name, code = %refusal.code, "refused");
            turn_away(stream, &refusal, relay).await;
        }
    }
}

/// Says why, and closes. Where very many are told so already, it only closes.
pub(crate) async fn turn_away(mut stream: TcpStream, refusal: &Refusal, relay: &Context) {
    let Ok(_turn) = relay.turned_away.try_acquire() else {
        return;
    };
    let frame = refusal.frame().to_bytes();
    let written = timeout(FAREWELL_DEADLINE, stream.write_all(&frame)).await;
    if matches!(written, Ok(Ok(()))) && stream.shutdown().await.is_ok() {
        linger(&mut stream).await;
    }
}

/// Serves a client that is logged in.
async fn converse(mut stream: TcpStream, mut deframer: Deframer, seat: Seat, relay: &Context) {
    let Seat {
        id,
        outbox,
        mut inbox,
        mut cut,
        renewals,
    } = seat;
    let (mut read_half, mut write_half) = stream.split();
    let patience = Patience::new(relay.settings.keepalive, tokio::time::Instant::now());
    let client = (id, &outbox, renewals);
    let reading = reader::read(&mut read_half, &mut deframer, patience, client, relay);
    let mut writing = pin!(writer::write(&mut write_half, &mut inbox));
    // In no order: a client that is sent much must be read as well.
    let ending = tokio::select! {
        Ok(reason) = &mut cut => Ending::Cut(reason),
        ending = &mut writing => ending,
        ending = reading => ending,
    };
    let (reason, farewell) = farewell(ending);
    // Where the router has ended the connection itself it has forgotten it already.
    relay.events.send(Event::Gone { id, reason }).await.ok();
    let reads_on = !matches!(reason, LeaveReason::Slow | LeaveReason::Dropped);
    if reads_on && outbox.end(farewell).is_ok() {
        let written = timeout(FAREWELL_DEADLINE, writing).await;
        if written.is_ok() {
            linger(&mut read_half).await;
        }
    }
}

/// What the others are told, and what the client itself is.
fn farewell(ending: Ending) -> (LeaveReason, Option<Frame>) {
    match ending {
        Ending::Left(reason) => (reason, None),
        Ending::Cut(reason) => {
            let bye = ToClient::Bye { reason };
            (reason, Some(bye.frame(bytes::Bytes::new())))
        }
        Ending::Fault(refusal) => (LeaveReason::Misbehaved, Some(refusal.frame())),
    }
}

/// Reads on for a while and throws it away. A socket that is closed with unread bytes
/// resets the connection, and the client would lose the reason.
async fn linger(reader: &mut (impl AsyncRead + Unpin)) {
    let mut rest = reader.take(MAX_LINGER as u64);
    let mut nowhere = tokio::io::sink();
    let copy = tokio::io::copy(&mut rest, &mut nowhere);
    timeout(LINGER_DEADLINE, copy).await.ok();
}
