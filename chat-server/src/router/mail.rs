//! What becomes of an envelope whose recipient is away, or goes before it has answered for it.
//!
//! As long as something waits for a person, all mail goes the same way: so it keeps its order. A letter leaves
//! the box when its recipient has acknowledged it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use bytes::Bytes;
use chat_protocol::{ErrorCode, Name, ReturnReason, ToClient};
use tracing::debug;

use super::online::{Delivery, Held, Origin, Sent};
use super::{ConnectionId, Router};
use crate::budget::Charge;
use crate::clock::today;
use crate::limits::MAIL_AT_ONCE;
use crate::mail::{Boxes, Desk, Job, Key, Kind, Label, Letter, NoRoom};
use crate::metrics::Metrics;
use crate::refusal::Refusal;

/// All mail that waits.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(super) boxes: Boxes,
    desk: Desk,
    /// Letters that are being stored, and who waits for that.
    unstored: BTreeMap<Key, (Sent, Charge)>,
}

impl Mail {
    pub(crate) fn new(boxes: Boxes, desk: Desk) -> Self {
        Self {
            boxes,
            desk,
            unstored: BTreeMap::new(),
        }
    }

    /// Says how much there is.
    pub(super) fn report(&self, metrics: &Metrics) {
        let (boxes, bytes) = self.boxes.count();
        metrics.mailboxes.store(boxes as u64, Ordering::Relaxed);
        metrics.mail_bytes.store(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.boxes.remove(&key);
        self.desk.leave(Job::Remove(key));
    }

    /// Lets the sender of a letter know that it comes to nothing: by a letter, which waits as others do. Before that one
    /// is removed, so whoever crashes in between says it twice.
    fn give_back(&mut self, label: &Label, reason: ReturnReason) {
        if label.kind != Kind::Envelope {
            return;
        }
        let (to, from) = (&label.from, &label.key.to);
        let added = self
            .boxes
            .add(to, (from, Kind::Returned(reason)), (0, today()));
        match added {
            Ok(label) => self.desk.leave(Job::Put(Letter {
                label,
                envelope: Bytes::new(),
            })),
            Err(NoRoom) => debug!(%to, "no room to report that a letter was not delivered"),
        }
    }

    fn fetch(&self, id: ConnectionId, after: Key) {
        self.desk.leave(Job::Read {
            id,
            after,
            bytes: MAIL_AT_ONCE,
        });
    }
}

impl Router {
    /// Whether mail for this person goes into its box, whether it is here or not.
    pub(super) fn has_mail(&self, name: &Name) -> bool {
        let mail = self.mail.as_ref();
        mail.is_some_and(|mail| mail.boxes.has_any(name))
    }

    /// An envelope for somebody who is not connected, or is to get others first.
    pub(super) fn keep_new(&mut self, sent: Sent, to: &Name, envelope: Bytes) {
        let Some(account) = self.account(sent.from) else {
            return;
        };
        if self.mail.is_none() || self.directory.find(to).is_none() {
            debug!(%to, id = sent.id, "recipient is not connected");
            return self.undelivered(&sent, ErrorCode::UnknownName);
        }
        match account.charge(envelope.len()) {
            Ok(charge) => self.keep(sent, to, Held::copy(&envelope, charge)),
            Err(_) => self.undelivered(&sent, ErrorCode::Busy),
        }
    }

    /// Stores an envelope; its sender is told when that is done.
    fn keep(&mut self, sent: Sent, to: &Name, held: Held) {
        let Some(mail) = &mut self.mail else {
            return self.undelivered(&sent, ErrorCode::UnknownName);
        };
        let Held { envelope, charge } = held;
        let size = (envelope.len(), today());
        let Ok(label) = mail.boxes.add(to, (&sent.name, Kind::Envelope), size) else {
            debug!(%to, id = sent.id, "the mailbox is full");
            return self.undelivered(&sent, ErrorCode::Full);
        };
        debug!(from = %sent.name, %to, id = sent.id, bytes = envelope.len(), "keep");
        mail.unstored.insert(label.key.clone(), (sent, charge));
        mail.desk.leave(Job::Put(Letter { label, envelope }));
    }

    /// Letters were stored, or could not be.
    pub(super) fn mail_stored(&mut self, keys: Vec<Key>, saved: bool) {
        for key in keys {
            let Some(mail) = &mut self.mail else {
                return;
            };
            if !saved {
                mail.boxes.remove(&key);
            }
            let Some((sent, _)) = mail.unstored.remove(&key) else {
                continue;
            };
            if saved {
                self.accepted(&sent, false);
            } else {
                self.undelivered(&sent, ErrorCode::Internal);
            }
        }
    }

