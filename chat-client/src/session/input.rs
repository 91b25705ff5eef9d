//! What the user asks for.

use std::collections::VecDeque;
use std::path::Path;

use bytes::Bytes;
use chat_identity::SafetyNumber;
use chat_protocol::{Conversation, Fingerprint, Name, RoomId, RoomName, ToRelay};

use super::marks::Label;
use super::outbox::Purpose;
use super::{Command, Line, Refusal, Session, Topic};
use crate::locale::sentences as say;

/// Whom a text to many is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everyone who is here.
    Everyone,
    /// The members of a room, and what it is called here.
    Room(RoomId, RoomName),
}

/// A text to many, and who is still to get it. Each first text to somebody costs RSA, so they are sealed one
/// after the other, and other things happen in between.
#[derive(Debug)]
pub(super) struct Saying {
    group: u64,
    audience: Audience,
    text: String,
    tag: Option<u64>,
    rest: VecDeque<Name>,
}

/// A line that a program has given a number: `@7 /msg bob hello`. Only before a command, so that a text may begin so.
fn tagged(line: &str) -> (Option<u64>, &str) {
    let tagged = line.strip_prefix('@').and_then(|rest| rest.split_once(' '));
    match tagged {
        Some((digits, command)) if command.starts_with('/') => match digits.parse() {
            Ok(tag) if digits.bytes().all(|byte| byte.is_ascii_digit()) => (Some(tag), command),
            Ok(_) | Err(_) => (None, line),
        },
        Some(_) | None => (None, line),
    }
}

impl Saying {
    pub(super) fn is(&self, group: u64) -> bool {
        self.group == group
    }
}

impl Session {
    /// Takes a line that the user typed. Whatever is wrong with it is answered by a line.
    pub fn on_line(&mut self, line: &str, now: u64) {
        self.now = now;
        let (tag, command) = self.parse(line);
        match command {
            Ok(command) => self.on_command(command, tag),
            Err(refusal) => self.refuse(refusal.of(tag)),
        }
    }

    /// Whether the line asks to leave.
    pub fn quits(&self, line: &str) -> bool {
        matches!(self.parse(line).1, Ok(Command::Quit))
    }

    /// A line that nobody will take any more: there is no relay.
    pub fn on_unsent_line(&mut self, line: &str) {
        let (tag, command) = self.parse(line);
        if !matches!(command, Ok(Command::Quit)) {
            let why = say::unsent_line(line);
            self.refuse(Refusal::new("disconnected", why).of(tag));
        }
    }

    /// The number of a line, where it has one, and what it asks for.
    fn parse(&self, line: &str) -> (Option<u64>, Result<Command, Refusal>) {
        let (tag, line) = if self.typing.has_numbers() {
            tagged(line)
        } else {
            (None, line)
        };
        (tag, Command::parse(line, self.typing.has_escapes()))
    }

    /// A line that could not even be read.
    pub fn on_bad_line(&mut self, refusal: Refusal) {
        self.refuse(refusal);
    }

    fn on_command(&mut self, command: Command, tag: Option<u64>) {
        let done = match command {
            Command::Say { text } => {
                self.say(text, tag);
                Ok(())
            }
            Command::Msg { to, text } => {
                let label = Label {
                    conversation: Conversation::Private,
                    room: None,
                    tag,
                    purpose: Purpose::Private,
                };
                let sent = self.send_text(&to, &text, label);
                if sent.is_ok() {
                    self.remember(Some(to), &text);
                }
                sent
            }
            Command::File { to, path } => self.open_source(to, Path::new(&path), tag),
            Command::Accept { file } => self.accept_file(&file),
            Command::Refuse { file } => self.refuse_file(&file),
            Command::Cancel { file } => self.cancel_file(&file),
            Command::Typing { to } => self.tell_typing(&to),
            Command::Read { spot } => self.mark_read(&spot),
            Command::Files => {
                self.list_files();
                Ok(())
            }
            Command::Room(command) => self.on_room_command(command, tag),
            Command::Who => {
                self.who();
                Ok(())
            }
            Command::Relay => {
                if let Some(key) = self.relay {
                    let address = self.wanted.address.clone();
                    self.show(Line::Relay { key, address });
                }
                Ok(())
            }
            Command::Verify { name, compared } => self.verify(&name, compared),
            Command::Trust { name, number } => self.trust(name, &number),
            Command::Forget { name } => self.forget(name),
            Command::Block { name, is_blocked } => self.block(name, is_blocked),
            Command::History(sought) => {
                self.recall(sought);
                Ok(())
            }
            Command::Help { topic } => {
                self.help(topic);
                Ok(())
            }
            Command::Quit => {
                self.leave();
                Ok(())
            }
        };
        if let Err(refusal) = done {
            self.refuse(refusal.of(tag));
        }
    }

