//! What each verb expects by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{Expectation, Mode, Pattern};
use super::words::quoted;
use crate::adapter::Adapter;
use crate::{Join, LeaveHow, Outcome, RelayAction};
use timeline::{EventKind, ExpectationId, StepId};

/// The situation in which a step's expectations are derived.
pub(super) struct Derive<'a> {
    pub(super) main: &'a Adapter,
    /// By client.
    pub(super) others: &'a BTreeMap<String, &'a Adapter>,
    /// By client.
    pub(super) logins: &'a BTreeMap<String, String>,
    /// Who is connected before the step, and stays so while other steps go on at the same
    /// time; in the order of the scenario.
    pub(super) connected: Vec<String>,
    pub(super) step: &'a StepId,
    pub(super) within: Duration,
    pub(super) list: Vec<Expectation>,
}

/// A message on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub(super) from: &'a str,
    /// `None` for everyone.
    pub(super) to: Option<&'a str>,
    pub(super) text: &'a str,
    /// The text is like no other, by its canary or its length.
    pub(super) rare: bool,
}

impl<'a> Derive<'a> {
    pub(super) fn message(&mut self, message: Message<'_>, outcome: Outcome) {
        match outcome {
            // Texts are not offered, they are sent.
            Outcome::Delivered | Outcome::Offered => self.delivered(message),
            Outcome::Refused => {
                let sentence = format!("{} says that it is refused", message.from);
                self.event(
                    message.from,
                    "refused",
                    EventKind::Refused,
                    &[],
                    Mode::Eventually,
                    sentence,
                    None,
                );
                self.nobody(message, &[]);
            }
            Outcome::Undelivered => {
                let to: Vec<(&str, &str)> = message
                    .to
                    .map(|to| ("to", self.login(to)))
                    .into_iter()
                    .collect();
                let captures = owned(&to);
                let sentence = format!("{} is told that it did not arrive", message.from);
                let kind = EventKind::Undelivered;
                self.event(
                    message.from,
                    "undelivered",
                    kind,
                    &captures,
                    Mode::Eventually,
                    sentence,
                    None,
                );
                self.nobody(message, &[]);
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
                self.nobody(message, &[to]);
            }
        }
        let to = to.map_or("all", |to| self.login(to)).to_owned();
        let sentence = format!("{from} is told that it was accepted");
        let captures = owned(&[("to", to.as_str())]);
        self.event(
            from,
            "sent",
            EventKind::Sent,
            &captures,
            Mode::Eventually,
            sentence,
            None,
        );
    }

    /// A client shows a message exactly once.
    fn shows(&mut self, client: &str, message: Message<'_>, kind: EventKind) {
        let captures = owned(&[("from", self.login(message.from)), ("text", message.text)]);
        let alone = if kind == EventKind::Private {
            ", for it alone"
        } else {
            ""
        };
        let sentence = format!(
            "{client} shows {} once, from {}{alone}",
            quoted(message.text),
            message.from
        );
        self.event(
            client,
            "shows",
            kind,
            &captures,
            Mode::Once,
            sentence,
            Some(message.from),
        );
    }

    /// Nobody but the sender and the exceptions ever shows the text.
    fn nobody(&mut self, message: Message<'_>, except: &[&str]) {
        let about = Some(message.from);
        for other in self.others(message.from) {
            if except.contains(&other.as_str()) {
                continue;
            }
            let sentence = format!("{other} never shows {}", quoted(message.text));
            if message.rare {
                let pattern = Pattern::Contains(message.text.to_owned());
                self.add(&other, "never-shows", pattern, Mode::Never, sentence, about);
            } else {
                // Two letters may stand in any line; as a message they stand alone.
                let captures = owned(&[("from", self.login(message.from)), ("text", message.text)]);
                for kind in [EventKind::Message, EventKind::Private] {
                    self.event(
                        &other,
                        "never-shows",
                        kind,
                        &captures,
                        Mode::Never,
                        sentence.clone(),
                        about,
                    );
                }
            }
        }
    }

