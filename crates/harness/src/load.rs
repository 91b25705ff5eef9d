//! A load, from plan to report; and reported again from what is kept of it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use super::files;
use super::mended::How;
use super::one::{self, Which};
use super::provenance;
use super::saved::{self, ManifestScenario, RunManifest, SavedRun};
use super::{RunContext, RunDir, SavedError, pages, survived, sweep};
use judge::{self, Figures, PlayVerdict};
use matching::{Again, Steps};
use report::{Asked, LoadReport, PlayReport, RunReport, Searches, Used, json, load as reported};
use scenario::Scenario;
use scenario::adapter::Adapter;
use scenario::plan::{LeftOut, LoadPlan, LoadShape, Plan, Round};
use stage::{self, Commands, EngineError, Observer, Pace, StatusRequests};
use timeline::{Event, Kind, Level};

/// The rounds that were begun, as they were planned, one a line.
const ROUNDS: &str = "rounds.jsonl";

/// How a load is played.
#[derive(Debug)]
pub struct LoadSettings {
    /// Shared by all clients.
    pub context: RunContext,
    /// What is played, for whoever repeats it.
    pub asked: Asked,
    /// Whose steps.
    pub scenario: Scenario,
    /// How many clients, for how long.
    pub shape: LoadShape,
    /// Where the run's files go.
    pub dir: RunDir,
}

/// Plays the steps of a scenario by many groups at once; everything is in the directory of
/// the run afterwards. The observer is made when the plan is known.
///
/// # Errors
///
/// As [`super::test()`].
pub async fn load(
    mut settings: LoadSettings,
    observer: impl FnOnce(&LoadPlan) -> Observer,
) -> Result<SavedRun, EngineError> {
    settings.context.build(&settings.dir).await?;
    let LoadSettings {
        context, scenario, ..
    } = &settings;
    let (run, dir) = (settings.dir.path(), RunDir::relative(&scenario.id));
    let path = context.shown(&scenario.path);
    let manifest = manifest(&settings, &path);
    saved::begin(run, &manifest)?;
    let which = Which {
        scenario: &scenario.id,
        path: &path,
        dir: &dir,
        number: 1,
    };
    let report = match plan(&settings) {
        Ok(plan) => play(&settings, plan, (which, &manifest), observer).await?,
        Err(why) => LoadReport {
            play: one::not_played(context, which, why),
            shape: settings.shape,
            left_out: Vec::new(),
            figures: Figures::default(),
        },
    };
    let orphans = sweep(context.level).await?;
    keep(&run.join(&dir), &report)?;
    let whole = RunReport {
        provenance: manifest.provenance.clone(),
        elapsed: report.play.elapsed,
        plays: vec![report.play.clone()],
        left: orphans.iter().map(survived).collect(),
    };
    saved::end(run, &whole)?;
    Ok(SavedRun {
        dir: run.to_owned(),
        manifest,
        report: whole,
        load: Some(report),
    })
}

fn manifest(settings: &LoadSettings, path: &Path) -> RunManifest {
    RunManifest {
        id: settings.dir.id().to_owned(),
        asked: Asked {
            load: Some(settings.shape),
            ..settings.asked.clone()
        },
        provenance: provenance::now(&settings.context.scenarios),
        seed: settings.context.seed,
        shard: None,
        balanced_by: None,
        scenarios: vec![ManifestScenario {
            id: settings.scenario.id.clone(),
            path: path.to_owned(),
        }],
    }
}

/// What is played; or why it cannot be.
fn plan(settings: &LoadSettings) -> Result<LoadPlan, PlayVerdict> {
    let context = &settings.context;
    let plan = LoadPlan::new(
        &settings.scenario,
        &context.implementations(),
        (context.seed, &context.scenarios),
        settings.shape,
        identities(&context.adapter),
    );
    let plan = plan.map_err(|missing| PlayVerdict::Unsupported(missing.to_string()))?;
    match &plan.whole.namespaces {
        Some(why) if context.level < Level::Namespaces => Err(PlayVerdict::Skip(format!(
            "needs the isolation level namespaces: {why}"
        ))),
        Some(_) | None => Ok(plan),
    }
}

