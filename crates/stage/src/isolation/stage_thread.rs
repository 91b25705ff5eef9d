//! The stage thread of a play: the one place where its namespaces are made and its sockets
//! are born.
//!
//! Namespaces belong to threads, and what a thread makes is born in its namespaces and stays
//! there: so a socket made here may be used by any task of the runtime. A participant is
//! started by a thread of its own, which joins the play's namespaces, makes mounts and IPC of its
//! own, and gives up writing elsewhere than this one participant may: for good, as Landlock takes
//! and never gives back.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use rustix::net::sockopt::set_socket_reuseaddr;
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, socket_with};
use tokio::sync::oneshot;

use crate::error::EngineError;
use crate::isolation::closed::{Closed, OpenFiles, SHARED_MEMORY};
use crate::isolation::init::Init;
use crate::isolation::namespace::{self, NamespaceError};
use crate::isolation::netlink::{self, Listening};
use crate::isolation::{addresses, bound, confine, init, sockets};
use crate::machine_limits::has_loopback;
use crate::participant::adopter::Owners;
use crate::participant::spawn::{self, Child, Command};
use crate::participant::terminal::{self, OnTerminal};
use scenario::adapter::{Terminal, Transport};
use timeline::Level;

/// How long the kernel may take to end everything in a PID namespace.
const END: Duration = Duration::from_secs(20);

/// Which side of the tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Where clients live and taps listen.
    Clients,
    /// A network for one client alone, by its place in the plan: its port is fixed in its
    /// code, and others may have the same.
    Alone(usize),
    /// Where the relay lives and taps connect.
    Relay,
}

type Job = Box<dyn FnOnce(&mut Place) + Send>;

/// Asks the stage thread; its end ends the thread and, at level `namespaces`, everything
/// that lives in the play.
#[derive(Debug)]
pub(crate) struct StageThread {
    jobs: Option<SyncSender<Job>>,
    /// Closed when the thread has ended.
    over: oneshot::Receiver<()>,
    /// Pid 1 of the play's PID namespace, as the harness sees it.
    pub(crate) init: Option<i32>,
    /// Why participants see all processes of the machine in `/proc`; `None` where they do not.
    pub(crate) why_proc: Option<String>,
    /// Whose the processes there are.
    pub(crate) owners: Owners,
    /// Programs are at the same addresses whenever they are started.
    pub(crate) has_fixed_addresses: bool,
}

/// What the thread holds.
struct Place {
    networks: Option<Networks>,
    init: Option<Init>,
    /// Leads other threads into the PID namespace.
    processes: Option<OwnedFd>,
    /// Leads them to where the machine's sockets are hidden, and its processes.
    mounts: Option<OwnedFd>,
    /// What participants do not see there.
    closed: Closed,
}

/// Where a participant is started.
struct Spot {
    network: Option<OwnedFd>,
    processes: Option<OwnedFd>,
    /// Where the machine's sockets are hidden, and its processes.
    mounts: Option<OwnedFd>,
    /// What is not seen there.
    closed: Closed,
}

/// What the thread has made.
struct Made {
    init: Option<i32>,
    why_proc: Option<String>,
}

struct Networks {
    clients: OwnedFd,
    /// Made when they are first entered.
    alone: BTreeMap<usize, OwnedFd>,
    relay: OwnedFd,
}

impl StageThread {
    /// Builds the play's namespaces on a thread of its own.
    pub(crate) async fn start(
        level: Level,
        stage_init: PathBuf,
        closed: Closed,
    ) -> Result<Self, EngineError> {
        let (jobs, inbox) = sync_channel::<Job>(16);
        let (ready, made) = oneshot::channel();
        let (ending, over) = oneshot::channel();
        std::thread::Builder::new()
            .name("stage".to_owned())
            .spawn(move || {
                let place = Place::build(level, &stage_init, closed);
                serve(place, ready, &inbox);
                // Nobody waits where the play was interrupted.
                ending.send(()).ok();
            })
            .map_err(EngineError::system("start the stage thread"))?;
        let Made { init, why_proc } = made.await.map_err(|_| GONE)??;
        Ok(Self {
            jobs: Some(jobs),
            over,
            init,
            why_proc,
            owners: Owners::default(),
            has_fixed_addresses: false,
        })
    }

    /// Starts a process on one side. It writes only in `home`.
    pub(crate) async fn spawn(
        &self,
        side: Side,
        home: PathBuf,
        command: Command,
    ) -> Result<Child, EngineError> {
        let names = command.names();
        let work = move || spawn::spawn(&command);
        self.apart(side, home, names, work).await
    }