    pub(super) fn file(&mut self, from: &str, to: &str, name: &str, outcome: Outcome) {
        let (sender, recipient) = (self.login(from).to_owned(), self.login(to).to_owned());
        let by_sender = owned(&[("from", sender.as_str())]);
        let by_recipient = owned(&[("to", recipient.as_str())]);
        let later = Mode::Eventually;
        match outcome {
            Outcome::Delivered => {
                let told = format!("{to} says that a file of {from} has come");
                self.event(
                    to,
                    "file",
                    EventKind::FileReceived,
                    &by_sender,
                    later,
                    told,
                    None,
                );
                let same = Pattern::SameFile {
                    from: from.to_owned(),
                    name: name.to_owned(),
                };
                let sentence = format!("the file that {to} has is the one that {from} sent");
                self.add(to, "same-file", same, later, sentence, None);
                let told = format!("{from} is told that the file has come");
                self.event(
                    from,
                    "file-delivered",
                    EventKind::FileDelivered,
                    &by_recipient,
                    later,
                    told,
                    None,
                );
            }
            Outcome::Offered => {
                let told = format!("{to} is told that {from} sends a file");
                let kind = EventKind::FileOffered;
                self.event(to, "offered", kind, &by_sender, later, told, None);
            }
            Outcome::Refused => {
                let told = format!("{from} says that it is refused");
                self.event(from, "refused", EventKind::Refused, &[], later, told, None);
            }
            Outcome::Undelivered => {
                let told = format!("{from} is told that the file did not arrive");
                let events = &self.adapter_of(from).client.events;
                if events.contains_key(&EventKind::FileFailed) {
                    let with = owned(&[("with", recipient.as_str())]);
                    self.event(
                        from,
                        "file-failed",
                        EventKind::FileFailed,
                        &with,
                        later,
                        told,
                        None,
                    );
                } else {
                    let kind = EventKind::Undelivered;
                    self.event(from, "undelivered", kind, &by_recipient, later, told, None);
                }
            }
        }
        let stays = matches!(outcome, Outcome::Refused | Outcome::Undelivered);
        if stays && self.connected.iter().any(|one| one == to) && from != to {
            let sentence = format!("{to} never says that a file of {from} has come");
            self.event(
                to,
                "no-file",
                EventKind::FileReceived,
                &by_sender,
                Mode::Never,
                sentence,
                Some(from),
            );
        }
    }

    /// `once` says whether nobody else joins with this login; `again`, whether somebody will.
    pub(super) fn join(&mut self, client: &str, outcome: Join, once: bool, again: bool) {
        let who = owned(&[("who", self.login(client))]);
        match outcome {
            Join::Ready => {
                let ready = format!("{client} is ready");
                self.event(
                    client,
                    "ready",
                    EventKind::Ready,
                    &[],
                    Mode::Eventually,
                    ready,
                    None,
                );
                let mode = if once { Mode::Once } else { Mode::Eventually };
                for other in self.others(client) {
                    let sentence = format!("{other} is told that {client} has joined");
                    self.event(
                        &other,
                        "joined",
                        EventKind::Joined,
                        &who,
                        mode,
                        sentence,
                        Some(client),
                    );
                }
            }
            Join::Refused => {
                let told = format!("{client} says that it is refused");
                self.event(
                    client,
                    "refused",
                    EventKind::Refused,
                    &[],
                    Mode::Eventually,
                    told,
                    None,
                );
                self.exits(client);
                let others = self.others(client);
                for other in others.iter().filter(|_| !again) {
                    let sentence = format!("{other} is never told that {client} has joined");
                    // The one who was refused will say nothing: any other closes it.
                    let about = others.iter().find(|one| *one != other).map(String::as_str);
                    self.event(
                        other,
                        "never-joined",
                        EventKind::Joined,
                        &who,
                        Mode::Never,
                        sentence,
                        about,
                    );
                }
            }
        }
    }

