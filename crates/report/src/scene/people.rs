//! What participants do.

use super::participant::{EntryKind, Participant, ParticipantState};
use super::record::Bytes;
use super::{RELAY, Scene, ScenePhase, StoryKind};
use scenario::plan::{Action, PlannedStep};
use timeline::{ControlCommand, Event, Kind, visible};

impl Scene {
    pub(super) fn happened_to(&mut self, event: &Event, bytes: Bytes<'_>) {
        match &event.kind {
            Kind::Composed { who, line } => {
                let line = visible(line);
                self.change(who, |one| one.coming = Some(line));
            }
            Kind::Started { who, .. } => {
                self.change(who, |one| one.status = ParticipantState::Starting);
            }
            Kind::Ready { who } => {
                self.change(who, |one| one.status = ParticipantState::Ready);
                self.opened();
            }
            Kind::NotReady { who, why, .. } => {
                let why = visible(why);
                self.report(StoryKind::Ended, format!("{who} does not get ready: {why}"));
                self.change(who, |one| {
                    one.push(EntryKind::Happened, &format!("NOT READY: {why}"));
                    one.status = ParticipantState::Dead(why);
                });
            }
            Kind::Missed { who, awaited, .. } => {
                let awaited = visible(awaited);
                self.report(StoryKind::Failed, format!("has not come: {awaited}"));
                self.change(who, |one| {
                    one.push(EntryKind::Happened, &format!("MISSED: {awaited}"));
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
                let bytes = bytes(&stream.file_of(who), *at, *len);
                self.change(who, |one| one.output(&bytes));
            }
            Kind::Line {
                who,
                stream,
                text,
                seen,
                ..
            } if !text.contains(&self.plan.fence_prefix()) => {
                self.change(who, |one| one.print(*stream, text));
                if let Some(seen) = seen {
                    self.shown_by(who, text, seen);
                }
            }
            _ => {}
        }
    }

    fn typed(&mut self, who: &str, line: &str) {
        if line.contains(&self.plan.fence_prefix()) {
            return;
        }
        let asked = ControlCommand::Type {
            client: who.to_owned(),
            line: line.to_owned(),
        };
        let is_asked = self.by_hand.last() == Some(&visible(&asked.sentence()));
        let kind = if is_asked {
            EntryKind::ByHand
        } else {
            EntryKind::Typed
        };
        self.change(who, |one| {
            one.coming = None;
            one.push(kind, line);
        });
    }

    fn exited(&mut self, who: &str, how: &str) {
        let because = self.cause(who);
        let is_expected = because.is_some();
        self.change(who, |one| one.ended(how, because));
        let ended = self.participants.iter().find(|one| one.name == who);
        let text = ended.map_or_else(String::new, |one| match &one.status {
            ParticipantState::Dead(why) | ParticipantState::Gone(why) => format!("{who} {why}"),
            ParticipantState::Absent | ParticipantState::Starting | ParticipantState::Ready => {
                who.to_owned()
            }
        });
        let kind = if is_expected {
            StoryKind::Note
        } else {
            StoryKind::Ended
        };
        self.report(kind, format!("✂ {text}"));
        if !is_expected {
            self.notice = Some(text);
        }
    }

    /// What made a participant end, if anything did.
    fn cause(&self, who: &str) -> Option<String> {
        let killed = ControlCommand::Kill {
            client: who.to_owned(),
        };
        if self.by_hand.contains(&visible(&killed.sentence())) {
            return Some("by hand".to_owned());
        }
        if self.phase == ScenePhase::Stopping {
            return Some("at the end".to_owned());
        }
        let ends = |step: &PlannedStep| match &step.action {
            Action::Leave { client, .. } => client == who,
            Action::Relay { .. } => who == RELAY,
            _ => false,
        };
        let within = |step: &&PlannedStep| match &step.action {
            Action::All { steps } => steps.iter().any(ends),
            _ => ends(step),
        };
        let mut begun = self.plan.steps.iter().take(self.begun());
        let ending = begun.rfind(within);
        ending.map(|step| format!("as step {} says", step.id.0))
    }

    fn has_terminal(&self, who: &str) -> bool {
        let mut all = self.participants.iter();
        all.any(|one| one.name == who && one.has_terminal())
    }

    fn change(&mut self, who: &str, change: impl FnOnce(&mut Participant)) {
        if let Some(one) = self.participants.iter_mut().find(|one| one.name == who) {
            change(one);
        }
    }
}
