//! The same play driven by pexpect, where Python and pexpect are there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::BenchError;
use crate::{narrate, tools};
use comparison::{Amount, Row, median};

const SCRIPT: &str = include_str!("pexpect.py");

/// Rounds are slow with pexpect.
const MOST_ROUNDS: u32 = 10;

/// One row, or none where pexpect is not installed.
///
/// # Errors
///
/// When the programs were not built.
pub(crate) fn compare(
    binaries: &BTreeMap<String, PathBuf>,
    dir: &Path,
    rounds: u32,
    ours: Amount,
) -> Result<Option<Row>, BenchError> {
    let binary = |name: &str| {
        let found = binaries.get(name);
        found.ok_or_else(|| BenchError::NotBuilt(name.into()))
    };
    let ran = tools::program("python3", dir)
        .args(["-c", SCRIPT])
        .args([binary("plain-relay")?, binary("plain-client")?])
        .arg(dir)
        .arg(rounds.min(MOST_ROUNDS).to_string())
        .output();
    let Some(output) = ran.ok().filter(|output| output.status.success()) else {
        narrate("no row for pexpect: it is not installed (pip install pexpect)");
        return Ok(None);
    };
    let times = String::from_utf8_lossy(&output.stdout);
    let times: Vec<Duration> = times
        .lines()
        .filter_map(|line| line.parse().ok().map(Duration::from_nanos))
        .collect();
    Ok(Some(Row {
        bench: "stage",
        row: "relay, three clients, five messages",
        ours,
        reference: "pexpect",
        theirs: median(times).into(),
        goal: 0.2,
    }))
}
