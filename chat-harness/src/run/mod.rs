//! Runs: which scenarios are played, how many at a time, and where their files lie.

mod dir;
mod one;
mod select;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use dir::RunDir;
pub use select::{Selection, Wanted, select};

use crate::adapter::Adapter;
use crate::judge::PlayVerdict;
use crate::plan::{Cast, Plan};
use crate::report::PlayReport;
use crate::scenario::Scenario;
use crate::snapshot::{Leftovers, Store, Update};
use crate::stage::{EngineError, Level, Orphan, Pace, adopted_by_us};
use crate::timeline::Observer;

/// Snapshots are kept of this implementation; of another one they would say nothing.
pub const REFERENCE: &str = "reference";

/// A seed for a run that names none: another one each time, so that nothing can be prepared
/// for it.
pub fn fresh_seed() -> u64 {
    u64::from(rand::random::<u32>())
}

/// What every play of a run shares.
#[derive(Clone, Debug)]
pub struct Ground {
    /// Where `scenarios/` is; fixtures and snapshots lie below it.
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
    /// Ends the run early.
    pub cancel: CancellationToken,
}

impl Ground {
    /// Who plays.
    fn cast(&self) -> Cast<'_> {
        let others = self.others.iter();
        Cast {
            main: &self.adapter,
            others: others.map(|(name, other)| (name.clone(), other)).collect(),
        }
    }
}

/// How a suite is played.
#[derive(Debug)]
pub struct TestSettings {
    /// Shared by all plays.
    pub ground: Ground,
    /// In the order in which they are reported.
    pub scenarios: Vec<Scenario>,
    /// How often each is played; more than once finds what does not always pass.
    pub repeat: u32,
    /// How many at a time.
    pub jobs: usize,
    /// Where the run's files go.
    pub dir: RunDir,
}

/// What happens while a suite is played.
#[derive(Debug)]
pub enum Progress {
    /// A scenario has begun.
    Began(String),
    /// All tries of a scenario have ended.
    Ended(Box<PlayReport>),
}

/// What came of a run.
#[derive(Debug)]
pub struct RunReport {
    /// One for each scenario, in the order of the settings.
    pub plays: Vec<PlayReport>,
    /// What survived its play and was found at the end.
    pub orphans: Vec<Orphan>,
    /// Snapshots that belong to no scenario or wait for a decision.
    pub leftovers: Leftovers,
    /// By the clock on the wall.
    pub elapsed: Duration,
}

/// Plays every scenario and tells how it goes on `progress`.
///
/// # Errors
///
/// [`EngineError`] for faults of the machine or of the harness, and when it was cancelled.
/// Everything that was started is gone then too.
pub async fn test(
    settings: TestSettings,
    progress: mpsc::Sender<Progress>,
) -> Result<RunReport, EngineError> {
    let began = Instant::now();
    let room = Arc::new(Semaphore::new(settings.jobs.max(1)));
    let mut playing = JoinSet::new();
    let scenarios = settings.scenarios.len();
    for (place, scenario) in settings.scenarios.into_iter().enumerate() {
        let ground = settings.ground.clone();
        let dir = settings.dir.play(&scenario.id);
        let (room, progress, repeat) = (Arc::clone(&room), progress.clone(), settings.repeat);
        playing.spawn(async move {
            let _room = room.acquire_owned().await;
            tell(&progress, Progress::Began(scenario.id.clone())).await;
            let report = tries(&ground, &scenario, repeat, &dir).await;
            if let Ok(report) = &report {
                tell(&progress, Progress::Ended(Box::new(report.clone()))).await;
            }
            (place, report)
        });
    }
    let mut plays: Vec<Option<PlayReport>> =
        std::iter::repeat_with(|| None).take(scenarios).collect();
    let mut first_fault = None;
    while let Some(ended) = playing.join_next().await {
        let (place, report) = ended.map_err(|_| EngineError::Fault("a play panicked"))?;
        match report {
            Ok(report) => {
                if let Some(slot) = plays.get_mut(place) {
                    *slot = Some(report);
                }
            }
            Err(error) => {
                // The others stop as well; the first fault is the one that counts.
                settings.ground.cancel.cancel();
                first_fault.get_or_insert(error);
            }
        }
    }
    let orphans = sweep(settings.ground.level).await?;
    if let Some(fault) = first_fault {
        return Err(fault);
    }
    Ok(RunReport {
        plays: plays.into_iter().flatten().collect(),
        orphans,
        leftovers: leftovers(&settings.ground)?,
        elapsed: began.elapsed(),
    })
}

/// Nobody listening is no reason to stop.
async fn tell(progress: &mpsc::Sender<Progress>, news: Progress) {
    drop(progress.send(news).await);
}

/// All tries of one scenario, as one report: the first that did not pass, else the last.
async fn tries(
    ground: &Ground,
    scenario: &Scenario,
    repeat: u32,
    dir: &Path,
) -> Result<PlayReport, EngineError> {
    let mut worst: Option<PlayReport> = None;
    let mut passed = 0;
    for number in 1..=repeat.max(1) {
        let dir = if repeat > 1 {
            dir.join(format!("try-{number}"))
        } else {
            dir.to_owned()
        };
        let report = one::play(
            ground,
            scenario,
            one::Try {
                number,
                dir,
                pace: Pace::Full,
            },
            |_, _| None,
        )
        .await?;
        if report.verdicts.play == PlayVerdict::Pass {
            passed += 1;
        }
        let has_failed = worst
            .as_ref()
            .is_some_and(|worst| worst.verdicts.play != PlayVerdict::Pass);
        if !has_failed {
            worst = Some(report);
        }
    }
    let mut report = worst.ok_or(EngineError::Fault("a scenario was not played"))?;
    if passed > 0 && report.verdicts.play != PlayVerdict::Pass {
        report.verdicts.play = PlayVerdict::Flaky;
    }
    Ok(report)
}

/// What no play could name as its own.
async fn sweep(level: Level) -> Result<Vec<Orphan>, EngineError> {
    if level < Level::Reaper {
        return Ok(Vec::new());
    }
    let swept = tokio::task::spawn_blocking(|| adopted_by_us(None)).await;
    swept.map_err(|_| EngineError::Fault("the search for orphans panicked"))
}

fn leftovers(ground: &Ground) -> Result<Leftovers, EngineError> {
    let root = &ground.scenarios;
    let failed = |error| EngineError::File {
        what: "read",
        path: root.clone(),
        error,
    };
    let mut ids = BTreeSet::new();
    for path in crate::scenario::find(root).map_err(failed)? {
        match crate::scenario::load(&path, root) {
            Ok(scenarios) => ids.extend(scenarios.into_iter().map(|scenario| scenario.id)),
            // What it says cannot be read now; its snapshots are not orphans for that.
            Err(_) => drop(ids.insert(select::id_of(&path, root))),
        }
    }
    Store::new(root.join("snapshots"))
        .leftovers(&ids)
        .map_err(failed)
}

/// Plays one scenario for an audience. The observer is made when the plan is known, with
/// the directory of the play's files.
///
/// # Errors
///
/// As [`test()`].
pub async fn demo(
    ground: &Ground,
    scenario: &Scenario,
    dir: &RunDir,
    pace: Pace,
    observer: impl FnOnce(&Plan, &Path) -> Observer,
) -> Result<PlayReport, EngineError> {
    let dir = dir.play(&scenario.id);
    let this = one::Try {
        number: 1,
        dir,
        pace,
    };
    let report = one::play(ground, scenario, this, |plan, dir| {
        Some(observer(plan, dir))
    })
    .await?;
    sweep(ground.level).await?;
    Ok(report)
}
