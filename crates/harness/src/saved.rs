//! A run as files: its manifest, what came of it, and reading both back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::files::write;
use super::one::{self, Which};
use super::{FormatError, RunDir, SavedError, Shard, foreign, pages};
use judge::PlayVerdict;
use report::{Asked, LoadReport, PlayReport, Provenance, RunReport, json, junit};
use scenario::plan::Plan;
use stage::EngineError;
use timeline::Event;

/// What was measured.
pub(super) const FIGURES: &str = "load.json";

/// What a run is to play, as `run.json` says it from its begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunManifest {
    /// Of the run.
    pub id: String,
    /// Of the relay and of most clients.
    #[serde(flatten)]
    pub asked: Asked,
    /// When, where and of which commit.
    #[serde(default)]
    pub provenance: Provenance,
    /// Of every play.
    pub seed: u64,
    /// Which part of the whole.
    pub shard: Option<Shard>,
    /// By which times the parts were cut, where not by ids alone.
    #[serde(default)]
    pub balanced_by: Option<String>,
    /// By id.
    pub scenarios: Vec<ManifestScenario>,
}

/// One scenario of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManifestScenario {
    /// Its id.
    pub id: String,
    /// Its file, from the root of the workspace where it lies relative it.
    pub path: PathBuf,
}

impl ManifestScenario {
    /// What to type to mean it: elsewhere than in `scenarios/` an id means nothing.
    pub fn to_type(&self) -> String {
        report::to_type(&self.id, &self.path)
    }
}

/// A run, read back.
#[derive(Clone, Debug)]
pub struct SavedRun {
    /// Where it lies.
    pub dir: PathBuf,
    /// What was to be played.
    pub manifest: RunManifest,
    /// What came of it; what was never played is skipped, with the reason.
    pub report: RunReport,
    /// What was measured, where it is a load that was played to its end.
    pub load: Option<LoadReport>,
}

impl SavedRun {
    /// Reads a run from its directory, also one that was ended before its time.
    ///
    /// # Errors
    ///
    /// [`SavedError`], which names the file.
    pub fn read(dir: &Path) -> Result<Self, SavedError> {
        let manifest: RunManifest =
            read(&dir.join("run.json"))?.ok_or_else(|| SavedError::NoRun(dir.to_owned()))?;
        let whole: Option<RunReport> = read(&dir.join("result.json"))?;
        let mut plays = Vec::new();
        let mut never = 0;
        for scenario in &manifest.scenarios {
            let relative = RunDir::relative(&scenario.id);
            let play: Option<PlayReport> = read(&dir.join(&relative).join("result.json"))?;
            if let Some(play) = &play {
                foreign::stays_inside(dir, play, &scenario.id)?;
            }
            never += u32::from(play.is_none());
            plays.push(play.unwrap_or_else(|| never_played(&manifest, scenario, &relative)));
        }
        let longest = plays.iter().map(|play| play.elapsed).max();
        let (mut left, elapsed) = match whole {
            Some(whole) => (whole.left, whole.elapsed),
            None => (Vec::new(), longest.unwrap_or(Duration::ZERO)),
        };
        if never > 0 {
            left.push(format!(
                "{never} scenarios were never played: the run ended first"
            ));
        }
        let load = match (manifest.asked.load, plays.first()) {
            (Some(_), Some(play)) => load_of(&dir.join(&play.dir), play)?,
            (Some(_) | None, _) => None,
        };
        Ok(Self {
            load,
            dir: dir.to_owned(),
            report: RunReport {
                provenance: manifest.provenance.clone(),
                plays,
                left,
                elapsed,
            },
            manifest,
        })
    }

    /// What failed or was never played.
    pub fn to_repeat(&self) -> Vec<&ManifestScenario> {
        let is_done = |play: &PlayReport| {
            play.verdicts.play.is_fine()
                || matches!(play.verdicts.play, PlayVerdict::Unsupported(_))
        };
        let plays = self.manifest.scenarios.iter().zip(&self.report.plays);
        plays
            .filter(|(_, play)| !is_done(play))
            .map(|(scenario, _)| scenario)
            .collect()
    }
}

fn never_played(manifest: &RunManifest, scenario: &ManifestScenario, dir: &Path) -> PlayReport {
    let which = Which {
        scenario: &scenario.id,
        path: &scenario.path,
        dir,
        number: 1,
    };
    let why = PlayVerdict::Skip("never played: the run ended first".to_owned());
    PlayReport {
        adapter: manifest.asked.adapter.clone(),
        seed: manifest.seed,
        ..one::blank(which, Duration::ZERO, why)
    }
}

/// `None` when there is no such file.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, SavedError> {
    read_as(path, json::read)
}

/// The same of a file that is written otherwise.
pub(super) fn read_as<T, E: Into<FormatError>>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, SavedError> {
    let Some(text) = read_text(path)? else {
        return Ok(None);
    };
    parse(&text).map(Some).map_err(|error| SavedError::Format {
        path: path.to_owned(),
        error: error.into(),
    })
}

/// A plan and what happened by it; `None` where there was no play.
pub(super) fn read_play(dir: &Path) -> Result<Option<(Plan, Vec<Event>)>, SavedError> {
    let plan = read_as(&dir.join("plan.json"), |text| {
        serde_json::from_str::<Plan>(text)
    })?;
    let events = read_as(&dir.join("timeline.jsonl"), timeline::read)?;
    let play = plan.zip(events);
    if let Some((plan, events)) = &play {
        foreign::names(dir, plan, events)?;
    }
    Ok(play)
}

/// `None` when there is no such file.
fn read_text(path: &Path) -> Result<Option<String>, SavedError> {
    // A pipe would keep its reader for good, and a link leads elsewhere.
    let is_file = |there: fs::Metadata| match there.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("this is not a regular file")),
    };
    let there = fs::symlink_metadata(path).and_then(is_file);
    match there.and_then(|()| fs::read_to_string(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SavedError::File {
            path: path.to_owned(),
            error,
        }),
    }
}

/// Writes `run.json`.
///
/// # Errors
///
/// [`EngineError::File`] with the path.
pub(super) fn begin(dir: &Path, manifest: &RunManifest) -> Result<(), EngineError> {
    let text = json::with_version(manifest)
        .and_then(|manifest| json::text(&manifest))
        .map_err(|_| EngineError::Fault("a run cannot be written as JSON"))?;
    write(dir, "run.json", &text)
}

/// Writes `result.json` and `junit.xml` of a whole run.
///
/// # Errors
///
/// [`EngineError::File`] with the path.
pub(super) fn end(dir: &Path, report: &RunReport) -> Result<(), EngineError> {
    let json =
        json::run(report).map_err(|_| EngineError::Fault("a report cannot be written as JSON"))?;
    write(dir, "result.json", &json)?;
    pages::of_run(dir, report)?;
    write(dir, "junit.xml", &junit::document(report))
}

/// What was kept of a load; nothing where it was ended before its time.
fn load_of(dir: &Path, play: &PlayReport) -> Result<Option<LoadReport>, SavedError> {
    let saved: Option<report::load::SavedLoad> = read(&dir.join(FIGURES))?;
    Ok(saved.map(|saved| LoadReport {
        play: play.clone(),
        shape: saved.shape,
        left_out: saved.left_out,
        figures: saved.figures,
    }))
}
