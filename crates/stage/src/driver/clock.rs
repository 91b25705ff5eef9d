//! What time it is in a play, and one timer for all that it waits for. To set a timer anew for
//! each thing that happens takes longer than most of what happens.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The time of a play. Polled, and not a future of its own: the loop waits once for each input,
/// and a box for each wait would be felt.
pub(crate) trait Clock: Debug + Send {
    /// What time it is.
    fn now(&self) -> Instant;

    /// Takes out of it a time in which the harness did not run.
    fn skip(&mut self, _lost: Duration) {}

    /// Ready at `due`, or before: the caller checks whether it is time.
    fn poll_until(&mut self, due: Instant, context: &mut Context<'_>) -> Poll<()>;
}

/// Waits until `due`, or less.
pub(super) async fn until(clock: &mut dyn Clock, due: Instant) {
    poll_fn(|context| clock.poll_until(due, context)).await;
}

/// The clock of the machine.
#[derive(Debug)]
pub(super) struct SystemClock {
    timer: Pin<Box<Sleep>>,
    /// What was taken out of it.
    skipped: Duration,
}

impl SystemClock {
    /// Its timer is set by whoever waits first.
    pub(super) fn new() -> Self {
        Self {
            timer: Box::pin(sleep_until(Instant::now())),
            skipped: Duration::ZERO,
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let now = Instant::now();
        now.checked_sub(self.skipped).unwrap_or(now)
    }

    fn skip(&mut self, lost: Duration) {
        self.skipped += lost;
    }

    fn poll_until(&mut self, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        // A timer that is due earlier stays: it rings for nothing at most once, and that costs
        // less than to move it with each wait.
        let due = due + self.skipped;
        let has_rung_early = self.timer.is_elapsed() && Instant::now() < due;
        if due < self.timer.deadline() || has_rung_early {
            self.timer.as_mut().reset(due);
        }
        self.timer.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{Instant, timeout};

    use super::{Clock as _, SystemClock, until};

    #[tokio::test]
    async fn a_time_that_was_taken_out_is_waited_for_again() {
        let mut clock = SystemClock::new();
        let before = clock.now();
        clock.skip(Duration::from_secs(60));
        assert!(clock.now() < before);
        let due = clock.now() + Duration::from_millis(5);
        let waits = async {
            while clock.now() < due {
                until(&mut clock, due).await;
            }
        };
        timeout(Duration::from_secs(5), waits).await.expect("due");
    }

    #[tokio::test]
    async fn a_wait_ends_when_it_is_due_whatever_was_waited_for_before() {
        let mut clock = SystemClock::new();
        let at = |milliseconds| Instant::now() + Duration::from_millis(milliseconds);
        // Given up before it is due; its timer is set all the same.
        let far = until(&mut clock, at(60_000));
        assert!(timeout(Duration::from_millis(1), far).await.is_err());
        for due in [at(5), at(10), at(0)] {
            let waits = async {
                while clock.now() < due {
                    until(&mut clock, due).await;
                }
            };
            timeout(Duration::from_secs(5), waits).await.expect("due");
        }
    }
}
