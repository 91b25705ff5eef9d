//! A saved run, judged and told again from its plans and timelines. No process is started.

use std::path::{Path, PathBuf};

use super::one::{self, Which};
use super::saved::{self, MeantScenario, SavedError, SavedRun};
use super::{RunDir, pages, tries};
use crate::plan::Plan;
use crate::report::PlayReport;
use crate::timeline;

/// Judges a run again, or one scenario of it, and writes its reports again. What has no
/// timeline stays as it was told.
///
/// # Errors
///
/// [`SavedError`], which names the file.
pub fn replay(dir: &Path, scenario: Option<&str>) -> Result<SavedRun, SavedError> {
    let mut run = SavedRun::read(dir)?;
    let mut found = false;
    let plays = run.meant.scenarios.iter().zip(&mut run.report.plays);
    for (meant, play) in plays {
        if scenario.is_some_and(|wanted| !is_meant(&meant.id, wanted)) {
            continue;
        }
        found = true;
        if let Some(again) = again(dir, meant, play)? {
            one::write_result(&dir.join(RunDir::below(&meant.id)), &again)?;
            *play = again;
        }
    }
    if let Some(wanted) = scenario.filter(|_| !found) {
        return Err(SavedError::NoScenario(wanted.to_owned()));
    }
    saved::end(dir, &run.report)?;
    if let Some(wanted) = scenario {
        run.report
            .plays
            .retain(|play| is_meant(&play.scenario, wanted));
    }
    Ok(run)
}

/// A whole id, or its last part.
fn is_meant(id: &str, wanted: &str) -> bool {
    id == wanted || id.rsplit('/').next() == Some(wanted)
}

/// All tries of a scenario; `None` when it was not played to its end.
fn again(
    dir: &Path,
    meant: &MeantScenario,
    told: &PlayReport,
) -> Result<Option<PlayReport>, SavedError> {
    let below = RunDir::below(&meant.id);
    let is_single = told.dir == below;
    let mut reports = Vec::new();
    for tried in &told.tries {
        let place = if is_single {
            below.clone()
        } else {
            below.join(format!("try-{}", tried.number))
        };
        let which = Which {
            scenario: &meant.id,
            path: &meant.path,
            dir: &place,
            number: tried.number,
        };
        let Some(report) = one_try(dir, which)? else {
            return Ok(None);
        };
        if !is_single {
            one::write_result(&dir.join(&place), &report)?;
        }
        reports.push(report);
    }
    Ok(tries::told(reports))
}

fn one_try(run: &Path, which: Which<'_>) -> Result<Option<PlayReport>, SavedError> {
    let dir = run.join(which.dir);
    let file = |name: &str| -> Result<(PathBuf, Option<String>), SavedError> {
        let path = dir.join(name);
        let text = saved::read_text(&path)?;
        Ok((path, text))
    };
    let (plan_path, plan) = file("plan.json")?;
    let (timeline_path, events) = file("timeline.jsonl")?;
    let (compared_path, compared) = file("snapshots.json")?;
    let (Some(plan), Some(events), Some(compared)) = (plan, events, compared) else {
        return Ok(None);
    };
    let format = |path: &Path, why: String| SavedError::Format {
        path: path.to_owned(),
        why,
    };
    let plan: Plan =
        serde_json::from_str(&plan).map_err(|error| format(&plan_path, error.to_string()))?;
    let events =
        timeline::read(&events).map_err(|error| format(&timeline_path, error.to_string()))?;
    let compared: Vec<one::Compared> = serde_json::from_str(&compared)
        .map_err(|error| format(&compared_path, error.to_string()))?;
    let report = one::judged(which, &plan, &events, &compared);
    pages::of_play(&dir, &plan, &events, &report)?;
    Ok(Some(report))
}
