//! A play as those who watch it see it: what each participant shows, what the relay got, which
//! step it is and what it means, and what happened so far. A pure function of plan and
//! timeline: so the stage in a terminal, in a browser and in a recording tell the same, and a
//! saved play is shown as it was seen.

mod participant;
mod wire;

use std::sync::Arc;

use super::live::Bytes;
use scenario::plan::{Action, Plan, PlannedStep};
use timeline::{Ask, Event, ExpectationId, Kind, StepId, StepResult, Stream, Surface, visible};

pub use participant::{Entry, EntryKind, Face, Participant, Status};
pub use wire::{Passed, TextIn};

/// Records on the wire that are kept.
const PASSED: usize = 400;

/// The relay's name among participants.
const RELAY: &str = "relay";

/// A play at one moment.
#[derive(Debug)]
pub struct Scene {
    plan: Arc<Plan>,
    /// Where it is.
    pub phase: Phase,
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
    /// The last thing that a reader should know: a wish that was refused, for example.
    pub notice: Option<String>,
    /// What has not come of the step that was the last to begin.
    pub missing: Vec<ExpectationId>,
    /// Why that step could not be done.
    pub impossible: Option<String>,
    /// What the search of the relay found, and on which surface.
    pub findings: Vec<(Surface, String)>,
    /// Bytes that were searched, on all surfaces.
    pub searched: u64,
}

