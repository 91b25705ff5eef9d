//! Limits of participants: some are the kernel's, the others are looked at now and then.

use std::iter;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokio::time::Instant;

use crate::EngineError;
use crate::driver::{Play, RELAY};
use crate::participant::orphans::{is_zombie, strays, tree};
use crate::participant::usage::{self, Usage};
use scenario::adapter::Limits;
use timeline::{Ended, Kind, Limit};

/// How often is looked, at the least; and how much of the time looking may take.
pub(crate) const LOOK: Duration = Duration::from_millis(100);
const SHARE: u32 = 20;

/// How often is looked for what is left below a process that is ended; a round is short.
const ROUNDS: u32 = 1000;

/// SIGXCPU and SIGXFSZ: what the kernel ends a process with.
const OVER_CPU: i32 = 24;
const OVER_FILE: i32 = 25;

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

impl Play<'_> {
    pub(crate) fn limits_of(&self, who: &str) -> &Limits {
        if who == RELAY {
            &self.plan.adapter.relay.limits
        } else {
            &self.plan.adapter_of(who).client.limits
        }
    }

    /// Looks at everybody, when it is time.
    pub(crate) fn watch(&mut self, began: Instant) -> Result<(), EngineError> {
        if began < self.next_watch {
            return Ok(());
        }
        // Children come and go.
        self.note_arguments()?;
        self.look_at_usage()?;
        // A step may take long, and somebody may give up the harness itself.
        self.flush_lines()?;
        self.next_watch = began + LOOK.max(began.elapsed() * SHARE);
        Ok(())
    }

    /// What everybody uses now; who uses too much is ended.
    pub(crate) fn look_at_usage(&mut self) -> Result<(), EngineError> {
        let running: Vec<(String, i32)> = self
            .cast
            .iter()
            .filter(|(_, member)| member.is_running())
            .filter_map(|(who, member)| Some((who.clone(), member.process.as_ref()?.pid)))
            .collect();
        let strays = self.stage.init.map(strays).unwrap_or_default();
        for (who, pid) in running {
            let own = strays.iter().filter(|(origin, _)| *origin == who);
            let roots: Vec<i32> = iter::once(pid).chain(own.map(|(_, pid)| *pid)).collect();
            self.look_at(&who, &roots)?;
        }
        Ok(())
    }

    /// `roots` are its process, and what has left the tree below that.
    fn look_at(&mut self, who: &str, roots: &[i32]) -> Result<(), EngineError> {
        let usage = usage::of_trees(roots);
        if let Some(member) = self.cast.get_mut(who) {
            member.usage = member.usage.max(usage);
        }
        match over(self.limits_of(who), &usage) {
            Some((limit, used)) => self.exceeded(who, limit, Some(used)),
            None => Ok(()),
        }
    }

    /// Records that a limit was exceeded, once, and ends who did it.
    pub(crate) fn exceeded(
        &mut self,
        who: &str,
        limit: Limit,
        used: Option<u64>,
    ) -> Result<(), EngineError> {
        let allowed = self.limits_of(who).of(limit);
        let Some(member) = self.cast.get_mut(who) else {
            return Ok(());
        };
        if std::mem::replace(&mut member.is_over, true) {
            return Ok(());
        }
        let pid = member.process.as_ref().map(|process| process.pid);
        // It is held while what it has started is ended, or it could start more.
        self.signal(who, Signal::STOP);
        pid.into_iter().for_each(end_children);
        self.stage
            .init
            .into_iter()
            .for_each(|init| end_strays(init, who));
        self.signal(who, Signal::KILL);
        self.record(Kind::Exceeded {
            who: who.to_owned(),
            limit,
            allowed,
            used,
        })
    }

    /// Records what an ended process has used, and whether the kernel ended it for that.
    pub(crate) fn used(&mut self, who: &str, how: Ended) -> Result<(), EngineError> {
        let by_kernel = match how {
            Ended::Signal(OVER_CPU) => Some(Limit::Cpu),
            Ended::Signal(OVER_FILE) => Some(Limit::File),
            Ended::Signal(_) | Ended::Exit(_) => None,
        };
        if let Some(limit) = by_kernel {
            self.exceeded(who, limit, None)?;
        }
        let usage = self.cast.get(who).map_or_else(Usage::default, |m| m.usage);
        self.record(Kind::Used {
            who: who.to_owned(),
            cpu_ms: u64::try_from(usage.cpu.as_millis()).unwrap_or(u64::MAX),
            memory: usage.memory,
            processes: usage.processes,
        })
    }
}

/// Ends everything below a process that is held.
pub(crate) fn end_children(parent: i32) {
    for _ in 0..ROUNDS {
        let mut below = tree(parent);
        below.retain(|pid| *pid != parent && !is_zombie(*pid));
        if below.is_empty() {
            return;
        }
        for pid in below.into_iter().filter_map(Pid::from_raw) {
            kill_process(pid, Signal::KILL).ok();
        }
    }
}

/// Ends everything that a participant has left to pid 1 of its play, and what is below it.
fn end_strays(init: i32, who: &str) {
    for _ in 0..ROUNDS {
        let own = strays(init).into_iter();
        let mut left: Vec<i32> = own
            .filter(|(origin, _)| origin == who)
            .flat_map(|(_, pid)| tree(pid))
            .collect();
        left.retain(|pid| !is_zombie(*pid));
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
