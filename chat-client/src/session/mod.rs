//! The client's core: what it knows and decides, without I/O.
//!
//! Lines, frames and reports go in; [`Effect`]s come out of [`Session::take_effects`]. Times
//! are Unix seconds, passed in; randomness comes from a seed that is passed in.

mod choices;
mod command;
mod effect;
mod files;
mod input;
mod line;
mod link;
mod login;
mod mail;
mod marks;
mod offers;
mod outbox;
mod past;
mod people;
mod read;
mod receiving;
mod room_command;
mod room_line;
mod room_lists;
mod room_mail;
mod rooms;
mod rotation;
mod sealer;
mod sending;
mod stall;
mod typing;

use bytes::Bytes;
use chat_crypto::{Identity, Receiver};
use chat_protocol::{Fingerprint, Frame, InvalidMessage, Name, Peer, RelayKey, ToClient, ToRelay};
use rand::rngs::StdRng;

pub use choices::{AcceptFiles, Choices, Switch, Typing};
pub use command::{Command, Topic, Which};
pub use effect::{Effect, Ending, FileJob, FileReport, Progress, Transfer, stored_first};
pub use line::{FileState, Line, Refusal, hex};
pub use past::{Past, Sought};
pub use read::Spot;
pub use room_command::{RoomCommand, RoomVerb};
pub use room_line::RoomLine;

use self::link::Link;
use self::login::Phase;
use self::marks::Marks;
use self::offers::Offers;
use self::outbox::Purpose;
use self::people::People;
use self::read::Reads;
use self::receiving::Receivings;
use self::rotation::Rotation;
use self::sealer::Sealer;
use self::sending::Sendings;
use self::typing::Writers;
use crate::account::{Account, Entry};
use crate::contacts::Sight;
use crate::locale::sentences as say;
use crate::relays::{Relays, Transport, Wanted};

/// Lines that wait for the end of the login, at most. An honest relay causes a few.
const MAX_HELD: usize = 1_000;

/// What a session begins with.
#[derive(Debug)]
pub struct Setup {
    /// The name to log in with.
    pub me: Name,
    /// The relay that the user means.
    pub relay: Wanted,
    /// The first connection.
    pub transport: Transport,
    /// The secret keys.
    pub identity: Identity,
    /// Which relays were met before, and who was seen there.
    pub relays: Relays,
    /// What is remembered of earlier conversations.
    pub account: Account,
    /// How lines are typed.
    pub typing: Typing,
    /// What the user wants others to do and to learn.
    pub choices: Choices,
    /// Whether another connection may follow one that is lost.
    pub reconnects: bool,
    /// All randomness of the session.
    pub rng: StdRng,
}

/// How far the session is on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// It stays.
    No,
    /// As soon as everything is answered.
    WhenDone,
    /// As soon as what was shown is acknowledged.
    Now,
}

/// One client, from its first login to its farewell: what it remembers for ever, and the connection that it has.
#[derive(Debug)]
pub struct Session {
    wanted: Wanted,
    relays: Relays,
    /// The one that this session is with, once it has proven its key: the people are those that are known there.
    relay: Option<RelayKey>,
    identity: Identity,
    rotation: Rotation,
    rng: StdRng,
    typing: Typing,
    choices: Choices,
    reconnects: bool,
    link: Link,
    people: People,
    contacts_changed: bool,
    sealer: Sealer,
    account: Account,
    marks: Marks,
    reads: Reads,
    writers: Writers,
    receiver: Receiver,
    records: Vec<Entry>,
    past: Vec<Past>,
    /// Numbers of files, in both directions: none is used twice.
    last_file: u64,
    sendings: Sendings,
    offers: Offers,
    receivings: Receivings,
    /// Lines that are shown once what they tell of is stored.
    lines: Vec<Line>,
    effects: Vec<Effect>,
    leaving: Leaving,
    steps: u64,
    now: u64,
}