/// Where a play is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
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

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryEntry {
    /// What kind.
    pub kind: StoryKind,
    /// In words.
    pub text: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryKind {
    /// A step began.
    Step,
    /// A record passed the relay.
    Passed,
    /// A step did not hold.
    Failed,
    /// A participant's process ended.
    Ended,
    /// Somebody interfered.
    ByHand,
    /// Plaintext was found.
    Found,
    /// Something else.
    Note,
}

impl Scene {
    /// Before the first event.
    pub fn new(plan: Arc<Plan>) -> Self {
        let names = plan.clients.iter().map(|client| client.name.as_str());
        let relay = Participant::new(RELAY, plan.adapter.relay.io.terminal.as_ref());
        let clients = names.map(|who| {
            let console = &plan.adapter_of(who).client.io;
            Participant::new(who, console.terminal.as_ref())
        });
        let participants = std::iter::once(relay).chain(clients).collect();
        Self {
            participants,
            plan,
            phase: Phase::Opening,
            t: 0,
            passed: Vec::new(),
            forgotten: 0,
            story: Vec::new(),
            by_hand: Vec::new(),
            notice: None,
            missing: Vec::new(),
            impossible: None,
            findings: Vec::new(),
            searched: 0,
        }
    }

    /// The plan that is played.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The clients, in their order.
    pub fn clients(&self) -> &[Participant] {
        self.participants
            .split_first()
            .map_or(&[], |(_, clients)| clients)
    }

    /// The step that goes on, or was the last one.
    pub fn step(&self) -> Option<&PlannedStep> {
        let number = match self.phase {
            Phase::Opening => return None,
            Phase::Step(number) | Phase::Between(number) => number,
            Phase::Closing | Phase::Stopping => return None,
        };
        self.plan.steps.get(number.checked_sub(1)?)
    }

    /// The step that comes next.
    pub fn coming(&self) -> Option<&PlannedStep> {
        match self.phase {
            Phase::Between(number) => self.plan.steps.get(number),
            Phase::Opening | Phase::Step(_) | Phase::Closing | Phase::Stopping => None,
        }
    }

    /// Steps that have begun.
    pub fn begun(&self) -> usize {
        self.story
            .iter()
            .filter(|entry| entry.kind == StoryKind::Step)
            .count()
    }

    /// One event more.
    pub fn add(&mut self, event: &Event, bytes: Bytes<'_>) {
        self.t = event.t;
        // Fences are ours, and nobody's conversation.
        if !matches!(self.phase, Phase::Closing | Phase::Stopping) {
            self.record(event, bytes);
        }
        match &event.kind {
            Kind::Composed { who, line } => {
                let line = visible(line);
                self.participant(who, |participant| participant.coming = Some(line));
            }
            Kind::StepBegan { step } => self.begin(step),
            Kind::StepEnded { step, result } => self.end(step, result),
            Kind::Closing => self.phase = Phase::Closing,
            Kind::Stopping => self.phase = Phase::Stopping,
            Kind::Unscripted { ask, refused } => self.interfered(ask, refused.as_deref()),
            Kind::Note { text } => self.notice = Some(visible(text)),
            Kind::Overdue { awaited, .. } => {
                self.report(StoryKind::Failed, format!("out of time: {awaited}"));
            }
            Kind::Finding {
                surface,
                place,
                at,
                what,
                transformation,
            } => self.found(
                *surface,
                &format!("{what}, {transformation}, in {place} at {at}"),
            ),
            Kind::Searched { bytes, .. } => self.searched += bytes,
            _ => self.happened_to(event, bytes),
        }
    }

    /// Of what a participant does.
    fn happened_to(&mut self, event: &Event, bytes: Bytes<'_>) {
        match &event.kind {
            Kind::Started { who, .. } => {
                self.participant(who, |participant| participant.state = Status::Starting);
            }
            Kind::Ready { who } => {
                self.participant(who, |participant| participant.state = Status::Ready);
                self.opened();
            }
            Kind::NotReady { who, why, .. } => {
                let why = visible(why);
                self.report(StoryKind::Ended, format!("{who} does not get ready: {why}"));
                self.participant(who, |participant| {
                    participant.push(EntryKind::Happened, &format!("NOT READY: {why}"));
                    participant.state = Status::Dead(why);
                });
            }
            Kind::Missed { who, awaited, .. } => {
                let awaited = visible(awaited);
                self.report(StoryKind::Failed, format!("has not come: {awaited}"));
                self.participant(who, |participant| {
                    participant.push(EntryKind::Happened, &format!("MISSED: {awaited}"));
                });
            }
            Kind::Exited { who, how } => self.exited(who, &how.to_string()),
            Kind::Typed { who, line } => self.typed(who, line),
            Kind::Output {
                who,
                stream,
                at,
                len,
            } if self.has_terminal(who) => {
                let file = format!("out/{who}.{}", word(*stream));
                let bytes = bytes(&file, *at, *len);
                self.participant(who, |participant| participant.output(&bytes));
            }
            Kind::Line {
                who, stream, text, ..
            } if !text.contains(&self.plan.fence_prefix()) => {
                let kind = match stream {
                    Stream::Stdout => EntryKind::Shown,
                    Stream::Stderr => EntryKind::Complained,
                };
                self.participant(who, |participant| {
                    if *stream == Stream::Stderr && !text.trim().is_empty() {
                        participant.complaint = Some(text.clone());
                    }
                    participant.push(kind, text);
                });
                self.shown_by(event);
            }
            _ => {}
        }
    }

    /// The opening is over when the first step begins; until then clients get ready.
    fn opened(&mut self) {
        let mut early = self.plan.clients.iter().filter(|client| !client.late);
        let is_ready = |who: &str| {
            let mut participants = self.participants.iter();
            participants
                .any(|participant| participant.who == who && participant.state == Status::Ready)
        };
        if self.phase == Phase::Opening && early.all(|client| is_ready(&client.name)) {
            self.phase = Phase::Between(0);
        }
    }

    fn begin(&mut self, id: &StepId) {
        let place = self.plan.steps.iter().position(|step| step.id == *id);
        let Some(place) = place else {
            return;
        };
        self.phase = Phase::Step(place + 1);
        self.notice = None;
        self.missing.clear();
        self.impossible = None;
        let sentence = self
            .plan
            .steps
            .get(place)
            .map(|step| visible(&step.sentence));
        let text = format!("{} {}", place + 1, sentence.unwrap_or_default());
        self.report(StoryKind::Step, text);
    }

    fn end(&mut self, id: &StepId, result: &StepResult) {
        match result {
            StepResult::Held => {}
            StepResult::Missing(missing) => {
                self.missing.extend(missing.iter().cloned());
                let missing: Vec<&str> = missing.iter().map(|id| id.0.as_str()).collect();
                let text = format!("✘ did not come: {}", missing.join(", "));
                self.report(StoryKind::Failed, text);
            }
            StepResult::Impossible(why) => {
                self.impossible = Some(visible(why));
                self.report(StoryKind::Failed, format!("✘ {}", visible(why)));
            }
        }
        if let Some(place) = self.plan.steps.iter().position(|step| step.id == *id) {
            self.phase = Phase::Between(place + 1);
        }
    }

    fn interfered(&mut self, ask: &Ask, refused: Option<&str>) {
        let sentence = visible(&ask.sentence());
        match refused {
            Some(why) => self.notice = Some(format!("not done: {}", visible(why))),
            None => {
                self.report(StoryKind::ByHand, sentence.clone());
                self.by_hand.push(sentence);
                self.notice = None;
            }
        }
    }

    fn found(&mut self, surface: Surface, what: &str) {
        let what = visible(what);
        self.report(StoryKind::Found, format!("■ PLAINTEXT {what}"));
        self.findings.push((surface, what));
    }

    fn exited(&mut self, who: &str, how: &str) {
        let because = self.cause(who);
        let is_expected = because.is_some();
        self.participant(who, |participant| participant.ended(how, because));
        let state = self
            .participants
            .iter()
            .find(|participant| participant.who == who);
        let text = state.map_or_else(String::new, |participant| match &participant.state {
            Status::Dead(why) | Status::Gone(why) => format!("{who} {why}"),
            Status::Absent | Status::Starting | Status::Ready => who.to_owned(),
        });
        self.report(StoryKind::Ended, format!("✂ {text}"));
        if !is_expected {
            self.notice = Some(text);
        }
    }

    /// What made a participant end, if anything did.
    fn cause(&self, who: &str) -> Option<String> {
        let killed = Ask::Kill {
            client: who.to_owned(),
        };
        if self.by_hand.contains(&visible(&killed.sentence())) {
            return Some("by hand".to_owned());
        }
        if self.phase == Phase::Stopping {
            return Some("at the end".to_owned());
        }
        let begun = self.plan.steps.iter().take(self.begun());
        let ends = |step: &PlannedStep| match &step.action {
            Action::Leave { client, .. } => client == who,
            Action::Relay { .. } => who == RELAY,
            _ => false,
        };
        let within = |step: &PlannedStep| match &step.action {
            Action::All { steps } => steps.iter().any(ends),
            _ => ends(step),
        };
        let mut ending = begun.filter(|step| within(step));
        ending
            .next_back()
            .map(|step| format!("as step {} says", step.id.0))
    }

    fn typed(&mut self, who: &str, line: &str) {
        if line.contains(&self.plan.fence_prefix()) {
            return;
        }
        let asked = Ask::Type {
            client: who.to_owned(),
            line: line.to_owned(),
        };
        let is_asked = self.by_hand.last() == Some(&visible(&asked.sentence()));
        let kind = if is_asked {
            EntryKind::ByHand
        } else {
            EntryKind::Typed
        };
        self.participant(who, |participant| {
            participant.coming = None;
            participant.push(kind, line);
        });
    }

    /// A record that the relay got.
    fn record(&mut self, event: &Event, bytes: Bytes<'_>) {
        let step = match self.phase {
            Phase::Step(number) => number.checked_sub(1),
            Phase::Opening | Phase::Between(_) | Phase::Closing | Phase::Stopping => None,
        };
        let plan = Arc::clone(&self.plan);
        let step = step.and_then(|place| plan.steps.get(place));
        let Some(mut passed) = Passed::of(event, &plan, step, bytes) else {
            return;
        };
        passed.number = self.forgotten + self.passed.len() + 1;
        let to = passed.to.as_deref().unwrap_or("?");
        let text = format!(
            "#{} {} → {to}, {} bytes",
            passed.number, passed.link, passed.len
        );
        self.report(StoryKind::Passed, text);
        if self.passed.len() == PASSED {
            self.passed.remove(0);
            self.forgotten += 1;
        }
        self.passed.push(passed);
    }

    /// A recipient has shown something: of which record it tells.
    fn shown_by(&mut self, event: &Event) {
        let Kind::Line {
            who,
            text,
            seen: Some(seen),
            ..
        } = &event.kind
        else {
            return;
        };
        let mut latest = self.passed.iter_mut().rev();
        if let Some(passed) = latest.find(|passed| passed.is_shown_by(who, &self.plan, seen)) {
            passed.shown.push((who.clone(), visible(text)));
        }
    }

    fn has_terminal(&self, who: &str) -> bool {
        let mut participants = self.participants.iter();
        participants.any(|participant| participant.who == who && participant.has_terminal())
    }

    fn participant(&mut self, who: &str, change: impl FnOnce(&mut Participant)) {
        if let Some(participant) = self
            .participants
            .iter_mut()
            .find(|participant| participant.who == who)
        {
            change(participant);
        }
    }

    fn report(&mut self, kind: StoryKind, text: String) {
        self.story.push(StoryEntry { kind, text });
    }
}

fn word(stream: Stream) -> &'static str {
    match stream {
        Stream::Stderr => "stderr",
        Stream::Stdout => "stdout",
    }
}

