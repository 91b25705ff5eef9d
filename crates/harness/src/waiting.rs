//! When a waiting play is worth a word.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use stage::Status;

/// How often a play is asked for its status.
pub(super) const INTERVAL: Duration = Duration::from_millis(500);

/// How long the same may last without a word, first and then.
const FIRST: Duration = Duration::from_secs(3);
const THEN: Duration = Duration::from_secs(10);

/// How long nobody minds that a play waits for the same.
#[derive(Debug)]
pub(super) struct Patience {
    lasted: Duration,
    until: Duration,
}

impl Patience {
    /// At the beginning of a play.
    pub(super) fn new() -> Self {
        Self {
            lasted: Duration::ZERO,
            until: FIRST,
        }
    }

    /// The same has lasted for so long that it is worth a word; then it is not, for a while.
    pub(super) fn is_over(&mut self, status: &Status) -> bool {
        if status.lasts < self.lasted {
            // Something else has begun.
            self.until = FIRST;
        }
        self.lasted = status.lasts;
        let is_over = status.lasts >= self.until;
        if is_over {
            self.until = status.lasts + THEN;
        }
        is_over
    }
}

/// Whether somebody asks before the time is over. Nobody may be left who could.
pub(super) async fn asked_within(asked: &mut watch::Receiver<u64>, time: Duration) -> bool {
    let question = async {
        if asked.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    timeout(time, question).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::Phase;

    /// At which of these moments (in seconds since the phase began) a word is said.
    fn said(moments: &[u64]) -> Vec<u64> {
        let mut patience = Patience::new();
        let is_said = |lasts: &u64| {
            patience.is_over(&Status {
                phase: Phase::Opening,
                lasts: Duration::from_secs(*lasts),
                awaited: Vec::new(),
            })
        };
        moments
            .iter()
            .copied()
            .filter({
                let mut is_said = is_said;
                move |lasts| is_said(lasts)
            })
            .collect()
    }

    #[test]
    fn a_word_is_said_after_three_seconds_and_then_each_ten() {
        let every: Vec<u64> = (0..30).collect();
        assert_eq!(said(&every), [3, 13, 23]);
    }

    #[test]
    fn what_begins_anew_has_its_own_three_seconds() {
        assert_eq!(said(&[1, 2, 0, 2, 4, 1, 2, 3]), [4, 3]);
    }
}
