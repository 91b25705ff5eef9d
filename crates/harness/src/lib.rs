//! Runs: which scenarios are played, how many at a time, and where their files lie.

mod attempts;
mod building;
mod dir;
mod error;
mod files;
mod foreign;
mod further_plays;
mod grade;
mod handed_in;
mod load;
mod mended;
mod merge;
mod one;
mod opened;
mod pages;
mod probe;
mod propose;
mod provenance;
mod rehearsals;
mod replay;
mod saved;
mod select;
mod shard;
mod snapshots;
mod sources;
mod stand_in;
mod submissions;
mod suite;
mod unpack;
mod variants;
mod waiting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use dir::RunDir;
pub use error::{Difference, FormatError, MergeError, SavedError};
pub use grade::{GradeNews, GradeSettings, MatrixNews, SETTING, Submission, grade, matrix};
pub use handed_in::{BadMetadata, handed_in};
pub use load::{LoadSettings, load};
pub use merge::{merge, merged};
pub use opened::{NotOpened, Opened};
pub use pages::Parts;
pub use probe::{Mismatch, Outcome, Probed, probe};
pub use propose::{Discovery, Proposed, Watching, propose, proposed_adapter, unknown_adapter};
pub use replay::replay;
pub use saved::{ManifestScenario, RunManifest, SavedRun};
pub use select::{Selection, Wanted, select};
pub use shard::{NoShard, Shard, Times};
pub use snapshots::Update;
pub use stand_in::stand_in;
pub use submissions::{
    Found, SameName, all_differ, find_submissions, read_graded, stamp, write_feedback,
    write_for_platform, write_graded, write_junit, write_matrix, write_overview, write_sheet,
};
pub use suite::{Progress, TestSettings, test};
pub use unpack::{Archive, UnpackError};
pub use variants::{Variant, variants};

use report::{Asked, PlayReport, RunReport};
use scenario::Scenario;
use scenario::adapter::Adapter;
use scenario::plan::{Implementations, Plan};
use stage::{Commands, EngineError, GRACE, Observer, Orphan, Pace, StatusRequests, adopted_by_us};
use timeline::Level;

/// A seed for a run that names none: another one each time, so that nothing can be prepared
/// for it.
pub fn fresh_seed() -> u64 {
    u64::from(rand::random::<u32>())
}

/// A word that nobody can guess.
pub fn fresh_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// What every play of a run shares.
#[derive(Clone, Debug)]
pub struct RunContext {
    /// Where `scenarios/` is; fixtures and snapshots are in it.
    pub scenarios: PathBuf,
    /// The implementation.
    pub adapter: Arc<Adapter>,
    /// Implementations that scenarios name for single clients, by that name.
    pub others: Arc<BTreeMap<String, Adapter>>,
    /// Binaries of this workspace by name.
    pub binaries: BTreeMap<String, PathBuf>,
    /// Everything random comes from it.
    pub seed: u64,
    /// As the process was put on.
    pub level: Level,
    /// What to do with snapshots.
    pub update: Update,
    /// What participants do not see besides the usual.
    pub closed: Vec<PathBuf>,
    /// Ends the run early.
    pub cancel: CancellationToken,
}

impl RunContext {
    /// A path as reports say it: from the root of the workspace, where it is under it.
    fn shown(&self, path: &Path) -> PathBuf {
        let root = self.scenarios.parent();
        let relative = root.and_then(|root| path.strip_prefix(root).ok());
        relative.unwrap_or(path).to_owned()
    }

    /// Whether snapshots are stored of what is played: only of the reference of this workspace,
    /// with the face that tests drive, and of no other file that is called so.
    fn has_snapshots(&self) -> bool {
        if self.adapter.name != report::REFERENCE {
            return false;
        }
        let reference = self.scenarios.parent().map(|root| {
            let adapters = root.join("adapters");
            adapters.join(report::REFERENCE).with_extension("toml")
        });
        let reference = reference.and_then(|path| path.canonicalize().ok());
        reference.is_some() && reference == self.adapter.path.canonicalize().ok()
    }

    /// Who plays.
    fn implementations(&self) -> Implementations<'_> {
        let others = self.others.iter();
        Implementations {
            main: &self.adapter,
            others: others.map(|(name, other)| (name.clone(), other)).collect(),
        }
    }
}

/// What no play could name as its own.
async fn sweep(level: Level) -> Result<Vec<Orphan>, EngineError> {
    if level < Level::Reaper {
        return Ok(Vec::new());
    }
    let swept = tokio::task::spawn_blocking(|| adopted_by_us(None, GRACE)).await;
    swept.map_err(|_| EngineError::Fault("the search for orphans panicked"))
}

/// A process that no play could name as its own, in a sentence.
fn survived(orphan: &Orphan) -> String {
    format!(
        "ORPHAN {} (pid {}) survived its play; killed",
        orphan.command, orphan.pid
    )
}

/// Plays one scenario as a run of its own, at this pace and under this control. The observer, where
/// there is an audience, is made when the plan is known, with the directory of the play's files.
///
/// # Errors
///
/// As [`test()`].
pub async fn demo(
    context: &RunContext,
    scenario: &Scenario,
    dir: &RunDir,
    asked: &Asked,
    (pace, commands): (Pace, Commands),
    observer: impl FnOnce(&Plan, &Path) -> Option<Observer> + Send,
) -> Result<PlayReport, EngineError> {
    let manifest = RunManifest {
        id: dir.id().to_owned(),
        asked: asked.clone(),
        provenance: provenance::now(&context.scenarios),
        seed: context.seed,
        shard: None,
        balanced_by: None,
        scenarios: vec![ManifestScenario {
            id: scenario.id.clone(),
            path: context.shown(&scenario.path),
        }],
    };
    saved::begin(dir.path(), &manifest)?;
    let mut context = context.clone();
    context.build(dir).await?;
    let this = one::Attempt {
        number: 1,
        dir: RunDir::relative(&scenario.id),
        pace,
        commands,
        limit: None,
        status_requests: StatusRequests::none(),
    };
    let of = one::OfRun {
        dir,
        asked,
        provenance: Some(&manifest.provenance),
    };
    let report = one::play(&context, scenario, of, this, Box::new(observer)).await?;
    sweep(context.level).await?;
    let whole = RunReport {
        provenance: manifest.provenance,
        plays: vec![report.clone()],
        left: Vec::new(),
        elapsed: report.elapsed,
    };
    saved::end(dir.path(), &whole)?;
    Ok(report)
}
