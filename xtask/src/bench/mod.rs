//! `bench`: ours against the simplest program that does the same, measured in turns in the
//! same run, so that whatever the machine is doing meets both.

mod by_hand;
mod harness;
mod table;

use crate::cli::{self, Area};
use crate::exit_code::{FAILED, FINE};
use crate::output;
use crate::trouble::Ran;
use table::Row;

/// Measures, prints, and fails when a goal is missed.
pub(crate) fn run(arguments: &cli::Bench) -> Ran {
    let rows = match arguments.area {
        Area::Harness => vec![harness::measure(arguments.rounds.get())?],
    };
    let lines = if arguments.json {
        rows.iter().map(Row::json).collect()
    } else {
        table::lines(&rows)
    };
    for line in lines {
        output::result(&line);
    }
    Ok(if rows.iter().all(Row::is_met) {
        FINE
    } else {
        FAILED
    })
}
