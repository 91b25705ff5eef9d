//! One play, from plan to report.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::files::{as_json, write, write_result};
use super::further_plays::{self, Further};
use super::{RunContext, RunDir, pages};
use crate::snapshots::Store;
use differential::Differential;
use judge::snapshot::{self, Comparison};
use judge::{self, FurtherPlays, PlayVerdict, Verdicts};
use matching::{Again, Steps};
use report::{self, Asked, PlayReport, Provenance, Searches, StepTime, Tried, Used};
use scenario::Scenario;
use scenario::plan::{self, Plan};
use stage::{self, Commands, Comparing, EngineError, Observer, Pace, Settings, StatusRequests};
use timeline::{Event, Kind, Level};

/// One attempt at a scenario.
pub(super) struct Attempt {
    /// From 1.
    pub(super) number: u32,
    /// Where its files go, under the run's.
    pub(super) dir: PathBuf,
    /// Who says when the next step begins.
    pub(super) pace: Pace,
    /// What is asked of it while it is shown.
    pub(super) commands: Commands,
    /// How long it may take.
    pub(super) limit: Option<Duration>,
    /// Who wants to know what it waits for.
    pub(super) status_requests: StatusRequests,
}

/// The run that an attempt belongs to.
#[derive(Clone, Copy)]
pub(super) struct OfRun<'a> {
    pub(super) dir: &'a RunDir,
    pub(super) asked: &'a Asked,
    /// Nothing where the plays have no page that lists them.
    pub(super) provenance: Option<&'a Provenance>,
}

/// What a report says of an attempt and no plan knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which<'a> {
    pub(super) scenario: &'a str,
    pub(super) path: &'a Path,
    pub(super) dir: &'a Path,
    pub(super) number: u32,
}

/// The file of what further plays say.
pub(super) const FURTHER_PLAYS: &str = "comparison.json";

/// A stored snapshot as it was when the play was played.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Compared {
    kind: String,
    comparison: Comparison,
}

/// Makes who watches a play, when its plan is known; nobody may.
pub(super) type Audience<'a> = Box<dyn FnOnce(&Plan, &Path) -> Option<Observer> + Send + 'a>;

/// Nobody watches.
pub(super) fn nobody() -> Audience<'static> {
    Box::new(|_, _| None)
}

/// An attempt under way. A box for the same reason as [`stage::Playing`].
pub(super) type Attempting<'a> =
    Pin<Box<dyn Future<Output = Result<PlayReport, EngineError>> + Send + 'a>>;

/// Plans, stages and judges; everything is in the attempt's directory afterwards.
pub(super) fn play<'a>(
    context: &'a RunContext,
    scenario: &'a Scenario,
    of: OfRun<'a>,
    this: Attempt,
    audience: Audience<'a>,
) -> Attempting<'a> {
    Box::pin(attempt(context, scenario, of, this, audience))
}

async fn attempt(
    context: &RunContext,
    scenario: &Scenario,
    of: OfRun<'_>,
    this: Attempt,
    audience: Audience<'_>,
) -> Result<PlayReport, EngineError> {
    let path = context.shown(&scenario.path);
    let which = Which {
        scenario: &scenario.id,
        path: &path,
        dir: &this.dir,
        number: this.number,
    };
    let plan = match plan::build(
        scenario,
        context.implementations(),
        context.seed,
        &context.scenarios,
    ) {
        Ok(plan) => plan,
        Err(missing) => {
            let why = PlayVerdict::Unsupported(missing.to_string());
            return Ok(not_played(context, which, why));
        }
    };
    if let Some(why) = plan
        .namespaces
        .as_ref()
        .filter(|_| context.level < Level::Namespaces)
    {
        let why = format!("needs the isolation level namespaces: {why}");
        return Ok(not_played(context, which, PlayVerdict::Skip(why)));
    }
    let dir = of.dir.path().join(&this.dir);
    write(&dir, "plan.json", &as_json(&plan)?)?;
    let reports = context.not_shown(of.dir);
    let comparing = comparing(of.asked, context.seed);
    let settings = Settings {
        level: context.level,
        stage_init: stage_init(context)?,
        binaries: context.binaries.clone(),
        dir: dir.clone(),
        reports: reports.clone(),
        pace: this.pace,
        commands: this.commands,
        observer: audience(&plan, &dir),
        limit: this.limit,
        status_requests: this.status_requests,
        comparing: comparing.clone(),
        cancel: context.cancel.clone(),
    };
    let played = stage::play(&plan, settings).await?;
    // The pages show what the judge says, and not what the stage took lines for.
    let again = Again::read(&plan, &Steps::of_play(&plan), &played);
    let events = &*again.events;
    further_plays::end(&comparing, &plan, events);
    let compared = compare(context, &plan, events, &dir)?;
    write(&dir, "snapshots.json", &as_json(&compared)?)?;
    let mut report = judged(which, &plan, events, &compared, None);
    if comparing.is_on() && further_plays::is_comparable(&report.verdicts.play) {
        let further = Further {
            context,
            scenario,
            dir: &dir,
            reports,
            limit: this.limit,
        };
        let further = further.play(&comparing).await?;
        write(&dir, FURTHER_PLAYS, &as_json(&further)?)?;
        report = judged(which, &plan, events, &compared, Some(&further));
    }
    write_result(&dir, &report)?;
    pages::of_play(&dir, &plan, events, &report, (of.asked, of.provenance))?;
    Ok(report)
}