/// Everything that was seen of a play, and how it stood at each step.
#[derive(Debug)]
pub struct Show {
    plan: Arc<Plan>,
    events: Vec<Event>,
    /// Where each step of the plan is shown or begins, and the closing.
    begins: Vec<usize>,
    /// Where the line of the coming step was shown.
    composed: Option<usize>,
    /// As it stands now.
    pub now: Scene,
}

impl Show {
    /// Before the first event.
    pub fn new(plan: &Plan) -> Self {
        let plan = Arc::new(plan.clone());
        Self {
            events: Vec::new(),
            begins: Vec::new(),
            composed: None,
            now: Scene::new(Arc::clone(&plan)),
            plan,
        }
    }

    /// One event more.
    pub fn add(&mut self, event: Event, bytes: Bytes<'_>) {
        let begins = match &event.kind {
            Kind::StepBegan { step } => self.plan.steps.iter().any(|top| top.id == *step),
            Kind::Closing => true,
            _ => false,
        };
        let here = self.events.len();
        if begins {
            self.begins.push(self.composed.take().unwrap_or(here));
        } else if matches!(event.kind, Kind::Composed { .. }) {
            self.composed.get_or_insert(here);
        }
        self.now.add(&event, bytes);
        self.events.push(event);
    }

    /// Steps that are over, or go on.
    pub fn steps(&self) -> usize {
        self.now.begun()
    }

    /// As it stood when step `number` was over; 0 is before the first.
    pub fn at(&self, number: usize, bytes: Bytes<'_>) -> Scene {
        let end = self.begins.get(number).copied();
        let end = end.unwrap_or(self.events.len());
        let mut scene = Scene::new(Arc::clone(&self.plan));
        for event in self.events.iter().take(end) {
            scene.add(event, bytes);
        }
        scene
    }
}
