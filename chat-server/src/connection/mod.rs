//! One client's connection: the only module that touches a socket; [`handshake`] makes it private where that is wanted.
//!
//! One task for each. After the login its two halves run side by side: [`reader`] takes
//! frames and hands requests to the router, [`writer`] empties the outbox. Whoever ends
//! first ends the connection; the other half still writes what was queued, within a bound.

#[cfg(feature = "tls")]
mod handshake;
mod login;
mod reader;
mod renewal;
mod taken;
mod writer;

use std::net::IpAddr;
use std::pin::pin;
#[cfg(feature = "tls")]
use std::sync::Arc;

use chat_identity::Channel;
use chat_protocol::{Deframer, Frame, LeaveReason, ToClient, limits};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};
#[cfg(feature = "tls")]
use tokio_rustls::rustls::ServerConfig;
#[cfg(feature = "tls")]
use tokio_rustls::server::TlsStream;
use tracing::info;

use crate::context::Context;
use crate::limits::{FAREWELL_DEADLINE, LINGER_DEADLINE, MAX_LINGER};
use crate::outbox::{Inbox, Outbox};
use crate::patience::Patience;
use crate::refusal::Refusal;
use crate::router::{ConnectionId, Event};
use crate::seats;

#[cfg(feature = "tls")]
use self::handshake::Handshake;
use self::login::Failed;
use self::renewal::Renewals;
#[cfg(feature = "tls")]
use self::taken::Counted;
use self::taken::Taken;

/// A connection that a client is served on.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// To be read and written at the same time.
    fn halves(
        &mut self,
    ) -> (
        impl AsyncRead + Send + Unpin,
        impl AsyncWrite + Send + Unpin,
    );

    /// What the client has taken.
    fn taken(&self) -> Taken;
}

/// Without a lock between its halves.
impl Stream for TcpStream {
    fn halves(
        &mut self,
    ) -> (
        impl AsyncRead + Send + Unpin,
        impl AsyncWrite + Send + Unpin,
    ) {
        self.split()
    }

    /// Each write that is done says as much.
    fn taken(&self) -> Taken {
        Taken::default()
    }
}

#[cfg(feature = "tls")]
impl Stream for TlsStream<Counted<TcpStream>> {
    fn halves(
        &mut self,
    ) -> (
        impl AsyncRead + Send + Unpin,
        impl AsyncWrite + Send + Unpin,
    ) {
        tokio::io::split(self)
    }

    fn taken(&self) -> Taken {
        self.get_ref().0.taken()
    }
}

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

/// Who is to be logged in, how and by when.
#[derive(Debug)]
struct Client {
    id: ConnectionId,
    address: IpAddr,
    channel: Channel,
    deadline: Instant,
}

/// Serves one client from its first byte to its last.
pub(crate) async fn serve(
    stream: TcpStream,
    (id, address): (ConnectionId, IpAddr),
    place: seats::Seat,
    relay: &Context,
) {
    if stream.set_nodelay(true).is_err() {
        // Only a connection that is gone already refuses it.
        return;
    }
    let client = Client {
        id,
        address,
        channel: Channel::Plain,
        deadline: Instant::now() + relay.settings.login_deadline,
    };
    #[cfg(feature = "tls")]
    if let Some(config) = &relay.tls {
        return serve_privately(stream, client, place, config, relay).await;
    }
    serve_on(stream, client, place, relay).await;
}

/// The same within TLS.
#[cfg(feature = "tls")]
async fn serve_privately(
    stream: TcpStream,
    client: Client,
    place: seats::Seat,
    config: &Arc<ServerConfig>,
    relay: &Context,
) {
    let Client {
        id,
        address,
        channel: _,
        deadline,
    } = client;
    let shaking = handshake::shake_hands(stream, (id, address), config, deadline, relay);
    let shaken = tokio::select! {
        biased;
        shaken = Box::pin(shaking) => shaken,
        () = relay.closing.cancelled() => return,
        () = place.gives_way.cancelled() => return,
    };
    match shaken {
        Handshake::Done(stream, channel) => {
            let client = Client { channel, ..client };
            Box::pin(serve_on(*stream, client, place, relay)).await;
        }
        Handshake::Plain(stream, refusal) => {
            info!(connection = id.0, code = %refusal.code, "refused: plain TCP");
            turn_away(stream, &refusal, relay).await;
        }
        Handshake::Failed => {}
    }
}

