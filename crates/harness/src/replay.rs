//! A saved run, judged and told again from its plans and timelines. No process is started.

use std::path::Path;

use super::one::{self, Which};
use super::saved::{self, MeantScenario, SavedError, SavedRun};
use super::{RunDir, load, pages, tries};
use report::{Asked, LoadReport, PlayReport};
use scenario::plan::Plan;

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
        let again = match run.load.as_mut() {
            Some(load) => load_again(dir, meant, load, &run.meant.asked)?,
            None => again(dir, meant, play, &run.meant.asked)?,
        };
        if let Some(again) = again {
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

/// A load; `None` when it was not played to its end.
fn load_again(
    dir: &Path,
    meant: &MeantScenario,
    load: &mut LoadReport,
    asked: &Asked,
) -> Result<Option<PlayReport>, SavedError> {
    let below = RunDir::below(&meant.id);
    let which = Which {
        scenario: &meant.id,
        path: &meant.path,
        dir: &below,
        number: 1,
    };
    let Some(again) = load::again(dir, which, load, asked)? else {
        return Ok(None);
    };
    *load = again;
    Ok(Some(load.play.clone()))
}

/// All tries of a scenario; `None` when it was not played to its end.
fn again(
    dir: &Path,
    meant: &MeantScenario,
    told: &PlayReport,
    asked: &Asked,
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
        let Some(report) = one_try(dir, which, asked)? else {
            return Ok(None);
        };
        if !is_single {
            one::write_result(&dir.join(&place), &report)?;
        }
        reports.push(report);
    }
    Ok(tries::told(reports))
}

fn one_try(run: &Path, which: Which<'_>, asked: &Asked) -> Result<Option<PlayReport>, SavedError> {
    let dir = run.join(which.dir);
    let plan = saved::read_as(&dir.join("plan.json"), |text| {
        serde_json::from_str::<Plan>(text).map_err(|error| error.to_string())
    })?;
    let events = saved::read_as(&dir.join("timeline.jsonl"), |text| {
        timeline::read(text).map_err(|error| error.to_string())
    })?;
    let compared = saved::read_as(&dir.join("snapshots.json"), |text| {
        serde_json::from_str::<Vec<one::Compared>>(text).map_err(|error| error.to_string())
    })?;
    let (Some(plan), Some(events), Some(compared)) = (plan, events, compared) else {
        return Ok(None);
    };
    let report = one::judged(which, &plan, &events, &compared);
    pages::of_play(&dir, &plan, &events, &report, asked)?;
    Ok(Some(report))
}
