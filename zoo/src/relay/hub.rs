//! Who is there, and what goes to whom.

use std::collections::BTreeMap;
use std::io;

use chat_protocol::Name;
use tokio::sync::mpsc;
use zeroize::Zeroize as _;
use zoo_faults::{Fault, Habit, Misdeed};

use super::log::Log;
use super::spill::Spill;
use super::{Faults, Over};
use crate::content::Content;
use crate::fault::RelayFault;
use crate::frame::{Member, ToClient, ToRelay, Wants};
use crate::line::escape;
use crate::pairs::Pairs;
use crate::seal::{Key, unpadded};

/// What comes from one connection.
pub(super) enum Arrival {
    Opened(mpsc::Sender<ToClient>),
    Frame(ToRelay),
    Nonsense,
    Closed,
}

/// The one task that knows everybody.
pub(super) struct Hub {
    faults: Faults,
    log: Log,
    spill: Spill,
    /// By the number of the connection.
    clients: BTreeMap<u64, Client>,
    messages: u64,
    /// Set by the first client that gives one; the others must give the same.
    room: Option<String>,
    /// The key of the room, if the fault is that the relay has it.
    room_key: Option<Key>,
    /// Its keys with each client, if the fault is that it hands out its own instead of theirs.
    middle: Option<Pairs>,
}

struct Client {
    /// `None` before its `hello`.
    name: Option<String>,
    /// What the others are told of its key.
    public: Vec<u8>,
    outbox: mpsc::Sender<ToClient>,
    said_bye: bool,
}

impl Hub {
    pub(super) fn new(faults: Faults, log: Log, spill: Spill) -> Self {
        let plain = (faults.behaviour == RelayFault::LogsText).then(Key::none);
        Self {
            faults,
            log,
            spill,
            clients: BTreeMap::new(),
            messages: 0,
            room: None,
            room_key: plain,
            middle: matches!(
                faults.leak,
                Fault::Misdeed(Misdeed::SwapsKeys | Misdeed::Reseals)
            )
            .then(Pairs::new),
        }
    }

    /// Serves until nobody can come any more, or until the fault ends it.
    pub(super) async fn run(
        &mut self,
        mut arrivals: mpsc::Receiver<(u64, Arrival)>,
    ) -> io::Result<Over> {
        while let Some((connection, arrival)) = arrivals.recv().await {
            match arrival {
                Arrival::Opened(outbox) => {
                    let client = Client {
                        name: None,
                        public: Vec::new(),
                        outbox,
                        said_bye: false,
                    };
                    self.clients.insert(connection, client);
                }
                Arrival::Frame(frame) => self.frame(connection, frame).await?,
                Arrival::Nonsense => {
                    let reason = "the relay does not know what this means".to_owned();
                    self.answer(connection, ToClient::Refused { reason }).await;
                }
                Arrival::Closed => self.closed(connection).await?,
            }
            if self.faults.behaviour == RelayFault::DiesMidway && self.messages >= 2 {
                return Ok(Over::Died);
            }
        }
        Ok(Over::Stopped)
    }