/// From the login on.
async fn serve_on(
    mut stream: impl Stream,
    client: Client,
    mut place: seats::Seat,
    relay: &Context,
) {
    let mut deframer = Deframer::new(limits::MAX_FRAME_BEFORE_LOGIN);
    let gives_way = place.gives_way.clone();
    let login = login::log_in(&mut stream, &mut deframer, &client, &mut place, relay);
    let login = Box::pin(login);
    let result = tokio::select! {
        biased;
        result = login => result,
        () = relay.closing.cancelled() => Err(Failed::Refused(Refusal::shutting_down(), None)),
        () = gives_way.cancelled() => Err(Failed::Refused(Refusal::crowded(), None)),
    };
    match result {
        Ok(seat) => {
            relay.metrics.logins.add(1);
            deframer.set_limit(limits::MAX_FRAME);
            Box::pin(converse(stream, deframer, seat, relay)).await;
        }
        Err(Failed::Gone) => {}
        Err(Failed::Refused(refusal, name)) => {
            let name = name.map(tracing::field::display);
            info!(connection = client.id.0, name, code = %refusal.code, "refused");
            turn_away(stream, &refusal, relay).await;
        }
    }
}

/// Says why to whoever has no place, in TLS where the relay speaks it, and closes. Where very many are told so already,
/// it only closes.
pub(crate) async fn turn_away_newcomer(
    stream: TcpStream,
    #[cfg_attr(
        not(feature = "tls"),
        expect(unused_variables, reason = "only TLS is limited")
    )]
    client: (ConnectionId, IpAddr),
    refusal: &Refusal,
    relay: &Context,
) {
    relay.metrics.refusals.add(refusal.code);
    let Ok(_turn) = relay.turned_away.try_acquire() else {
        return;
    };
    #[cfg(feature = "tls")]
    if let Some(config) = &relay.tls {
        let deadline = Instant::now() + FAREWELL_DEADLINE;
        let shaking = handshake::shake_hands(stream, client, config, deadline, relay);
        let shaken = tokio::select! {
            shaken = Box::pin(shaking) => shaken,
            () = relay.closing.cancelled() => return,
        };
        return match shaken {
            Handshake::Done(stream, _) => say_no(*stream, refusal).await,
            Handshake::Plain(stream, refusal) => say_no(stream, &refusal).await,
            Handshake::Failed => {}
        };
    }
    say_no(stream, refusal).await;
}

/// Says why, and closes. Where very many are told so already, it only closes.
async fn turn_away(stream: impl Stream, refusal: &Refusal, relay: &Context) {
    relay.metrics.refusals.add(refusal.code);
    if let Ok(_turn) = relay.turned_away.try_acquire() {
        say_no(stream, refusal).await;
    }
}

async fn say_no(mut stream: impl Stream, refusal: &Refusal) {
    let frame = refusal.frame().to_bytes();
    let written = timeout(FAREWELL_DEADLINE, async {
        stream.write_all(&frame).await?;
        stream.shutdown().await
    });
    if matches!(written.await, Ok(Ok(()))) {
        linger(&mut stream).await;
    }
}

/// Serves a client that is logged in.
async fn converse(mut stream: impl Stream, mut deframer: Deframer, seat: Seat, relay: &Context) {
    let Seat {
        id,
        outbox,
        mut inbox,
        mut cut,
        renewals,
    } = seat;
    let taken = stream.taken();
    let (mut read_half, mut write_half) = stream.halves();
    let patience = Patience::new(relay.settings.keepalive, Instant::now());
    let client = (id, &outbox, renewals);
    let reading = reader::read(&mut read_half, &mut deframer, patience, client, relay);
    let sent = &relay.metrics.sent;
    let mut writing = pin!(writer::write(&mut write_half, &taken, &mut inbox, sent));
    // In no order: a client that is sent much must be read as well.
    let ending = tokio::select! {
        Ok(reason) = &mut cut => Ending::Cut(reason),
        ending = &mut writing => ending,
        ending = reading => ending,
    };
    if let Ending::Fault(refusal) = &ending {
        relay.metrics.refusals.add(refusal.code);
    }
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
