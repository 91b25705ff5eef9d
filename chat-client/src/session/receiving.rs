//! Files that were accepted: received within limits, and kept only when they are whole and have the digest that their
//! sender announced.

use std::collections::BTreeMap;

use chat_crypto::{FileKey, FileOpener, offer_digest};
use chat_protocol::limits::{FILE_WINDOW, MAX_FILE_NAME};
use chat_protocol::{
    Blob, CancelReason, Content, Conversation, Digest, FileAnswer, FileOffer, Fingerprint, Name,
    ReceiptStatus, ToRelay,
};
use sha2::{Digest as _, Sha256};

use super::files::Place;
use super::outbox::Purpose;
use super::stall::{PATIENCE, Watch};
use super::{FileJob, FileState, Line, Progress, Session, Transfer};
use crate::file_name::SafeName;
use crate::locale::sentences as say;

/// Files that are received at once, from everyone together.
const AT_ONCE_FROM_ALL: usize = 32;

/// All files on their way to us.
#[derive(Debug, Default)]
pub(super) struct Receivings {
    running: BTreeMap<Transfer, Receiving>,
}

/// A file on its way to us, by exactly one offer.
#[derive(Debug)]
pub(super) struct Receiving {
    /// By which the user names it.
    pub(super) number: u64,
    /// The identity that has signed the offer.
    pub(super) by: Fingerprint,
    /// Which offer.
    offer: Digest,
    pub(super) name: SafeName,
    pub(super) size: u64,
    pub(super) sha256: [u8; 32],
    /// It is accepted, and cannot be written to yet.
    preparing: bool,
    opener: FileOpener,
    hasher: Sha256,
    written: u64,
    received: u32,
    /// What the sender was told: chunks with a lower index may come.
    until: u32,
    /// All is here; it gets its name.
    finishing: bool,
    watch: Watch,
}

impl Receivings {
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Files of which nothing has come for too long.
    pub(super) fn stalled(&mut self, now: u64) -> Vec<Transfer> {
        let stalled = self.running.iter_mut().filter_map(|(transfer, receiving)| {
            let progress = u64::from(receiving.received);
            let waits = !receiving.finishing && !receiving.preparing;
            (waits && receiving.watch.is_stalled(progress, PATIENCE, now)).then(|| transfer.clone())
        });
        stalled.collect()
    }

    /// Files of this person that are not whole.
    fn unfinished_of(&self, from: &Name) -> Vec<Transfer> {
        let running = self.running.iter();
        let theirs = running.filter(|(file, receiving)| file.from == *from && !receiving.finishing);
        theirs.map(|(file, _)| file.clone()).collect()
    }

    /// How many files of this person are on their way.
    pub(super) fn count_of(&self, from: &Name) -> usize {
        let theirs = self.running.keys().filter(|file| file.from == *from);
        theirs.count()
    }

    pub(super) fn is_full(&self) -> bool {
        self.running.len() >= AT_ONCE_FROM_ALL
    }

    pub(super) fn has(&self, transfer: &Transfer) -> bool {
        self.running.contains_key(transfer)
    }

    fn preparing(&self) -> Vec<Transfer> {
        let preparing = self.running.iter().filter(|(_, file)| file.preparing);
        preparing.map(|(transfer, _)| transfer.clone()).collect()
    }

    /// All of them, for the user.
    pub(super) fn list(&self) -> impl Iterator<Item = (FileState, Place)> {
        self.running.iter().map(|(transfer, receiving)| {
            let (state, place) = match receiving {
                Receiving {
                    finishing: true, ..
                } => ("saving", Place::Saving),
                Receiving {
                    preparing: true, ..
                } => ("checking", Place::Receiving(transfer.clone())),
                _ => ("receiving", Place::Receiving(transfer.clone())),
            };
            let state = FileState {
                number: receiving.number,
                outgoing: false,
                with: transfer.from.clone(),
                state,
                size: Some(receiving.size),
                name: receiving.name.as_str().to_owned(),
            };
            (state, place)
        })
    }
}

