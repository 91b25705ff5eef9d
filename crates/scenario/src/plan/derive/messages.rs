//! What becomes of a text.

use timeline::EventKind;

use super::{Derive, Expect};
use crate::Outcome;
use crate::plan::expectation::{Mode, Pattern};
use crate::plan::words::quoted;

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct Message<'a> {
    pub(in crate::plan) from: &'a str,
    /// `None` for everyone.
    pub(in crate::plan) to: Option<&'a str>,
    pub(in crate::plan) text: &'a str,
    /// The text is like no other, by its canary or its length.
    pub(in crate::plan) rare: bool,
}

impl Derive<'_> {
    pub(in crate::plan) fn message(&mut self, message: Message<'_>, outcome: Outcome) {
        let from = message.from;
        match outcome {
            // Texts are not offered, they are sent.
            Outcome::Delivered | Outcome::Offered => self.delivered(message),
            Outcome::Lost => self.nobody(message, None),
            Outcome::Refused => {
                let sentence = format!("{from} reports a refusal");
                self.event(
                    Expect::of(from, "refused", sentence),
                    EventKind::Refused,
                    &[],
                );
                self.nobody(message, None);
            }
            Outcome::Undelivered => {
                let to = message.to.map(|to| ("to", self.login(to)));
                let sentence = format!("{from} sees that it did not arrive");
                let one = Expect::of(from, "undelivered", sentence);
                self.event(one, EventKind::Undelivered, to.as_slice());
                self.nobody(message, None);
            }
        }
    }

    fn delivered(&mut self, message: Message<'_>) {
        let Message { from, to, .. } = message;
        match to {
            None => {
                for other in self.others(from) {
                    self.shows(&other, message, EventKind::Message);
                }
            }
            Some(to) => {
                self.shows(to, message, EventKind::Private);
                self.nobody(message, Some(to));
            }
        }
        let to = to.map_or("all", |to| self.login(to));
        let sentence = format!("{from} sees that it was accepted");
        let one = Expect::of(from, "sent", sentence);
        self.event(one, EventKind::Sent, &[("to", to)]);
    }

    /// A client shows a message exactly once.
    fn shows(&mut self, client: &str, message: Message<'_>, kind: EventKind) {
        let Message { from, text, .. } = message;
        let alone = if kind == EventKind::Private {
            ", privately"
        } else {
            ""
        };
        let sentence = format!("{client} shows {} once, from {from}{alone}", quoted(text));
        let one = Expect::of(client, "shows", sentence).mode(Mode::Once);
        let captures = [("from", self.login(from)), ("text", text)];
        self.event(one.about(Some(from)), kind, &captures);
    }

    /// Nobody but the sender and the exception ever shows the text.
    fn nobody(&mut self, message: Message<'_>, except: Option<&str>) {
        let Message { from, text, .. } = message;
        for other in self.others(from) {
            if except == Some(other.as_str()) {
                continue;
            }
            let sentence = format!("{other} never shows {}", quoted(text));
            let one = Expect::of(&other, "never-shows", sentence)
                .mode(Mode::Never)
                .about(Some(from));
            if message.rare {
                self.add(one, Pattern::Contains(text.to_owned()));
            } else {
                // Two letters may be in any line; as a message they stand alone.
                let captures = [("from", self.login(from)), ("text", text)];
                for kind in [EventKind::Message, EventKind::Private] {
                    self.event(one.clone(), kind, &captures);
                }
            }
        }
    }
}
