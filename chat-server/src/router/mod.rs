//! Every decision of the relay, in one task that never waits for a client and does no
//! cryptography.
//!
//! [`admission`] lets people in, [`routing`] passes on what they send, [`online`] is the
//! table of those who are there.

mod admission;
mod credits;
mod mail;
mod online;
mod routing;

#[cfg(test)]
mod later_tests;
#[cfg(test)]
mod testing;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chat_protocol::{
    CancelReason, Certificate, ErrorCode, FileId, Fingerprint, Frame, LeaveReason, Name, Peer,
    ToClient,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};
use tracing::info;

use self::admission::{Probe, Unsaved};
pub(crate) use self::mail::Mail;
use self::online::{Client, Online};
use crate::Settings;
use crate::budget::Waiting;
use crate::directory::Directory;
use crate::directory::Snapshot;
use crate::limits::{MAX_QUEUED_EVENTS, NEW_NAMES};
use crate::mail::{Key, Letter};
use crate::metrics::Metrics;
use crate::outbox::Outbox;
use crate::rates::Rates;
use crate::refusal::Refusal;

/// Numbers the connections since the relay's start; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(pub(crate) u64);

/// All that the router hears of.
#[derive(Debug)]
pub(crate) enum Event {
    /// Somebody has proven a key and asks for a name.
    Login(Box<Login>),
    /// A client wants something.
    Request {
        from: ConnectionId,
        request: Request,
    },
    /// A connection has ended.
    Gone {
        id: ConnectionId,
        reason: LeaveReason,
    },
    /// An attempt to store the directory is over.
    Stored { state: u64, saved: bool },
    /// An attempt to store letters is over.
    MailStored { keys: Vec<Key>, saved: bool },
    /// Letters were read; `None` where they could not be.
    MailRead {
        id: ConnectionId,
        letters: Option<Vec<Letter>>,
    },
    /// The relay shuts down.
    Shutdown,
}

/// Somebody who asks for a name.
#[derive(Debug)]
pub(crate) struct Login {
    pub(crate) id: ConnectionId,
    pub(crate) address: IpAddr,
    /// Today, counted from 1970.
    pub(crate) day: u32,
    pub(crate) peer: Peer,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) agent: String,
    pub(crate) outbox: Outbox,
    /// Ends the connection.
    pub(crate) cutter: oneshot::Sender<LeaveReason>,
    pub(crate) answer: oneshot::Sender<Result<(), Refusal>>,
}

/// What a client wants of the others.
#[derive(Debug)]
pub(crate) enum Request {
    Send {
        id: u64,
        to: Name,
        envelope: Bytes,
    },
    Receipt {
        to: Name,
        envelope: Bytes,
    },
    Ack {
        seq: u64,
        refused: Vec<u64>,
    },
    Chunk {
        to: Name,
        file: FileId,
        index: u32,
        sealed: Bytes,
    },
    Credit {
        to: Name,
        file: FileId,
        until: u32,
    },
    Cancel {
        to: Name,
        file: FileId,
        reason: CancelReason,
    },
    Find {
        name: Name,
    },
    /// Its identity vouches for this key.
    Renew {
        certificate: Certificate,
    },
    /// It has answered a ping.
    Alive,
}

/// The router's state.
#[derive(Debug)]
pub(crate) struct Router {
    keepalive: Option<Duration>,
    directory: Directory,
    online: Online,
    metrics: Arc<Metrics>,
    /// What waits in all outboxes.
    waiting: Waiting,
    /// New names, by the address that takes them.
    new_names: Rates,
    /// The day on which names were last looked at that nobody uses.
    day: u32,
    /// Logins that wait for the pong of whoever has the name.
    probes: BTreeMap<Name, Probe>,
    /// Logins that wait until their new name is stored.
    unsaved: BTreeMap<Name, Unsaved>,
    /// Letters for those who are away; `None` when none are kept.
    mail: Option<Mail>,
    /// Where the directory goes to be stored; `None` when it is not.
    saver: Option<watch::Sender<Snapshot>>,
    /// Numbers the states of the directory.
    state: u64,
    /// Clients whose outbox was full, to be cut off when the event at hand is dealt with.
    overfull: Vec<ConnectionId>,
}

