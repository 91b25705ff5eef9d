//! Many scenarios, several at a time.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::files;
use super::one::{self, Attempt, OfRun, Which};
use super::provenance;
use super::saved::{self, ManifestScenario, RunManifest};
use super::waiting::{self, Patience};
use super::{RunContext, RunDir, Shard, Times, attempts, select, survived, sweep};
use crate::snapshots::Store;
use judge::PlayVerdict;
use report::{Asked, PlayReport, Provenance, RunReport};
use scenario::Scenario;
use scenario::adapter::ReadyWhen;
use stage::{Commands, EngineError, Orphan, Pace, Status, StatusRequest, status_requests};
use timeline::Level;

/// How a suite is played.
#[derive(Debug)]
pub struct TestSettings {
    /// Shared by all plays.
    pub context: RunContext,
    /// What is played, and how, for whoever repeats the run as well.
    pub asked: Asked,
    /// Those of the whole run; reported by id.
    pub scenarios: Vec<Scenario>,
    /// Which part of them is played; all when there is none.
    pub shard: Option<Shard>,
    /// By which times the parts are cut; by ids alone when there are none.
    pub times: Option<Times>,
    /// After the first that is red, no other one begins.
    pub fail_fast: bool,
    /// How many at a time.
    pub jobs: usize,
    /// Each change is a question what every running play waits for.
    pub questions: watch::Receiver<u64>,
    /// Where the run's files go.
    pub dir: RunDir,
}

/// What happens while a suite is played.
#[derive(Debug)]
pub enum Progress {
    /// A scenario has begun.
    Began(String),
    /// A play has waited for the same for long.
    Slow(String, Status),
    /// What a play waits for, because somebody asked.
    Now(String, Status),
    /// All attempts at a scenario have ended.
    Ended(Box<PlayReport>),
}

/// What the tasks of a suite share.
struct Suite {
    context: RunContext,
    dir: RunDir,
    asked: Asked,
    provenance: Provenance,
    fail_fast: bool,
    room: Semaphore,
    /// No other scenario begins.
    is_over: CancellationToken,
    questions: watch::Receiver<u64>,
    progress: mpsc::Sender<Progress>,
}

/// Plays every scenario and tells how it goes on `progress`.
///
/// # Errors
///
/// [`EngineError`] for faults of the machine or of the harness, and when it was cancelled.
/// Everything that was started is gone then too.
pub async fn test(
    mut settings: TestSettings,
    progress: mpsc::Sender<Progress>,
) -> Result<RunReport, EngineError> {
    let began = Instant::now();
    if let Some(shard) = settings.shard {
        let ids = settings.scenarios.iter().map(|one| one.id.as_str());
        let own: BTreeSet<String> = match &settings.times {
            Some(times) => times.part(shard, &ids.collect()),
            None => ids
                .filter(|id| shard.holds(id))
                .map(str::to_owned)
                .collect(),
        };
        settings.scenarios.retain(|one| own.contains(&one.id));
    }
    settings.scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    let manifest = manifest(&settings);
    saved::begin(settings.dir.path(), &manifest)?;
    settings.context.build(&settings.dir).await?;
    let room = Semaphore::new(settings.room());
    let suite = Arc::new(Suite {
        context: settings.context,
        dir: settings.dir,
        asked: settings.asked,
        provenance: manifest.provenance.clone(),
        fail_fast: settings.fail_fast,
        room,
        is_over: CancellationToken::new(),
        questions: settings.questions,
        progress,
    });
    let mut playing = JoinSet::new();
    let scenarios = settings.scenarios.len();
    for (place, scenario) in settings.scenarios.into_iter().enumerate() {
        let suite = Arc::clone(&suite);
        playing.spawn(async move { (place, suite.scenario(&scenario).await) });
    }
    let mut plays: Vec<Option<PlayReport>> =
        std::iter::repeat_with(|| None).take(scenarios).collect();
    let mut first_fault = None;
    while let Some(ended) = playing.join_next().await {
        let (place, report) = ended.map_err(|error| EngineError::task("a play panicked", error))?;
        match report {
            Ok(report) => {
                if let Some(slot) = plays.get_mut(place) {
                    *slot = Some(report);
                }
            }
            Err(error) => {
                // The others stop as well; the first fault is the one that counts.
                suite.context.cancel.cancel();
                first_fault.get_or_insert(error);
            }
        }
    }
    let orphans = sweep(suite.context.level).await?;
    if let Some(fault) = first_fault {
        return Err(fault);
    }
    let plays: Vec<PlayReport> = plays.into_iter().flatten().collect();
    let played = plays.iter().map(|play| play.scenario.clone()).collect();
    let report = RunReport {
        provenance: manifest.provenance,
        left: left(&suite.context, &orphans, &played)?,
        plays,
        // Reports say milliseconds; what is read back from one is the same.
        elapsed: in_milliseconds(began.elapsed()),
    };
    saved::end(suite.dir.path(), &report)?;
    Ok(report)
}

fn in_milliseconds(length: Duration) -> Duration {
    Duration::new(length.as_secs(), length.subsec_millis() * 1_000_000)
}

fn manifest(settings: &TestSettings) -> RunManifest {
    let scenarios = settings.scenarios.iter().map(|scenario| ManifestScenario {
        id: scenario.id.clone(),
        path: settings.context.shown(&scenario.path),
    });
    RunManifest {
        id: settings.dir.id().to_owned(),
        asked: settings.asked.clone(),
        provenance: provenance::now(&settings.context.scenarios),
        seed: settings.context.seed,
        shard: settings.shard,
        balanced_by: settings.times.as_ref().map(Times::digest),
        scenarios: scenarios.collect(),
    }
}

