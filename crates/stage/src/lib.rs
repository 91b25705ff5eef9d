//! The stage: starts, drives and stops participants and taps, searches the surfaces, and
//! records everything on the timeline. It decides nothing beyond "the awaited event came,
//! or its deadline did".
//!
//! ```text
//! main ── enter(level) ── runtime ── play ──┬── stage thread: namespaces, spawn, sockets
//!                                           ├── tasks: streams, taps, ends of processes
//!                                           └── driver: one queue in, one timeline out
//! ```

pub mod bare;
mod buffers;
mod building;
mod driver;
mod error;
mod foreign;
mod input;
mod isolation;
pub mod last_resort;
pub mod link_table;
mod links;
pub mod machine_limits;
mod participant;
mod record;
mod scan;
mod status;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use building::{BuildError, BuildPlace, build};
pub use driver::control::commands::{Commands, commands};
pub use driver::control::pace::Pace;
pub use error::{Blame, EngineError, ProgramNotFound};
pub use isolation::closed::Reports;
pub use isolation::{confine, init, level, namespace, sockets};
pub use last_resort::LastResort;
pub use participant::fixtures::pool_size;
pub use participant::orphans::{GRACE, Orphan, adopted_by_us};
pub use participant::{programs, spawn};
pub use record::Observer;
pub use scan::comparing::Comparing;
pub use status::{Awaited, Phase, Status, StatusRequest, StatusRequests, status_requests};

use scenario::plan::{LoadPlan, Plan};
use timeline::{Event, Level};

/// How a play is staged.
pub struct Settings {
    /// How strongly it is isolated. The process must have been put on this level before.
    pub level: Level,
    /// The program that is pid 1 of a play.
    pub stage_init: PathBuf,
    /// Binaries of this workspace by name, for adapters that name one.
    pub binaries: BTreeMap<String, PathBuf>,
    /// Where timeline and raw bytes are written.
    pub dir: PathBuf,
    /// What no participant may see, where the machine can keep it from them.
    pub reports: Reports,
    /// Who says when the next step begins.
    pub pace: Pace,
    /// What is asked of it while it is shown.
    pub commands: Commands,
    /// Is shown every event as it happens.
    pub observer: Option<Observer>,
    /// How long everything before the stopping may take; what is awaited then has not come.
    pub limit: Option<Duration>,
    /// Who wants to know what it waits for.
    pub status_requests: StatusRequests,
    /// Where what is searched is compared with other plays. Programs are at the same addresses in
    /// all of these, where the kernel allows that.
    pub comparing: Comparing,
    /// Ends the play early; everything it started is gone when [`play`] returns.
    pub cancel: CancellationToken,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("level", &self.level)
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// A play under way: what happened, at the end. A box, so that it is compiled in this crate and
/// optimised with it, and not by whoever waits for it.
pub type Playing<'p> = Pin<Box<dyn Future<Output = Result<Vec<Event>, EngineError>> + Send + 'p>>;

/// Plays a plan. Whatever participants do, the timeline tells it; nothing of what was
/// started is left when this returns.
///
/// # Errors
///
/// [`EngineError`] for faults of the machine or of the harness, and when it was cancelled.
pub fn play(plan: &Plan, settings: Settings) -> Playing<'_> {
    Box::pin(async {
        let play = driver::Play::begin(plan, settings).await?;
        play.run(driver::Script::Steps).await
    })
}

/// Plays a load. A group ends at its first step that does not hold; the others go on.
///
/// # Errors
///
/// As [`play`].
pub fn play_load(load: &LoadPlan, settings: Settings) -> Playing<'_> {
    Box::pin(async {
        driver::allow_open_files();
        let play = driver::Play::begin(&load.whole, settings).await?;
        play.run(driver::Script::Load(load)).await
    })
}
