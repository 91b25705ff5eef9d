//! A saved play that can be shown in place of one that went wrong.

use std::path::{Path, PathBuf};

use super::RunDir;
use super::dir::runs;
use super::saved::{RunManifest, read};
use judge::PlayVerdict;
use report::{Asked, PlayReport};

/// The newest play of a scenario by the same implementation that went as it should, and the
/// directory of its run. A relay that reads along never does: of one that was played to its end
/// and seen reading, that play. What cannot be read is passed over, and so is the run `but`.
pub fn stand_in(
    reports: &Path,
    scenario: &str,
    asked: &Asked,
    but: &RunDir,
) -> Option<(PathBuf, PlayReport)> {
    let newest = runs(reports).into_iter().rev();
    let others = newest.filter(|run| run != but.id());
    let plays = others.filter_map(|run| {
        let dir = reports.join(run);
        Some((played(&dir, scenario, asked)?, dir))
    });
    let plays: Vec<(PlayReport, PathBuf)> = plays.collect();
    let first = |wanted: &dyn Fn(&PlayVerdict) -> bool| {
        let mut plays = plays.iter();
        plays.find(|(play, _)| wanted(&play.verdicts.play))
    };
    let found = first(&PlayVerdict::is_fine);
    let found = found.or_else(|| first(&|verdict| *verdict == PlayVerdict::Plaintext));
    found.map(|(play, dir)| (dir.clone(), play.clone()))
}

/// The play of a run, where it was asked for.
fn played(run: &Path, scenario: &str, asked: &Asked) -> Option<PlayReport> {
    let manifest: RunManifest = read(&run.join("run.json")).ok()??;
    let is_same = manifest.asked.is_same(asked);
    is_same.then(|| whole(run, scenario, &manifest)).flatten()
}

/// Whether the play of a scenario in a run went as it should, and can be shown.
pub(super) fn is_worth_showing(run: &Path, scenario: &str, manifest: &RunManifest) -> bool {
    let play = whole(run, scenario, manifest);
    play.is_some_and(|play| {
        let verdict = &play.verdicts.play;
        verdict.is_fine() || *verdict == PlayVerdict::Plaintext
    })
}

/// The play of a run, where it was planned and its timeline is there.
fn whole(run: &Path, scenario: &str, manifest: &RunManifest) -> Option<PlayReport> {
    let relative = RunDir::relative(scenario);
    let is_load = manifest.asked.load.is_some();
    let play = (!is_load).then(|| read(&run.join(relative).join("result.json")));
    let play: PlayReport = play?.ok()??;
    let is_whole = run.join(&play.dir).join("timeline.jsonl").is_file();
    (is_whole && play.scenario == scenario).then_some(play)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::super::one::{Which, blank};
    use super::super::saved::{ManifestScenario, begin};
    use super::{Asked, PlayVerdict, RunDir, RunManifest, stand_in};
    use report::json;

    const SCENARIO: &str = "basics/hello";

    /// A run of one play, and its id.
    fn saved(reports: &Path, day: u32, adapter: &str, verdict: PlayVerdict) -> String {
        // The process is gone: no system gives so high a number.
        let id = format!("202601{day:02}-120000.000-4194305");
        let dir = reports.join(&id);
        fs::create_dir_all(dir.join(SCENARIO)).unwrap();
        let asked = asked(adapter);
        let manifest = RunManifest {
            id: id.clone(),
            asked,
            provenance: report::Provenance::default(),
            seed: 7,
            shard: None,
            balanced_by: None,
            scenarios: vec![ManifestScenario {
                id: SCENARIO.to_owned(),
                path: "scenarios/basics/hello.toml".into(),
            }],
        };
        begin(&dir, &manifest).unwrap();
        let which = Which {
            scenario: SCENARIO,
            path: Path::new("scenarios/basics/hello.toml"),
            dir: Path::new(SCENARIO),
            number: 1,
        };
        let play = blank(which, Duration::ZERO, verdict);
        let text = json::text(&json::with_version(&play).unwrap()).unwrap();
        fs::write(dir.join(SCENARIO).join("result.json"), text).unwrap();
        fs::write(dir.join(SCENARIO).join("timeline.jsonl"), "").unwrap();
        id
    }

    fn asked(adapter: &str) -> Asked {
        Asked {
            adapter: adapter.to_owned(),
            ..Asked::default()
        }
    }

    fn found(reports: &Path, adapter: &str) -> Option<String> {
        let own = RunDir::create_beside(reports).unwrap();
        let (dir, _) = stand_in(reports, SCENARIO, &asked(adapter), &own)?;
        Some(dir.file_name().unwrap().to_str().unwrap().to_owned())
    }

    #[test]
    fn the_newest_that_went_well_stands_in() {
        let reports = tempfile::tempdir().unwrap();
        let reports = reports.path();
        assert_eq!(found(reports, "ours"), None);
        saved(reports, 1, "ours", PlayVerdict::Pass);
        let good = saved(reports, 2, "ours", PlayVerdict::Pass);
        saved(reports, 3, "ours", PlayVerdict::Fail);
        saved(reports, 4, "ours", PlayVerdict::Plaintext);
        saved(reports, 5, "theirs", PlayVerdict::Pass);
        assert_eq!(found(reports, "ours"), Some(good));
        assert_eq!(found(reports, "nobody's"), None);
    }

    #[test]
    fn of_a_relay_that_reads_along_the_newest_play_that_shows_it() {
        let reports = tempfile::tempdir().unwrap();
        let seen = saved(reports.path(), 1, "nosy", PlayVerdict::Plaintext);
        saved(reports.path(), 2, "nosy", PlayVerdict::CannotTell);
        assert_eq!(found(reports.path(), "nosy"), Some(seen));
    }

    #[test]
    fn a_rehearsal_is_kept_until_there_is_a_newer_one() {
        let reports = tempfile::tempdir().unwrap();
        let reports = reports.path();
        let is_there = |run: &String| reports.join(run).is_dir();
        let older = saved(reports, 1, "ours", PlayVerdict::Pass);
        let rehearsed = saved(reports, 2, "ours", PlayVerdict::Pass);
        let nosy = saved(reports, 3, "nosy", PlayVerdict::Plaintext);
        for day in 4..24 {
            saved(reports, day, "ours", PlayVerdict::Fail);
        }
        RunDir::remove_oldest(reports);
        assert!(is_there(&rehearsed) && is_there(&nosy) && !is_there(&older));
        assert_eq!(found(reports, "ours"), Some(rehearsed.clone()));
        saved(reports, 24, "ours", PlayVerdict::Pass);
        RunDir::remove_oldest(reports);
        assert!(!is_there(&rehearsed), "there is a newer one");
    }

    #[test]
    fn a_play_whose_files_have_gone_stands_in_for_nothing() {
        let reports = tempfile::tempdir().unwrap();
        let run = saved(reports.path(), 1, "ours", PlayVerdict::Pass);
        let play = reports.path().join(run).join(SCENARIO);
        fs::remove_file(play.join("timeline.jsonl")).unwrap();
        assert_eq!(found(reports.path(), "ours"), None);
    }
}
