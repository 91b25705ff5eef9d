//! The connection to the relay: bytes in, frames out, and back.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use chat_protocol::limits::{MAX_FRAME, MAX_FRAME_BEFORE_LOGIN};
use chat_protocol::{Deframer, Frame, InvalidFrame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use crate::exit_code::{Exit, Failure};

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
#[derive(Debug)]
pub(crate) struct Wire {
    reader: OwnedReadHalf,
    writer: OwnedWriteHalf,
    deframer: Deframer,
    out: BytesMut,
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
    /// Connects. Only loopback may be plain TCP, unless the user insists.
    ///
    /// # Errors
    ///
    /// There is nobody, or the address leaves this machine.
    pub(crate) async fn connect(relay: &str, insecure: bool) -> Result<Self, Failure> {
        let nobody = |error: io::Error| {
            Failure::environment(format!("no relay at {relay}: {error}"))
                .hint("start the relay, or give its address: --relay HOST:PORT")
        };
        let addresses = resolve(relay).await.map_err(nobody)?;
        if !insecure && addresses.iter().any(|address| !address.ip().is_loopback()) {
            let error = format!("{relay} is not on this machine, and the connection is plain TCP");
            return Err(Failure::new(Exit::Usage, error)
                .hint("--insecure-transport shows names, times and sizes to the network"));
        }
        let connecting = TcpStream::connect(&*addresses);
        let stream = timeout(CONNECT, connecting)
            .await
            .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
            .map_err(nobody)?;
        stream.set_nodelay(true).map_err(nobody)?;
        let (reader, writer) = stream.into_split();
        Ok(Self {
            reader,
            writer,
            deframer: Deframer::new(MAX_FRAME_BEFORE_LOGIN),
            out: BytesMut::new(),
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
        self.out.put_slice(&frame.head());
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
        } = self;
        let (waiting, room) = (!out.is_empty(), may_come && out.len() < FULL);
        let buffer = deframer.buffer_mut();
        buffer.reserve(READ);
        let result = tokio::select! {
            read = reader.read_buf(buffer), if room => match read {
                Ok(0) => return Traffic::Gone("closed"),
                read => read.map(|_| Traffic::Came),
            },
            written = writer.write_buf(out), if waiting => written.map(|_| Traffic::Went),
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
