//! A saved run, judged and reported again from its plans and timelines. No process is started.

use std::collections::BTreeSet;
use std::iter::once;
use std::path::Path;

use super::files;
use super::mended::How;
use super::one::{self, Which};
use super::saved::{self, ManifestScenario, SavedRun};
use super::{RunDir, SavedError, attempts, load, pages};
use judge::FurtherPlays;
use matching::{Again, Steps};
use report::{LoadReport, PlayReport};
use scenario::adapter::Adapter;

/// Judges a run again, or one scenario of it, and writes its reports again. What has no
/// timeline keeps its report. With a mended adapter, what clients printed is read by its
/// patterns; what was typed, awaited and searched for stays as it was.
///
/// # Errors
///
/// [`SavedError`], which names the file.
pub fn replay(
    dir: &Path,
    scenario: Option<&str>,
    mended: Option<&Adapter>,
) -> Result<SavedRun, SavedError> {
    let mut run = SavedRun::read(dir)?;
    let wanted = |id: &str| scenario.is_none_or(|wanted| is_named(id, wanted));
    if let Some(name) =
        scenario.filter(|_| !run.manifest.scenarios.iter().any(|one| wanted(&one.id)))
    {
        return Err(SavedError::NoScenario(name.to_owned()));
    }
    let plays = run.manifest.scenarios.iter().zip(&mut run.report.plays);
    let mut plays: Vec<_> = plays.filter(|(listed, _)| wanted(&listed.id)).collect();
    if let Some(mended) = mended {
        knows(dir, mended, plays.iter().map(|(_, play)| &**play))?;
    }
    let how = How {
        asked: &run.manifest.asked,
        provenance: &run.manifest.provenance,
        mended,
    };
    for (listed, play) in &mut plays {
        let again = match run.load.as_mut() {
            Some(load) => load_again(dir, listed, load, how)?,
            None => again(dir, listed, play, how)?,
        };
        if let Some(again) = again {
            files::write_result(&dir.join(RunDir::relative(&listed.id)), &again)?;
            **play = again;
        }
    }
    saved::end(dir, &run.report)?;
    run.report.plays.retain(|play| wanted(&play.scenario));
    Ok(run)
}

/// A whole id, or its last part.
fn is_named(id: &str, wanted: &str) -> bool {
    id == wanted || id.rsplit('/').next() == Some(wanted)
}

/// That some play has the adapter: before anything is written.
fn knows<'p>(
    dir: &Path,
    mended: &Adapter,
    plays: impl Iterator<Item = &'p PlayReport>,
) -> Result<(), SavedError> {
    let mut had = BTreeSet::new();
    for play in plays {
        if let Some((plan, _)) = saved::read_play(&dir.join(&play.dir))? {
            let adapters = once(plan.adapter).chain(plan.others.into_values());
            had.extend(adapters.map(|adapter| adapter.name));
        }
    }
    if had.contains(&mended.name) {
        return Ok(());
    }
    Err(SavedError::NoAdapter {
        path: mended.path.clone(),
        name: mended.name.clone(),
        had: had.into_iter().collect(),
    })
}

/// A load; `None` when it was not played to its end.
fn load_again(
    dir: &Path,
    listed: &ManifestScenario,
    load: &mut LoadReport,
    how: How<'_>,
) -> Result<Option<PlayReport>, SavedError> {
    let relative = RunDir::relative(&listed.id);
    let which = Which {
        scenario: &listed.id,
        path: &listed.path,
        dir: &relative,
        number: 1,
    };
    let Some(again) = load::again(dir, which, load, how)? else {
        return Ok(None);
    };
    *load = again;
    Ok(Some(load.play.clone()))
}

/// All attempts at a scenario; `None` when it was not played to its end.
fn again(
    dir: &Path,
    listed: &ManifestScenario,
    reported: &PlayReport,
    how: How<'_>,
) -> Result<Option<PlayReport>, SavedError> {
    let relative = RunDir::relative(&listed.id);
    let is_single = reported.dir == relative;
    let mut reports = Vec::new();
    for tried in &reported.tries {
        let place = if is_single {
            relative.clone()
        } else {
            relative.join(format!("try-{}", tried.number))
        };
        let which = Which {
            scenario: &listed.id,
            path: &listed.path,
            dir: &place,
            number: tried.number,
        };
        let Some(report) = one_attempt(dir, which, how)? else {
            return Ok(None);
        };
        if !is_single {
            files::write_result(&dir.join(&place), &report)?;
        }
        reports.push(report);
    }
    Ok(attempts::reported(reports))
}

fn one_attempt(
    run: &Path,
    which: Which<'_>,
    how: How<'_>,
) -> Result<Option<PlayReport>, SavedError> {
    let dir = run.join(which.dir);
    let compared = saved::read_as(&dir.join("snapshots.json"), |text| {
        serde_json::from_str::<Vec<one::Compared>>(text)
    })?;
    let (Some((mut plan, events)), Some(compared)) = (saved::read_play(&dir)?, compared) else {
        return Ok(None);
    };
    let further = saved::read_as(&dir.join(one::FURTHER_PLAYS), |text| {
        serde_json::from_str::<FurtherPlays>(text)
    })?;
    how.mend(&mut plan);
    let again = Again::read(&plan, &Steps::of_play(&plan), &events);
    let report = one::judged(which, &plan, &again.events, &compared, further.as_ref());
    pages::of_play(
        &dir,
        &plan,
        &again.events,
        &report,
        (how.asked, Some(how.provenance)),
    )?;
    Ok(Some(report))
}
