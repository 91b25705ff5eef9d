//! From one client to another.

use std::collections::BTreeSet;

use bytes::Bytes;
use chat_protocol::limits::MAX_UNACKNOWLEDGED;
use chat_protocol::{CancelReason, ErrorCode, FileId, Name, ToClient};
use crash_test::{Point, reach};
use tracing::debug;

use super::online::{Delivery, Held, Later, Origin, Sent};
use super::{ConnectionId, Request, Router};
use crate::budget::Account;
use crate::limits::{MAX_CANCELS_OF_A_SENDER, MAX_FILES};
use crate::refusal::Refusal;

impl Router {
    pub(super) fn route(&mut self, from: ConnectionId, request: Request) {
        self.carry_out(from, request);
        self.try_again(from);
    }

    fn carry_out(&mut self, from: ConnectionId, request: Request) {
        let Some(sender) = self.online.get(from) else {
            // What a connection had sent before it was cut off.
            return;
        };
        let name = sender.peer.name.clone();
        match request {
            Request::Send { id, to, envelope } => {
                self.deliver(Sent { from, name, id }, &to, envelope);
            }
            Request::Receipt { to, envelope } => {
                debug!(from = %name, %to, "receipt");
                if let Some(other) = self.online.find(&to) {
                    let receipt = ToClient::Receipt { from: name };
                    self.pass_on((from, other), &receipt, envelope);
                }
            }
            Request::Ack { seq, refused } => self.acknowledge(from, seq, &refused),
            Request::Chunk {
                to,
                file,
                index,
                sealed,
            } => {
                debug!(from = %name, %to, %file, index, bytes = sealed.len(), "chunk");
                self.pass_chunk((from, name), &to, (file, index), sealed);
            }
            Request::Credit { to, file, until } => {
                let credit = ToClient::Credit {
                    from: name,
                    file,
                    until,
                };
                let Some(sender) = self.online.find(&to) else {
                    return self.cancel(from, to, file, CancelReason::Gone);
                };
                if let Some(client) = self.online.get_mut(from) {
                    client.credits.give((sender, file), until);
                }
                // Without it the sender would wait for ever.
                if !self.pass_on((from, sender), &credit, Bytes::new()) {
                    self.online.end_file(from, sender, file);
                    self.cancel(from, to, file, CancelReason::Refused);
                }
            }
            Request::Cancel { to, file, reason } => {
                debug!(from = %name, %to, %file, %reason, "cancel");
                // Whoever is gone needs no cancel.
                let Some(other) = self.online.find(&to) else {
                    return;
                };
                if self.online.end_file(from, other, file) {
                    // It waits for what it has asked for: so it must be told, however much waits for
                    // it. Nobody can make it more words than it has asked for files.
                    return self.cancel(other, name, file, reason);
                }
                let cancel = ToClient::Cancel {
                    from: name,
                    file,
                    reason,
                };
                self.pass_cancel((from, other), file, cancel);
            }
            Request::Find { name } => self.find(from, &name),
            Request::Renew { certificate } => self.renew(from, certificate),
            Request::Alive => self.alive(from),
        }
    }

    fn deliver(&mut self, sent: Sent, to: &Name, envelope: Bytes) {
        let Some(account) = self.account(sent.from) else {
            return;
        };
        let recipient = self.online.find(to).filter(|_| !self.has_mail(to));
        let keeps_mail = self.mail.is_some();
        let Some(client) = recipient.and_then(|id| self.online.get_mut(id)) else {
            return self.keep_new(sent, to, envelope);
        };
        let (name, id) = (&sent.name, sent.id);
        if client.unacknowledged.len() >= MAX_UNACKNOWLEDGED {
            debug!(from = %name, %to, id, "too much is unacknowledged");
            return self.undelivered(&sent, ErrorCode::Busy);
        }
        let (seq, bytes) = (client.delivered + 1, envelope.len());
        let from = name.clone();
        let frame = ToClient::Deliver { seq, from }.frame(envelope.clone());
        let has_answered = client.unacknowledged.is_empty();
        let Ok(charge) = client.outbox.push_mail(frame, &account, has_answered) else {
            debug!(from = %name, %to, id, "too much waits");
            return self.undelivered(&sent, ErrorCode::Busy);
        };
        debug!(from = %name, %to, id, seq, bytes, "deliver");
        client.delivered = seq;
        let held = keeps_mail.then(|| Held::copy(&envelope, charge));
        let origin = Origin::Sender(sent, held);
        client.unacknowledged.push_back(Delivery { seq, origin });
    }

