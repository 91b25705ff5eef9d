//! `bench`: ours against the simplest program that does the same, measured in turns in the
//! same run, so that whatever the machine is doing meets both.

mod audit;
mod harness;
mod long_page;
mod memory;
mod page;
mod pexpect;
mod share;
mod stage;
mod table;
mod tap;

use std::path::Path;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::cli::{self, Area};
use crate::exit_code::{FAILED, FINE};
use crate::output;
use crate::trouble::Ran;
use table::Row;

/// Measures, prints, and fails when a goal is missed.
pub(crate) fn run(arguments: &cli::Bench) -> Ran {
    let rounds = arguments.rounds.get();
    // Large files are written faster on a disk that is cached.
    if matches!(arguments.area, Area::Harness | Area::Stage) {
        work_in_memory();
    }
    let rows = match arguments.area {
        Area::Audit => audit::measure(rounds.min(10))?,
        Area::Harness => harness::measure(rounds)?,
        Area::Page => vec![page::measure(rounds.min(10))?],
        Area::Stage => stage::measure(rounds)?,
        Area::Tap => tap::measure(rounds.min(30))?,
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

/// Where the system has a directory in memory, all files of a measurement lie there: on a disk,
/// making one takes the longer the more were removed in the last minutes, which says nothing of
/// either side.
fn work_in_memory() {
    let memory = Path::new("/dev/shm");
    if tempfile::tempdir_in(memory).is_ok() {
        // Nobody has asked for the directory before.
        tempfile::env::override_temp_dir(memory).ok();
    }
}

/// Puts everything on the first processors, so that the two do not differ by where they run. Where
/// the system refuses, medians still tell.
fn pin(processors: usize) {
    let Ok(allowed) = sched_getaffinity(None) else {
        return;
    };
    let first = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
    let mut chosen = CpuSet::new();
    first.take(processors).for_each(|cpu| chosen.set(cpu));
    sched_setaffinity(None, &chosen).ok();
}
