//! A play as those who watch it see it: what each participant shows, what the relay got, which
//! step it is and what it means, and what happened so far. A pure function of plan and
//! timeline: so the stage in a terminal, in a browser and in a recording show the same, and a
//! saved play is shown as it was seen.

mod ciphertext;
mod finding;
mod participant;
mod people;
mod record;
mod relay;
mod show;
mod sought;
mod steps;
mod story;
mod watch;

use std::sync::Arc;

use scenario::plan::Plan;
use timeline::{Event, ExpectationId, Kind, visible};

pub use finding::Finding;
pub(crate) use finding::findings;
pub use participant::{Entry, EntryKind, Face, Participant, ParticipantState};
pub use record::{Bytes, Record, Sight};
pub use relay::Passed;
pub use show::{Begin, Show, begins};
pub use sought::{Presence, Sought};
pub(crate) use story::failure;
pub use story::{StoryEntry, StoryKind};
pub(crate) use watch::Watch;

/// The relay's name among participants.
pub(crate) const RELAY: &str = "relay";

/// A play at one moment.
#[derive(Debug)]
pub struct Scene {
    plan: Arc<Plan>,
    /// Where it is.
    pub phase: ScenePhase,
    /// Nanoseconds since the play began.
    pub t: u64,
    /// The relay, then the clients in their order.
    pub participants: Vec<Participant>,
    /// What the relay got to see, oldest first.
    pub passed: Vec<Passed>,
    /// So many records are not kept any more.
    pub forgotten: usize,
    /// What happened so far, oldest first.
    pub story: Vec<StoryEntry>,
    /// What somebody did who holds the demo and the scenario does not say.
    pub by_hand: Vec<String>,
    /// The last thing that a reader should know: a command that was refused, for example.
    pub notice: Option<String>,
    /// What has not come of the step that was the last to begin.
    pub missing: Vec<ExpectationId>,
    /// Why that step could not be done.
    pub impossible: Option<String>,
    /// Bytes that were searched, on all surfaces.
    pub searched: u64,
    watch: Watch,
}

/// Where a play is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScenePhase {
    /// The relay and the early clients get ready.
    Opening,
    /// A step goes on.
    Step(usize),
    /// So many steps are over, and the next one has not begun.
    Between(usize),
    /// The last step is over; the last messages close every *never*.
    Closing,
    /// Everything is stopped and searched.
    Stopping,
}

impl Scene {
    /// Before the first event.
    pub fn new(plan: Arc<Plan>) -> Self {
        let relay = Participant::new(RELAY, plan.adapter.relay.io.terminal.as_ref());
        let clients = plan.clients.iter().map(|client| {
            let io = &plan.adapter_of(&client.name).client.io;
            Participant::new(&client.name, io.terminal.as_ref())
        });
        Self {
            participants: std::iter::once(relay).chain(clients).collect(),
            plan,
            phase: ScenePhase::Opening,
            t: 0,
            passed: Vec::new(),
            forgotten: 0,
            story: Vec::new(),
            by_hand: Vec::new(),
            notice: None,
            missing: Vec::new(),
            impossible: None,
            searched: 0,
            watch: Watch::default(),
        }
    }

    /// The plan that is played.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The clients, in their order.
    pub fn clients(&self) -> &[Participant] {
        let all = self.participants.split_first();
        all.map_or(&[], |(_, clients)| clients)
    }

    /// One event more.
    pub fn add(&mut self, event: &Event, bytes: Bytes<'_>) {
        self.t = event.t;
        self.watch(event, bytes);
        match &event.kind {
            Kind::StepBegan { step } => self.begin(step),
            Kind::StepEnded { step, result } => self.end(step, result),
            Kind::Closing => self.phase = ScenePhase::Closing,
            Kind::Stopping => self.phase = ScenePhase::Stopping,
            Kind::Unscripted { ask, refused } => self.interfered(ask, refused.as_deref()),
            Kind::Note { text } => self.notice = Some(visible(text)),
            Kind::Overdue { awaited, .. } => {
                self.report(StoryKind::Failed, format!("out of time: {awaited}"));
            }
            Kind::Searched { bytes, .. } => self.searched += bytes,
            _ => self.happened_to(event, bytes),
        }
    }

    fn report(&mut self, kind: StoryKind, text: String) {
        self.story.push(StoryEntry { kind, text });
    }
}