async fn play(
    settings: &LoadSettings,
    plan: LoadPlan,
    (which, manifest): (Which<'_>, &RunManifest),
    observer: impl FnOnce(&LoadPlan) -> Observer,
) -> Result<LoadReport, EngineError> {
    let context = &settings.context;
    let dir = settings.dir.path().join(which.dir);
    files::write(&dir, "plan.json", &files::as_json(&plan.whole)?)?;
    let staged = stage::Settings {
        level: context.level,
        stage_init: one::stage_init(context)?,
        binaries: context.binaries.clone(),
        dir: dir.clone(),
        reports: settings.dir.reports(),
        pace: Pace::Full,
        commands: Commands::none(),
        observer: Some(observer(&plan)),
        limit: None,
        comparing: stage::Comparing::default(),
        status_requests: StatusRequests::none(),
        cancel: context.cancel.clone(),
    };
    let played = stage::play_load(&plan, staged).await?;
    let rounds = begun(&plan, &played)?;
    let again = Again::read(&plan.whole, &Steps::of_load(&rounds), &played);
    let events = &*again.events;
    write_rounds(&dir.join(ROUNDS), &rounds)?;
    let shape = plan.shape;
    let report = judged(which, (&plan.whole, &rounds), events, shape, plan.left_out);
    pages::of_load(
        &dir,
        &plan.whole,
        events,
        &report,
        (&manifest.asked, &manifest.provenance),
    )?;
    Ok(report)
}

/// Every round that was begun.
fn begun(plan: &LoadPlan, events: &[Event]) -> Result<Vec<Round>, EngineError> {
    let steps = events.iter().filter_map(|event| match &event.kind {
        Kind::StepBegan { step } => LoadPlan::place(step),
        _ => None,
    });
    let rounds: BTreeSet<(usize, u32)> = steps.map(|(group, round, _)| (group, round)).collect();
    let planned = rounds
        .into_iter()
        .map(|(group, round)| plan.round(group, round));
    let planned: Result<Vec<Round>, _> = planned.collect();
    planned.map_err(|_| EngineError::Fault("a round that was played cannot be planned"))
}

fn judged(
    which: Which<'_>,
    (whole, rounds): (&Plan, &[Round]),
    events: &[Event],
    shape: LoadShape,
    left_out: Vec<LeftOut>,
) -> LoadReport {
    let (verdicts, figures) = judge::load(whole, rounds, events);
    let blank = one::blank(which, one::elapsed(events), verdicts.play.clone());
    let play = PlayReport {
        verdicts,
        adapter: whole.adapter.name.clone(),
        seed: whole.seed,
        level: one::level(events),
        searches: Searches {
            secrets: figures.planted,
            ..Searches::of(None, events)
        },
        used: Used::of(events),
        ..blank
    };
    LoadReport {
        play,
        shape,
        left_out,
        figures,
    }
}

/// Verdicts and figures, beside the timeline.
fn keep(dir: &Path, report: &LoadReport) -> Result<(), EngineError> {
    files::write_result(dir, &report.play)?;
    let text =
        json::with_version(&reported::SavedLoad::of(report)).and_then(|saved| json::text(&saved));
    let text = text.map_err(|_| EngineError::Fault("figures cannot be written as JSON"))?;
    files::write(dir, saved::FIGURES, &text)
}

/// Judges a load again, and writes its reports again; nothing where it was not played
/// to its end.
pub(super) fn again(
    run: &Path,
    which: Which<'_>,
    before: &LoadReport,
    how: How<'_>,
) -> Result<Option<LoadReport>, SavedError> {
    let dir = run.join(which.dir);
    let Some((mut plan, events)) = saved::read_play(&dir)? else {
        return Ok(None);
    };
    how.mend(&mut plan);
    let Some(rounds) = read_rounds(&dir.join(ROUNDS))? else {
        return Ok(None);
    };
    let left_out = before.left_out.clone();
    let again = Again::read(&plan, &Steps::of_load(&rounds), &events);
    let report = judged(
        which,
        (&plan, &rounds),
        &again.events,
        before.shape,
        left_out,
    );
    pages::of_load(
        &dir,
        &plan,
        &again.events,
        &report,
        (how.asked, how.provenance),
    )?;
    keep(&dir, &report)?;
    Ok(Some(report))
}

/// A long load has many: they are never one text.
fn write_rounds(path: &Path, rounds: &[Round]) -> Result<(), EngineError> {
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        for round in rounds {
            serde_json::to_writer(&mut file, round)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(|error| EngineError::File {
        what: "write",
        path: path.to_owned(),
        error,
    })
}

fn read_rounds(path: &Path) -> Result<Option<Vec<Round>>, SavedError> {
    let failed = |error| SavedError::File {
        path: path.to_owned(),
        error,
    };
    let file = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let rounds = file.lines().map(|line| {
        let line = line.map_err(failed)?;
        serde_json::from_str(&line).map_err(|error| SavedError::Format {
            path: path.to_owned(),
            error: error.into(),
        })
    });
    rounds.collect::<Result<_, _>>().map(Some)
}

/// How many ready-made keys there are for clients, where they get some.
fn identities(adapter: &Adapter) -> Option<usize> {
    let pools = adapter.client.copy.iter().filter(|copy| copy.pool);
    pools.map(|copy| stage::pool_size(&copy.from)).min()
}