/// What the first play of a comparison is compared with: nothing yet. Nowhere, when nobody asked.
fn comparing(asked: &Asked, seed: u64) -> Comparing {
    let Some(pairs) = asked.differential else {
        return Comparing::default();
    };
    let mut known = Differential::new(pairs.get(), seed);
    known.begin();
    Comparing::with(known)
}

/// The report of something that was not played.
pub(super) fn not_played(context: &RunContext, which: Which<'_>, why: PlayVerdict) -> PlayReport {
    PlayReport {
        adapter: context.adapter.name.clone(),
        seed: context.seed,
        level: context.level.to_string(),
        ..blank(which, Duration::ZERO, why)
    }
}

/// The report of a play, from what is kept of it.
pub(super) fn judged(
    which: Which<'_>,
    plan: &Plan,
    events: &[Event],
    compared: &[Compared],
    further: Option<&FurtherPlays>,
) -> PlayReport {
    let snapshots: Vec<(String, String, Comparison)> = compared
        .iter()
        .filter_map(|one| {
            let (_, text) = texts(plan, events)
                .into_iter()
                .find(|(kind, _)| *kind == one.kind)?;
            Some((one.kind.clone(), text, one.comparison.clone()))
        })
        .collect();
    let verdicts = judge::judge_with(plan, events, &snapshots, further);
    let blank = blank(which, elapsed(events), verdicts.play.clone());
    PlayReport {
        verdicts,
        adapter: plan.adapter.name.clone(),
        seed: plan.seed,
        level: level(events),
        searches: Searches::of(Some(plan), events),
        steps: StepTime::of(events),
        used: Used::of(events),
        ..blank
    }
}

/// How strongly a play was isolated.
pub(super) fn level(events: &[Event]) -> String {
    let level = events.first().and_then(|event| match &event.kind {
        Kind::Began { level, .. } => Some(level.clone()),
        _ => None,
    });
    level.unwrap_or_default()
}

/// Reports say milliseconds; what is read back from one is the same.
pub(super) fn elapsed(events: &[Event]) -> Duration {
    Duration::from_millis(events.last().map_or(0, |event| event.t / 1_000_000))
}

/// A report that says no more than which play it is and how it went.
pub(super) fn blank(which: Which<'_>, elapsed: Duration, verdict: PlayVerdict) -> PlayReport {
    PlayReport {
        scenario: which.scenario.to_owned(),
        path: which.path.to_owned(),
        adapter: String::new(),
        seed: 0,
        level: String::new(),
        elapsed,
        try_number: which.number,
        tries: vec![Tried {
            number: which.number,
            verdict: verdict.clone(),
            elapsed,
        }],
        verdicts: Verdicts {
            play: verdict,
            checks: Vec::new(),
            uncovered: Vec::new(),
            refused: Vec::new(),
        },
        searches: Searches::default(),
        steps: Vec::new(),
        used: Vec::new(),
        dir: which.dir.to_owned(),
    }
}

/// The program that is pid 1 of a play.
pub(super) fn stage_init(context: &RunContext) -> Result<PathBuf, EngineError> {
    let found = context.binaries.get("stage-init").cloned();
    found.ok_or(EngineError::Fault("stage-init was not built"))
}

/// What is compared with stored snapshots, by kind.
fn texts(plan: &Plan, events: &[Event]) -> Vec<(&'static str, String)> {
    let transcript = ("transcript", snapshot::transcript(plan, events));
    let protocol = snapshot::protocol(plan, events).map(|text| ("protocol", text));
    std::iter::once(transcript).chain(protocol).collect()
}

/// Texts of the snapshots, kept beside the timeline, against the stored ones.
fn compare(
    context: &RunContext,
    plan: &Plan,
    events: &[Event],
    dir: &Path,
) -> Result<Vec<Compared>, EngineError> {
    let store = Store::new(context.scenarios.join("snapshots"));
    let has_snapshots = context.has_snapshots();
    let mut compared = Vec::new();
    for (kind, text) in texts(plan, events) {
        write(dir, &format!("{kind}.txt"), &text)?;
        if !has_snapshots {
            continue;
        }
        let comparison = store
            .compare(&plan.scenario, kind, &text, context.update)
            .map_err(|error| EngineError::File {
                what: "read or write the snapshots in",
                path: context.scenarios.join("snapshots"),
                error,
            })?;
        compared.extend(comparison.map(|comparison| Compared {
            kind: kind.to_owned(),
            comparison,
        }));
    }
    Ok(compared)
}
