//! Limits of participants: some are the kernel's, the others are checked now and then.

use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};

use crate::participant::proc::has_ended;
use crate::participant::tree::tree;
use crate::participant::usage::Usage;
use scenario::adapter::Limits;
use timeline::Limit;

/// How often usage is measured, at least.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);

/// How often a process that is being ended is checked for children that are left; a round is short.
const ROUNDS: u32 = 1000;

/// Lets the kernel limit one process. What it starts inherits that. A process that has
/// ended already needs no limit.
pub(crate) fn set(pid: i32, limits: &Limits) {
    let Some(pid) = Pid::from_raw(pid) else {
        return;
    };
    let seconds = limits.cpu.as_secs().max(1);
    // One second more until it is killed: a program may handle the first signal.
    let pairs = [
        (Resource::Cpu, seconds, seconds + 1),
        (Resource::Fsize, limits.file, limits.file),
        (Resource::Nofile, limits.open_files, limits.open_files),
        (Resource::Core, 0, 0),
    ];
    for (resource, current, maximum) in pairs {
        let limit = Rlimit {
            current: Some(current),
            maximum: Some(maximum),
        };
        prlimit(Some(pid), resource, limit).ok();
    }
}

/// Ends all descendants of a process that is held.
pub(crate) fn end_children(parent: i32) {
    for _ in 0..ROUNDS {
        let mut children = tree(parent);
        children.retain(|pid| *pid != parent && !has_ended(*pid));
        if children.is_empty() {
            return;
        }
        for pid in children.into_iter().filter_map(Pid::from_raw) {
            kill_process(pid, Signal::KILL).ok();
        }
    }
}

/// Ends everything that a participant has left to pid 1 of its play, and what that has started.
pub(crate) fn end_adopted(adopted: impl Fn() -> Vec<i32>) {
    for _ in 0..ROUNDS {
        let mut left: Vec<i32> = adopted().into_iter().flat_map(tree).collect();
        left.retain(|pid| !has_ended(*pid));
        if left.is_empty() {
            return;
        }
        for pid in left.into_iter().filter_map(Pid::from_raw) {
            kill_process(pid, Signal::KILL).ok();
        }
    }
}

/// The first limit that is exceeded, and by how much.
pub(crate) fn over(limits: &Limits, usage: &Usage) -> Option<(Limit, u64)> {
    let milliseconds = u64::try_from(usage.cpu.as_millis()).unwrap_or(u64::MAX);
    let uses = [
        (Limit::Cpu, milliseconds),
        // Many processes have much memory together: that they are many says more.
        (Limit::Processes, usage.processes),
        (Limit::Memory, usage.memory),
    ];
    let mut over = uses.into_iter();
    over.find(|(limit, used)| *used > limits.of(*limit))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Limit, Limits, Usage, over};

    #[test]
    fn what_is_too_much_is_named_and_what_is_allowed_is_not() {
        let limits = Limits::default();
        let allowed = Usage {
            cpu: limits.cpu,
            memory: limits.memory,
            processes: limits.processes,
        };
        assert_eq!(over(&limits, &allowed), None);
        let memory = limits.memory + 1;
        let hungry = Usage { memory, ..allowed };
        assert_eq!(over(&limits, &hungry), Some((Limit::Memory, memory)));
        let cpu = limits.cpu + Duration::from_millis(1);
        let busy = Usage { cpu, ..allowed };
        assert_eq!(over(&limits, &busy), Some((Limit::Cpu, 60_001)));
        let processes = limits.processes + 1;
        let many = Usage {
            processes,
            ..allowed
        };
        assert_eq!(over(&limits, &many), Some((Limit::Processes, processes)));
    }
}