    /// The same, on a terminal of its own.
    pub(crate) async fn start_on_terminal(
        &self,
        side: Side,
        home: PathBuf,
        command: Command,
        terminal: Terminal,
    ) -> Result<OnTerminal, EngineError> {
        let names = command.names();
        let work = move || terminal::spawn(&command, &terminal);
        self.apart(side, home, names, work).await
    }

    /// Does something on a new thread, on one side of the play, and confined to a directory.
    /// The stage thread itself cannot make threads, so its caller does.
    async fn apart<T: Send + 'static>(
        &self,
        side: Side,
        home: PathBuf,
        names: BTreeSet<PathBuf>,
        work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let spot = self.ask(move |place| place.spot(side)).await?;
        let owners = self.owners.clone();
        let has_fixed_addresses = self.has_fixed_addresses;
        let (answer, answered) = oneshot::channel();
        std::thread::Builder::new()
            .name("start".to_owned())
            .spawn(move || {
                let done = spot.enter(&home, &names, &owners).and_then(|()| {
                    if has_fixed_addresses {
                        // Where it is refused, the timeline says so from its begin.
                        addresses::fix().ok();
                    }
                    work()
                });
                // Nobody waits any more when the play was interrupted.
                drop(answer.send(done));
            })
            .map_err(EngineError::system("make a thread that starts a process"))?;
        answered.await.map_err(|_| GONE)?
    }

    /// A listener on loopback for a client; port 0 is any. The port remains its own, also while
    /// it does not listen.
    pub(crate) async fn listen(&self, side: Side, port: u16) -> Result<TcpListener, EngineError> {
        self.ask(move |place| {
            place.enter(side)?;
            let listener = listen_for_good(port)
                .and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
            listener.map_err(EngineError::system("listen for a client"))
        })
        .await
    }

    /// Makes a socket on one side, as a program there would.
    pub(crate) async fn on<T: Send + 'static, E: Into<io::Error>>(
        &self,
        side: Side,
        make: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, EngineError> {
        self.ask(move |place| {
            place.enter(side)?;
            make().map_err(EngineError::system("make a socket"))
        })
        .await
    }

    /// A socket for datagrams on loopback, for a client; port 0 is any.
    pub(crate) async fn bind(&self, side: Side, port: u16) -> Result<UdpSocket, EngineError> {
        self.on(side, move || {
            let socket = bind_for_good(port)?;
            socket.set_nonblocking(true).map(|()| socket)
        })
        .await
    }

    /// A TCP socket on the relay's side, not yet connected, that can reach an address. Over IPv4
    /// and in a network of our own it has the address `source`.
    pub(crate) async fn socket(
        &self,
        source: Ipv4Addr,
        to: IpAddr,
    ) -> Result<OwnedFd, EngineError> {
        self.socket_of(SocketType::STREAM, source, to).await
    }

    /// The same for datagrams.
    pub(crate) async fn datagram_socket(
        &self,
        source: Ipv4Addr,
        to: IpAddr,
    ) -> Result<OwnedFd, EngineError> {
        self.socket_of(SocketType::DGRAM, source, to).await
    }

    async fn socket_of(
        &self,
        kind: SocketType,
        source: Ipv4Addr,
        to: IpAddr,
    ) -> Result<OwnedFd, EngineError> {
        self.ask(move |place| {
            place.enter(Side::Relay)?;
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let family = match to {
                IpAddr::V4(_) => AddressFamily::INET,
                IpAddr::V6(_) => AddressFamily::INET6,
            };
            let socket = socket_with(family, kind, flags, None)
                .map_err(EngineError::system("make a socket"))?;
            if place.networks.is_some() && to.is_ipv4() {
                bind(&socket, &SocketAddrV4::new(source, 0))
                    .map_err(EngineError::system("give a link its address"))?;
            }
            Ok(socket)
        })
        .await
    }

    /// What the relay's side sends to this address goes nowhere from now on, unacknowledged.
    /// False where the relay has no network of its own, and nothing was done.
    pub(crate) async fn cut_off(&self, address: Ipv4Addr) -> Result<bool, EngineError> {
        self.ask(move |place| place.route(address, netlink::Route::Blackhole))
            .await
    }

    /// What the relay's side has sent to this address, and nobody has acknowledged, in bytes.
    pub(crate) async fn unacknowledged(&self, address: Ipv4Addr) -> Result<u64, EngineError> {
        self.ask(move |place| {
            place.enter(Side::Relay)?;
            netlink::unacknowledged(address).map_err(EngineError::system("ask what is on its way"))
        })
        .await
    }

    /// What the relay's side sends to this address arrives again.
    pub(crate) async fn connect_again(&self, address: Ipv4Addr) -> Result<bool, EngineError> {
        self.ask(move |place| place.route(address, netlink::Route::Normal))
            .await
    }

    /// Who listens on the relay's side, or takes datagrams there.
    pub(crate) async fn listening(
        &self,
        transport: Transport,
    ) -> Result<Vec<Listening>, EngineError> {
        self.ask(move |place| {
            place.enter(Side::Relay)?;
            let listening = match transport {
                Transport::Tcp => netlink::listening(),
                Transport::Udp => bound::for_datagrams(),
            };
            listening.map_err(EngineError::system("ask who listens"))
        })
        .await
    }

    /// Ends the thread and with it the namespaces. Everything in the PID namespace dies.
    /// Pid 1 cannot end before all direct children were reaped: with such a one, which
    /// `has_unreaped` tells, nobody waits for the thread.
    pub(crate) async fn stop(mut self, has_unreaped: bool) -> Result<(), EngineError> {
        self.jobs = None;
        if has_unreaped {
            return Ok(());
        }
        match tokio::time::timeout(END, &mut self.over).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(EngineError::Fault("the stage thread panicked")),
            Err(_) => Err(EngineError::Fault("the processes of a play do not end")),
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Place) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<T, EngineError> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(GONE)?;
        let job: Job = Box::new(move |place| {
            // Nobody waits any more when the play was interrupted.
            drop(answer.send(job(place)));
        });
        // The queue is longer than a play has askers, so this does not block.
        jobs.try_send(job).map_err(|_| GONE)?;
        answered.await.map_err(|_| GONE)?
    }
}