    /// One envelope for each person that this client knows by itself; the relay's list alone
    /// makes nobody a recipient.
    fn say(&mut self, text: String, tag: Option<u64>) {
        self.remember(None, &text);
        let here = self.people.here();
        self.say_to(Audience::Everyone, here, text, tag);
    }

    /// One envelope for each of these people, without this client and whom it has blocked.
    pub(super) fn say_to(
        &mut self,
        audience: Audience,
        mut people: Vec<Name>,
        text: String,
        tag: Option<u64>,
    ) {
        people.retain(|name| *name != self.people.me && !self.people.is_blocked(name));
        let room = match &audience {
            Audience::Everyone => None,
            Audience::Room(_, name) => Some(name.clone()),
        };
        self.link.saying = Some(Saying {
            group: self.link.outbox.new_group(room),
            audience,
            text,
            tag,
            rest: people.into(),
        });
        self.work();
    }

    /// The connection is gone before all were sent a text.
    pub(super) fn give_up_saying(&mut self) {
        let Some(Saying { tag, rest, .. }) = self.link.saying.take() else {
            return;
        };
        for to in rest {
            let reason = "disconnected".to_owned();
            self.show(Line::Undelivered { tag, to, reason });
        }
    }

    /// Seals the next envelope of a text to many, the next list of a room, or the next receipt.
    pub fn work(&mut self) {
        let Some(mut saying) = self.link.saying.take() else {
            return match self.link.lists.pop_front() {
                Some(list) => self.send_list(list),
                None if self.marks.has_receipts() => self.confirm(),
                None => self.tell_read(),
            };
        };
        let group = saying.group;
        if let Some(name) = saying.rest.pop_front()
            && let Err(refusal) = self.say_to_one(&name, &saying)
        {
            self.refuse(refusal.of(saying.tag));
        }
        if saying.rest.is_empty() {
            self.close_say(group, saying.tag);
        } else {
            self.link.saying = Some(saying);
        }
    }

    fn say_to_one(&mut self, to: &Name, saying: &Saying) -> Result<(), Refusal> {
        let (conversation, room) = match saying.audience {
            Audience::Everyone => (Conversation::All, None),
            Audience::Room(room, _) => {
                let list = self.prepare_room(room, to)?;
                (Conversation::Private, Some((room, list)))
            }
        };
        let label = Label {
            conversation,
            room,
            tag: saying.tag,
            purpose: Purpose::Say {
                group: saying.group,
            },
        };
        self.send_text(to, &saying.text, label)
    }

    /// Seals a content that has no place and is not kept.
    pub(super) fn send_sealed(
        &mut self,
        to: &Name,
        conversation: Conversation,
        content: &[u8],
        purpose: Purpose,
    ) -> Result<(), Refusal> {
        self.people.present(to)?;
        let (envelope, ..) = self.seal(to, conversation, content)?;
        let id = self
            .link
            .outbox
            .add(to.clone(), purpose, (None, envelope.len()));
        let send = ToRelay::Send { id, to: to.clone() };
        self.promise(&send, envelope);
        Ok(())
    }

