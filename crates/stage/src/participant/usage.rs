//! What a process and its descendants uses, read from `/proc`.

use std::time::Duration;

use crate::participant::proc;
use crate::participant::tree::tree;

/// What a participant uses, or has used at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// CPU time of all its processes, ended ones included.
    pub(crate) cpu: Duration,
    /// Resident bytes of all its processes together.
    pub(crate) memory: u64,
    /// How many there are.
    pub(crate) processes: u64,
}

/// The process itself: CPU time with that of the children it has waited for, and memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Own {
    ticks: u64,
    pages: u64,
}

impl Usage {
    /// The higher of each.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.max(other.cpu),
            memory: self.memory.max(other.memory),
            processes: self.processes.max(other.processes),
        }
    }
}

/// What these processes and their descendants use now. What has ended meanwhile counts
/// nothing.
pub(crate) fn of_trees(roots: &[i32]) -> Usage {
    let mut usage = Usage::default();
    let mut own = Own::default();
    for pid in roots.iter().flat_map(|pid| tree(*pid)) {
        let Some(one) = of(pid) else {
            continue;
        };
        own.ticks += one.ticks;
        own.pages += one.pages;
        usage.processes += 1;
    }
    let peak = roots.iter().map(|pid| peak(*pid)).max().unwrap_or(0);
    let page = rustix::param::page_size() as u64;
    usage.memory = own.pages.saturating_mul(page).max(peak);
    usage.cpu = in_time(own.ticks);
    usage
}

/// The CPU time of a process that has ended and was not yet waited for.
pub(crate) fn of_ended(pid: i32) -> Duration {
    in_time(of(pid).unwrap_or_default().ticks)
}

fn in_time(ticks: u64) -> Duration {
    let a_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_millis(ticks.saturating_mul(1000) / a_second)
}

fn of(pid: i32) -> Option<Own> {
    let mut own = parse(&proc::text(pid, "stat").ok()?)?;
    if own.pages == 0 {
        // Its first thread may have ended, and left the memory to the others.
        own.pages = parse(&proc::text(proc::living(pid), "stat").ok()?)?.pages;
    }
    Some(own)
}

/// Fields 14 to 17 and 24 of `proc_pid_stat(5)`. The name, field 2, may hold anything: so
/// they are counted from behind its last parenthesis, where field 3 follows.
fn parse(stat: &str) -> Option<Own> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let ticks = (14..=17).map(number).sum::<Option<u64>>()?;
    Some(Own {
        ticks,
        pages: number(24)?,
    })
}

/// The most that a process has ever used itself, in bytes: between two samples it may have
/// been more than either of them shows.
fn peak(pid: i32) -> u64 {
    let status = proc::text(proc::living(pid), "status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or(0).saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use std::process::id;

    use super::{Own, of_trees, parse};

    #[test]
    fn a_name_full_of_parentheses_hides_nothing() {
        let fields: Vec<String> = (3..=52).map(|n| n.to_string()).collect();
        let stat = format!("7 (a ) b) 1 2 (c) {}", fields.join(" "));
        let own = Own {
            ticks: 14 + 15 + 16 + 17,
            pages: 24,
        };
        assert_eq!(parse(&stat), Some(own));
        assert_eq!(parse("7 (a) R 1 2"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn our_own_usage_is_seen() {
        let us = of_trees(&[i32::try_from(id()).unwrap()]);
        assert!(us.processes >= 1 && us.memory > 100_000, "{us:?}");
    }

    #[test]
    fn a_process_that_is_not_there_uses_nothing() {
        assert_eq!(of_trees(&[i32::MAX]).processes, 0);
    }
}