/// The kernel lets go of a port that it has chosen by itself when a listener stops to listen; not
/// of one that was asked for. So one is found first, and held until it was asked for.
fn listen_for_good(port: u16) -> io::Result<TcpListener> {
    let holder = reusing(
        SocketType::STREAM,
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
    )?;
    let bound = TcpListener::from(holder);
    TcpListener::bind(bound.local_addr()?)
}

/// The same of a socket for datagrams that has a peer and then none.
fn bind_for_good(port: u16) -> io::Result<UdpSocket> {
    let holder = reusing(
        SocketType::DGRAM,
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
    )?;
    let bound = UdpSocket::from(holder);
    let socket = reusing(SocketType::DGRAM, bound.local_addr()?)?;
    // Nobody else may have it, too.
    set_socket_reuseaddr(&socket, false)?;
    Ok(UdpSocket::from(socket))
}

/// A socket at an address that another one of ours may have.
fn reusing(kind: SocketType, address: SocketAddr) -> io::Result<OwnedFd> {
    let socket = socket_with(AddressFamily::INET, kind, SocketFlags::CLOEXEC, None)?;
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &address)?;
    Ok(socket)
}

const GONE: EngineError = EngineError::Fault("the stage thread is gone");

fn enter_hidden(error: nix::Error) -> EngineError {
    EngineError::system("hide the machine's sockets")(error)
}

fn named(error: NamespaceError) -> EngineError {
    EngineError::System {
        what: error.step,
        error: error.error,
    }
}

fn serve(
    place: Result<Place, EngineError>,
    ready: oneshot::Sender<Result<Made, EngineError>>,
    inbox: &Receiver<Job>,
) {
    let mut place = match place {
        Ok(place) => place,
        Err(error) => {
            drop(ready.send(Err(error)));
            return;
        }
    };
    drop(ready.send(Ok(Made {
        init: place.init.as_ref().map(|init| init.child.pid),
        why_proc: place.init.as_ref().and_then(|init| init.why_proc.clone()),
    })));
    while let Ok(job) = inbox.recv() {
        job(&mut place);
    }
    place.end();
}