    /// The envelope of a content for one recipient, whom it is for, and until when it opens.
    pub(super) fn seal(
        &mut self,
        to: &Name,
        conversation: Conversation,
        content: &[u8],
    ) -> Result<(Bytes, Fingerprint, u64), Refusal> {
        let recipient = self.people.recipient(to)?;
        let (key, peer) = (
            recipient.certificate.number,
            recipient.identity.fingerprint(),
        );
        let (envelope, expires) = self.sealer.seal(
            &mut self.rng,
            &self.identity,
            recipient,
            (conversation, content),
            self.now,
        )?;
        self.contacts_changed |= self.people.contacts.use_key(to, key);
        Ok((envelope.encode(), peer, expires))
    }

    fn who(&mut self) {
        let here = self.people.here();
        let count = here.len();
        for name in here {
            let state = self.people.state(&name);
            self.show(Line::Contact { name, state });
        }
        self.show(Line::Contacts { count });
    }

    /// The number is of the identity that the person shows now: when it has changed, that is
    /// the one to compare. Only an identity whose number was shown can have been compared.
    fn verify(&mut self, name: &Name, compared: bool) -> Result<(), Refusal> {
        let contact = self.people.contact(name)?;
        if compared {
            if contact.is_changed() {
                return Err(Refusal::new("key-changed", say::trust_first(name)));
            }
            if !self.people.was_shown(name, &contact.identity.fingerprint()) {
                return Err(Refusal::new("wrong-number", say::number_not_shown(name)));
            }
            self.people.contacts.verify(name);
            self.contacts_changed = true;
            self.show(Line::Verified { name: name.clone() });
            return Ok(());
        }
        let state = contact.state();
        let shown = contact.shown().fingerprint();
        let number = self.safety_number(name)?;
        self.people.note_shown(name, shown);
        self.show(Line::Safety {
            name: name.clone(),
            state,
            number,
        });
        Ok(())
    }

    /// Of the identity that the person shows now.
    fn safety_number(&self, name: &Name) -> Result<String, Refusal> {
        let theirs = self.people.contact(name)?.shown();
        let me = (&self.people.me, self.identity.public());
        Ok(SafetyNumber::between(me, (name, theirs)).to_string())
    }

    fn block(&mut self, name: Name, is_blocked: bool) -> Result<(), Refusal> {
        let is_changed = self.people.contact(&name)?.is_changed();
        if is_blocked {
            self.give_up_files_with(&name);
        }
        self.contacts_changed |= self.people.contacts.block(&name, is_blocked);
        if is_blocked {
            self.show(Line::Blocked { name });
            return Ok(());
        }
        let here = self.people.is_here(&name);
        self.show(Line::Unblocked {
            name: name.clone(),
            here,
        });
        if is_changed && here {
            self.show(Line::KeyChanged { name });
        }
        Ok(())
    }

    fn forget(&mut self, name: Name) -> Result<(), Refusal> {
        let before = self.people.contacts.identities(&name);
        self.people.forget(&name)?;
        self.contacts_changed = true;
        self.forget_threads(&name, before);
        self.show(Line::Forgot { name });
        Ok(())
    }

    /// The relay may show yet another identity after the user has compared one: the number says which is meant.
    /// Only the whole one does: either half may be the user's own, which is the same with everybody.
    fn trust(&mut self, name: Name, number: &str) -> Result<(), Refusal> {
        let now = self.safety_number(&name)?;
        let is_same = number.split_whitespace().eq(now.split(' '));
        if self.people.contact(&name)?.is_changed() && !is_same {
            return Err(Refusal::new("wrong-number", say::wrong_number(&name)));
        }
        let before = self.people.contacts.identities(&name);
        if !self.people.contacts.trust(&name) {
            return Err(Refusal::new("not-changed", say::not_changed(&name)));
        }
        self.contacts_changed = true;
        self.people.remember_key(&name);
        self.forget_threads(&name, before);
        self.show(Line::Trusted { name });
        Ok(())
    }

    fn help(&mut self, topic: Option<Topic>) {
        let topics = topic.map_or_else(|| Topic::ALL.to_vec(), |topic| vec![topic]);
        for topic in topics {
            let text = say::help_of(topic.usage(), topic.purpose());
            self.show(Line::Help { text });
        }
    }

    /// A frame without a body.
    pub(super) fn tell(&mut self, message: &ToRelay) {
        self.send(message, Bytes::new());
    }
}
