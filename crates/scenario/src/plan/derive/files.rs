//! What becomes of a file.

use timeline::EventKind;

use super::{Derive, Expect};
use crate::Outcome;
use crate::plan::expectation::{Mode, Pattern};

impl Derive<'_> {
    pub(in crate::plan) fn file(&mut self, from: &str, to: &str, name: &str, outcome: Outcome) {
        let by_sender = [("from", self.login(from))];
        let by_recipient = [("to", self.login(to))];
        match outcome {
            Outcome::Delivered => {
                let sentence = format!("{to} reports a file from {from}");
                let one = Expect::of(to, "file", sentence);
                self.event(one, EventKind::FileReceived, &by_sender);
                let sentence = format!("the file that {to} received is the one that {from} sent");
                let same = Pattern::SameFile {
                    from: from.to_owned(),
                    name: name.to_owned(),
                };
                self.add(Expect::of(to, "same-file", sentence), same);
                let sentence = format!("{from} sees that the file has arrived");
                let one = Expect::of(from, "file-delivered", sentence);
                self.event(one, EventKind::FileDelivered, &by_recipient);
            }
            Outcome::Lost => {}
            Outcome::Offered => {
                let sentence = format!("{to} sees that {from} sends a file");
                let one = Expect::of(to, "offered", sentence);
                self.event(one, EventKind::FileOffered, &by_sender);
            }
            Outcome::Refused => {
                let sentence = format!("{from} reports a refusal");
                self.event(
                    Expect::of(from, "refused", sentence),
                    EventKind::Refused,
                    &[],
                );
            }
            Outcome::Undelivered => self.undelivered(from, to),
        }
        let is_there = self.connected.iter().any(|one| one == to) && from != to;
        if !outcome.arrives() && is_there {
            let sentence = format!("{to} never reports a file from {from}");
            let one = Expect::of(to, "no-file", sentence).mode(Mode::Never);
            self.event(one.about(Some(from)), EventKind::FileReceived, &by_sender);
        }
    }

    /// An implementation says it of files, or as it does of texts.
    fn undelivered(&mut self, from: &str, to: &str) {
        let recipient = self.login(to);
        let sentence = format!("{from} sees that the file did not arrive");
        let events = &self.adapter_of(from).client.events;
        if events.contains_key(&EventKind::FileFailed) {
            let one = Expect::of(from, "file-failed", sentence);
            self.event(one, EventKind::FileFailed, &[("with", recipient)]);
        } else {
            let one = Expect::of(from, "undelivered", sentence);
            self.event(one, EventKind::Undelivered, &[("to", recipient)]);
        }
    }
}
