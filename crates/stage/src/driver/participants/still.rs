//! What stands still: a line that has not ended, a row that is there twice.
//!
//! Some programs print the line break before each line, others leave the cursor where they have
//! painted last. So an unfinished line counts when nothing was printed for a moment, the program
//! waits, and the line is what a step awaits.

use std::time::Duration;

use tokio::time::Instant;

use super::Participants;
use crate::EngineError;
use crate::driver::expected::Expected;
use crate::input::Instance;
use crate::participant::proc;
use crate::record::Writer;
use timeline::Stream;

/// How long nothing may have been printed. Who is in the midst of a line, and waits for a
/// processor, does not sleep.
const STILL: Duration = Duration::from_millis(50);

impl Participants<'_> {
    /// One has printed something.
    pub(in crate::driver) fn stir(&mut self, who: &str, now: Instant) {
        let Some(one) = self.all.get_mut(who) else {
            return;
        };
        let may_settle = one.reading(Stream::Stdout).may_settle();
        one.still_at = may_settle.then_some(now + STILL);
        if may_settle {
            self.stirring.insert(who.to_owned());
        }
    }

    /// When somebody may stand still.
    pub(super) fn next_still(&self) -> Option<Instant> {
        let stirring = self.stirring.iter().filter_map(|who| self.all.get(who));
        stirring.filter_map(|one| one.still_at).min()
    }

    /// Takes what counts of those who stand still.
    pub(in crate::driver) fn take_still(
        &mut self,
        now: Instant,
        expected: &Expected,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        if self.next_still().is_none_or(|due| due > now) {
            return Ok(());
        }
        for who in self.stirring.clone() {
            let Some(one) = self.all.get_mut(&who) else {
                continue;
            };
            if one.still_at.is_some_and(|due| due > now) {
                continue;
            }
            if one.is_running() && !one.pid().is_none_or(sleeps) {
                one.still_at = Some(now + STILL);
                continue;
            }
            one.still_at = None;
            self.stirring.remove(&who);
            self.settle(&who, expected, record)?;
        }
        Ok(())
    }

    fn settle(
        &mut self,
        who: &str,
        expected: &Expected,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let one = self.of_name(who);
        let instance = Instance::of(who, one.starts);
        let asks = one.questions.is_some();
        let reading = one.reading(Stream::Stdout);
        let lines = reading.stands_still();
        let unfinished = reading.unfinished();
        let said = one.echo_filter.begun(&unfinished);
        for line in &lines {
            one.add_line(line);
        }
        for line in lines {
            self.line(&instance, Stream::Stdout, line, record)?;
        }
        if said.is_empty() || asks {
            return Ok(());
        }
        let seen = self.recognisers.would_see(who, Stream::Stdout, &said);
        if !expected.awaits(who, &said, seen.as_ref()) {
            return Ok(());
        }
        let one = self.of_name(who);
        match one.reading(Stream::Stdout).take_unfinished() {
            Some(line) => self.line(&instance, Stream::Stdout, line, record),
            None => Ok(()),
        }
    }
}

/// Whether no thread of a process runs or wants to.
fn sleeps(pid: i32) -> bool {
    proc::threads(pid).into_iter().all(|thread| {
        let stat = proc::text(pid, &format!("task/{thread}/stat")).unwrap_or_default();
        let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
        state.is_none_or(|state| !state.starts_with(['R', 'D']))
    })
}
