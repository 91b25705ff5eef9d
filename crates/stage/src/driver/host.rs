//! What a play needs of the machine that it runs on. The seam below the driver: in tests a script
//! is here instead of processes and sockets.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::EngineError;
use crate::driver::scans::{ScanJob, Seen};
use crate::input::Instance;
use crate::isolation::netlink::Listening;
use crate::isolation::stage_thread::Side;
use crate::links::reach::Reached;
use crate::links::tap::{Link, Tap};
use crate::participant::adopter::Adopter;
use crate::participant::handle::ProcessHandle;
use crate::participant::orphans::Orphan;
use crate::participant::spawn::{Child, Command};
use crate::scan::memory::InTheAct;
use audit::Searcher;
use scenario::adapter::{Terminal, Transport};

/// Something that the machine does. Boxed: all of it is rare, beside lines and bytes.
pub(crate) type Doing<'h, T> = Pin<Box<dyn Future<Output = Result<T, EngineError>> + Send + 'h>>;

/// What is started, where, and as whose.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) side: Side,
    /// It writes only in this directory.
    pub(crate) home: PathBuf,
    pub(crate) command: Command,
    pub(crate) terminal: Option<Terminal>,
    pub(crate) instance: Arc<Instance>,
}

/// Starts processes and opens links. What they do comes on the queue of the play.
pub(crate) trait Host: Debug + Send + Sync {
    /// What isolates less than it should, in words for the timeline.
    fn shortcomings(&self) -> Vec<String>;

    /// Who adopts what participants leave behind, where they have a PID namespace.
    fn adopter(&self) -> Option<Adopter>;

    /// Starts a process of a participant.
    fn start(&self, launch: Launch) -> Doing<'_, Box<dyn ProcessHandle>>;

    /// Starts a process that belongs to nobody on the timeline.
    fn start_helper(&self, side: Side, home: PathBuf, command: Command) -> Doing<'_, Child>;

    /// Taps a client's link, on a port that may be fixed.
    fn open_link(
        &self,
        side: Side,
        port: Option<u16>,
        link: Link,
        relay: watch::Receiver<Reached>,
    ) -> Doing<'_, Tap>;

    /// What the relay's side sends to this address goes nowhere from now on. False where the
    /// relay has no network of its own, and nothing was done.
    fn cut_off(&self, address: Ipv4Addr) -> Doing<'_, bool>;

    /// What the relay's side sends to this address arrives again.
    fn connect_again(&self, address: Ipv4Addr) -> Doing<'_, bool>;

    /// Bytes of the relay's side to this address that nobody has acknowledged.
    fn unacknowledged(&self, address: Ipv4Addr) -> Doing<'_, u64>;

    /// The sockets that listen on the relay's side, or take datagrams there: those of the relay, where its processes are
    /// named, or anybody's.
    fn listening(&self, transport: Transport, relay: Option<Vec<i32>>)
    -> Doing<'_, Vec<Listening>>;

    /// Scans the relay where it blocks nobody; what happens meanwhile is recorded.
    fn scan(&self, job: ScanJob) -> Doing<'static, Seen>;

    /// Which of these processes wait for input. It is in their memory, so who asks may wait.
    fn who_reads(&self, pids: Vec<i32>) -> Doing<'static, BTreeSet<i32>>;

    /// Scans the relay while it handles what it is sent next; nothing where it cannot be traced.
    fn watch(&self, roots: Vec<i32>, searcher: Arc<Searcher>) -> Doing<'static, Option<InTheAct>>;

    /// What participants have left behind, of the play with this scratch directory, and what does not end
    /// within `grace`.
    fn orphans(&self, scratch: PathBuf, grace: Duration) -> Doing<'_, Vec<Orphan>>;

    /// Ends everything that still lives there. Nobody waits for it where a child was killed and
    /// has not ended, which `has_unreaped` tells.
    fn stop(self: Box<Self>, has_unreaped: bool) -> Doing<'static, ()>;
}
