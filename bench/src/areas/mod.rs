//! What can be measured.

mod audit;
mod compared;
mod harness;
mod length;
mod memory;
mod page;
mod pexpect;
mod share;
mod stage;
mod tap;

use std::path::Path;

use clap::ValueEnum;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::error::BenchError;
use comparison::Row;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Area {
    /// The audit's search against memchr, aho-corasick and, if installed, ripgrep
    Audit,
    /// A whole play against a hand-written program that does the same
    Harness,
    /// A scenario of 8 000 steps against eight times one of 1 000
    Length,
    /// A report page of 2 000 messages, until a browser has it ready
    Page,
    /// A line, a process, a load and a play, each against the least that does the same
    Stage,
    /// A recording tap on a link against tokio's copy in both directions
    Tap,
}

/// Measures an area of the workspace at `root` in that many rounds; fewer where rounds are long.
pub(crate) fn measure(area: Area, root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    if matches!(area, Area::Harness | Area::Stage) {
        work_in_memory();
    }
    match area {
        Area::Audit => audit::measure(root, rounds.min(10)),
        Area::Harness => harness::measure(root, rounds),
        Area::Length => length::measure(root, rounds.min(5)),
        Area::Page => Ok(vec![page::measure(root, rounds.min(10))?]),
        Area::Stage => stage::measure(root, rounds),
        Area::Tap => tap::measure(rounds.min(30)),
    }
}

/// Puts temporary files in memory where the system has a place there: on a disk, creating a file
/// takes longer the more were removed in the last minutes, which says nothing about either side.
fn work_in_memory() {
    let memory = Path::new("/dev/shm");
    if tempfile::tempdir_in(memory).is_ok() {
        // Nobody has asked for the directory before.
        tempfile::env::override_temp_dir(memory).ok();
    }
}

/// Keeps everything on the first processors, so that both sides run in the same place. If the
/// system refuses, medians still tell.
fn pin(processors: usize) {
    let Ok(allowed) = sched_getaffinity(None) else {
        return;
    };
    let first = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
    let mut chosen = CpuSet::new();
    first.take(processors).for_each(|cpu| chosen.set(cpu));
    sched_setaffinity(None, &chosen).ok();
}
