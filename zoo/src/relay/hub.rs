//! Who is there, and what goes to whom.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use chat_protocol::Name;
use tokio::sync::mpsc;

use crate::fault::RelayFault;
use crate::wire::{ToClient, ToRelay};

/// What comes from one connection.
pub(crate) enum Arrival {
    Opened(mpsc::Sender<ToClient>),
    Line(ToRelay),
    Nonsense,
    Closed,
}

/// Why the relay has ended.
pub(crate) enum Over {
    /// It was asked to.
    Stopped,
    /// Its fault.
    Died,
}

/// Standard output, and a file that says the same.
pub(crate) struct Log {
    name: String,
    file: Option<File>,
}

impl Log {
    pub(crate) fn open(name: &str, path: Option<&Path>) -> io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            file: path.map(File::create).transpose()?,
        })
    }

    pub(crate) fn line(&mut self, what: &str) -> io::Result<()> {
        let line = format!("{}: {what}\n", self.name);
        if let Some(file) = &mut self.file {
            file.write_all(line.as_bytes())?;
        }
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())?;
        out.flush()
    }
}

/// The one task that knows everybody.
pub(crate) struct Hub {
    name: String,
    fault: Option<RelayFault>,
    log: Log,
    /// By the number of the connection.
    clients: BTreeMap<u64, Client>,
    messages: u64,
    /// Set by the first client that names one; the others must name the same.
    room: Option<String>,
}

struct Client {
    /// `None` before its `hello`.
    name: Option<String>,
    outbox: mpsc::Sender<ToClient>,
    said_bye: bool,
}

impl Hub {
    pub(crate) fn new(name: &str, fault: Option<RelayFault>, log: Log) -> Self {
        Self {
            name: name.to_owned(),
            fault,
            log,
            clients: BTreeMap::new(),
            messages: 0,
            room: None,
        }
    }

    /// Serves until nobody can come any more, or until the fault ends it.
    pub(crate) async fn run(
        mut self,
        mut arrivals: mpsc::Receiver<(u64, Arrival)>,
    ) -> io::Result<Over> {
        while let Some((connection, arrival)) = arrivals.recv().await {
            match arrival {
                Arrival::Opened(outbox) => {
                    let client = Client {
                        name: None,
                        outbox,
                        said_bye: false,
                    };
                    self.clients.insert(connection, client);
                }
                Arrival::Line(line) => self.line(connection, line).await?,
                Arrival::Nonsense => {
                    let reason = "the relay does not know this line".to_owned();
                    self.answer(connection, ToClient::Refused { reason }).await;
                }
                Arrival::Closed => self.closed(connection).await?,
            }
            if self.fault == Some(RelayFault::DiesMidway) && self.messages >= 2 {
                return Ok(Over::Died);
            }
        }
        Ok(Over::Stopped)
    }

    async fn line(&mut self, connection: u64, line: ToRelay) -> io::Result<()> {
        if let ToRelay::Hello { name } = line {
            return self.hello(connection, name).await;
        }
        let Some(from) = self.name_of(connection) else {
            let reason = "say hello first".to_owned();
            self.answer(connection, ToClient::Refused { reason }).await;
            return Ok(());
        };
        match line {
            ToRelay::Bye => {
                if let Some(client) = self.clients.get_mut(&connection) {
                    client.said_bye = true;
                }
            }
            ToRelay::Got { from: sender, file } => {
                let line = ToClient::Delivered { to: from, file };
                self.pass_to(&sender, line).await;
            }
            // Handled above.
            ToRelay::Hello { .. } => {}
            ToRelay::Msg { to, text } => self.msg(connection, from, to, text).await?,
            ToRelay::Part { to, part } => {
                let last = part.last;
                if !self.pass_to(&to, ToClient::Part { from, part }).await && last {
                    self.answer(connection, ToClient::Undelivered { to }).await;
                }
            }
            ToRelay::Say { text } => self.say(connection, from, text).await?,
        }
        Ok(())
    }