impl Session {
    /// A session at the time `now`. Its first effect is the hello.
    pub fn new(mut setup: Setup, now: u64) -> Self {
        let mut receiver = Receiver::new();
        receiver.restore(setup.account.take_opened(), now);
        let mut session = Self {
            wanted: setup.relay,
            relays: setup.relays,
            relay: None,
            identity: setup.identity,
            rotation: Rotation::default(),
            rng: setup.rng,
            typing: setup.typing,
            choices: setup.choices,
            reconnects: setup.reconnects,
            link: Link::new(0),
            people: People::new(setup.me),
            contacts_changed: false,
            sealer: Sealer::default(),
            account: setup.account,
            marks: Marks::default(),
            reads: Reads::default(),
            writers: Writers::default(),
            receiver,
            records: Vec::new(),
            past: Vec::new(),
            last_file: 0,
            sendings: Sendings::default(),
            offers: Offers::default(),
            receivings: Receivings::default(),
            lines: Vec::new(),
            effects: Vec::new(),
            leaving: Leaving::No,
            steps: 0,
            now,
        };
        session.begin(setup.transport);
        session
    }

    /// Takes a frame from the relay.
    pub fn on_frame(&mut self, frame: &Frame, now: u64) {
        self.now = now;
        match ToClient::decode(frame) {
            Ok(message) if self.is_logged_in() => self.on_message(message, frame.body.clone()),
            Ok(message) => self.on_login_message(message),
            // A later version may have more to say.
            Err(InvalidMessage::UnknownType(_)) => {}
            Err(InvalidMessage::Malformed(_)) => self.on_disconnect("misbehaved"),
        }
    }

    /// Takes what came of a [`FileJob`].
    pub fn on_file(&mut self, report: FileReport, now: u64) {
        self.now = now;
        match report {
            FileReport::Opened {
                source,
                size,
                sha256,
            } => self.offer(source, size, sha256),
            FileReport::NotOpened { source, refusal } => self.drop_source(source, refusal),
            FileReport::Read { source, bytes } => self.on_read(source, &bytes),
            FileReport::Created { transfer } => self.on_created(&transfer),
            FileReport::Saved { transfer, name } => self.on_saved(&transfer, name),
            FileReport::NotSaved { transfer } => self.on_not_saved(&transfer),
        }
    }

    /// The connection is gone, for this reason. The session is over.
    pub fn on_disconnect(&mut self, reason: &str) {
        match std::mem::replace(&mut self.link.phase, Phase::Over) {
            Phase::Ready | Phase::Presents { .. } => {
                self.fail_all_files();
                self.give_up_saying();
                if !self.reconnects {
                    self.tell_unconfirmed(None);
                }
                self.lines.append(&mut self.link.held);
                let reason = reason.to_owned();
                self.lines.push(Line::Disconnected {
                    reason: reason.clone(),
                });
                self.store();
                self.end(Ending::Gone(reason));
            }
            Phase::Hello { .. } | Phase::Login => self.end(Ending::NoLogin(reason.to_owned())),
            Phase::Over => {}
        }
    }

    /// No more input will come: leave as soon as nothing is outstanding.
    pub fn on_end_of_input(&mut self) {
        if self.leaving == Leaving::No {
            self.leaving = Leaving::WhenDone;
        }
    }

    /// Says goodbye as soon as everything that was shown is acknowledged.
    pub fn leave(&mut self) {
        self.leaving = Leaving::Now;
        if !self.is_ready() {
            self.leave_at_once();
        }
    }

    /// Says goodbye, whatever waits to be stored or shown.
    pub fn leave_at_once(&mut self) {
        if !matches!(self.link.phase, Phase::Over) {
            if self.leaving == Leaving::WhenDone {
                self.tell_unconfirmed(None);
            }
            self.store();
            self.link.phase = Phase::Over;
            self.tell(&ToRelay::Bye {});
            self.end(Ending::Left);
        }
    }

