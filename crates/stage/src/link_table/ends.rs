//! The two ends of a link, as sockets of programs that know of no tap.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::{Timeout, set_socket_linger, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvFlags, SocketFlags, SocketType, bind, connect, recv, socket_with,
};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::EngineError;
use crate::driver::QUEUE;
use crate::isolation::stage_thread::{Side, StageThread};
use crate::links::reach::Reached;
use crate::links::tap::{Link, Tap};
use scenario::adapter::{Framing, Transport};

/// What should come and does not has not come by then.
const DEADLINE: Duration = Duration::from_secs(5);

/// A sender that cannot send anything for so long is made to wait.
const STUCK: Duration = Duration::from_millis(100);

/// Where clients and the relay make their sockets, and what stands between them.
pub(super) struct Ends {
    runtime: Handle,
    stage: Arc<StageThread>,
    tapped: Option<Tapped>,
    /// Where clients live.
    clients: Side,
    /// The relay's.
    port: u16,
}

struct Tapped {
    tap: Tap,
    relay: watch::Sender<Reached>,
    /// Nobody reads what is recorded.
    _recorded: AbortOnDropHandle<()>,
}

impl Ends {
    /// Without a tap: both ends live in the relay's network.
    pub(super) fn direct(runtime: &Handle, stage: &Arc<StageThread>) -> Result<Self, EngineError> {
        let free = runtime.block_on(stage.listen(Side::Relay, 0))?;
        let address = free.local_addr();
        Ok(Self {
            runtime: runtime.clone(),
            stage: Arc::clone(stage),
            tapped: None,
            clients: Side::Relay,
            port: address.map_err(EngineError::system("find a port"))?.port(),
        })
    }

    /// With a tap between them, as in a play.
    pub(super) fn tapped(runtime: &Handle, stage: &Arc<StageThread>) -> Result<Self, EngineError> {
        let direct = Self::direct(runtime, stage)?;
        let listener = runtime.block_on(stage.listen(Side::Clients, 0))?;
        let link = Link {
            name: "link".to_owned(),
            transport: Transport::Tcp,
            framing: Framing::None,
            connections: 128,
            source: Ipv4Addr::new(127, 0, 1, 1),
        };
        let (inputs, mut recorded) = mpsc::channel(QUEUE);
        let relay = watch::Sender::new(Reached::default());
        let entered = runtime.enter();
        let recording = tokio::spawn(async move { while recorded.recv().await.is_some() {} });
        let stage = Arc::downgrade(stage);
        let tap = Tap::start(link, listener, stage, relay.subscribe(), inputs)?;
        tap.refuse();
        drop(entered);
        let tapped = Tapped {
            tap,
            relay,
            _recorded: AbortOnDropHandle::new(recording),
        };
        Ok(Self {
            clients: Side::Clients,
            tapped: Some(tapped),
            ..direct
        })
    }

    /// The relay begins to listen.
    pub(super) fn listen(&self) -> io::Result<TcpListener> {
        let port = self.port;
        let listener = self
            .runtime
            .block_on(self.stage.listen(Side::Relay, port))?;
        listener.set_nonblocking(false)?;
        set_socket_timeout(&listener, Timeout::Recv, Some(DEADLINE))?;
        if let Some(tapped) = &self.tapped {
            let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            tapped.tap.listen()?;
            tapped.relay.send_replace([at].into());
        }
        Ok(listener)
    }

    /// Another relay takes the port, and says nothing to the system of its using it again.
    pub(super) fn bind_anew(&self) -> io::Result<()> {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        Ok(bind(&self.socket(Side::Relay)?, &at)?)
    }

    /// A client connects.
    pub(super) fn connect(&self) -> io::Result<TcpStream> {
        let socket = self.socket(self.clients)?;
        connect(&socket, &self.dialled())?;
        patient(socket.into())
    }

    /// Whether a client is connected at once, or would have to wait.
    pub(super) fn connects_at_once(&self) -> io::Result<bool> {
        let socket = self.socket(self.clients)?;
        rustix::io::ioctl_fionbio(&socket, true)?;
        connect(&socket, &self.dialled()).ok();
        ready(&socket, PollFlags::OUT, Duration::ZERO)
    }

    /// A client and the relay, connected.
    pub(super) fn pair(&self) -> io::Result<(TcpStream, TcpStream)> {
        let listener = self.listen()?;
        let client = self.connect()?;
        Ok((client, accept(&listener)?))
    }

