//! Relays run on one processor, whoever loads them on another.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::error::MeasureError;

/// The processor of each side; the same where there is but one.
pub(super) struct Processors {
    load: CpuSet,
    relays: CpuSet,
}

impl Processors {
    /// Chooses them, and keeps this thread on its own.
    pub(super) fn pin() -> Result<Self, MeasureError> {
        let failed = MeasureError::system("choose processors");
        let allowed = sched_getaffinity(None).map_err(&failed)?;
        let mut free = (0..CpuSet::MAX_CPU).filter(|cpu| allowed.is_set(*cpu));
        let first = free.next().unwrap_or_default();
        let second = free.next().unwrap_or(first);
        let one = |cpu| {
            let mut set = CpuSet::new();
            set.set(cpu);
            set
        };
        let chosen = Self {
            load: one(first),
            relays: one(second),
        };
        sched_setaffinity(None, &chosen.load).map_err(&failed)?;
        Ok(chosen)
    }

    /// Does something on the relays' processor: what is started there stays there.
    pub(super) fn of_relays<T>(&self, start: impl FnOnce() -> T) -> T {
        // Where the system refuses, both sides have one processor: their times still tell.
        sched_setaffinity(None, &self.relays).ok();
        let started = start();
        sched_setaffinity(None, &self.load).ok();
        started
    }
}
