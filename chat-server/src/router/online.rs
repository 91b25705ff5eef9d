//! Those who are there, by connection and by name.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use chat_protocol::{FileId, Frame, LeaveReason, Name, Peer, ToClient};
use tokio::sync::oneshot;

use super::ConnectionId;
use super::credits::Credits;
use crate::budget::{Account, Charge};
use crate::mail::{Key, Label};
use crate::outbox::Outbox;

/// A client that is logged in.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) peer: Peer,
    pub(super) outbox: Outbox,
    /// What of its mail waits for others.
    pub(super) account: Account,
    pub(super) cutter: oneshot::Sender<LeaveReason>,
    /// Envelopes delivered on this connection so far: the number of the last one.
    pub(super) delivered: u64,
    /// Those that the client has not acknowledged, ascending by number.
    pub(super) unacknowledged: VecDeque<Delivery>,
    /// The last letter of its box that was delivered on this connection.
    pub(super) fetched: Key,
    /// What it takes of others' files.
    pub(super) credits: Credits,
    /// What others are sent who log in, encoded once.
    pub(super) present: Frame,
    pub(super) later: Later,
}

/// What could not be passed on because too much waits: tried again whenever the client says anything.
#[derive(Debug, Default)]
pub(super) struct Later {
    /// The letters of its box.
    pub(super) mail: bool,
    /// Files that others have given up.
    pub(super) cancels: BTreeMap<(ConnectionId, FileId), ToClient>,
}

/// An envelope that was delivered.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) seq: u64,
    pub(super) origin: Origin,
}

/// Where an envelope came from: whom to tell what became of it.
#[derive(Debug)]
pub(super) enum Origin {
    /// Its sender, and the envelope itself where it is kept for a recipient who goes.
    Sender(Sent, Option<Held>),
    /// The box: its sender has its answer already.
    Box(Label),
}

/// Who waits for an answer.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) from: ConnectionId,
    pub(super) name: Name,
    /// The sender's number for it.
    pub(super) id: u64,
}

/// An envelope, and what it counts.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) envelope: Bytes,
    pub(super) charge: Charge,
}

impl Held {
    /// A copy: the envelope that came is a part of what was read at once, and would keep all of that in memory.
    pub(super) fn copy(envelope: &[u8], charge: Charge) -> Self {
        let envelope = Bytes::copy_from_slice(envelope);
        Self { envelope, charge }
    }
}

/// The table. Every name in `names` leads to a client in `clients`, and the other way round.
#[derive(Debug, Default)]
pub(super) struct Online {
    clients: BTreeMap<ConnectionId, Client>,
    names: BTreeMap<Name, ConnectionId>,
}

impl Online {
    /// The name must not be in the table.
    pub(super) fn insert(&mut self, id: ConnectionId, client: Client) {
        self.names.insert(client.peer.name.clone(), id);
        self.clients.insert(id, client);
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<Client> {
        let client = self.clients.remove(&id)?;
        self.names.remove(&client.peer.name);
        for other in self.clients.values_mut() {
            other.credits.forget(id);
            other.later.cancels.retain(|(sender, _), _| *sender != id);
        }
        Some(client)
    }

    pub(super) fn find(&self, name: &Name) -> Option<ConnectionId> {
        self.names.get(name).copied()
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<&Client> {
        self.clients.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Client> {
        self.clients.get_mut(&id)
    }

    /// A file between these two is given up, whoever sends it. Whether the other had asked for some
    /// of it.
    pub(super) fn end_file(
        &mut self,
        one: ConnectionId,
        other: ConnectionId,
        file: FileId,
    ) -> bool {
        let mut end = |recipient, sender| {
            let client = self.clients.get_mut(&recipient);
            client.is_some_and(|client| client.credits.end((sender, file)))
        };
        end(one, other);
        end(other, one)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ConnectionId, &Client)> {
        self.clients.iter().map(|(id, client)| (*id, client))
    }

    pub(super) fn len(&self) -> usize {
        self.clients.len()
    }

    pub(super) fn into_clients(self) -> impl Iterator<Item = Client> {
        self.clients.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Waiting;

    #[test]
    fn an_envelope_that_is_held_does_not_hold_what_was_read_with_it() {
        let block = Bytes::from(vec![7; 16 * 1024]);
        let envelope = block.slice(100..200);
        let charge = Waiting::default().account().charge(envelope.len()).unwrap();
        let held = Held::copy(&envelope, charge);
        assert_eq!(held.envelope, envelope);
        drop(envelope);
        assert!(block.is_unique());
    }
}