    /// The same, the relay first.
    pub(super) fn swapped(&self) -> io::Result<(TcpStream, TcpStream)> {
        let (client, relay) = self.pair()?;
        Ok((relay, client))
    }

    fn dialled(&self) -> SocketAddr {
        let port = self
            .tapped
            .as_ref()
            .map_or(self.port, |tapped| tapped.tap.port);
        (Ipv4Addr::LOCALHOST, port).into()
    }

    fn socket(&self, side: Side) -> io::Result<OwnedFd> {
        let socket = self.stage.on(side, || {
            let flags = SocketFlags::CLOEXEC;
            socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)
        });
        Ok(self.runtime.block_on(socket)?)
    }
}

/// The next one who connects.
pub(super) fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    patient(listener.accept()?.0)
}

fn patient(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Closes a connection with a reset.
pub(super) fn reset(stream: TcpStream) -> io::Result<()> {
    set_socket_linger(&stream, Some(Duration::ZERO))?;
    drop(stream);
    Ok(())
}

/// Waits until a reset has come.
pub(super) fn await_reset(stream: &TcpStream) -> io::Result<bool> {
    ready(stream, PollFlags::empty(), DEADLINE)
}

/// Waits until everything has come that the other side sends.
pub(super) fn await_end(stream: &TcpStream) -> io::Result<bool> {
    ready(stream, PollFlags::RDHUP, DEADLINE)
}

/// Waits until so many bytes have come; they are still there.
pub(super) fn await_bytes(stream: &TcpStream, count: usize) -> io::Result<()> {
    let mut bytes = vec![0; count];
    let flags = RecvFlags::PEEK | RecvFlags::WAITALL;
    recv(stream, bytes.as_mut_slice(), flags)?;
    Ok(())
}

/// Whether anything can be sent within a moment.
fn takes_more(stream: &TcpStream) -> io::Result<bool> {
    ready(stream, PollFlags::OUT, STUCK)
}

fn ready(socket: impl AsFd, flags: PollFlags, within: Duration) -> io::Result<bool> {
    let within = Timespec::try_from(within).map_err(io::Error::other)?;
    let mut all = [PollFd::from_borrowed_fd(socket.as_fd(), flags)];
    Ok(poll(&mut all, Some(&within))? > 0)
}

/// What one read brings.
pub(super) fn read_once(mut stream: &TcpStream) -> String {
    match stream.read(&mut [0; 1024]) {
        Ok(0) => "end".to_owned(),
        Ok(count) => format!("{count} bytes"),
        Err(error) => in_words(&error),
    }
}

/// What comes until nothing more does, and how that ends.
pub(super) fn read_all(mut stream: &TcpStream) -> String {
    let mut all = Vec::new();
    let end = match stream.read_to_end(&mut all) {
        Ok(_) => "end".to_owned(),
        Err(error) => in_words(&error),
    };
    format!("{} bytes, then {end}", all.len())
}

/// Texts are sent to one who is gone, each when what comes of the last one has come.
pub(super) fn texts(mut stream: &TcpStream) -> io::Result<String> {
    for count in 1..=4 {
        if let Err(error) = stream.write_all(b"text\n") {
            return Ok(format!("text {count}: {}", in_words(&error)));
        }
        await_reset(stream)?;
    }
    Ok("four texts were taken".to_owned())
}

/// More than the buffers of both ends and of a tap hold together.
pub(super) const TOO_MUCH: usize = 256 * 1024 * 1024;

/// Sends until it is made to wait while nobody reads; how much was taken. A tap may be slow to
/// pass it on, so a little more may be taken later.
pub(super) fn fill(mut stream: &TcpStream) -> io::Result<usize> {
    let (block, mut sent) = ([7; 64 * 1024], 0);
    stream.set_nonblocking(true)?;
    while takes_more(stream)? && sent < TOO_MUCH {
        match stream.write(&block) {
            Ok(count) => sent += count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    stream.set_nonblocking(false)?;
    Ok(sent)
}

/// No more will be sent.
pub(super) fn end(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)
}

/// What its system reports to a program.
pub(super) fn in_words(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::AddrInUse => "address already in use".to_owned(),
        Kind::BrokenPipe => "broken pipe".to_owned(),
        Kind::ConnectionRefused => "refused".to_owned(),
        Kind::ConnectionReset => "reset".to_owned(),
        Kind::TimedOut | Kind::WouldBlock => "nothing".to_owned(),
        _ => error.to_string(),
    }
}