    /// Everything up to the next [`Effect::Confirm`] is stored and shown: what promises that is sent.
    pub fn on_confirmed(&mut self) {
        let promises = self.link.unconfirmed.pop_front().unwrap_or_default();
        // Those of a connection that is gone are nothing to the next one, which would begin with them.
        if !matches!(self.link.phase, Phase::Over) {
            self.effects.extend(promises.into_iter().map(Effect::Send));
        }
    }

    /// No other connection follows: tells which texts nobody has confirmed.
    pub fn conclude(&mut self) {
        self.tell_unconfirmed(None);
        self.lines.append(&mut self.link.held);
        self.store();
    }

    /// Whether the user has said goodbye, and what was shown is still to be acknowledged.
    pub fn is_leaving(&self) -> bool {
        self.leaving == Leaving::Now
    }

    /// Whether there is work that takes long, and that is done bit by bit.
    pub fn has_work(&self) -> bool {
        let sends = self.link.saying.is_some() || !self.link.lists.is_empty();
        self.is_ready() && (sends || self.marks.has_receipts() || self.reads.has_words())
    }

    /// Asks a silent relay whether it is still there.
    pub fn ping(&mut self) {
        self.tell(&ToRelay::Ping { n: self.steps });
    }

    /// Everything that was there has been taken in: contacts and records are stored, lines shown, and then
    /// the deliveries behind them are acknowledged, all at once.
    pub fn end_batch(&mut self) {
        if !matches!(self.link.phase, Phase::Ready) {
            return;
        }
        self.rotate();
        // The word of this client comes before the relay's: so whoever sees that a text was accepted has
        // the receipt already.
        let confirmed = !self.marks.has_receipts();
        if confirmed {
            self.acknowledge();
        }
        self.store();
        let promised = confirmed && self.link.unconfirmed.is_empty();
        let is_done = match self.leaving {
            Leaving::No => false,
            Leaving::WhenDone => {
                let answered = self.link.outbox.is_empty() && !self.awaits_words();
                promised && answered && !self.has_work() && self.sendings.is_empty()
            }
            Leaving::Now => promised,
        };
        if is_done {
            self.leave_at_once();
        }
    }

    /// Stores, then shows, then asks to be told: in this order, so that nothing is shown that could be shown
    /// again after a crash, and nothing is acknowledged that was not shown.
    fn store(&mut self) {
        self.save_contacts();
        if !self.records.is_empty() {
            let records = std::mem::take(&mut self.records);
            self.effects.push(Effect::Record(records));
        }
        if !self.past.is_empty() {
            let past = std::mem::take(&mut self.past);
            self.effects.push(Effect::Remember(past));
        }
        let lines = std::mem::take(&mut self.lines);
        self.effects.extend(lines.into_iter().map(Effect::Show));
        if !self.link.promises.is_empty() {
            let promises = std::mem::take(&mut self.link.promises);
            self.link.unconfirmed.push_back(promises);
            self.effects.push(Effect::Confirm);
        }
    }

    /// What is to be done, in this order.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Whether the relay has accepted the login: larger frames may come.
    pub fn is_logged_in(&self) -> bool {
        matches!(self.link.phase, Phase::Presents { .. } | Phase::Ready)
    }

    /// Whether the login is over, and everybody who is here is known.
    pub fn is_ready(&self) -> bool {
        matches!(self.link.phase, Phase::Ready)
    }

    /// Whether a line may be passed in now. Where too much is on its way, the next one waits.
    pub fn takes_lines(&self) -> bool {
        let stays = self.leaving == Leaving::No;
        self.is_ready() && stays && self.link.saying.is_none() && !self.link.outbox.is_full()
    }

    /// The relay's interval between pings in milliseconds; 0 for none, and before the login.
    pub fn keepalive_ms(&self) -> u64 {
        self.link.keepalive_ms
    }

    /// Whether a file is read before it can be offered, which takes as long as it takes.
    pub fn is_preparing(&self) -> bool {
        self.sendings.is_preparing()
    }