    /// `once` says whether nobody else leaves with this login.
    pub(super) fn leave(&mut self, client: &str, how: LeaveHow, once: bool) {
        let who = owned(&[("who", self.login(client))]);
        let mode = if once { Mode::Once } else { Mode::Eventually };
        for other in self.others(client) {
            let sentence = format!("{other} is told that {client} has left");
            self.event(&other, "left", EventKind::Left, &who, mode, sentence, None);
        }
        let ends = match how {
            LeaveHow::Eof | LeaveHow::Kill | LeaveHow::Quit => true,
            LeaveHow::Reset => self.adapter_of(client).client.exits_when_relay_gone,
            LeaveHow::Vanish => false,
        };
        if how == LeaveHow::Reset {
            let told = format!("{client} says that the relay is gone");
            self.event(
                client,
                "disconnected",
                EventKind::Disconnected,
                &[],
                Mode::Eventually,
                told,
                None,
            );
        }
        if ends {
            self.exits(client);
        }
    }

    pub(super) fn relay(&mut self, action: RelayAction) {
        if !matches!(
            action,
            RelayAction::Kill | RelayAction::Restart | RelayAction::Stop
        ) {
            return;
        }
        for client in self.connected.clone() {
            let sentence = format!("{client} says that the relay is gone");
            self.event(
                &client,
                "disconnected",
                EventKind::Disconnected,
                &[],
                Mode::Eventually,
                sentence,
                None,
            );
            self.after_disconnecting(&client);
        }
    }

    /// Some programs end when they have lost the relay.
    pub(super) fn after_disconnecting(&mut self, client: &str) {
        if self.adapter_of(client).client.exits_when_relay_gone {
            self.exits(client);
        }
    }

    fn exits(&mut self, client: &str) {
        let sentence = format!("the program of {client} ends");
        self.add(
            client,
            "exits",
            Pattern::Exits,
            Mode::Eventually,
            sentence,
            None,
        );
    }

    /// An event, left out where the implementation has no pattern for it.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one part of an expectation"
    )]
    fn event(
        &mut self,
        client: &str,
        slug: &str,
        event: EventKind,
        captures: &[(String, String)],
        mode: Mode,
        sentence: String,
        about: Option<&str>,
    ) {
        let Some(regex) = self.adapter_of(client).client.events.get(&event) else {
            return;
        };
        // An implementation may tell less than another: only what it captures can be asked.
        let known = captures
            .iter()
            .filter(|(name, _)| regex.contains(&format!("<{name}>")));
        let pattern = Pattern::Event {
            event,
            captures: known.cloned().collect(),
        };
        self.add(client, slug, pattern, mode, sentence, about);
    }

    pub(super) fn add(
        &mut self,
        client: &str,
        slug: &str,
        pattern: Pattern,
        mode: Mode,
        sentence: String,
        about: Option<&str>,
    ) {
        let is_taken = |id: &str| self.list.iter().any(|one| one.id.0 == id);
        let mut id = format!("{}/{client}-{slug}", self.step.0);
        let mut n = 2;
        while is_taken(&id) {
            id = format!("{}/{client}-{slug}-{n}", self.step.0);
            n += 1;
        }
        self.list.push(Expectation {
            id: ExpectationId(id),
            client: client.to_owned(),
            pattern,
            mode,
            within: self.within,
            sentence,
            about: about.map(str::to_owned),
        });
    }

    fn adapter_of(&self, client: &str) -> &'a Adapter {
        self.others.get(client).copied().unwrap_or(self.main)
    }

    pub(super) fn others(&self, than: &str) -> Vec<String> {
        self.connected
            .iter()
            .filter(|one| *one != than)
            .cloned()
            .collect()
    }

    fn login<'n>(&'n self, client: &'n str) -> &'n str {
        self.logins.get(client).map_or(client, String::as_str)
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