impl Router {
    pub(crate) fn new(
        settings: &Settings,
        directory: Directory,
        (waiting, metrics): (&Waiting, &Arc<Metrics>),
    ) -> Self {
        Self {
            metrics: Arc::clone(metrics),
            keepalive: settings.keepalive,
            directory,
            online: Online::default(),
            waiting: waiting.clone(),
            new_names: Rates::new(NEW_NAMES),
            day: 0,
            probes: BTreeMap::new(),
            unsaved: BTreeMap::new(),
            mail: None,
            saver: None,
            state: 0,
            overfull: Vec::new(),
        }
    }

    /// The states of the directory, from now on, to be stored.
    pub(crate) fn snapshots(&mut self) -> watch::Receiver<Snapshot> {
        let (sender, receiver) = watch::channel(Snapshot::default());
        self.saver = Some(sender);
        receiver
    }

    /// From now on letters are kept.
    pub(crate) fn keep_mail(&mut self, mail: Mail) {
        self.mail = Some(mail);
    }

    /// Decides until the relay shuts down.
    pub(crate) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        let mut batch = Vec::new();
        'serving: loop {
            let more = events.recv_many(&mut batch, MAX_QUEUED_EVENTS);
            let came = match self.next_deadline() {
                Some(deadline) => timeout_at(deadline, more).await,
                None => Ok(more.await),
            };
            if came == Ok(0) {
                break;
            }
            for event in batch.drain(..) {
                if matches!(event, Event::Shutdown) {
                    break 'serving;
                }
                self.handle(event);
                self.follow_up();
            }
            // After the deadline as well.
            self.follow_up();
            if let Some(mail) = &self.mail {
                mail.report(&self.metrics);
            }
            // Whoever has read something meanwhile goes first: then much is decided at once, and each client is
            // written to once. Where nobody has, this takes no time.
            tokio::task::yield_now().await;
        }
        self.shut_down();
    }

    /// What each event may lead to.
    fn follow_up(&mut self) {
        // After events as well as deadlines, or a flood of them would keep a dead client in its place.
        if self.next_deadline().is_some() {
            self.replace_dead_incumbents(Instant::now());
        }
        while let Some(id) = self.overfull.pop() {
            self.remove(id, LeaveReason::Slow);
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Login(login) => self.log_in(*login),
            Event::Request { from, request } => self.route(from, request),
            Event::Gone { id, reason } => self.remove(id, reason),
            Event::Stored { state, saved } => self.stored(state, saved),
            Event::MailStored { keys, saved } => self.mail_stored(keys, saved),
            Event::MailRead { id, letters } => self.mail_read(id, letters),
            // Ends the loop before it comes here.
            Event::Shutdown => {}
        }
    }

    /// Takes a client out, tells the others and those whose envelopes it did not
    /// acknowledge, and lets in who waits for the name. A connection that is not in the
    /// table (any more) changes nothing.
    fn remove(&mut self, id: ConnectionId, reason: LeaveReason) {
        let Some(client) = self.online.remove(id) else {
            return;
        };
        let Client {
            peer,
            cutter,
            unacknowledged,
            ..
        } = client;
        let name = peer.name;
        info!(connection = id.0, %name, %reason, "left");
        // Fails where the connection has ended by itself.
        cutter.send(reason).ok();
        self.tell_all(&ToClient::Left {
            name: name.clone(),
            reason,
        });
        let why = if reason == LeaveReason::Slow {
            ErrorCode::Busy
        } else {
            ErrorCode::UnknownName
        };
        self.give_up(&name, unacknowledged, why);
        if let Some(probe) = self.probes.remove(&name) {
            self.admit(probe.login);
        }
    }

    /// Queues a message for one client; nothing happens where it is gone.
    fn tell(&mut self, to: ConnectionId, message: &ToClient, body: Bytes) {
        self.tell_frame(to, message.frame(body));
    }

    fn tell_frame(&mut self, to: ConnectionId, frame: Frame) {
        let Some(client) = self.online.get(to) else {
            return;
        };
        if client.outbox.push(frame).is_err() {
            self.overfull.push(to);
        }
    }

    /// Queues a message for every client.
    fn tell_all(&mut self, message: &ToClient) {
        let frame: Frame = message.frame(Bytes::new());
        for (id, client) in self.online.iter() {
            if client.outbox.push(frame.clone()).is_err() {
                self.overfull.push(id);
            }
        }
    }

    fn shut_down(self) {
        info!(clients = self.online.len(), "shutdown");
        for client in self.online.into_clients() {
            client.cutter.send(LeaveReason::ShuttingDown).ok();
        }
    }
}
