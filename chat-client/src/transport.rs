//! The connection to the relay: bytes in, frames out, and back.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use chat_protocol::limits::{MAX_FRAME, MAX_FRAME_BEFORE_LOGIN};
use chat_protocol::{Deframer, Frame, InvalidFrame};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::exit_code::Failure;
use crate::locale::{Sentence, sentences as say};
use crate::relays::Transport;
#[cfg(feature = "tls")]
use crate::tls;

/// How long an address may take to answer.
const CONNECT: Duration = Duration::from_secs(10);

/// How much is read at once: a few chunks of a file.
const READ: usize = 256 * 1024;

/// Above this nothing more is read from files or from the user.
const BUSY: usize = 512 * 1024;

/// Above this nothing more is read from the relay, whose pings would be answered.
const FULL: usize = 8 * 1024 * 1024;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// A connection.
pub(crate) struct Wire {
    /// What it says of the relay.
    pub(crate) transport: Transport,
    reader: Reader,
    writer: Writer,
    deframer: Deframer,
    out: BytesMut,
    /// Whether some of what was written may still be here: TLS keeps what the system has no room for.
    still_here: bool,
}

pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Why there is no connection.
#[derive(Debug)]
pub(crate) struct Unconnected {
    /// What to tell the user.
    pub(crate) failure: Failure,
    /// Whether another try would end in the same way.
    pub(crate) lasts: bool,
}

impl From<Unconnected> for Failure {
    fn from(unconnected: Unconnected) -> Self {
        unconnected.failure
    }
}

/// What happened on the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    /// Bytes came: look for frames.
    Came,
    /// Bytes left.
    Went,
    /// The connection is gone, for this reason.
    Gone(&'static str),
}

impl Wire {
    /// Connects. Only within this machine it may be plain TCP.
    ///
    /// # Errors
    ///
    /// There is nobody, or nobody who speaks TLS.
    pub(crate) async fn connect(relay: &str, tls: bool) -> Result<Self, Unconnected> {
        let nobody = |error: io::Error| Unconnected {
            failure: Failure::environment(say::no_relay(relay, Sentence::from(&error)))
                .hint(say::hint_no_relay()),
            lasts: false,
        };
        let addresses = resolve(relay).await.map_err(nobody)?;
        let is_here = addresses.iter().all(|address| address.ip().is_loopback());
        let connecting = TcpStream::connect(&*addresses);
        let stream = timeout(CONNECT, connecting)
            .await
            .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
            .map_err(nobody)?;
        stream.set_nodelay(true).map_err(nobody)?;
        let (transport, reader, writer) = if tls || !is_here {
            secure(stream, relay).await?
        } else {
            let (reader, writer) = stream.into_split();
            let halves: (Reader, Writer) = (Box::new(reader), Box::new(writer));
            (Transport::Plain, halves.0, halves.1)
        };
        Ok(Self {
            transport,
            reader,
            writer,
            deframer: Deframer::new(MAX_FRAME_BEFORE_LOGIN),
            out: BytesMut::new(),
            still_here: false,
        })
    }

    /// Larger frames may come: the login is done.
    pub(crate) fn raise_limit(&mut self) {
        self.deframer.set_limit(MAX_FRAME);
    }

    /// The next frame that is complete.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>, InvalidFrame> {
        self.deframer.next_frame()
    }

    /// Puts a frame behind what waits to be sent.
    pub(crate) fn send(&mut self, frame: &Frame) {
        frame.put_head(&mut self.out);
        self.out.put_slice(&frame.body);
    }

    /// Whether enough waits to be sent.
    pub(crate) fn is_busy(&self) -> bool {
        self.out.len() >= BUSY
    }

    /// Waits until bytes come, where they may, or go. Safe to be cancelled.
    pub(crate) async fn traffic(&mut self, may_come: bool) -> Traffic {
        let Self {
            reader,
            writer,
            deframer,
            out,
            still_here,
            transport,
        } = self;
        let encrypts = *transport != Transport::Plain;
        let waiting = !out.is_empty() || (encrypts && *still_here);
        let room = may_come && out.len() < FULL;
        let buffer = deframer.buffer_mut();
        buffer.reserve(READ);
        let result = tokio::select! {
            read = reader.read_buf(buffer), if room => match read {
                Ok(0) => return Traffic::Gone("closed"),
                read => read.map(|_| Traffic::Came),
            },
            written = write(writer, out, still_here), if waiting => written.map(|()| Traffic::Went),
            else => std::future::pending().await,
        };
        result.unwrap_or(Traffic::Gone("reset"))
    }

    /// Sends what waits and closes, so that the relay reads all of it: what it still sends
    /// is read too, since closing with unread bytes is a reset.
    pub(crate) async fn farewell(mut self) {
        let farewell = async {
            self.writer.write_all_buf(&mut self.out).await?;
            self.writer.shutdown().await?;
            tokio::io::copy(&mut self.reader, &mut tokio::io::sink()).await
        };
        // A relay that does not hear it is gone as well.
        drop(timeout(FAREWELL, farewell).await);
    }
}

/// Writes some of what waits, or else what was written and is still here. Safe to be cancelled.
async fn write(writer: &mut Writer, out: &mut BytesMut, still_here: &mut bool) -> io::Result<()> {
    if out.is_empty() {
        writer.flush().await?;
        *still_here = false;
    } else {
        *still_here = true;
        writer.write_buf(out).await?;
    }
    Ok(())
}

/// The same connection, encrypted.
#[cfg(feature = "tls")]
async fn secure(
    stream: TcpStream,
    relay: &str,
) -> Result<(Transport, Reader, Writer), Unconnected> {
    let shaken = timeout(CONNECT, tls::shake_hands(stream)).await;
    let shaken = shaken.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
    let (transport, stream) = shaken.map_err(|error| tls::failure(relay, &error))?;
    let (reader, writer) = tokio::io::split(stream);
    Ok((transport, Box::new(reader), Box::new(writer)))
}

#[cfg(not(feature = "tls"))]
async fn secure(_: TcpStream, relay: &str) -> Result<(Transport, Reader, Writer), Unconnected> {
    Err(Unconnected {
        failure: Failure::environment(say::needs_tls(relay)).hint(say::hint_needs_tls()),
        lasts: true,
    })
}

async fn resolve(relay: &str) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = relay.parse() {
        return Ok(vec![address]);
    }
    let addresses: Vec<_> = tokio::net::lookup_host(relay).await?.collect();
    if addresses.is_empty() {
        return Err(ErrorKind::NotFound.into());
    }
    Ok(addresses)
}
