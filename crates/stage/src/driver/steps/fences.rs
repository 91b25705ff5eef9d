//! The last words of a play: what came before them has been shown by now, or never will.

use std::time::Duration;

use super::everybody;
use crate::EngineError;
use crate::driver::Play;
use crate::driver::links::is_linked;
use scenario::plan::{Expectation, Fence, Mode, Pattern};
use timeline::ExpectationId;

/// How long a fence may take, and when the play has failed already.
const FENCE: Duration = Duration::from_secs(10);
const LAST_FENCE: Duration = Duration::from_secs(2);

/// Nobody's fence depends on another's, so some go at once.
const AT_ONCE: usize = 8;

impl Play<'_> {
    /// Messages that close every *never*. Where the play `held` to its last step, those who
    /// are planned to be there show them; elsewhere all those who still are.
    pub(super) async fn fences(&mut self, held: bool) -> Result<(), EngineError> {
        let plan = self.plan;
        let within = if held { FENCE } else { LAST_FENCE };
        for some in plan.closing.fences.chunks(AT_ONCE) {
            for fence in some {
                let mut observers: Vec<&String> = fence.observers.iter().collect();
                if !held {
                    observers.extend(&fence.leaving);
                    observers.retain(|observer| is_linked(observer, self.record.events()));
                }
                observers.retain(|observer| self.participants.is_running(observer));
                let from = &fence.from;
                let can_say = self.participants.is_running(from)
                    && (held || is_linked(from, self.record.events()));
                if can_say && !observers.is_empty() && !self.control.progress.is_over {
                    self.fence(fence, &observers, within).await?;
                }
            }
            self.await_expected(&[]).await?;
            let events = self.record.events();
            drop(self.expected.take_missing(everybody, events));
        }
        Ok(())
    }

    /// Types one of them and begins to wait for it.
    async fn fence(
        &mut self,
        fence: &Fence,
        observers: &[&String],
        within: Duration,
    ) -> Result<(), EngineError> {
        let observers = observers.iter();
        let expected: Vec<Expectation> = observers
            .map(|observer| shown(observer, fence, within))
            .collect();
        let now = (self.record.events(), self.record.now());
        self.expected.add(&expected, self.plan, now, None);
        // One that does not read its input closes nothing; the judge will say so.
        drop(self.type_filled(&fence.from, &fence.line, within).await?);
        Ok(())
    }
}

fn shown(observer: &str, fence: &Fence, within: Duration) -> Expectation {
    Expectation {
        id: ExpectationId(format!("fence/{}/{observer}", fence.from)),
        client: observer.to_owned(),
        pattern: Pattern::Contains(fence.text.clone()),
        mode: Mode::Eventually,
        within,
        sentence: format!("shows the fence of {}", fence.from),
        about: Some(fence.from.clone()),
    }
}