    async fn hello(&mut self, connection: u64, hello: String) -> io::Result<()> {
        let (name, room) = match hello.split_once('@') {
            Some((name, room)) => (name.to_owned(), Some(room.to_owned())),
            None => (hello, None),
        };
        let reason = match name.parse::<Name>() {
            Err(error) => Some(error.to_string()),
            Ok(_) if self.room.is_some() && self.room != room => Some("no such room".to_owned()),
            Ok(_) if self.connection_of(&name).is_some() => Some("name taken".to_owned()),
            Ok(_) => None,
        };
        if let Some(reason) = reason {
            self.log.line(&format!("refused a client: {reason}"))?;
            self.answer(connection, ToClient::Refused { reason }).await;
            self.clients.remove(&connection);
            return Ok(());
        }
        if let Some(client) = self.clients.get_mut(&connection) {
            client.name = Some(name.clone());
        }
        self.room = room;
        let relay = self.name.clone();
        let others = self.others(connection);
        self.answer(connection, ToClient::Welcome { others, relay })
            .await;
        self.log.line(&format!("{name} joined"))?;
        self.pass_to_others(connection, &ToClient::Joined { who: name })
            .await;
        Ok(())
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

    async fn say(&mut self, connection: u64, from: String, text: String) -> io::Result<()> {
        let copies = self.copies(&from, &text)?;
        let to = "all".to_owned();
        let count = self.others(connection).len();
        self.answer(connection, ToClient::Accepted { to, count })
            .await;
        let line = ToClient::Message { from, text };
        for _ in 0..copies {
            self.pass_to_others(connection, &line).await;
        }
        Ok(())
    }

    async fn msg(
        &mut self,
        connection: u64,
        from: String,
        to: String,
        text: String,
    ) -> io::Result<()> {
        let copies = self.copies(&from, &text)?;
        if self.connection_of(&to).is_none() {
            self.answer(connection, ToClient::Undelivered { to }).await;
            return Ok(());
        }
        self.answer(
            connection,
            ToClient::Accepted {
                to: to.clone(),
                count: 1,
            },
        )
        .await;
        let line = ToClient::Private { from, text };
        for _ in 0..copies {
            if self.fault == Some(RelayFault::Gossips) {
                self.pass_to_others(connection, &line).await;
            } else {
                self.pass_to(&to, line.clone()).await;
            }
        }
        Ok(())
    }

    /// Counts a message: how many copies of it each recipient gets.
    fn copies(&mut self, from: &str, text: &str) -> io::Result<u32> {
        self.messages += 1;
        match self.fault {
            Some(RelayFault::LogsText) => self.log.line(&format!("{from} says: {text}"))?,
            _ => self
                .log
                .line(&format!("{} bytes from {from}", text.len()))?,
        }
        Ok(match self.fault {
            Some(RelayFault::Drops) if self.messages == 2 => 0,
            Some(RelayFault::Doubles) => 2,
            _ => 1,
        })
    }

    fn name_of(&self, connection: u64) -> Option<String> {
        self.clients.get(&connection)?.name.clone()
    }

    fn others(&self, connection: u64) -> Vec<String> {
        let others = self
            .clients
            .iter()
            .filter(|(other, _)| **other != connection);
        others
            .filter_map(|(_, client)| client.name.clone())
            .collect()
    }

    fn connection_of(&self, name: &str) -> Option<u64> {
        let mut clients = self.clients.iter();
        clients
            .find(|(_, client)| client.name.as_deref() == Some(name))
            .map(|(connection, _)| *connection)
    }

    /// A client whose connection has ended is told nothing: its end is on its way here.
    async fn answer(&self, connection: u64, line: ToClient) {
        if let Some(client) = self.clients.get(&connection) {
            drop(client.outbox.send(line).await);
        }
    }

    async fn pass_to(&self, name: &str, line: ToClient) -> bool {
        let Some(connection) = self.connection_of(name) else {
            return false;
        };
        self.answer(connection, line).await;
        true
    }

    async fn pass_to_others(&self, connection: u64, line: &ToClient) {
        for (other, client) in &self.clients {
            if *other != connection && client.name.is_some() {
                drop(client.outbox.send(line.clone()).await);
            }
        }
    }
}