    /// Somebody has come: what waits is delivered.
    pub(super) fn fetch_mail(&mut self, id: ConnectionId) {
        let Some(client) = self.online.get(id) else {
            return;
        };
        if let Some(mail) = &self.mail
            && mail.boxes.has_after(&client.fetched)
        {
            mail.fetch(id, client.fetched.clone());
        }
    }

    /// For those who are here, something has come into the box.
    fn fetch_mail_of(&mut self, names: &BTreeSet<Name>) {
        for name in names {
            if let Some(id) = self.online.find(name) {
                self.fetch_mail(id);
            }
        }
    }

    /// Lets go of what nobody has fetched in time, and of what is for nobody any more. Senders are told.
    pub(super) fn expire_mail(&mut self, day: u32) {
        let mut senders = BTreeSet::new();
        if let Some(mail) = &mut self.mail {
            let is_known = |name: &Name| self.directory.find(name).is_some();
            for label in mail.boxes.expire(day, is_known) {
                mail.give_back(&label, ReturnReason::Expired);
                senders.insert(label.from.clone());
                mail.remove(label.key);
            }
        }
        self.fetch_mail_of(&senders);
    }

    /// Letters were read for a connection.
    pub(super) fn mail_read(&mut self, id: ConnectionId, letters: Option<Vec<Letter>>) {
        let (Some(mail), Some(client)) = (&self.mail, self.online.get_mut(id)) else {
            return;
        };
        let Some(letters) = letters else {
            let text = "the mail waiting for you cannot be read: try again later";
            return self.tell_refusal(id, &Refusal::new(ErrorCode::Internal, text));
        };
        let mut is_delivered = false;
        for Letter { label, envelope } in letters {
            // It was read twice, or has come to nothing meanwhile.
            if label.key.number <= client.fetched.number || !mail.boxes.has(&label.key) {
                continue;
            }
            let seq = client.delivered + 1;
            let other = label.from.clone();
            debug!(from = %other, to = %label.key.to, seq, "deliver from the box");
            let message = match label.kind {
                Kind::Envelope => ToClient::Deliver { seq, from: other },
                Kind::Returned(reason) => ToClient::Returned {
                    seq,
                    to: other,
                    reason,
                },
            };
            let has_answered = client.unacknowledged.is_empty();
            let (frame, account) = (message.frame(envelope), client.account.clone());
            if client
                .outbox
                .push_mail(frame, &account, has_answered)
                .is_err()
            {
                client.later.mail = true;
                return;
            }
            client.delivered = seq;
            client.fetched = label.key.clone();
            let origin = Origin::Box(label);
            client.unacknowledged.push_back(Delivery { seq, origin });
            is_delivered = true;
        }
        if !is_delivered {
            self.fetch_mail(id);
        }
    }

    /// A client has acknowledged letters of its box, and has refused some: the next ones may come.
    pub(super) fn acknowledge_letters(&mut self, by: ConnectionId, letters: Vec<(Label, bool)>) {
        let reason = ReturnReason::Refused;
        let mut senders = BTreeSet::new();
        if let Some(mail) = &mut self.mail {
            for (label, is_refused) in letters {
                if is_refused {
                    mail.give_back(&label, reason);
                    senders.insert(label.from.clone());
                }
                mail.remove(label.key);
            }
        }
        self.fetch_mail_of(&senders);
        let client = self.online.get(by);
        if client.is_some_and(|client| client.unacknowledged.is_empty()) {
            self.fetch_mail(by);
        }
    }

    /// A client has left and will not acknowledge these: they are kept, in their order, or their senders are
    /// told.
    pub(super) fn give_up(
        &mut self,
        to: &Name,
        deliveries: impl IntoIterator<Item = Delivery>,
        why: ErrorCode,
    ) {
        for delivery in deliveries {
            match delivery.origin {
                Origin::Sender(sent, Some(held)) => self.keep(sent, to, held),
                Origin::Sender(sent, None) => self.undelivered(&sent, why),
                Origin::Box(_) => {}
            }
        }
    }

    pub(super) fn accepted(&mut self, sent: &Sent, refused: bool) {
        let accepted = ToClient::Accepted {
            id: sent.id,
            refused,
        };
        self.tell(sent.from, &accepted, Bytes::new());
    }

    pub(super) fn undelivered(&mut self, sent: &Sent, reason: ErrorCode) {
        self.metrics.undelivered.add(reason);
        let undelivered = ToClient::Undelivered {
            id: sent.id,
            reason,
        };
        self.tell(sent.from, &undelivered, Bytes::new());
    }
}
