//! What the search of a play's output, files and wire takes of the play, and what the comparison
//! with other words takes beside it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::harness::{RunContext, RunDir};
use judge::PlayVerdict;
use report::Asked;
use scenario::Scenario;
use timeline::{self, Event, Kind};

use super::harness::{played, read};
use crate::error::BenchError;
use crate::setup;
use comparison::{Row, median};

/// A play of the suite.
const SCENARIO: &str = "basics/three-clients";

/// Pairs of plays that are compared, at least.
const PAIRS: NonZeroU32 = NonZeroU32::new(3).expect("it is 3");

/// Plays it with the reference implementation. The search counts with all that it does besides
/// the literal one, so the share is at most this.
///
/// # Errors
///
/// When it cannot be built or played, or does not come to its search.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    let scenarios = root.join("scenarios");
    let scenario = setup::scenario(&scenarios.join(SCENARIO).with_extension("toml"), &scenarios)?;
    let reference = setup::adapter(&root.join("adapters/reference.toml"))?;
    let context = setup::context(reference, scenarios)?;
    let reports = setup::scratch()?;
    let runtime = setup::runtime()?;
    let play = |asked| runtime.block_on(one(&context, &scenario, reports.path(), asked));
    let (mut with, mut without, mut compared) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (took, path) = play(Asked::default())?;
        let (all, _) = play(Asked {
            differential: Some(PAIRS),
            ..Asked::default()
        })?;
        compared.push(all);
        let nothing = || BenchError::Unexpected("nothing was searched".to_owned());
        let searched = searched(&read(&path)?).ok_or_else(nothing)?;
        with.push(took);
        without.push(took.saturating_sub(searched));
    }
    let one = median(with);
    let row = |row, ours: Duration, reference, theirs: Duration, goal| Row {
        bench: "audit",
        row,
        ours: ours.into(),
        reference,
        theirs: theirs.into(),
        goal,
    };
    Ok(vec![
        row(
            "three-clients, with output, files, wire searched",
            one,
            "without",
            median(without),
            1.1,
        ),
        row(
            "three-clients, compared with other words",
            median(compared),
            "one play",
            one,
            8.0,
        ),
    ])
}

/// What a play took, with all that are compared with it, and the timeline of the first.
async fn one(
    context: &RunContext,
    scenario: &Scenario,
    reports: &Path,
    asked: Asked,
) -> Result<(Duration, PathBuf), BenchError> {
    let dir = RunDir::create(reports).map_err(BenchError::path(reports))?;
    let path = dir.play(SCENARIO).join("timeline.jsonl");
    let (report, took) = played(context, scenario, dir, asked).await?;
    if report.verdicts.play != PlayVerdict::Pass {
        let text = format!("{SCENARIO} came out as {:?}", report.verdicts.play);
        return Err(BenchError::Unexpected(text));
    }
    Ok((took, path))
}

/// From the end of the last process to the first word on what was searched.
fn searched(events: &[Event]) -> Option<Duration> {
    let end = events
        .iter()
        .position(|event| matches!(event.kind, Kind::Searched { .. }))?;
    let (before, rest) = events.split_at(end);
    let ended = before
        .iter()
        .rfind(|event| matches!(event.kind, Kind::Exited { .. }))?;
    Some(Duration::from_nanos(rest.first()?.t - ended.t))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::searched;
    use timeline::read;

    #[test]
    fn the_search_begins_when_the_last_process_has_ended() {
        let line =
            |n: u64, t: u64, kind: &str| format!("{{\"n\":{n},\"t\":{t},\"kind\":{kind}}}\n");
        let exited = r#"{"is":"exited","who":"relay","how":{"exit":0}}"#;
        let text = line(0, 5, exited) + &line(1, 70, exited);
        assert_eq!(searched(&read(&text).unwrap()), None);
        let found = r#"{"is":"searched","surface":"wire","bytes":1,"places":1,"control":null,"incomplete":null}"#;
        let text = text + &line(2, 100, found) + &line(3, 400, found);
        assert_eq!(
            searched(&read(&text).unwrap()),
            Some(Duration::from_nanos(30))
        );
    }
}