impl Receiving {
    /// Reads an offer that this identity has signed; `None` for one that breaks the rules.
    pub(super) fn of(offer: &FileOffer, by: Fingerprint) -> Option<Self> {
        let key = FileKey::try_from(&offer.key).ok()?;
        if offer.name.len() > MAX_FILE_NAME {
            return None;
        }
        Some(Self {
            number: 0,
            by,
            offer: offer_digest(offer),
            preparing: true,
            name: SafeName::of(&offer.name),
            size: offer.size,
            sha256: offer.sha256.0.as_slice().try_into().ok()?,
            opener: FileOpener::new(&key, &offer.file, offer.size).ok()?,
            hasher: Sha256::new(),
            written: 0,
            received: 0,
            until: 0,
            finishing: false,
            watch: Watch::default(),
        })
    }

    /// Takes a chunk; `None` for one that does not belong here.
    fn take(&mut self, index: u32, sealed: &[u8]) -> Option<Vec<u8>> {
        if index != self.received || index >= self.until {
            return None;
        }
        let content = self.opener.open(sealed).ok()?;
        self.hasher.update(&content);
        self.written += content.len() as u64;
        self.received += 1;
        Some(content)
    }

    fn is_whole(&self) -> bool {
        self.opener.is_complete()
    }

    fn has_its_digest(&self) -> bool {
        self.hasher.clone().finalize().as_slice() == self.sha256
    }

    /// More credit, when the sender has used half of it.
    fn credit(&mut self) -> Option<u32> {
        let used = self.until.saturating_sub(self.received) <= FILE_WINDOW / 2;
        if !used || self.until == self.opener.chunks() {
            return None;
        }
        self.until = self
            .received
            .saturating_add(FILE_WINDOW)
            .min(self.opener.chunks());
        Some(self.until)
    }
}

impl Session {
    /// An offer is accepted: its file is received, once it can be written to.
    pub(super) fn receive(&mut self, transfer: Transfer, receiving: Receiving) {
        let name = receiving.name.clone();
        self.progress(Progress::Started {
            file: transfer.file,
            label: say::bar_from(name.as_str(), &transfer.from),
            size: receiving.size,
        });
        self.receivings.running.insert(transfer.clone(), receiving);
        self.job(FileJob::Create { transfer, name });
    }

    /// A file can be written to: its sender may begin.
    pub(super) fn on_created(&mut self, transfer: &Transfer) {
        let Some(receiving) = self.receivings.running.get_mut(transfer) else {
            self.job(FileJob::Discard {
                transfer: transfer.clone(),
            });
            return;
        };
        receiving.preparing = false;
        let answer = FileAnswer::Accepted {
            offer: receiving.offer,
            from: receiving.received,
        };
        self.answer_offer(transfer, answer);
        self.give_credit(transfer);
    }

    /// Who sends a file that cannot be written to yet is told to wait.
    pub(super) fn tell_of_checking(&mut self) {
        for transfer in self.receivings.preparing() {
            self.answer_offer(&transfer, FileAnswer::Checking {});
        }
    }

    /// A chunk of a file. What nobody waits for is left alone: it was on its way when the
    /// file was given up.
    pub(super) fn on_chunk(&mut self, transfer: Transfer, index: u32, sealed: &[u8]) {
        let running = self.receivings.running.get_mut(&transfer);
        // Of one that is whole already, nothing more can come that matters; of one that has not begun, nothing can.
        let is_open = |file: &&mut Receiving| !file.finishing && !file.preparing;
        let Some(receiving) = running.filter(is_open) else {
            return;
        };
        let Some(bytes) = receiving.take(index, sealed) else {
            self.give_up_receiving(&transfer, CancelReason::Corrupt);
            return;
        };
        let (file, done) = (transfer.file, receiving.written);
        let whole = receiving.is_whole();
        if whole && !receiving.has_its_digest() {
            self.give_up_receiving(&transfer, CancelReason::Corrupt);
            return;
        }
        receiving.finishing = whole;
        if !bytes.is_empty() {
            self.job(FileJob::Write {
                transfer: transfer.clone(),
                bytes,
            });
        }
        self.progress(Progress::At { file, done });
        if whole {
            self.job(FileJob::Finish { transfer });
        } else {
            self.give_credit(&transfer);
        }
    }

