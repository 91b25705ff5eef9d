//! Stopping a process tree for as long as it is copied.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::participant::proc::{self, threads};
use crate::participant::tree::trees;

/// How long all threads may take to rest. They take a fifth of a millisecond, and longer where
/// others want the processor.
const REST: Duration = Duration::from_secs(2);

/// How often to check for processes that were started meanwhile.
const ROUNDS: u32 = 100;

/// Processes that stand still until this is dropped.
#[derive(Debug)]
pub(super) struct Held {
    stopped: Vec<Pid>,
    /// None of them runs any more.
    pub(super) is_still: bool,
}

impl Held {
    /// Stops processes and their descendants. Those that were stopped before are not ours to resume.
    pub(super) fn trees(roots: &[i32]) -> Self {
        let mut held = Self {
            stopped: Vec::new(),
            is_still: false,
        };
        let until = Instant::now() + REST;
        let mut known: Vec<i32> = Vec::new();
        for _ in 0..ROUNDS {
            let mut new = trees(roots);
            new.retain(|pid| !known.contains(pid));
            if new.is_empty() {
                held.is_still = true;
                break;
            }
            for pid in &new {
                held.stop(*pid);
            }
            if !new.iter().all(|pid| rests(*pid, until)) {
                break;
            }
            known.extend(new);
        }
        held
    }

    fn stop(&mut self, pid: i32) {
        let Some(process) = Pid::from_raw(pid).filter(|_| !stands(pid)) else {
            return;
        };
        if kill_process(process, Signal::STOP).is_ok() {
            self.stopped.push(process);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Children first: a parent that waits for them finds them running.
        for process in self.stopped.iter().rev() {
            kill_process(*process, Signal::CONT).ok();
        }
    }
}

/// Waits until every thread of a process stands still.
fn rests(pid: i32, until: Instant) -> bool {
    while !stands(pid) {
        if Instant::now() >= until {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

/// Every thread is stopped, or has ended.
fn stands(pid: i32) -> bool {
    threads(pid).into_iter().all(|thread| {
        let stat = proc::text(pid, &format!("task/{thread}/stat"));
        // `pid (name) state …`: the name may hold anything, so from the last parenthesis.
        stat.unwrap_or_default()
            .rsplit_once(')')
            .is_none_or(|(_, rest)| rest.trim_start().starts_with(['T', 't', 'Z', 'X']))
    })
}
