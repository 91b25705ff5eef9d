//! Parts of the stage without a play, so that what they cost can be measured.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::EngineError;
use crate::driver::QUEUE;
use crate::driver::links::wire_file;
use crate::input::Input;
use crate::isolation::closed::{Closed, Reports};
use crate::isolation::stage_thread::{Side, StageThread};
use crate::links::reach::Reached;
use crate::links::tap::{Link, Tap};
#[cfg(doc)]
use crate::participant::spawn;
use crate::participant::spawn::{Child, Command};
use crate::participant::terminal;
use crate::record::Writer;
use crate::scan::comparing::Comparing;
pub use crate::scan::memory::UnreadMemory;
use crate::scan::memory::{self, Copied, SamplingMode};
pub use crate::scan::refused::{Obstacle, Unreadable};
use audit::{SearchResult, Searcher};
use scenario::adapter::{Framing, Terminal, Transport};
use timeline::{Kind, Level};

/// What is kept of each direction; as in a play.
const MAX_WIRE: u64 = u64::MAX;

/// A running tap that records to files as in a play. It ends when this is dropped.
#[derive(Debug)]
pub struct BareTap {
    tap: Tap,
    _stage: Arc<StageThread>,
    recording: AbortOnDropHandle<io::Result<()>>,
}

impl BareTap {
    /// A tap in front of a port of this machine; what passes is recorded in `dir`.
    ///
    /// # Errors
    ///
    /// When the system refuses a socket or a file.
    pub async fn start(relay_port: u16, dir: &Path) -> Result<Self, EngineError> {
        let stage = StageThread::start(Level::None, "unused".into(), Closed::default()).await?;
        let stage = Arc::new(stage);
        let relay: Reached = [SocketAddr::from((Ipv4Addr::LOCALHOST, relay_port))].into();
        let writer = Writer::create(dir, None)?;
        let (sender, inputs) = mpsc::channel(QUEUE);
        let link = Link {
            name: "link".to_owned(),
            transport: Transport::Tcp,
            framing: Framing::None,
            connections: 128,
            source: Ipv4Addr::LOCALHOST,
        };
        let tap = Tap::start(
            link,
            stage.listen(Side::Clients, 0).await?,
            Arc::downgrade(&stage),
            watch::Sender::new(relay).subscribe(),
            sender,
        )?;
        Ok(Self {
            tap,
            _stage: stage,
            recording: recording(inputs, writer),
        })
    }

    /// Where a client connects to.
    pub fn port(&self) -> u16 {
        self.tap.port
    }

    /// Ends it when all that has passed is written.
    ///
    /// # Errors
    ///
    /// When something could not be.
    pub async fn finish(self) -> io::Result<()> {
        drop(self.tap);
        self.recording.await.map_err(io::Error::other)?
    }
}

/// Where programs live as in a play, without a play.
#[derive(Debug)]
pub struct BareStage(StageThread);

impl BareStage {
    /// Makes what isolates a play.
    ///
    /// # Errors
    ///
    /// When the system refuses it.
    pub async fn start(level: Level, stage_init: PathBuf) -> Result<Self, EngineError> {
        StageThread::start(level, stage_init, Closed::with(&Reports::default()))
            .await
            .map(Self)
    }

    /// Starts a process, which writes only in `home`. All of them are in one network.
    ///
    /// # Errors
    ///
    /// As [`spawn::spawn`].
    pub async fn spawn(&self, home: PathBuf, command: Command) -> Result<Child, EngineError> {
        self.0.spawn(Side::Relay, home, command).await
    }

    /// Ends all that still lives there. Who was started must have been waited for.
    ///
    /// # Errors
    ///
    /// When something does not end.
    pub async fn stop(self) -> Result<(), EngineError> {
        self.0.stop(false).await
    }
}

/// The memory of a process and its descendants, scanned as in a play.
#[derive(Debug, Default)]
pub struct BareMemory(Copied);

impl BareMemory {
    /// Copies it while all of them stand still; so many bytes.
    ///
    /// # Errors
    ///
    /// Why it is not all of it.
    pub fn copy(&mut self, pid: i32) -> Result<usize, UnreadMemory> {
        let (_, unread) = memory::copy(&[pid], &mut self.0);
        unread.map_or_else(|| Ok(self.0.bytes().len()), Err)
    }

    /// Reads and searches it while all of them run.
    ///
    /// # Errors
    ///
    /// Why it is not all of it.
    pub fn search(&mut self, pid: i32, searcher: &Searcher) -> Result<SearchResult, UnreadMemory> {
        let sample = memory::sample(
            &[pid],
            SamplingMode::Running,
            (searcher, None),
            &mut self.0,
            &Comparing::default(),
        );
        sample.unread.map_or(Ok(sample.searched), Err)
    }
}

/// Starts a process on a terminal of its own: its pid, and a handle.
///
/// # Errors
///
/// As [`spawn::spawn`].
pub fn spawn_on_terminal(command: &Command) -> Result<(i32, OwnedFd), EngineError> {
    let started = terminal::spawn(command, &Terminal::default())?;
    Ok((started.pid, started.pidfd))
}

/// Not where it is awaited: there it would be compiled without this crate's optimisation.
fn recording(inputs: mpsc::Receiver<Input>, writer: Writer) -> AbortOnDropHandle<io::Result<()>> {
    AbortOnDropHandle::new(tokio::spawn(record(inputs, writer)))
}

/// What a play does with bytes on a link whose framing it does not know.
async fn record(mut inputs: mpsc::Receiver<Input>, mut writer: Writer) -> io::Result<()> {
    while let Some(input) = inputs.recv().await {
        if let Input::Wire {
            link,
            direction,
            bytes,
        } = input
        {
            let file = wire_file(&link, direction);
            writer.keep(&file, &bytes, MAX_WIRE)?;
            let (at, len) = (0, bytes.len() as u64);
            writer.append(Kind::Wire {
                link,
                direction,
                at,
                len,
            })?;
        }
    }
    Ok(writer.flush()?)
}
