//! What participants use, and who uses too much.

use std::iter;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use super::Participants;
use crate::EngineError;
use crate::driver::RELAY;
use crate::participant::limits::{INTERVAL, end_adopted, end_children, over};
use crate::participant::usage::{self, Usage};
use crate::record::Writer;
use scenario::adapter::Limits;
use timeline::{Ended, Kind, Limit};

/// How much of the time measuring may take: one part of so many.
const SHARE: u32 = 20;

/// SIGXCPU and SIGXFSZ: what the kernel ends a process with.
const OVER_CPU: i32 = 24;
const OVER_FILE: i32 = 25;

impl Participants<'_> {
    pub(in crate::driver) fn limits_of(&self, who: &str) -> &Limits {
        if who == RELAY {
            &self.plan.adapter.relay.limits
        } else {
            &self.plan.adapter_of(who).client.limits
        }
    }

    /// It is time to measure again.
    pub(in crate::driver) fn is_check_due(&self, now: Instant) -> bool {
        now >= self.next_check
    }

    /// Measuring began at this time and took so long.
    pub(in crate::driver) fn measured(&mut self, began: Instant, took: Duration) {
        self.next_check = began + INTERVAL.max(took * SHARE);
    }

    /// What everybody uses now; who uses too much is ended.
    pub(in crate::driver) fn measure_usage(
        &mut self,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let running = self.all.iter().filter(|(_, one)| one.is_running());
        let running: Vec<(String, i32)> = running
            .filter_map(|(who, one)| Some((who.clone(), one.pid()?)))
            .collect();
        let left = self.adopted();
        for (who, pid) in running {
            let own = left.iter().filter(|(whose, _)| *whose == who);
            let roots: Vec<i32> = iter::once(pid).chain(own.map(|(_, pid)| *pid)).collect();
            self.add_usage(&who, usage::of_trees(&roots), record)?;
        }
        Ok(())
    }

    fn add_usage(
        &mut self,
        who: &str,
        usage: Usage,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        if let Some(one) = self.all.get_mut(who) {
            one.usage = one.usage.max(usage);
        }
        match over(self.limits_of(who), &usage) {
            Some((limit, used)) => self.exceeded(who, limit, Some(used), record),
            None => Ok(()),
        }
    }

    /// Records that a limit was exceeded, once, and ends who did it.
    pub(in crate::driver) fn exceeded(
        &mut self,
        who: &str,
        limit: Limit,
        used: Option<u64>,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let allowed = self.limits_of(who).of(limit);
        let Some(one) = self.all.get_mut(who) else {
            return Ok(());
        };
        if std::mem::replace(&mut one.is_over, true) {
            return Ok(());
        }
        let pid = one.pid();
        // It is held while what it has started is ended, or it could start more.
        self.signal(who, Signal::STOP);
        pid.into_iter().for_each(end_children);
        end_adopted(|| self.adopted_of(who));
        self.signal(who, Signal::KILL);
        record.append(Kind::Exceeded {
            who: who.to_owned(),
            limit,
            allowed,
            used,
        })
    }

    /// Records what an ended process has used, and whether the kernel ended it for that.
    pub(super) fn used(
        &mut self,
        who: &str,
        how: Ended,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let by_kernel = match how {
            Ended::Signal(OVER_CPU) => Some(Limit::Cpu),
            Ended::Signal(OVER_FILE) => Some(Limit::File),
            Ended::Signal(_) | Ended::Exit(_) => None,
        };
        if let Some(limit) = by_kernel {
            self.exceeded(who, limit, None, record)?;
        }
        let usage = self
            .all
            .get(who)
            .map_or_else(Usage::default, |one| one.usage);
        record.append(Kind::Used {
            who: who.to_owned(),
            cpu_ms: u64::try_from(usage.cpu.as_millis()).unwrap_or(u64::MAX),
            memory: usage.memory,
            processes: usage.processes,
        })
    }
}
