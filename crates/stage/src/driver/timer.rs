//! One timer for all that a play waits for. To set a timer anew for each thing that happens takes
//! longer than most of what happens.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

/// Rings at a time, or before: who hears it looks whether it is time.
#[derive(Debug)]
pub(crate) struct Alarm(Pin<Box<Sleep>>);

impl Alarm {
    /// It rings for nobody yet.
    pub(crate) fn new() -> Self {
        Self(Box::pin(sleep_until(Instant::now())))
    }

    /// Waits until it rings, at `due` at the latest.
    pub(crate) async fn ring(&mut self, due: Instant) {
        if due < self.0.deadline() || self.0.is_elapsed() {
            self.0.as_mut().reset(due);
        }
        self.0.as_mut().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Alarm;

    #[tokio::test]
    async fn it_rings_when_something_is_due_whatever_it_was_set_to_before() {
        let mut alarm = Alarm::new();
        let at = |milliseconds| Instant::now() + Duration::from_millis(milliseconds);
        for due in [at(60_000), at(5), at(10)] {
            let is_far = due > at(1000);
            let rings = async {
                while Instant::now() < due {
                    alarm.ring(due).await;
                }
            };
            let rang = tokio::time::timeout(Duration::from_secs(5), rings);
            if is_far {
                // Given up before it rings.
                drop(rang);
            } else {
                rang.await.expect("it is due");
            }
        }
    }
}