    /// Counts what the other sides have done for us: while it grows, waiting is worth it.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn on_message(&mut self, message: ToClient, body: Bytes) {
        match message {
            ToClient::Present { peer } => self.on_present(peer),
            ToClient::Joined { peer } => self.on_joined(peer),
            ToClient::Renewed { name, certificate } => self.on_renewed(&name, certificate),
            ToClient::Left { name, reason } => {
                // Of somebody who was not here, the relay has made it up.
                if let Some(stranger) = self.people.part(&name)
                    && self.is_ready()
                {
                    self.show(Line::Left {
                        name: name.clone(),
                        reason: reason.to_string(),
                        stranger,
                    });
                }
                self.end_typing(&name);
                self.fail_files_with(&name);
                self.tell_unconfirmed(Some(&name));
            }
            // What comes now can no longer be acknowledged.
            ToClient::Deliver { .. } | ToClient::Returned { .. }
                if self.leaving == Leaving::Now => {}
            ToClient::Deliver { seq, from } => self.on_deliver(seq, &from, body),
            ToClient::Returned { seq, to, reason } => self.on_returned(seq, to, reason),
            ToClient::Receipt { from } => self.on_receipts(&from, body),
            ToClient::Accepted { id, refused } => {
                self.on_answer(id, refused.then(|| "refused".to_owned()));
            }
            ToClient::Undelivered { id, reason } => self.on_answer(id, Some(reason.to_string())),
            ToClient::Chunk { from, file, index } => {
                self.on_chunk(Transfer { from, file }, index, &body);
            }
            ToClient::Credit { from, file, until } => self.on_credit(&from, file, until),
            ToClient::Cancel { from, file, reason } => {
                self.on_source_cancelled(&from, file, reason);
                self.on_transfer_cancelled(&Transfer { from, file }, reason);
            }
            ToClient::Ping { n } => self.send(&ToRelay::Pong { n }, Bytes::new()),
            ToClient::Error { code, text } => {
                self.show(Line::Refused(Refusal::by_relay(code, text)));
            }
            ToClient::Bye { reason } => self.on_disconnect(&reason.to_string()),
            // Answers to what this client never asks, and a second login.
            ToClient::Found { .. }
            | ToClient::Pong { .. }
            | ToClient::Challenge { .. }
            | ToClient::Welcome { .. } => {}
        }
    }

    fn on_joined(&mut self, peer: Peer) {
        let name = peer.name.clone();
        if !self.people.has_room(&name) {
            return self.on_disconnect("misbehaved");
        }
        let (place, again) = (self.lines.len(), name.clone());
        let first_contact = self.meet(peer);
        if first_contact && !self.is_ready() {
            self.link.first_contacts.push(name.clone());
        }
        // Until the session is ready, those who come are among those who are here.
        if self.is_ready() && name != self.people.me {
            // Before any warning about the person.
            let line = Line::Joined {
                name,
                first_contact,
            };
            if !self.people.is_blocked(&again) {
                self.lines.insert(place, line);
            }
            self.send_again(&again);
            self.lists_are_due(Some(&again));
        }
    }

    /// Takes note of somebody who is here. Whether it is the first contact.
    fn meet(&mut self, peer: Peer) -> bool {
        let name = peer.name.clone();
        if name == self.people.me {
            return false;
        }
        let before = self.people.contacts.identities(&name);
        let sight = self.people.meet(peer);
        self.forget_threads(&name, before);
        self.contacts_changed |= self.people.remember_key(&name);
        match sight {
            Ok(Sight::First) => {
                self.contacts_changed = true;
                return true;
            }
            Ok(Sight::Known) => {}
            Ok(Sight::Changed { again }) => {
                self.contacts_changed |= !again;
                self.show(Line::KeyChanged { name });
            }
            Ok(Sight::NoRoom) => {
                let why = say::no_room_for(&name);
                self.show(Line::Refused(Refusal::new("no-room", why)));
            }
            Err(_) if self.people.is_blocked(&name) => {}
            Err(refusal) => self.show(Line::Refused(refusal)),
        }
        false
    }

    /// Of the identities that this name had, those that nobody has any more are forgotten: a relay that invents
    /// them fills no memory.
    fn forget_threads(&mut self, name: &Name, before: Vec<Fingerprint>) {
        let contacts = &self.people.contacts;
        let after = contacts.identities(name);
        // The threads are the same on all relays: one relay lets nobody be forgotten on another.
        let is_known =
            |peer: &Fingerprint| contacts.has_identity(peer) || self.relays.has_identity(peer);
        let is_gone = |peer: &Fingerprint| !after.contains(peer) && !is_known(peer);
        let gone: Vec<_> = before.into_iter().filter(is_gone).collect();
        for peer in gone {
            self.records.extend(self.account.forget(peer));
        }
    }

    /// The relay has answered for an envelope; `failed` says why it did not arrive.
    fn on_answer(&mut self, id: u64, failed: Option<String>) {
        let Some(pending) = self.link.outbox.settle(id, failed.is_none()) else {
            return;
        };
        self.steps += 1;
        let is_lost = failed.is_some();
        let tag = pending.message.and_then(|id| self.tag_of(&id));
        let to = pending.to;
        // Whoever is here confirms a text before its relay can have the answer.
        let is_sure = failed.is_some() || !self.people.is_here(&to);
        match (pending.purpose, failed) {
            (Purpose::Say { .. } | Purpose::Private | Purpose::Again, Some(reason)) => {
                self.show(Line::Undelivered { tag, to, reason });
            }
            // Of a text to everyone, one line for each is for whoever counts them.
            (Purpose::Say { .. }, None) if tag.is_none() => {}
            (Purpose::Say { .. } | Purpose::Private | Purpose::Again, None) => {
                self.show(Line::Sent { tag, to });
            }
            (Purpose::List { room }, Some(_)) => self.list_is_lost(room, &to),
            (Purpose::Offer { file }, Some(reason)) => self.fail_source(file, &reason),
            (Purpose::Offer { .. } | Purpose::List { .. }, None)
            | (Purpose::Receipt | Purpose::Unconfirmed, _) => {}
        }
        if let Some(message) = pending.message {
            self.settle(message, is_lost, is_sure);
        }
        if let Purpose::Say { group } = pending.purpose {
            self.close_say(group, tag);
        }
    }

    fn close_say(&mut self, group: u64, tag: Option<u64>) {
        // Some of it is still to be sealed.
        if self
            .link
            .saying
            .as_ref()
            .is_some_and(|saying| saying.is(group))
        {
            return;
        }
        if let Some((room, accepted)) = self.link.outbox.close(group) {
            self.show(Line::SentAll {
                tag,
                room,
                accepted,
            });
        }
    }

    fn save_contacts(&mut self) {
        if let Some(relay) = &self.relay
            && std::mem::take(&mut self.contacts_changed)
        {
            let json = self.relays.to_json(relay, &self.people.contacts);
            self.effects.push(Effect::SaveContacts(json));
        }
    }

    fn show(&mut self, line: Line) {
        if line
            .whose()
            .is_some_and(|name| self.people.is_blocked(name))
        {
            return;
        }
        if self.is_ready() {
            self.lines.push(line);
        } else if self.link.held.len() < MAX_HELD {
            self.link.held.push(line);
        } else {
            self.on_disconnect("misbehaved");
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.show(Line::Refused(refusal));
    }

    /// A frame that promises that something is stored and shown.
    fn promise(&mut self, message: &ToRelay, body: Bytes) {
        self.link.promises.push(message.frame(body));
    }

    fn send(&mut self, message: &ToRelay, body: Bytes) {
        self.effects.push(Effect::Send(message.frame(body)));
    }

    fn end(&mut self, ending: Ending) {
        self.effects.push(Effect::End(ending));
    }
}