    /// A chunk that its recipient has asked for. Others are left alone: they were on their way
    /// when the file was given up, or nobody wants them.
    fn pass_chunk(
        &mut self,
        (from, name): (ConnectionId, Name),
        to: &Name,
        (file, index): (FileId, u32),
        sealed: Bytes,
    ) {
        let Some(account) = self.account(from) else {
            return;
        };
        let Some(recipient) = self.online.find(to) else {
            return self.cancel(from, to.clone(), file, CancelReason::Gone);
        };
        let Some(client) = self.online.get_mut(recipient) else {
            return;
        };
        if !client.credits.take((from, file), index) {
            debug!(from = %name, %to, %file, index, "nobody asked for this chunk");
            return;
        }
        let chunk = ToClient::Chunk {
            from: name.clone(),
            file,
            index,
        };
        let frame = chunk.frame(sealed);
        if client.outbox.push_mail(frame, &account, true).is_err() {
            debug!(from = %name, %to, %file, index, "too much waits");
            self.online.end_file(from, recipient, file);
            self.cancel(from, to.clone(), file, CancelReason::Refused);
            self.cancel(recipient, name, file, CancelReason::Refused);
        }
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
        let mut fetched = Vec::new();
        for Delivery { seq, origin } in settled {
            match origin {
                Origin::Sender(sent, _) => {
                    reach(Point::RelayAckTaken);
                    self.accepted(&sent, refused.contains(&seq));
                }
                Origin::Box(label) => fetched.push((label, refused.contains(&seq))),
            }
        }
        if !fetched.is_empty() {
            self.acknowledge_letters(by, fetched);
        }
    }

    /// Whether a word of another client was passed on. Where too much waits already it is dropped: whoever
    /// floods others loses words, and nobody else does.
    fn pass_on(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        message: &ToClient,
        body: Bytes,
    ) -> bool {
        let (Some(account), Some(client)) = (self.account(from), self.online.get(to)) else {
            return true;
        };
        let frame = message.frame(body);
        let passed = client.outbox.push_mail(frame, &account, true);
        if passed.is_err() {
            debug!(connection = to.0, "too much waits for it");
        }
        passed.is_ok()
    }

    /// A file is given up for which nobody has asked yet. Where too much waits, the word of it waits as well: it is the
    /// last about that file, and whoever misses it would wait for the file.
    fn pass_cancel(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        file: FileId,
        cancel: ToClient,
    ) {
        if self.pass_on((from, to), &cancel, Bytes::new()) {
            return;
        }
        if let Some(client) = self.online.get_mut(to) {
            let cancels = &mut client.later.cancels;
            let theirs = cancels.range((from, FileId([0; 16]))..=(from, FileId([255; 16])));
            if theirs.count() < MAX_CANCELS_OF_A_SENDER && cancels.len() < MAX_FILES {
                cancels.insert((from, file), cancel);
            }
        }
    }

    /// A client has said something, and so may have read something: it gets what there was no room for.
    fn try_again(&mut self, id: ConnectionId) {
        let Some(client) = self.online.get_mut(id) else {
            return;
        };
        let Later { mail, cancels } = std::mem::take(&mut client.later);
        for ((sender, file), cancel) in cancels {
            self.pass_cancel((sender, id), file, cancel);
        }
        if mail {
            self.fetch_mail(id);
        }
    }

    /// What of this client's mail waits for others.
    pub(super) fn account(&self, of: ConnectionId) -> Option<Account> {
        self.online.get(of).map(|client| client.account.clone())
    }

    fn cancel(&mut self, to: ConnectionId, other: Name, file: FileId, reason: CancelReason) {
        let cancel = ToClient::Cancel {
            from: other,
            file,
            reason,
        };
        self.tell(to, &cancel, Bytes::new());
    }

    pub(super) fn tell_refusal(&mut self, to: ConnectionId, refusal: &Refusal) {
        let Some(client) = self.online.get(to) else {
            return;
        };
        self.metrics.refusals.add(refusal.code);
        if client.outbox.push(refusal.frame()).is_err() {
            self.overfull.push(to);
        }
    }
}