impl TestSettings {
    /// How many plays go on at a time. Relays that insist on one port of the whole machine
    /// wait for each other.
    fn room(&self) -> usize {
        let insists = matches!(self.context.adapter.relay.ready, ReadyWhen::Listens(_));
        if insists && self.context.level < Level::Namespaces {
            1
        } else {
            self.jobs.max(1)
        }
    }
}

impl Suite {
    /// One scenario, when there is room for it.
    async fn scenario(&self, scenario: &Scenario) -> Result<PlayReport, EngineError> {
        let _room = self.room.acquire().await;
        let report = if self.is_over.is_cancelled() {
            self.left_out(scenario)
        } else {
            self.tell(Progress::Began(scenario.id.clone())).await;
            self.attempts(scenario).await?
        };
        if self.fail_fast && report.is_red() {
            self.is_over.cancel();
        }
        files::write_result(&self.dir.play(&scenario.id), &report)?;
        self.tell(Progress::Ended(Box::new(report.clone()))).await;
        Ok(report)
    }

    fn left_out(&self, scenario: &Scenario) -> PlayReport {
        let why = "not played: an earlier scenario failed, and --fail-fast ended the run";
        let which = Which {
            scenario: &scenario.id,
            path: &self.context.shown(&scenario.path),
            dir: &RunDir::relative(&scenario.id),
            number: 1,
        };
        one::not_played(&self.context, which, PlayVerdict::Skip(why.to_owned()))
    }

    async fn attempts(&self, scenario: &Scenario) -> Result<PlayReport, EngineError> {
        let mut reports = Vec::new();
        let mut number = 0;
        while attempts::goes_on(self.asked.tries, &reports) {
            number += 1;
            let (status_request, status_requests) = status_requests();
            let this = Attempt {
                number,
                dir: self.dir_of(scenario, number),
                pace: Pace::Full,
                commands: Commands::none(),
                limit: self.asked.limit,
                status_requests,
            };
            let of = OfRun {
                dir: &self.dir,
                asked: &self.asked,
                provenance: Some(&self.provenance),
            };
            let report = tokio::select! {
                biased;
                report = one::play(&self.context, scenario, of, this, one::nobody()) => report,
                never = self.watch(&scenario.id, &status_request) => match never {},
            };
            reports.push(report?);
        }
        attempts::reported(reports).ok_or(EngineError::Fault("a scenario was not played"))
    }

    /// Tells what a play waits for when that takes long, and when somebody asks.
    async fn watch(&self, scenario: &str, status_request: &StatusRequest) -> Infallible {
        let mut questions = self.questions.clone();
        questions.mark_unchanged();
        let mut patience = Patience::new();
        loop {
            let is_asked = waiting::asked_within(&mut questions, waiting::INTERVAL).await;
            let Some(status) = status_request.ask().await else {
                // It has ended, and whoever watches with it.
                return std::future::pending().await;
            };
            let is_slow = patience.is_over(&status);
            let scenario = scenario.to_owned();
            if is_asked {
                self.tell(Progress::Now(scenario, status)).await;
            } else if is_slow {
                self.tell(Progress::Slow(scenario, status)).await;
            }
        }
    }

    /// Where there may be several attempts, each has its own.
    fn dir_of(&self, scenario: &Scenario, number: u32) -> PathBuf {
        let dir = RunDir::relative(&scenario.id);
        match self.asked.tries.most() {
            1 => dir,
            _ => dir.join(format!("try-{number}")),
        }
    }

    /// Nobody listening is no reason to stop.
    async fn tell(&self, news: Progress) {
        drop(self.progress.send(news).await);
    }
}

/// What must not be left: processes; of the implementation that snapshots are of, also those of
/// nothing, and those of what was played that wait for a decision.
fn left(
    context: &RunContext,
    orphans: &[Orphan],
    played: &BTreeSet<String>,
) -> Result<Vec<String>, EngineError> {
    let survived = orphans.iter().map(survived);
    if !context.has_snapshots() {
        return Ok(survived.collect());
    }
    let root = &context.scenarios;
    let failed = |error| EngineError::File {
        what: "read",
        path: root.clone(),
        error,
    };
    let mut ids = BTreeSet::new();
    for path in scenario::find(root).map_err(failed)? {
        match scenario::load(&path, root) {
            Ok(scenarios) => ids.extend(scenarios.into_iter().map(|scenario| scenario.id)),
            // What it says cannot be read now; its snapshots are not orphans for that.
            Err(_) => drop(ids.insert(select::id_of(&path, root))),
        }
    }
    let snapshots = Store::new(root.join("snapshots"))
        .leftovers(&ids, played)
        .map_err(failed)?;
    let orphaned = snapshots.orphaned.iter().map(|path| {
        let path = context.shown(path);
        format!(
            "{}: snapshot of a scenario that is not there; remove it",
            path.display()
        )
    });
    let pending = snapshots.pending.iter().map(|path| {
        let path = context.shown(path);
        format!(
            "{}: pending review: cargo insta review, or --accept",
            path.display()
        )
    });
    let mut left: Vec<String> = survived.chain(orphaned).chain(pending).collect();
    left.sort();
    Ok(left)
}
