//! Envelopes from others.

use bytes::Bytes;
use chat_crypto::{Freshness, ReplayRecord};
use chat_protocol::limits::{MAX_RECEIPTS, MAX_ROOM_ENTRIES, MAX_TEXT};
use chat_protocol::{
    CancelReason, Content, Conversation, Digest, Envelope, Fingerprint, Name, ReturnReason, ToRelay,
};

use super::room_mail::RoomText;
use super::{Line, Past, Session, Spot, Transfer};
use crate::account::{Entry, Thread, digest};

/// So many numbers fit into one header, however long they are.
const REFUSED_AT_ONCE: usize = 256;

/// A content, and how it came.
struct Mail {
    record: ReplayRecord,
    digest: Digest,
    content: Content,
    conversation: Conversation,
    by: Fingerprint,
    flagged: bool,
}

/// What a client would have sent: others are held to what this one is held to.
fn is_text(text: &str) -> bool {
    text.len() <= MAX_TEXT && !text.trim().is_empty()
}

impl Session {
    /// An envelope. It is acknowledged whatever is in it: asking for it again would bring
    /// the same bytes.
    pub(super) fn on_deliver(&mut self, seq: u64, from: &Name, body: Bytes) {
        self.link.dealt_with = self.link.dealt_with.max(Some(seq));
        match self.open(from, body) {
            Ok(Some(mail)) => {
                // The last entry: where the disk loses what came before it, the envelope opens once more.
                let opened = Entry::Opened(mail.record.clone());
                self.on_mail(from, mail);
                self.records.push(opened);
            }
            // The same envelope again: shown before.
            Ok(None) => {}
            Err(code) => {
                self.link.refused.push(seq);
                self.reject(from, code);
            }
        }
    }

    /// What the relay kept for somebody comes to nothing. It is one of many: which one, the relay does not know.
    pub(super) fn on_returned(&mut self, seq: u64, to: Name, reason: ReturnReason) {
        self.link.dealt_with = self.link.dealt_with.max(Some(seq));
        self.show(Line::Undelivered {
            tag: None,
            to,
            reason: reason.to_string(),
        });
    }

    /// Answers for everything that was delivered, and says what of it was refused. Why, is
    /// for this side alone: who forges envelopes learns nothing of how far each one came.
    pub(super) fn acknowledge(&mut self) {
        let Some(seq) = self.link.dealt_with.take() else {
            return;
        };
        let mut refused = std::mem::take(&mut self.link.refused);
        while refused.len() > REFUSED_AT_ONCE {
            let later = refused.split_off(REFUSED_AT_ONCE);
            if let Some(&seq) = refused.last() {
                self.promise(&ToRelay::Ack { seq, refused }, Bytes::new());
            }
            refused = later;
        }
        self.promise(&ToRelay::Ack { seq, refused }, Bytes::new());
    }

    /// What others have been shown. It is no mail: what does not open is told, and nobody hears of it.
    pub(super) fn on_receipts(&mut self, from: &Name, body: Bytes) {
        match self.open(from, body) {
            Ok(Some(Mail {
                content: Content::Delivered { ids },
                by,
                ..
            })) => self.on_delivered(&by, &ids),
            Ok(Some(Mail {
                content: Content::Read { ids },
                by,
                ..
            })) => self.on_words_of_reading(&by, &ids),
            Ok(Some(Mail {
                content: Content::Typing {},
                flagged,
                ..
            })) => self.on_typing(from, flagged),
            Ok(Some(Mail {
                content: Content::FileAnswer { file, answer },
                by,
                ..
            })) => self.on_file_answer(&by, file, answer),
            // The same again.
            Ok(None) => {}
            Ok(Some(_)) => self.reject(from, "content"),
            Err(code) => self.reject(from, code),
        }
    }