    /// A file has its name: its sender gets the receipt.
    pub(super) fn on_saved(&mut self, transfer: &Transfer, name: String) {
        let Some(receiving) = self.receivings.running.remove(transfer) else {
            return;
        };
        let Transfer { from, file } = transfer.clone();
        self.progress(Progress::Over { file });
        let sha256 = receiving.sha256;
        self.show(Line::FileReceived {
            from: from.clone(),
            size: receiving.size,
            sha256,
            name,
        });
        let status = ReceiptStatus::Saved {
            sha256: Blob(sha256.to_vec()),
        };
        let content = Content::Receipt { file, status }.encode();
        // A sender who is gone, or another by now, gets none: the file is here all the same.
        let sent = self.send_sealed(&from, Conversation::Private, &content, Purpose::Receipt);
        drop(sent);
    }

    /// A file cannot be written here.
    pub(super) fn on_not_saved(&mut self, transfer: &Transfer) {
        self.give_up_receiving(transfer, CancelReason::Storage);
    }

    /// The sender, or the relay for it, gives a file up, or takes its offer away.
    pub(super) fn on_transfer_cancelled(&mut self, transfer: &Transfer, reason: CancelReason) {
        self.drop_offer(transfer, reason);
        self.fail_transfer(transfer, reason);
    }

    /// Everything that this person sends or offers fails, unless it is complete.
    pub(super) fn fail_files_with(&mut self, name: &Name) {
        self.fail_sources_to(name, "gone");
        for transfer in self.offers.of(name) {
            self.drop_offer(&transfer, CancelReason::Gone);
        }
        for transfer in self.receivings.unfinished_of(name) {
            self.fail_transfer(&transfer, CancelReason::Gone);
        }
    }

    /// Nothing is exchanged with this person any more, and both sides are told. What is whole already is kept.
    pub(super) fn give_up_files_with(&mut self, name: &Name) {
        self.give_up_files_to(name);
        for transfer in self.offers.of(name) {
            self.refuse_offer(&transfer, "refused");
        }
        for transfer in self.receivings.unfinished_of(name) {
            self.give_up_receiving(&transfer, CancelReason::Refused);
        }
    }

    /// The relay is gone, and all files with it.
    pub(super) fn fail_all_files(&mut self) {
        let mut names = self.file_recipients();
        let offered = self.offers.all().map(|(transfer, _)| transfer);
        let incoming = self.receivings.running.keys().chain(offered);
        names.extend(incoming.map(|transfer| transfer.from.clone()));
        for name in names {
            self.fail_files_with(&name);
        }
    }

    fn give_credit(&mut self, transfer: &Transfer) {
        let running = self.receivings.running.get_mut(transfer);
        if let Some(until) = running.and_then(Receiving::credit) {
            self.tell(&ToRelay::Credit {
                to: transfer.from.clone(),
                file: transfer.file,
                until,
            });
        }
    }

    pub(super) fn give_up_receiving(&mut self, transfer: &Transfer, reason: CancelReason) {
        if let Some(receiving) = self.receivings.running.get_mut(transfer) {
            receiving.finishing = false;
            self.cancel(transfer, reason);
            self.fail_transfer(transfer, reason);
        }
    }

    /// The user does not want a file any more, which its sender is told.
    pub(super) fn stop_receiving(&mut self, transfer: &Transfer, reason: CancelReason) {
        self.cancel(transfer, reason);
        self.end_receiving(transfer);
    }

    fn end_receiving(&mut self, transfer: &Transfer) -> Option<Receiving> {
        let receiving = self.receivings.running.remove(transfer)?;
        let (file, transfer) = (transfer.file, transfer.clone());
        self.progress(Progress::Over { file });
        self.job(FileJob::Discard { transfer });
        Some(receiving)
    }

    fn fail_transfer(&mut self, transfer: &Transfer, reason: CancelReason) {
        let running = self.receivings.running.get(transfer);
        if running.is_none_or(|receiving| receiving.finishing) {
            return;
        }
        if let Some(failed) = self.end_receiving(transfer) {
            self.show_failed(&transfer.from, reason, &failed.name);
        }
    }

    pub(super) fn cancel(&mut self, transfer: &Transfer, reason: CancelReason) {
        self.tell(&ToRelay::Cancel {
            to: transfer.from.clone(),
            file: transfer.file,
            reason,
        });
    }

    pub(super) fn show_failed(&mut self, with: &Name, reason: CancelReason, name: &SafeName) {
        self.show(Line::FileFailed {
            with: with.clone(),
            reason: reason.to_string(),
            name: name.as_str().to_owned(),
        });
    }
}
