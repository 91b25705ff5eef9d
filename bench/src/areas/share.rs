//! What the search of a play's output, files and wire takes of the play.

use std::path::Path;
use std::time::Duration;

use ::harness::RunDir;
use timeline::{self, Event, Kind};

use super::harness::{played, read};
use crate::error::BenchError;
use crate::setup;
use crate::table::{Row, median};

/// A play of the suite.
const SCENARIO: &str = "basics/three-clients";

/// Plays it with the reference implementation. The search counts with all that it does besides
/// the literal one, so the share is at most this.
///
/// # Errors
///
/// When it cannot be built or played, or does not come to its search.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Row, BenchError> {
    let scenarios = root.join("scenarios");
    let scenario = setup::scenario(&scenarios.join(SCENARIO).with_extension("toml"), &scenarios)?;
    let reference = setup::adapter(&root.join("adapters/reference.toml"))?;
    let context = setup::context(reference, scenarios)?;
    let reports = setup::scratch()?;
    let runtime = setup::runtime()?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let failed = BenchError::path(reports.path());
        let dir = RunDir::create(reports.path()).map_err(failed)?;
        let path = dir.play(SCENARIO).join("timeline.jsonl");
        let (_, took) = runtime.block_on(played(&context, &scenario, dir))?;
        let nothing = || BenchError::Unexpected("nothing was searched".to_owned());
        let searched = searched(&read(&path)?).ok_or_else(nothing)?;
        with.push(took);
        without.push(took.saturating_sub(searched));
    }
    Ok(Row {
        bench: "audit",
        row: "three-clients, with output, files, wire searched",
        ours: median(with),
        reference: "without",
        theirs: median(without),
        goal: 1.1,
    })
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