    fn open(&mut self, from: &Name, body: Bytes) -> Result<Option<Mail>, &'static str> {
        let envelope = Envelope::decode(body).map_err(|_| "malformed")?;
        let header = envelope.parse_header().map_err(|_| "malformed")?;
        let (sender, flagged) = self
            .people
            .sender(from, &header.from)
            .ok_or("unknown-sender")?;
        let opened = self
            .receiver
            .open(&self.identity, sender, &envelope, self.now)
            .map_err(|error| error.code())?;
        let Freshness::New(record) = opened.freshness else {
            return Ok(None);
        };
        self.rotation.opened += 1;
        let content = Content::decode(&opened.content).map_err(|_| "content")?;
        match &content {
            Content::Text { text, .. } | Content::RoomText { text, .. } if !is_text(text) => {
                return Err("content");
            }
            Content::RoomList { entries, .. } if entries.len() > MAX_ROOM_ENTRIES => {
                return Err("content");
            }
            Content::Delivered { ids } | Content::Read { ids } if ids.len() > MAX_RECEIPTS => {
                return Err("content");
            }
            _ => {}
        }
        Ok(Some(Mail {
            record,
            digest: digest(&opened.content),
            content,
            conversation: opened.conversation,
            by: header.from,
            flagged,
        }))
    }

    fn on_mail(&mut self, from: &Name, mail: Mail) {
        let thread = Thread {
            peer: mail.by,
            conversation: mail.conversation,
        };
        if self.people.is_blocked(from) {
            return self.on_blocked_mail(from, thread, &mail);
        }
        match mail.content {
            Content::Text { place, text } => {
                if self.take_place(from, thread, &place, mail.digest) {
                    let to = match mail.conversation {
                        Conversation::All => None,
                        Conversation::Private => Some(self.people.me.clone()),
                    };
                    self.past.push(Past {
                        at: self.now,
                        from: from.clone(),
                        to,
                        room: None,
                        text: text.clone(),
                        id: Some(place.id),
                        flagged: mail.flagged,
                    });
                    let spot = match mail.conversation {
                        Conversation::All => Spot::Everyone,
                        Conversation::Private => Spot::With(from.clone()),
                    };
                    self.end_typing(from);
                    self.note_unread(spot, from, place.id);
                    self.show(Line::Message {
                        from: from.clone(),
                        conversation: mail.conversation,
                        text,
                        flagged: mail.flagged,
                    });
                    self.marks.show(from, place.id);
                }
            }
            Content::RoomText {
                place,
                room,
                list,
                text,
            } => {
                if self.take_place(from, thread, &place, mail.digest) {
                    let id = place.id;
                    let said = RoomText {
                        room,
                        list,
                        text,
                        id,
                    };
                    self.on_room_text(from, mail.by, said);
                }
            }
            Content::RoomList { place, entries } => {
                if self.take_place(from, thread, &place, mail.digest) {
                    self.on_room_list(from, mail.by, &entries);
                    self.marks.show(from, place.id);
                }
            }
            Content::File { place, offer } => {
                if self.take_place(from, thread, &place, mail.digest) {
                    self.on_offer(from, (mail.by, mail.flagged), &offer);
                }
            }
            Content::Receipt { file, status } => self.on_receipt(&mail.by, file, &status),
            // These travel as receipts.
            Content::Delivered { .. }
            | Content::Read { .. }
            | Content::Typing {}
            | Content::FileAnswer { .. } => self.reject(from, "content"),
        }
    }

    /// Of a blocked person nothing is shown or confirmed; but its place is taken note of, or later messages would
    /// seem to miss one.
    fn on_blocked_mail(&mut self, from: &Name, thread: Thread, mail: &Mail) {
        let (Content::Text { place, .. }
        | Content::RoomText { place, .. }
        | Content::RoomList { place, .. }
        | Content::File { place, .. }) = &mail.content
        else {
            return;
        };
        let (_, entry) = self.account.see(thread, place, mail.digest);
        self.records.extend(entry);
        if let Content::File { offer, .. } = &mail.content {
            let (from, file) = (from.clone(), offer.file);
            self.cancel(&Transfer { from, file }, CancelReason::Refused);
        }
    }

    pub(super) fn reject(&mut self, from: &Name, code: &'static str) {
        self.show(Line::Rejected {
            from: from.clone(),
            code,
        });
    }
}
