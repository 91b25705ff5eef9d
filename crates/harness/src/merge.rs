//! Laying the parts of a run together.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::saved::{self, RunManifest, SavedRun};
use super::{Difference, MergeError, RunDir, SavedError, Shard};
use report::RunReport;

/// What the parts of a run are as one: as if they had never been apart.
///
/// # Errors
///
/// [`MergeError`] when they are not parts of one run. A part that is not there is no
/// error: it is listed among what is left, and so the whole is red.
pub fn merged(parts: &[SavedRun]) -> Result<(RunManifest, RunReport), MergeError> {
    let first = parts.first().ok_or(MergeError::Nothing)?;
    let mut whole = first.manifest.clone();
    whole.shard = None;
    whole.balanced_by = None;
    whole.scenarios.clear();
    let mut report = RunReport {
        provenance: whole.provenance.clone(),
        ..RunReport::default()
    };
    for part in parts {
        belongs(part, first)?;
        whole.scenarios.extend(part.manifest.scenarios.clone());
        report.plays.extend(part.report.plays.clone());
        report.left.extend(part.report.left.clone());
        report.elapsed = report.elapsed.max(part.report.elapsed);
    }
    whole.scenarios.sort();
    report.plays.sort_by(|a, b| a.scenario.cmp(&b.scenario));
    let mut pairs = whole.scenarios.iter().zip(whole.scenarios.iter().skip(1));
    if let Some((twice, _)) = pairs.find(|(a, b)| a.id == b.id) {
        return Err(MergeError::Twice(twice.id.clone()));
    }
    report.left.extend(missing(parts));
    report.left.sort();
    report.left.dedup();
    Ok((whole, report))
}

fn belongs(part: &SavedRun, first: &SavedRun) -> Result<(), MergeError> {
    let (one, other) = (&part.manifest, &first.manifest);
    if one.asked.load.is_some() {
        return Err(MergeError::Load(part.dir.clone()));
    }
    let shards = |manifest: &RunManifest| {
        let last = manifest.shard.and_then(|shard| shard.all().last());
        (last, manifest.balanced_by.clone())
    };
    let differ = if !one.asked.is_same(&other.asked) {
        Difference::Adapters
    } else if one.seed != other.seed {
        Difference::Seeds
    } else if shards(one) != shards(other) {
        Difference::Shards
    } else {
        return Ok(());
    };
    Err(MergeError::Apart {
        first: first.dir.clone(),
        other: part.dir.clone(),
        differ,
    })
}

/// Shards of the whole that nobody brought.
fn missing(parts: &[SavedRun]) -> Vec<String> {
    let there: BTreeSet<Shard> = parts
        .iter()
        .filter_map(|part| part.manifest.shard)
        .collect();
    let all = there.first().into_iter().flat_map(|shard| shard.all());
    all.filter(|shard| !there.contains(shard))
        .map(|shard| format!("shard {shard} is missing; its scenarios are not in this report"))
        .collect()
}

/// Lays runs together as a new one: reports, and the files of every play.
///
/// # Errors
///
/// As [`merged`], and when a file cannot be written.
pub fn merge(parts: &[SavedRun], reports: &Path) -> Result<SavedRun, SavedError> {
    let (mut manifest, report) = merged(parts)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| SavedError::File { path, error }
    };
    let dir = RunDir::create_beside(reports).map_err(failed(reports))?;
    dir.id().clone_into(&mut manifest.id);
    for part in parts {
        for scenario in &part.manifest.scenarios {
            let from = part.dir.join(RunDir::relative(&scenario.id));
            if from.is_dir() {
                lay(&from, &dir.play(&scenario.id)).map_err(failed(&from))?;
            }
        }
    }
    saved::begin(dir.path(), &manifest)?;
    saved::end(dir.path(), &report)?;
    RunDir::remove_oldest(reports);
    Ok(SavedRun {
        dir: dir.path().to_owned(),
        manifest,
        report,
        load: None,
    })
}

/// The same files under another directory, and nothing that is no file; not a second time on disk where that is possible.
fn lay(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            lay(&here, &there)?;
        } else if kind.is_file() && fs::hard_link(&here, &there).is_err() {
            fs::copy(&here, &there)?;
        }
    }
    Ok(())
}