    /// What it does when it is asked to stop.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.spill.end()
    }

    async fn frame(&mut self, connection: u64, frame: ToRelay) -> io::Result<()> {
        match frame {
            ToRelay::Hello { name, public, leak } => {
                let who = Member { name, public };
                self.hello(connection, who, leak).await?;
            }
            ToRelay::Bye => {
                if let Some(client) = self.clients.get_mut(&connection) {
                    client.said_bye = true;
                }
            }
            ToRelay::KeepAlive => {}
            ToRelay::Envelope {
                to,
                wants,
                sealed,
                leak,
            } => {
                let Some(from) = self.name_of(connection) else {
                    let reason = "say hello first".to_owned();
                    self.answer(connection, ToClient::Refused { reason }).await;
                    return Ok(());
                };
                // First, so that it is there before anybody can have seen the text.
                self.spill.leak(leak)?;
                self.spill.sealed(&sealed)?;
                self.note(&from, to.as_deref(), &sealed)?;
                let sealed = self.swapped(&from, sealed)?;
                let envelope = ToClient::Envelope { from, sealed };
                self.pass(connection, to, wants, &envelope).await;
                self.spill.handled();
            }
        }
        Ok(())
    }

    async fn hello(&mut self, connection: u64, who: Member, leak: Vec<u8>) -> io::Result<()> {
        let (name, room) = match who.name.split_once('@') {
            Some((name, room)) => (name.to_owned(), Some(room.to_owned())),
            None => (who.name, None),
        };
        if let Some(reason) = self.refusal(&name, room.as_ref()) {
            self.log.line(&format!("refused a client: {reason}"))?;
            self.answer(connection, ToClient::Refused { reason }).await;
            self.clients.remove(&connection);
            return Ok(());
        }
        if self.faults.leak == Fault::Misdeed(Misdeed::Nosy) {
            self.room_key = <[u8; 32]>::try_from(leak).ok().map(Key::new);
        } else {
            self.spill.leak(leak)?;
        }
        let who = self.introduced(Member { name, ..who });
        if let Some(client) = self.clients.get_mut(&connection) {
            client.name = Some(who.name.clone());
            client.public.clone_from(&who.public);
        }
        self.room = room;
        self.log.line(&format!("{} joined", who.name))?;
        let others = self.members(connection);
        self.answer(connection, ToClient::Welcome { others }).await;
        self.pass_to_others(connection, &ToClient::Joined { who })
            .await;
        while self.faults.behaviour == RelayFault::Crowds && self.members(0).len() == 3 {
            self.crowd().await;
        }
        Ok(())
    }

    /// Somebody who is nobody comes and goes.
    async fn crowd(&self) {
        let (name, public) = ("nobody".to_owned(), Vec::new());
        let who = name.clone();
        let who_comes = Member { name, public };
        self.pass_to_others(0, &ToClient::Joined { who: who_comes })
            .await;
        let reason = "lost".to_owned();
        self.pass_to_others(0, &ToClient::Left { who, reason })
            .await;
    }

    /// Why somebody cannot come in; `None` when they can.
    fn refusal(&self, name: &str, room: Option<&String>) -> Option<String> {
        match name.parse::<Name>() {
            Err(error) => Some(error.to_string()),
            Ok(_) if self.room.is_some() && self.room.as_ref() != room => {
                Some("no such room".to_owned())
            }
            Ok(_) if self.connection_of(name).is_some() => Some("name taken".to_owned()),
            Ok(_) => None,
        }
    }

    /// Whoever joins, with the key that the others are told.
    fn introduced(&mut self, who: Member) -> Member {
        let Some(middle) = &mut self.middle else {
            return who;
        };
        middle.meet(&who.name, &who.public);
        Member {
            public: middle.public(),
            ..who
        }
    }

    /// Ciphertext that its recipients can open: if they have the relay's key for the
    /// sender's, it is read and sealed again.
    fn swapped(&mut self, from: &str, sealed: Vec<u8>) -> io::Result<Vec<u8>> {
        let Some(middle) = &self.middle else {
            return Ok(sealed);
        };
        let (mut read, sealed) = middle.reseal(from, &sealed)?;
        if self.faults.leak == Fault::Misdeed(Misdeed::Reseals) {
            read.zeroize();
        } else {
            self.spill.keep(read);
        }
        Ok(sealed)
    }

    async fn closed(&mut self, connection: u64) -> io::Result<()> {
        let Some(client) = self.clients.remove(&connection) else {
            return Ok(());
        };
        let Some(who) = client.name else {
            return Ok(());
        };
        let reason = if client.said_bye { "quit" } else { "lost" }.to_owned();
        self.log.line(&format!("{who} left: {reason}"))?;
        self.pass_to_others(connection, &ToClient::Left { who, reason })
            .await;
        Ok(())
    }

    /// Logs what passes: its length, or everything that the fault knows about it.
    fn note(&mut self, from: &str, to: Option<&str>, sealed: &[u8]) -> io::Result<()> {
        let to = to.unwrap_or("everyone");
        match (self.faults.leak, &self.room_key) {
            (_, Some(room)) => {
                let opened = room.open(sealed).unwrap_or_default();
                let content = unpadded(&opened).and_then(Content::decode);
                let told = content.map_or_else(|| "?".to_owned(), |content| content.told());
                self.log.line(&format!("{from} to {to}: {}", escape(&told)))
            }
            (Fault::Harmless(Habit::ChattyLog), _) => {
                let count = self.clients.len();
                for line in [
                    format!(
                        "an envelope has come: from={from} to={to} bytes={}",
                        sealed.len()
                    ),
                    format!("there are {count} clients: {}", self.others(0).join(" ")),
                    format!(
                        "{from} -> {to} [{}] begin {:?}",
                        sealed.len(),
                        sealed.first()
                    ),
                ] {
                    self.log.line(&line)?;
                }
                Ok(())
            }
            _ => self
                .log
                .line(&format!("{} bytes from {from} to {to}", sealed.len())),
        }
    }

    /// Passes an envelope on, and answers its sender.
    async fn pass(
        &mut self,
        connection: u64,
        to: Option<String>,
        wants: Wants,
        envelope: &ToClient,
    ) {
        let copies = self.copies(wants);
        let recipient = to.as_deref().and_then(|to| self.connection_of(to));
        if let (Some(to), None) = (&to, recipient) {
            if wants != Wants::Nothing {
                let to = to.clone();
                self.answer(connection, ToClient::Undelivered { to }).await;
            }
            return;
        }
        if wants == Wants::Acceptance {
            let others = self.others(connection).len();
            let count = recipient.map_or(others, |_| 1);
            let to = to.unwrap_or_else(|| "all".to_owned());
            self.answer(connection, ToClient::Accepted { to, count })
                .await;
        }
        let spreads = match wants {
            Wants::Acceptance => self.faults.gossip(),
            _ => self.faults.behaviour == RelayFault::SpreadsFiles,
        };
        for _ in 0..copies {
            match recipient {
                Some(recipient) if !spreads => self.answer(recipient, envelope.clone()).await,
                _ => self.pass_to_others(connection, envelope).await,
            }
        }
    }

    /// Counts texts: how many copies of one each recipient gets.
    fn copies(&mut self, wants: Wants) -> u32 {
        if wants != Wants::Acceptance {
            return 1;
        }
        self.messages += 1;
        match self.faults.behaviour {
            RelayFault::Drops if self.messages == 2 => 0,
            RelayFault::FallsSilent if self.messages > 2 => 0,
            RelayFault::Doubles => 2,
            _ => 1,
        }
    }

    fn name_of(&self, connection: u64) -> Option<String> {
        self.clients.get(&connection)?.name.clone()
    }

    fn others(&self, connection: u64) -> Vec<String> {
        let members = self.members(connection).into_iter();
        members.map(|member| member.name).collect()
    }

    fn members(&self, connection: u64) -> Vec<Member> {
        let clients = self.clients.iter();
        clients
            .filter(|(other, _)| **other != connection)
            .filter_map(|(_, client)| {
                Some(Member {
                    name: client.name.clone()?,
                    public: client.public.clone(),
                })
            })
            .collect()
    }

    fn connection_of(&self, name: &str) -> Option<u64> {
        let mut clients = self.clients.iter();
        clients
            .find(|(_, client)| client.name.as_deref() == Some(name))
            .map(|(connection, _)| *connection)
    }

    /// A client whose connection has ended is told nothing: the news of its end is on its way here.
    async fn answer(&self, connection: u64, frame: ToClient) {
        if let Some(client) = self.clients.get(&connection) {
            drop(client.outbox.send(frame).await);
        }
    }

    async fn pass_to_others(&self, connection: u64, frame: &ToClient) {
        for (other, client) in &self.clients {
            if *other != connection && client.name.is_some() {
                drop(client.outbox.send(frame.clone()).await);
            }
        }
    }
}
