//! What a play waits for at a moment, for people who wait with it.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use scenario::plan::PlannedStep;

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
    pub(in crate::driver) async fn next(&mut self) -> Option<oneshot::Sender<Status>> {
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

/// Where a play is, who was heard when, and how long all of it may take.
#[derive(Debug)]
pub(in crate::driver) struct Progress {
    phase: Phase,
    since: Instant,
    heard: BTreeMap<String, Instant>,
    limit: Option<Instant>,
    /// A participant and what it should do, which is no expectation of the plan.
    besides: Option<(String, String)>,
    /// The limit was reached.
    pub(in crate::driver) is_over: bool,
}

impl Progress {
    /// From now on, for so long at the most.
    pub(in crate::driver) fn begin(now: Instant, limit: Option<Duration>) -> Self {
        Self {
            phase: Phase::Opening,
            since: now,
            heard: BTreeMap::new(),
            limit: limit.map(|limit| now + limit),
            besides: None,
            is_over: false,
        }
    }

    /// Something that the plan does not expect is waited for first.
    pub(in crate::driver) fn waits_for(&mut self, who: &str, what: &str) {
        self.besides = Some((who.to_owned(), what.to_owned()));
    }

    /// It has come, or will not.
    pub(in crate::driver) fn waits_no_more(&mut self) {
        self.besides = None;
    }

    /// Something else begins.
    pub(in crate::driver) fn turn_to(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }

    /// A step begins; under load, where many go on at once, one more.
    pub(in crate::driver) fn step(&mut self, step: &PlannedStep, now: Instant) {
        if self.phase != Phase::Load {
            let phase = Phase::Step {
                id: step.id.0.clone(),
                sentence: step.sentence.clone(),
            };
            self.turn_to(phase, now);
        }
    }

    /// A participant printed something.
    pub(in crate::driver) fn hear(&mut self, who: &str, now: Instant) {
        match self.heard.get_mut(who) {
            Some(heard) => *heard = now,
            None => drop(self.heard.insert(who.to_owned(), now)),
        }
    }

    /// The limit has come, and nobody has been told yet.
    pub(in crate::driver) fn is_due(&self, now: Instant) -> bool {
        !self.is_over && self.limit.is_some_and(|limit| limit <= now)
    }

    /// The limit, if it comes before a deadline.
    pub(in crate::driver) fn clamp(&self, deadline: Instant) -> Instant {
        self.limit.map_or(deadline, |limit| limit.min(deadline))
    }

    /// Only what must be done anyway follows: no limit any more.
    pub(in crate::driver) fn lift(&mut self, now: Instant) {
        self.limit = None;
        self.is_over = false;
        self.turn_to(Phase::Stopping, now);
    }

    /// The status, where `awaited` says who and what.
    pub(in crate::driver) fn status(
        &self,
        awaited: impl IntoIterator<Item = (String, String)>,
        now: Instant,
    ) -> Status {
        let awaited = self
            .besides
            .clone()
            .into_iter()
            .chain(awaited)
            .map(|(who, what)| Awaited {
                silent: self.heard.get(&who).map(|heard| now - *heard),
                who,
                what,
            });
        Status {
            phase: self.phase.clone(),
            lasts: now - self.since,
            awaited: awaited.collect(),
        }
    }
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
        let told = status.sentence();
        assert!(told.ends_with(", and 1 more"), "{told}");
        assert!(
            told.contains("one (bob has printed nothing at all)"),
            "{told}"
        );
    }
}