impl Place {
    fn build(level: Level, stage_init: &Path, closed: Closed) -> Result<Self, EngineError> {
        if level < Level::Namespaces {
            has_loopback()?;
            return Ok(Self {
                networks: None,
                init: None,
                processes: None,
                mounts: None,
                closed,
            });
        }
        let hidden = sockets::hidden();
        let networks = Networks {
            clients: namespace::new_network().map_err(named)?,
            alone: BTreeMap::new(),
            relay: namespace::new_network().map_err(named)?,
        };
        namespace::new_processes().map_err(named)?;
        namespace::own_directory().map_err(named)?;
        // Whoever may inspect pid 1 sees what it sees.
        if let Ok(hidden) = hidden {
            hidden.enter().map_err(enter_hidden)?;
        }
        // Pid 1 is confined to nothing, so that nobody inside can signal it.
        let mut init = init::start(stage_init)?;
        let mounts = match hidden {
            Ok(_) => Some(init.mounts()).transpose(),
            Err(why) => {
                // Nobody joins it then.
                init.why_proc = Some(why.to_string());
                Ok(None)
            }
        };
        Ok(Self {
            networks: Some(networks),
            init: Some(init),
            processes: Some(namespace::processes().map_err(named)?),
            mounts: mounts.map_err(EngineError::system("keep the mounts of a play"))?,
            closed,
        })
    }

    /// What leads another thread to one side.
    fn spot(&mut self, side: Side) -> Result<Spot, EngineError> {
        let again = |handle: &OwnedFd| {
            let handle = handle.try_clone();
            handle.map_err(EngineError::system("keep a namespace"))
        };
        let network = self.network(side)?.map(again).transpose()?;
        let processes = self.processes.as_ref().map(again).transpose()?;
        let mounts = self.mounts.as_ref().map(again).transpose()?;
        Ok(Spot {
            network,
            processes,
            mounts,
            closed: self.closed.clone(),
        })
    }

    fn enter(&mut self, side: Side) -> Result<(), EngineError> {
        let network = self.network(side)?;
        network.map_or(Ok(()), |network| {
            namespace::enter_network(network).map_err(named)
        })
    }

    fn network(&mut self, side: Side) -> Result<Option<&OwnedFd>, EngineError> {
        let Some(networks) = &mut self.networks else {
            return Ok(None);
        };
        Ok(Some(match side {
            Side::Alone(client) => match networks.alone.entry(client) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(free) => free.insert(namespace::new_network().map_err(named)?),
            },
            Side::Clients => &networks.clients,
            Side::Relay => &networks.relay,
        }))
    }

    fn route(&mut self, address: Ipv4Addr, route: netlink::Route) -> Result<bool, EngineError> {
        if self.networks.is_none() {
            return Ok(false);
        }
        self.enter(Side::Relay)?;
        netlink::set_route(address, route)
            .map(|()| true)
            .map_err(EngineError::system(
                "change where the relay's network leads",
            ))
    }

    fn end(self) {
        if let Some(init) = self.init {
            init.end();
        }
    }
}

impl Spot {
    /// Brings the calling thread there, and confines it to a directory for good. It sees of closed
    /// places what its command names.
    fn enter(
        self,
        home: &Path,
        names: &BTreeSet<PathBuf>,
        owners: &Owners,
    ) -> Result<(), EngineError> {
        if let Some(network) = self.network {
            namespace::enter_network(&network).map_err(named)?;
        }
        if let Some(processes) = self.processes {
            namespace::enter_processes(&processes).map_err(named)?;
            namespace::own_ipc().map_err(named)?;
            // Its scratch directory has its name. In the play's own /proc the calling thread would not find itself.
            let who = home.file_name().unwrap_or_default();
            owners.calling_thread_starts_for(&who.to_string_lossy())?;
        }
        namespace::own_directory().map_err(named)?;
        let mut own = vec![home];
        if let Some(mounts) = self.mounts {
            let files = OpenFiles::ours().map_err(EngineError::system("find what is open"))?;
            init::enter_mounts(&mounts).map_err(named)?;
            namespace::own_mounts().map_err(named)?;
            let closed = self.closed.close(home, names, &files);
            if closed.map_err(EngineError::system("close places to participants"))? {
                own.push(Path::new(SHARED_MEMORY));
            }
        }
        // Where the kernel cannot do it, the timeline says so from its begin.
        confine::to_own(&own).map(drop)
    }
}

impl Drop for StageThread {
    fn drop(&mut self) {
        // The thread ends by itself once its queue is closed; nobody may block on it here.
        self.jobs = None;
    }
}

/// For [`io::Error`]-returning callers.
impl From<EngineError> for io::Error {
    fn from(error: EngineError) -> Self {
        Self::other(error.to_string())
    }
}
