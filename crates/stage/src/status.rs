//! What a play waits for at a moment, for people who wait with it.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// Awaited things that a sentence names; the rest is counted.
const NAMED: usize = 2;

/// Asks a running play for its status.
#[derive(Clone, Debug)]
pub struct StatusRequest(mpsc::Sender<oneshot::Sender<Status>>);

/// What a play is asked, to be given to it.
#[derive(Debug, Default)]
pub struct StatusRequests(Option<mpsc::Receiver<oneshot::Sender<Status>>>);

/// Both ends of the questions to one play.
pub fn status_requests() -> (StatusRequest, StatusRequests) {
    let (ask, asked) = mpsc::channel(1);
    (StatusRequest(ask), StatusRequests(Some(asked)))
}

impl StatusRequest {
    /// What the play waits for now; `None` when it has ended.
    pub async fn ask(&self) -> Option<Status> {
        let (answer, answered) = oneshot::channel();
        self.0.send(answer).await.ok()?;
        answered.await.ok()
    }
}

impl StatusRequests {
    /// Nobody asks.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whoever asks next; `None` when nobody can any more.
    pub(crate) async fn next(&mut self) -> Option<oneshot::Sender<Status>> {
        self.0.as_mut()?.recv().await
    }
}

/// What a play does and waits for at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Where it is.
    pub phase: Phase,
    /// Since when.
    pub lasts: Duration,
    /// What has not come yet.
    pub awaited: Vec<Awaited>,
}

/// Something that has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Which participant should show it.
    pub who: String,
    /// In words: `bob shows the text, once, from alice`.
    pub what: String,
    /// Since when that participant has printed nothing; `None` when it never has.
    pub silent: Option<Duration>,
}

/// How far a play has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The relay and the early clients get ready.
    Opening,
    /// A step.
    Step {
        /// Its id.
        id: String,
        /// What happens in it, in words.
        sentence: String,
    },
    /// Many groups, each at a step of its own.
    Load,
    /// The last messages, which close every *never*.
    Closing,
    /// Everything is being stopped.
    Stopping,
}

impl Status {
    /// `at step 6 (alice sends bob a private message) for 12.0 s: bob shows it, once (bob has
    /// printed nothing for 11.9 s)`.
    pub fn sentence(&self) -> String {
        let place = match &self.phase {
            Phase::Opening => "before step 1".to_owned(),
            Phase::Step { id, sentence } => format!("at step {id} ({sentence})"),
            Phase::Load => "under load".to_owned(),
            Phase::Closing => "after the last step".to_owned(),
            Phase::Stopping => "while everything is stopped".to_owned(),
        };
        let mut awaited: Vec<String> = self
            .awaited
            .iter()
            .take(NAMED)
            .map(Awaited::sentence)
            .collect();
        if self.awaited.len() > NAMED {
            awaited.push(format!("{} more", self.awaited.len() - NAMED));
        }
        if awaited.is_empty() {
            awaited.push("its action".to_owned());
        }
        format!(
            "{place} for {}: {}",
            seconds(self.lasts),
            awaited.join(", and ")
        )
    }
}

impl Awaited {
    fn sentence(&self) -> String {
        let silence = match self.silent {
            Some(silent) => format!("has printed nothing for {}", seconds(silent)),
            None => "has printed nothing at all".to_owned(),
        };
        format!("{} ({} {silence})", self.what, self.who)
    }
}

/// One decimal is enough for people.
fn seconds(length: Duration) -> String {
    format!("{:.1} s", length.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_names_the_step_who_is_awaited_and_the_silence() {
        let awaited = |what: &str, silent: Option<u64>| Awaited {
            who: "bob".to_owned(),
            what: what.to_owned(),
            silent: silent.map(Duration::from_secs),
        };
        let mut status = Status {
            phase: Phase::Step {
                id: "6".to_owned(),
                sentence: "alice writes to bob".to_owned(),
            },
            lasts: Duration::from_millis(12_040),
            awaited: vec![awaited("bob shows it", Some(27))],
        };
        assert_eq!(
            status.sentence(),
            "at step 6 (alice writes to bob) for 12.0 s: bob shows it (bob has printed nothing for 27.0 s)"
        );
        status.awaited = vec![
            awaited("one", None),
            awaited("two", None),
            awaited("three", None),
        ];
        let sentence = status.sentence();
        assert!(sentence.ends_with(", and 1 more"), "{sentence}");
        assert!(
            sentence.contains("one (bob has printed nothing at all)"),
            "{sentence}"
        );
    }
}
