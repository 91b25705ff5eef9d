//! Files that others send: accepted by themselves, within limits, and kept only when they are
//! whole and have the digest that their sender announced.

use std::collections::BTreeMap;

use chat_crypto::{FileKey, FileOpener};
use chat_protocol::limits::{FILE_WINDOW, MAX_FILE_NAME};
use chat_protocol::{
    Blob, CancelReason, Content, Conversation, FileOffer, Name, ReceiptStatus, ToRelay,
};
use sha2::{Digest as _, Sha256};

use super::outbox::Purpose;
use super::sending::AT_ONCE;
use super::stall::Watch;
use super::{FileJob, Line, Progress, Session, Transfer};
use crate::file_name::SafeName;

/// Files that are received at once, from everyone together.
const AT_ONCE_FROM_ALL: usize = 32;

/// All files on their way to us.
#[derive(Debug, Default)]
pub(super) struct Receivings {
    running: BTreeMap<Transfer, Receiving>,
}

/// A file on its way to us.
#[derive(Debug)]
struct Receiving {
    name: SafeName,
    size: u64,
    sha256: [u8; 32],
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
            let waits = !receiving.finishing;
            (waits && receiving.watch.is_stalled(progress, now)).then(|| transfer.clone())
        });
        stalled.collect()
    }

    /// Files of this person that are not whole.
    fn unfinished_of(&self, from: &Name) -> Vec<Transfer> {
        let running = self.running.iter();
        let theirs = running.filter(|(file, receiving)| file.from == *from && !receiving.finishing);
        theirs.map(|(file, _)| file.clone()).collect()
    }

    fn has_room(&self, from: &Name) -> bool {
        let theirs = self
            .running
            .keys()
            .filter(|transfer| transfer.from == *from);
        theirs.count() < AT_ONCE && self.running.len() < AT_ONCE_FROM_ALL
    }
}

impl Receiving {
    /// Reads an offer; `None` for one that breaks the rules.
    fn of(offer: &FileOffer) -> Option<Self> {
        let key = FileKey::try_from(&offer.key).ok()?;
        if offer.name.len() > MAX_FILE_NAME {
            return None;
        }
        Some(Self {
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
    /// Somebody wants to send a file.
    pub(super) fn on_offer(&mut self, from: &Name, flagged: bool, offer: &FileOffer) {
        let transfer = Transfer {
            from: from.clone(),
            file: offer.file,
        };
        if flagged {
            self.cancel(&transfer, CancelReason::Refused);
            self.reject(from, "key-changed");
            return;
        }
        if self.receivings.running.contains_key(&transfer) {
            self.reject(from, "repeated-file");
            return;
        }
        let room = self.receivings.has_room(from);
        let Some(receiving) = Receiving::of(offer).filter(|_| room) else {
            self.cancel(&transfer, CancelReason::Refused);
            self.show_failed(from, CancelReason::Refused, &SafeName::of(&offer.name));
            return;
        };
        let name = receiving.name.clone();
        self.show(Line::FileOffered {
            from: from.clone(),
            size: receiving.size,
            name: name.as_str().to_owned(),
        });
        self.progress(Progress::Started {
            file: transfer.file,
            label: format!("{} from {from}", name.as_str()),
            size: receiving.size,
        });
        self.receivings.running.insert(transfer.clone(), receiving);
        self.job(FileJob::Create {
            transfer: transfer.clone(),
            name,
        });
        self.give_credit(&transfer);
    }

    /// A chunk of a file. What nobody waits for is left alone: it was on its way when the
    /// file was given up.
    pub(super) fn on_chunk(&mut self, transfer: Transfer, index: u32, sealed: &[u8]) {
        let running = self.receivings.running.get_mut(&transfer);
        // Of one that is whole already, nothing more can come that matters.
        let Some(receiving) = running.filter(|receiving| !receiving.finishing) else {
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

    /// The sender, or the relay for it, gives a file up.
    pub(super) fn on_transfer_cancelled(&mut self, transfer: Transfer, reason: CancelReason) {
        self.fail_transfer(&transfer, reason);
    }

    /// Everything that this person sends fails, unless it is complete.
    pub(super) fn fail_files_with(&mut self, name: &Name) {
        self.fail_sources_to(name, "gone");
        for transfer in self.receivings.unfinished_of(name) {
            self.fail_transfer(&transfer, CancelReason::Gone);
        }
    }

    /// Nothing is exchanged with this person any more, and both sides are told. What is whole already is kept.
    pub(super) fn give_up_files_with(&mut self, name: &Name) {
        self.give_up_files_to(name);
        for transfer in self.receivings.unfinished_of(name) {
            self.give_up_receiving(&transfer, CancelReason::Refused);
        }
    }

    /// The relay is gone, and all files with it.
    pub(super) fn fail_all_files(&mut self) {
        let mut names = self.file_recipients();
        names.extend(
            self.receivings
                .running
                .keys()
                .map(|transfer| transfer.from.clone()),
        );
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

    fn fail_transfer(&mut self, transfer: &Transfer, reason: CancelReason) {
        let running = self.receivings.running.get(transfer);
        if running.is_none_or(|receiving| receiving.finishing) {
            return;
        }
        if let Some(failed) = self.receivings.running.remove(transfer) {
            self.progress(Progress::Over {
                file: transfer.file,
            });
            self.job(FileJob::Discard {
                transfer: transfer.clone(),
            });
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

    fn show_failed(&mut self, with: &Name, reason: CancelReason, name: &SafeName) {
        self.show(Line::FileFailed {
            with: with.clone(),
            reason: reason.to_string(),
            name: name.as_str().to_owned(),
        });
    }
}
