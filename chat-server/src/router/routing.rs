//! From one client to another.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use chat_protocol::limits::MAX_UNACKNOWLEDGED;
use chat_protocol::{CancelReason, ErrorCode, FileId, LeaveReason, Name, ToClient};
use tracing::debug;

use super::online::Delivery;
use super::{ConnectionId, Request, Router};
use crate::refusal::Refusal;

impl Router {
    pub(super) fn route(&mut self, from: ConnectionId, request: Request) {
        let Some(sender) = self.online.get(from) else {
            // What a connection had sent before it was cut off.
            return;
        };
        let name = sender.peer.name.clone();
        match request {
            Request::Send { id, to, envelope } => self.deliver(from, name, id, &to, envelope),
            Request::Ack { seq, refused } => self.acknowledge(from, seq, &refused),
            Request::Chunk {
                to,
                file,
                index,
                sealed,
            } => {
                debug!(from = %name, %to, %file, index, bytes = sealed.len(), "chunk");
                let from_name = name;
                let chunk = ToClient::Chunk {
                    from: from_name,
                    file,
                    index,
                };
                if !self.pass_on(&to, &chunk, sealed) {
                    self.cancel_gone(from, to, file);
                }
            }
            Request::Credit { to, file, until } => {
                let credit = ToClient::Credit {
                    from: name,
                    file,
                    until,
                };
                if !self.pass_on(&to, &credit, Bytes::new()) {
                    self.cancel_gone(from, to, file);
                }
            }
            Request::Cancel { to, file, reason } => {
                debug!(from = %name, %to, %file, %reason, "cancel");
                let cancel = ToClient::Cancel {
                    from: name,
                    file,
                    reason,
                };
                // Whoever is gone needs no cancel.
                self.pass_on(&to, &cancel, Bytes::new());
            }
            Request::Find { name } => self.find(from, &name),
            Request::Alive => self.alive(from),
        }
    }

    fn deliver(&mut self, from: ConnectionId, name: Name, id: u64, to: &Name, envelope: Bytes) {
        let Some(recipient) = self.online.find(to) else {
            self.deliver_to_absent(from, id, to);
            return;
        };
        let Some(client) = self.online.get_mut(recipient) else {
            return;
        };
        if client.unacknowledged.len() >= MAX_UNACKNOWLEDGED {
            debug!(from = %name, %to, id, "too much is unacknowledged");
            self.undelivered(from, id, ErrorCode::Busy);
            return;
        }
        client.delivered += 1;
        let seq = client.delivered;
        client.unacknowledged.push_back(Delivery { seq, from, id });
        debug!(from = %name, %to, id, seq, bytes = envelope.len(), "deliver");
        self.tell(recipient, &ToClient::Deliver { seq, from: name }, envelope);
    }

    /// What becomes of an envelope whose recipient is not connected. The one place where a
    /// mailbox would take it.
    fn deliver_to_absent(&mut self, from: ConnectionId, id: u64, to: &Name) {
        debug!(%to, id, "recipient is not connected");
        self.undelivered(from, id, ErrorCode::UnknownName);
    }

    /// A client has dealt with all deliveries up to this one, and has refused some.
    fn acknowledge(&mut self, by: ConnectionId, seq: u64, refused: &[u64]) {
        let Some(client) = self.online.get_mut(by) else {
            return;
        };
        if seq > client.delivered {
            let last = client.delivered;
            let text = format!("delivery {seq} was acknowledged, the last one was {last}");
            self.tell_refusal(by, &Refusal::out_of_order(&text));
            return;
        }
        let waiting = &mut client.unacknowledged;
        let done = waiting.partition_point(|delivery| delivery.seq <= seq);
        let settled: Vec<Delivery> = waiting.drain(..done).collect();
        let refused: BTreeSet<u64> = refused.iter().copied().collect();
        for Delivery { from, id, seq } in settled {
            let refused = refused.contains(&seq);
            self.tell(from, &ToClient::Accepted { id, refused }, Bytes::new());
        }
    }

    /// Tells the senders that a client which has left will not acknowledge these.
    pub(super) fn give_up(&mut self, deliveries: &VecDeque<Delivery>, reason: LeaveReason) {
        let why = if reason == LeaveReason::Slow {
            ErrorCode::Busy
        } else {
            ErrorCode::UnknownName
        };
        for Delivery { from, id, .. } in deliveries {
            self.undelivered(*from, *id, why);
        }
    }

    fn undelivered(&mut self, to: ConnectionId, id: u64, reason: ErrorCode) {
        self.tell(to, &ToClient::Undelivered { id, reason }, Bytes::new());
    }

    /// Whether the recipient is connected.
    fn pass_on(&mut self, to: &Name, message: &ToClient, body: Bytes) -> bool {
        let Some(recipient) = self.online.find(to) else {
            return false;
        };
        self.tell(recipient, message, body);
        true
    }

    fn cancel_gone(&mut self, to: ConnectionId, gone: Name, file: FileId) {
        let cancel = ToClient::Cancel {
            from: gone,
            file,
            reason: CancelReason::Gone,
        };
        self.tell(to, &cancel, Bytes::new());
    }

    pub(super) fn tell_refusal(&mut self, to: ConnectionId, refusal: &Refusal) {
        let Some(client) = self.online.get(to) else {
            return;
        };
        if client.outbox.push(refusal.frame()).is_err() {
            self.overfull.push(to);
        }
    }
}
