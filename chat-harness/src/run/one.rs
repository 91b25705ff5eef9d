//! One play, from plan to report.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Ground, REFERENCE};
use crate::judge::{self, PlayVerdict, Verdicts};
use crate::plan::{self, Plan};
use crate::report::{self, PlayReport};
use crate::scenario::Scenario;
use crate::snapshot::{self, Comparison, Store};
use crate::stage::{self, EngineError, Level, Pace, Settings};
use crate::timeline::{Event, Observer};

/// One try of a scenario.
pub(super) struct Try {
    /// From 1.
    pub(super) number: u32,
    /// Where its files go.
    pub(super) dir: PathBuf,
    /// Who says when the next step begins.
    pub(super) pace: Pace,
}

/// Plans, stages and judges; everything is in the try's directory afterwards. The observer
/// is made when the plan is known.
pub(super) async fn play(
    ground: &Ground,
    scenario: &Scenario,
    this: Try,
    observer: impl FnOnce(&Plan, &Path) -> Option<Observer>,
) -> Result<PlayReport, EngineError> {
    let began = Instant::now();
    let mut report = PlayReport {
        scenario: scenario.id.clone(),
        path: scenario.path.clone(),
        adapter: ground.adapter.name.clone(),
        seed: ground.seed,
        level: ground.level.to_string(),
        elapsed: began.elapsed(),
        try_number: this.number,
        verdicts: Verdicts {
            play: PlayVerdict::Pass,
            checks: Vec::new(),
        },
        plan: None,
        events: Vec::new(),
        dir: this.dir.clone(),
    };
    let plan = match plan::build(scenario, ground.cast(), ground.seed, &ground.scenarios) {
        Ok(plan) => plan,
        Err(missing) => {
            report.verdicts.play = PlayVerdict::Unsupported(missing.to_string());
            return Ok(report);
        }
    };
    if let Some(why) = plan
        .namespaces
        .as_ref()
        .filter(|_| ground.level < Level::Namespaces)
    {
        report.verdicts.play =
            PlayVerdict::Skip(format!("needs the isolation level namespaces: {why}"));
        return Ok(report);
    }
    write(&this.dir, "plan.json", &as_json(&plan)?)?;
    let settings = Settings {
        level: ground.level,
        stage_init: stage_init(ground)?,
        binaries: ground.binaries.clone(),
        dir: this.dir.clone(),
        mark: format!("{}-{}-{}", std::process::id(), scenario.id, this.number),
        pace: this.pace,
        observer: observer(&plan, &this.dir),
        cancel: ground.cancel.clone(),
    };
    let events = stage::play(&plan, settings).await?;
    let snapshots = compare(ground, &plan, &events, &report.dir)?;
    report.verdicts = judge::judge(&plan, &events, &snapshots);
    report.plan = Some(plan);
    report.events = events;
    report.elapsed = began.elapsed();
    write(
        &this.dir,
        "result.json",
        &as_json(&report::json::play(&report))?,
    )?;
    Ok(report)
}

fn stage_init(ground: &Ground) -> Result<PathBuf, EngineError> {
    let found = ground.binaries.get("stage-init").cloned();
    found.ok_or(EngineError::Fault("stage-init was not built"))
}

/// Texts of the snapshots, kept beside the timeline, against the stored ones.
fn compare(
    ground: &Ground,
    plan: &Plan,
    events: &[Event],
    dir: &Path,
) -> Result<Vec<(String, String, Comparison)>, EngineError> {
    let texts = [
        ("transcript", Some(snapshot::transcript(plan, events))),
        ("protocol", snapshot::protocol(plan, events)),
    ];
    let store = Store::new(ground.scenarios.join("snapshots"));
    let mut compared = Vec::new();
    for (kind, text) in texts {
        let Some(text) = text else {
            continue;
        };
        write(dir, &format!("{kind}.txt"), &text)?;
        if plan.adapter.name != REFERENCE {
            continue;
        }
        let comparison = store
            .compare(&plan.scenario, kind, &text, ground.update)
            .map_err(|error| EngineError::File {
                what: "read or write the snapshots in",
                path: ground.scenarios.join("snapshots"),
                error,
            })?;
        compared.push((kind.to_owned(), text, comparison));
    }
    Ok(compared)
}

fn as_json(value: &impl serde::Serialize) -> Result<String, EngineError> {
    serde_json::to_string_pretty(value)
        .map_err(|_| EngineError::Fault("a plan or report cannot be written as JSON"))
}

fn write(dir: &Path, name: &str, text: &str) -> Result<(), EngineError> {
    let path = dir.join(name);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(&path, text))
        .map_err(|error| EngineError::File {
            what: "write",
            path,
            error,
        })
}
