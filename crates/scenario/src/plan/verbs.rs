//! One step, verb by verb.

use rand::Rng as _;

use std::collections::BTreeMap;
use std::time::Duration;

use super::build::{Builder, Here, Unsupported};
use super::derive::Message;
use super::model::{Action, Mode, Pattern, PlannedFile, PlannedStep, Sent};
use super::outcome::{Thing, must_be_shown};
use super::words;
use crate::adapter::Adapter;
use crate::{
    CANARY_LEAD, CANARY_LENGTH, Capability, FileSource, Join, LeaveHow, Outcome, Piece, Text, Verb,
    What,
};
use timeline::EventKind;

/// How long a silent link is noticed late, in keep-alives.
const SILENT_KEEPALIVES: u32 = 3;

impl Builder<'_> {
    /// Any verb that holds no other steps.
    pub(super) fn single(&mut self, here: Here<'_>) -> Result<PlannedStep, Unsupported> {
        match &here.step.verb {
            Verb::Say {
                from,
                text,
                outcome,
            } => self.message(here, from, None, text, *outcome),
            Verb::Msg {
                from,
                to,
                text,
                outcome,
            } => self.message(here, from, Some(to), text, *outcome),
            Verb::File { .. } => self.file(here),
            Verb::Fault { links, fault } => self.fault(here, links, fault),
            Verb::Heal { links } => Ok(self.heal(here, links)),
            Verb::Join { client, outcome } => Ok(self.join(here, client, *outcome)),
            Verb::Leave { client, how } => self.leave(here, client, *how),
            Verb::Relay(action) => {
                let mut derive = self.situation(here);
                derive.relay(*action);
                let expects = derive.list;
                let act = Action::Relay { action: *action };
                Ok(self.planned(here, words::relay(*action).to_owned(), act, expects))
            }
            Verb::Type { client, line } => {
                let line = self.fill(line, here);
                let sentence = format!("{client} types {}", words::quoted(&line));
                let action = Action::Type {
                    client: client.clone(),
                    line,
                };
                Ok(self.planned(here, sentence, action, Vec::new()))
            }
            Verb::Expect(want) => self.look(here, want, Mode::Eventually),
            Verb::Never(want) => self.look(here, want, Mode::Never),
            Verb::Beat(length) => {
                let action = Action::Beat { length: *length };
                Ok(self.planned(here, "a pause for the eye".to_owned(), action, Vec::new()))
            }
            Verb::All(_) | Verb::Repeat { .. } => Err(Unsupported(
                "steps within steps are planned one by one".to_owned(),
            )),
        }
    }

    fn message(
        &mut self,
        here: Here<'_>,
        from: &str,
        to: Option<&String>,
        text: &Text,
        outcome: Outcome,
    ) -> Result<PlannedStep, Unsupported> {
        let canaried = text.0.iter().any(|piece| matches!(piece, Piece::Canary(_)));
        let text = self.fill(text, here);
        self.audit_text(here, &text, canaried);
        let adapter = self.adapter_of(from);
        let manual = &adapter.client.r#type;
        let (template, verb, capability) = match to {
            None => (manual.say.as_ref(), "say", Capability::Say),
            Some(_) => (manual.msg.as_ref(), "msg", Capability::Msg),
        };
        let template = self.manual(adapter, template, verb, Some(capability))?;
        let thing = to.map_or(Thing::Public, |_| Thing::Private);
        must_be_shown(outcome, thing, adapter, &self.audience(here, from, to))?;
        let mut values = BTreeMap::from([("text".to_owned(), self.escaped(from, &text)?)]);
        values.insert("name".to_owned(), self.login(from).to_owned());
        values.extend(adapter.captured_later());
        if let Some(to) = to {
            values.insert("to".to_owned(), self.login(to).to_owned());
        }
        let line = template
            .fill(&values)
            .map_err(|error| Unsupported(error.to_string()))?;
        let rare = canaried || text.len() >= super::RARE_LENGTH;
        let mut derive = self.situation(here);
        let message = Message {
            from,
            to: to.map(String::as_str),
            text: &text,
            rare,
        };
        derive.message(message, outcome);
        let expects = derive.list;
        let sent = Sent {
            from: from.to_owned(),
            to: to.cloned(),
            text,
        };
        let action = Action::Type {
            client: from.to_owned(),
            line,
        };
        let mut step = self.planned(here, words::message(&sent, outcome), action, expects);
        step.sent = Some(sent);
        Ok(step)
    }

    /// The implementations of those whom a text is for.
    fn audience(&self, here: Here<'_>, from: &str, to: Option<&String>) -> Vec<&Adapter> {
        match to {
            Some(to) => vec![self.adapter_of(to)],
            None => {
                let others = self.situation(here).others(from);
                others.iter().map(|one| self.adapter_of(one)).collect()
            }
        }
    }

    fn file(&mut self, here: Here<'_>) -> Result<PlannedStep, Unsupported> {
        let Verb::File {
            from,
            to,
            source,
            name,
            outcome,
        } = &here.step.verb
        else {
            return Err(Unsupported("only files are sent as files".to_owned()));
        };
        let adapter = self.adapter_of(from);
        let manual = adapter.client.r#type.file.as_ref();
        let template = self.manual(adapter, manual, "file", Some(Capability::File))?;
        must_be_shown(*outcome, Thing::File, adapter, &[self.adapter_of(to)])?;
        let (name, size) = self.outbox(here, from, source, name);
        let mut values = BTreeMap::from([
            ("name".to_owned(), self.login(from).to_owned()),
            ("to".to_owned(), self.login(to).to_owned()),
            (
                "path".to_owned(),
                format!("{{outbox}}/{}", self.escaped(from, &name)?),
            ),
        ]);
        values.extend(adapter.captured_later());
        let line = template
            .fill(&values)
            .map_err(|error| Unsupported(error.to_string()))?;
        let mut derive = self.situation(here);
        if here.within.is_none() {
            // A megabyte a second is slow even for a slow program on a busy machine.
            derive.within += Duration::from_secs(size / (1024 * 1024));
        }
        derive.file(from, to, &name, *outcome);
        let expects = derive.list;
        let action = Action::Type {
            client: from.clone(),
            line,
        };
        let sentence = words::file(from, to, &name, *outcome);
        let mut step = self.planned(here, sentence, action, expects);
        step.sent = Some(Sent {
            from: from.clone(),
            to: Some(to.clone()),
            text: name,
        });
        Ok(step)
    }

    /// Puts a file into the plan, once; its name in the outbox and its size.
    fn outbox(
        &mut self,
        here: Here<'_>,
        from: &str,
        source: &FileSource,
        name: &str,
    ) -> (String, u64) {
        match source {
            FileSource::Fixture(path) => {
                let fixture = self.root.join(path);
                let size = fixture
                    .metadata()
                    .ok()
                    .filter(std::fs::Metadata::is_file)
                    .map(|data| data.len());
                let file = PlannedFile {
                    client: from.to_owned(),
                    name: name.to_owned(),
                    fixture: Some(fixture),
                    size: size.unwrap_or(0),
                    canary: None,
                    seed: 0,
                };
                if !self.files.contains(&file) {
                    self.files.push(file);
                }
                let key = (from.to_owned(), name.to_owned());
                match size {
                    Some(size) if size < super::RARE_LENGTH as u64 => self.blind_file(here, size),
                    Some(_) if !self.audit.files.contains(&key) => self.audit.files.push(key),
                    Some(_) | None => {}
                }
                (name.to_owned(), size.unwrap_or(0))
            }
            FileSource::Made(size) => {
                let name = here
                    .turn
                    .map_or_else(|| name.to_owned(), |turn| numbered(name, turn));
                let before = self
                    .files
                    .iter()
                    .any(|file| file.client == from && file.name == name);
                let canaried = *size >= (CANARY_LEAD + CANARY_LENGTH) as u64;
                if *size < super::RARE_LENGTH as u64 {
                    self.blind_file(here, *size);
                } else if !canaried && !before {
                    self.audit.files.push((from.to_owned(), name.clone()));
                }
                if !before {
                    let canary = canaried.then(|| self.canary(here));
                    self.files.push(PlannedFile {
                        client: from.to_owned(),
                        name: name.clone(),
                        fixture: None,
                        size: *size,
                        canary,
                        seed: self.seeds.next_u64(),
                    });
                }
                (name, *size)
            }
        }
    }

    fn blind_file(&mut self, here: Here<'_>, size: u64) {
        let why = format!("the file has {size} bytes: so few may be seen by chance");
        self.audit.blind.push((here.id.clone(), why));
    }

    fn join(&mut self, here: Here<'_>, client: &str, outcome: Join) -> PlannedStep {
        let login = self.login(client).to_owned();
        if outcome == Join::Ready {
            self.tally.joined(&login);
        }
        let (once, again) = (
            self.tally.joins_once(&login),
            self.tally.joins_later(&login),
        );
        let mut derive = self.situation(here);
        derive.join(client, outcome, once, again);
        let expects = derive.list;
        let action = Action::Join {
            client: client.to_owned(),
        };
        self.planned(here, words::join(client, &login, outcome), action, expects)
    }

    fn leave(
        &mut self,
        here: Here<'_>,
        client: &str,
        how: LeaveHow,
    ) -> Result<PlannedStep, Unsupported> {
        if how == LeaveHow::Quit {
            let adapter = self.adapter_of(client);
            let quit = adapter.client.r#type.quit.as_ref();
            self.manual(adapter, quit, "leave by quit", None)?;
        }
        let once = self.tally.leaves_once(self.login(client));
        let keepalive = self.scenario.keepalive.unwrap_or(self.main.relay.keepalive);
        let mut derive = self.situation(here);
        if how == LeaveHow::Vanish && here.step.within.is_none() {
            derive.within += keepalive * SILENT_KEEPALIVES;
        }
        derive.leave(client, how, once);
        let expects = derive.list;
        let action = Action::Leave {
            client: client.to_owned(),
            how,
        };
        Ok(self.planned(here, words::leave(client, how), action, expects))
    }

    /// What is looked for, with its placeholders filled in.
    pub(super) fn wanted(
        &mut self,
        client: &str,
        what: &What,
        here: Here<'_>,
    ) -> Result<Pattern, Unsupported> {
        Ok(match what {
            What::Contains(text) => Pattern::Contains(self.fill(text, here)),
            What::Line(text) => Pattern::Line(self.fill(text, here)),
            What::Pattern(regex) => Pattern::Matches(regex.clone()),
            What::Event(event, captures) => {
                let adapter = self.adapter_of(client);
                let Some(known) = adapter.client.events.get(event) else {
                    let word = event.word();
                    let name = &adapter.name;
                    return Err(Unsupported(format!(
                        "`{name}` has no pattern for the event `{word}`"
                    )));
                };
                let mut filled = BTreeMap::new();
                for (name, text) in captures {
                    if !known.contains(&format!("<{name}>")) {
                        let word = event.word();
                        let adapter = &adapter.name;
                        return Err(Unsupported(format!(
                            "`{adapter}` does not capture `{name}` of `{word}`"
                        )));
                    }
                    let text = self.fill(text, here);
                    let person = matches!(name.as_str(), "from" | "who" | "to" | "with")
                        || (*event == EventKind::Ready && name == "name");
                    let value = if person {
                        self.login(&text).to_owned()
                    } else {
                        text
                    };
                    filled.insert(name.clone(), value);
                }
                Pattern::Event {
                    event: *event,
                    captures: filled,
                }
            }
        })
    }
}

/// `made-12.bin` in the third turn: `made-12-3.bin`.
fn numbered(name: &str, turn: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains('/') => {
            format!("{stem}-{turn}.{extension}")
        }
        Some(_) | None => format!("{name}-{turn}"),
    }
}
