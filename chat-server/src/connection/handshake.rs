//! TLS before the login, within the login's time and rate.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use chat_identity::Channel;
use chat_protocol::ErrorCode;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::rustls::{HandshakeKind, ServerConfig};
use tokio_rustls::server::TlsStream;
use tracing::info;

use super::taken::Counted;
use crate::context::Context;
use crate::refusal::Refusal;
use crate::router::ConnectionId;

/// The label of `tls-exporter` (RFC 9266).
const EXPORTER: &[u8] = b"EXPORTER-Channel-Binding";

/// What became of a connection that must speak TLS.
pub(super) enum Handshake {
    Done(Box<TlsStream<Counted<TcpStream>>>, Channel),
    /// The client speaks plain TCP, and is told so.
    Plain(TcpStream, Refusal),
    /// There is nobody who could be told anything.
    Failed,
}

/// Makes a connection private, before the deadline.
pub(super) async fn shake_hands(
    stream: TcpStream,
    (id, address): (ConnectionId, IpAddr),
    config: &Arc<ServerConfig>,
    deadline: Instant,
    relay: &Context,
) -> Handshake {
    let mut first = [0];
    match timeout_at(deadline, stream.peek(&mut first)).await {
        // The length of a frame begins with it, and no record of TLS does.
        Ok(Ok(1..)) if first == [0] => {
            let text = "this relay speaks TLS: connect with --tls";
            return Handshake::Plain(stream, Refusal::new(ErrorCode::Malformed, text));
        }
        Ok(Ok(1..)) => {}
        Ok(Ok(0) | Err(_)) | Err(_) => return Handshake::Failed,
    }
    let done = timeout_at(deadline, secure(stream, address, config, relay)).await;
    match done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        Ok((stream, channel)) => Handshake::Done(Box::new(stream), channel),
        Err(error) => {
            info!(connection = id.0, %error, "TLS failed");
            Handshake::Failed
        }
    }
}

async fn secure(
    stream: TcpStream,
    address: IpAddr,
    config: &Arc<ServerConfig>,
    relay: &Context,
) -> io::Result<(TlsStream<Counted<TcpStream>>, Channel)> {
    let hello = LazyConfigAcceptor::new(Acceptor::default(), Counted::new(stream)).await?;
    let turn = relay.handshakes.turn(address).await;
    // Signs here, and then waits for the client's part.
    let mut signs_later = false;
    let accepting = hello.into_stream_with(Arc::clone(config), |session| {
        signs_later = session.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
    });
    drop(turn);
    if signs_later {
        // Above the rate, after whatever the client sends next.
        return Err(io::Error::other(
            "the first hello has no key share for X25519, P-256 or P-384",
        ));
    }
    let stream = accepting.await?;
    let (_, session) = stream.get_ref();
    let exporter = session.export_keying_material([0; 32], EXPORTER, Some(&[]));
    Ok((stream, Channel::Tls(exporter.map_err(io::Error::other)?)))
}
