//! Files that this client sends.
//!
//! ```text
//! /file ─► Open ─► (waits its turn) ─► offer ─► answer ─► credit ─► Read, chunk, Read, chunk ... ─► receipt
//! ```
//!
//! No chunk leaves before the recipient has accepted exactly this offer, sealed: a relay's credit alone moves nothing.
//! One chunk is read at a time, so memory stays flat whatever the size.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chat_crypto::{FileKey, FileSealer, offer_digest};
use chat_protocol::limits::MAX_FILE_NAME;
use chat_protocol::{
    Blob, CancelReason, Content, Conversation, Digest, FileId, FileOffer, Fingerprint, Name,
    ReceiptStatus, ToRelay,
};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::files::Place;
use super::outbox::Purpose;
use super::stall::{OFFER_PATIENCE, PATIENCE, Watch};
use super::{Effect, FileJob, FileState, Line, Progress, Refusal, Session};
use crate::file_name::floor;
use crate::locale::sentences as say;

/// Files that go to one recipient at once; the others wait. A recipient takes as many.
pub(super) const AT_ONCE: usize = 4;

/// All files on their way to others.
#[derive(Debug, Default)]
pub(super) struct Sendings {
    last_source: u64,
    /// Being opened and read for their digest.
    opening: BTreeMap<u64, Addressed>,
    /// Ready, waiting for others to the same recipient.
    waiting: VecDeque<Prepared>,
    offered: BTreeMap<FileId, Sending>,
}

/// A source and where it shall go.
#[derive(Clone, Debug)]
struct Addressed {
    /// By which the user names it from now on.
    number: u64,
    to: Name,
    name: String,
    /// What the user calls the line that asked for it.
    tag: Option<u64>,
}

/// A source that is open, with its size and digest.
#[derive(Debug)]
struct Prepared {
    source: u64,
    what: Addressed,
    size: u64,
    sha256: [u8; 32],
}

/// A file that was offered.
#[derive(Debug)]
struct Sending {
    file: Prepared,
    recipient: Fingerprint,
    /// What the recipient has to accept.
    offer: Digest,
    accepted: bool,
    /// What the recipient waits for, by its own word.
    waits: Option<&'static str>,
    /// How often it has said so.
    notes: u64,
    sealer: FileSealer,
    hasher: Sha256,
    read: u64,
    sent: u32,
    /// Chunks with a lower index may be sent.
    until: u32,
    /// A read is under way.
    reading: bool,
    watch: Watch,
}

impl Sendings {
    pub(super) fn is_empty(&self) -> bool {
        self.opening.is_empty() && self.waiting.is_empty() && self.offered.is_empty()
    }

    pub(super) fn is_preparing(&self) -> bool {
        !self.opening.is_empty()
    }

    /// Files of which the recipient has not said anything for too long.
    pub(super) fn stalled(&mut self, now: u64) -> Vec<FileId> {
        let stalled = self.offered.iter_mut().filter_map(|(file, sending)| {
            let progress = u64::from(sending.sent) + u64::from(sending.until) + sending.notes;
            let patience = match (sending.accepted, sending.waits) {
                // The recipient's own end of it comes first.
                (false, Some("asked")) => OFFER_PATIENCE + PATIENCE,
                _ => PATIENCE,
            };
            let waits = !sending.reading;
            (waits && sending.watch.is_stalled(progress, patience, now)).then_some(*file)
        });
        stalled.collect()
    }

    /// All of them, for the user.
    pub(super) fn list(&self) -> impl Iterator<Item = (FileState, Place)> {
        let opening = self.opening.iter().map(|(source, what)| {
            let file = what.state("reading", None);
            (file, Place::Opening(*source))
        });
        let waiting = self.waiting.iter().map(|file| {
            let state = file.what.state("queued", Some(file.size));
            (state, Place::Waiting(file.source))
        });
        let offered = self.offered.iter().map(|(id, sending)| {
            let state = match (sending.accepted, sending.waits) {
                (true, _) => "sending",
                (false, waits) => waits.unwrap_or("offered"),
            };
            let size = Some(sending.file.size);
            (sending.file.what.state(state, size), Place::Sending(*id))
        });
        opening.chain(waiting).chain(offered)
    }

    fn is_busy(&self, to: &Name) -> bool {
        let theirs = |sending: &&Sending| sending.file.what.to == *to;
        self.offered.values().filter(theirs).count() >= AT_ONCE
    }

    fn offered_to(&self, to: &Name) -> Vec<FileId> {
        let theirs =
            |(file, sending): (&FileId, &Sending)| (sending.file.what.to == *to).then_some(*file);
        self.offered.iter().filter_map(theirs).collect()
    }

    fn by_source(&self, source: u64) -> Option<FileId> {
        let found =
            |(file, sending): (&FileId, &Sending)| (sending.file.source == source).then_some(*file);
        self.offered.iter().find_map(found)
    }
}

impl Addressed {
    fn state(&self, state: &'static str, size: Option<u64>) -> FileState {
        FileState {
            number: self.number,
            outgoing: true,
            with: self.to.clone(),
            state,
            size,
            name: self.name.clone(),
        }
    }
}

impl Session {
    /// The user wants to send a file.
    pub(super) fn open_source(
        &mut self,
        to: Name,
        path: &Path,
        tag: Option<u64>,
    ) -> Result<(), Refusal> {
        self.people.present(&to)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = floor(&name, MAX_FILE_NAME).to_owned();
        self.sendings.last_source += 1;
        let source = self.sendings.last_source;
        let number = self.number_file();
        let what = Addressed {
            number,
            to,
            name,
            tag,
        };
        self.sendings.opening.insert(source, what);
        let path = PathBuf::from(path);
        self.job(FileJob::Open { source, path });
        Ok(())
    }

    /// A source is open: offers it, or lets it wait its turn.
    pub(super) fn offer(&mut self, source: u64, size: u64, sha256: [u8; 32]) {
        let Some(what) = self.sendings.opening.remove(&source) else {
            self.job(FileJob::Close { source });
            return;
        };
        let prepared = Prepared {
            source,
            what,
            size,
            sha256,
        };
        if self.sendings.is_busy(&prepared.what.to) {
            let Addressed { to, name, .. } = prepared.what.clone();
            self.show(Line::FileWaiting { to, name });
            self.sendings.waiting.push_back(prepared);
        } else {
            self.offer_now(prepared);
        }
    }

    fn offer_now(&mut self, file: Prepared) {
        let mut id = FileId([0; 16]);
        self.rng.fill_bytes(&mut id.0);
        let key = FileKey::generate(&mut self.rng);
        let offer = FileOffer {
            file: id,
            name: file.what.name.clone(),
            size: file.size,
            sha256: Blob(file.sha256.to_vec()),
            key: key.to_blob(),
        };
        let accepts = offer_digest(&offer);
        let (to, source, tag) = (file.what.to.clone(), file.source, file.what.tag);
        let (kind, purpose) = (Conversation::Private, Purpose::Offer { file: id });
        let here = self.people.present(&to).map(|_| ());
        let place = here.and_then(|()| self.place(&to, kind));
        let sent = place.and_then(|place| {
            let content = Content::File { place, offer }.encode();
            self.send_message(&to, (kind, place), &content, (purpose, None))
        });
        let recipient = self
            .people
            .contact(&to)
            .map(|contact| contact.identity.fingerprint());
        match sent.and(recipient) {
            Ok(recipient) => {
                self.progress(Progress::Started {
                    file: id,
                    label: say::bar_to(file.what.name.as_str(), &to),
                    size: file.size,
                });
                let sending = Sending {
                    recipient,
                    offer: accepts,
                    accepted: false,
                    waits: None,
                    notes: 0,
                    sealer: FileSealer::new(&key, &id, file.size),
                    hasher: Sha256::new(),
                    read: 0,
                    sent: 0,
                    until: 0,
                    reading: false,
                    watch: Watch::default(),
                    file,
                };
                self.sendings.offered.insert(id, sending);
            }
            Err(refusal) => {
                self.job(FileJob::Close { source });
                self.refuse(refusal.of(tag));
            }
        }
    }

    /// A source could not be opened.
    pub(super) fn drop_source(&mut self, source: u64, refusal: Refusal) {
        if let Some(what) = self.sendings.opening.remove(&source) {
            self.refuse(refusal.of(what.tag));
        }
    }

    /// The recipient wants a file, from its first chunk on: only what was offered to this one counts.
    pub(super) fn on_accepted(
        &mut self,
        by: &Fingerprint,
        file: FileId,
        offer: &Digest,
        from: u32,
    ) {
        let Some(sending) = self.sendings.offered.get_mut(&file) else {
            return;
        };
        if sending.recipient == *by && sending.offer == *offer && from == 0 && !sending.accepted {
            sending.accepted = true;
            self.steps += 1;
            self.go_on(file);
        }
    }

    /// The recipient has to ask somebody, or to read what is there.
    pub(super) fn on_waits(&mut self, by: &Fingerprint, file: FileId, what: &'static str) {
        let offered = self.sendings.offered.get_mut(&file);
        let is_theirs = |file: &&mut Sending| file.recipient == *by && !file.accepted;
        let Some(sending) = offered.filter(is_theirs) else {
            return;
        };
        // First somebody is asked, then what is there is read, which takes as long as it takes.
        if what == "asked" && sending.waits.is_some() {
            return;
        }
        sending.notes += 1;
        let is_new = sending.waits.replace(what) != Some(what);
        self.steps += u64::from(is_new);
        let Addressed {
            number, to, name, ..
        } = sending.file.what.clone();
        if is_new {
            self.show(Line::FileAsked {
                number,
                to,
                what,
                name,
            });
        }
    }

    /// The recipient lets us go on.
    pub(super) fn on_credit(&mut self, from: &Name, file: FileId, until: u32) {
        if let Some(sending) = self.sendings.offered.get_mut(&file)
            && sending.file.what.to == *from
        {
            let until = until.min(sending.sealer.chunks());
            // Only what lets us go further is progress: nobody waits longer for a word that is said again.
            self.steps += u64::from(until > sending.until);
            sending.until = sending.until.max(until);
            self.go_on(file);
        } else {
            // It does not know yet that there is no such file any more.
            let (to, reason) = (from.clone(), CancelReason::Source);
            self.tell(&ToRelay::Cancel { to, file, reason });
        }
    }

    /// Asks for the next bytes, or sends a chunk of padding, as far as the credit goes.
    fn go_on(&mut self, file: FileId) {
        while let Some(sending) = self.sendings.offered.get_mut(&file)
            && sending.accepted
            && !sending.reading
            && sending.sent < sending.until
        {
            match sending.sealer.next_len() {
                Some(0) => self.send_chunk(file, &[]),
                Some(length) => {
                    sending.reading = true;
                    let source = sending.file.source;
                    self.job(FileJob::Read { source, length });
                }
                None => return,
            }
        }
    }

    /// The next bytes of a source have come.
    pub(super) fn on_read(&mut self, source: u64, bytes: &[u8]) {
        let Some(file) = self.sendings.by_source(source) else {
            return;
        };
        let Some(sending) = self.sendings.offered.get_mut(&file) else {
            return;
        };
        sending.reading = false;
        if sending.sealer.next_len() != Some(bytes.len()) {
            self.give_up_sending(file, CancelReason::Source);
            return;
        }
        sending.hasher.update(bytes);
        sending.read += bytes.len() as u64;
        let (read, size) = (sending.read, sending.file.size);
        if read == size {
            // Before the last of it leaves: what was announced is what was read.
            let same = sending.hasher.clone().finalize().as_slice() == sending.file.sha256;
            if !same {
                self.give_up_sending(file, CancelReason::Source);
                return;
            }
            self.job(FileJob::Close { source });
        }
        self.send_chunk(file, bytes);
        self.progress(Progress::At { file, done: read });
        self.go_on(file);
    }

    fn send_chunk(&mut self, file: FileId, content: &[u8]) {
        if let Some(sending) = self.sendings.offered.get_mut(&file) {
            let chunk = ToRelay::Chunk {
                to: sending.file.what.to.clone(),
                file,
                index: sending.sent,
            };
            let body = Bytes::from(sending.sealer.seal(content));
            sending.sent += 1;
            self.send(&chunk, body);
        }
    }

    /// The recipient says how it ended.
    pub(super) fn on_receipt(&mut self, by: &Fingerprint, file: FileId, status: &ReceiptStatus) {
        let Some(sending) = self.sendings.offered.get(&file) else {
            return;
        };
        if sending.recipient != *by {
            return;
        }
        self.steps += 1;
        match status {
            ReceiptStatus::Saved { sha256 } => {
                let whole = sending.sent == sending.sealer.chunks();
                if !whole || sha256.0 != sending.file.sha256 {
                    self.give_up_sending(file, CancelReason::Corrupt);
                } else if let Some(sending) = self.end_sending(file) {
                    self.show(Line::FileDelivered {
                        to: sending.what.to.clone(),
                        size: sending.size,
                        sha256: sending.sha256,
                        name: sending.what.name,
                    });
                    self.offer_waiting(&sending.what.to);
                }
            }
            ReceiptStatus::Failed { .. } => self.fail_source(file, "refused"),
        }
    }

    /// The recipient, or the relay for it, gives a file up.
    pub(super) fn on_source_cancelled(&mut self, from: &Name, file: FileId, reason: CancelReason) {
        let offered = self.sendings.offered.get(&file);
        if offered.is_some_and(|sending| sending.file.what.to == *from) {
            self.fail_source(file, &reason.to_string());
        }
    }

    /// A file cannot be sent, and the recipient knows it or is gone.
    pub(super) fn fail_source(&mut self, file: FileId, reason: &str) {
        if let Some(failed) = self.end_sending(file) {
            let to = failed.what.to.clone();
            self.fail_prepared(failed, reason);
            self.offer_waiting(&to);
        }
    }

    /// Gives up everything to this person, and tells it.
    pub(super) fn give_up_files_to(&mut self, to: &Name) {
        let reason = CancelReason::Source;
        for file in self.sendings.offered_to(to) {
            let to = to.clone();
            self.tell(&ToRelay::Cancel { to, file, reason });
        }
        self.fail_sources_to(to, &reason.to_string());
    }

    /// Everything to this person fails.
    pub(super) fn fail_sources_to(&mut self, to: &Name, reason: &str) {
        let mut failed = Vec::new();
        let waiting = std::mem::take(&mut self.sendings.waiting);
        for prepared in waiting {
            if prepared.what.to == *to {
                let source = prepared.source;
                self.job(FileJob::Close { source });
                failed.push(prepared);
            } else {
                self.sendings.waiting.push_back(prepared);
            }
        }
        for file in self.sendings.offered_to(to) {
            failed.extend(self.end_sending(file));
        }
        for prepared in failed {
            self.fail_prepared(prepared, reason);
        }
    }

    /// To whom files are on their way.
    pub(super) fn file_recipients(&self) -> Vec<Name> {
        let waiting = self.sendings.waiting.iter().map(|file| &file.what.to);
        let offered = self
            .sendings
            .offered
            .values()
            .map(|sending| &sending.file.what.to);
        waiting.chain(offered).cloned().collect()
    }

    /// Gives a file up and tells the recipient.
    pub(super) fn give_up_sending(&mut self, file: FileId, reason: CancelReason) {
        if let Some(sending) = self.sendings.offered.get(&file) {
            let to = sending.file.what.to.clone();
            self.tell(&ToRelay::Cancel { to, file, reason });
            self.fail_source(file, &reason.to_string());
        }
    }

    /// The user does not want a file to be sent any more, which its recipient is told.
    pub(super) fn stop_sending(&mut self, file: FileId, reason: CancelReason) {
        if let Some(stopped) = self.end_sending(file) {
            let to = stopped.what.to;
            let cancel = ToRelay::Cancel {
                to: to.clone(),
                file,
                reason,
            };
            self.tell(&cancel);
            self.offer_waiting(&to);
        }
    }

    /// The same, before it was offered.
    pub(super) fn stop_waiting(&mut self, source: u64) {
        self.sendings.waiting.retain(|file| file.source != source);
        self.job(FileJob::Close { source });
    }

    /// The same, before it was read: it is closed once it is open.
    pub(super) fn stop_opening(&mut self, source: u64) {
        self.sendings.opening.remove(&source);
    }

    fn fail_prepared(&mut self, failed: Prepared, reason: &str) {
        self.show(Line::FileFailed {
            with: failed.what.to,
            reason: reason.to_owned(),
            name: failed.what.name,
        });
    }

    fn end_sending(&mut self, file: FileId) -> Option<Prepared> {
        let sending = self.sendings.offered.remove(&file)?;
        let source = sending.file.source;
        self.job(FileJob::Close { source });
        self.progress(Progress::Over { file });
        Some(sending.file)
    }

    /// Offers what waits for this recipient and has room. One that cannot be offered makes room for the next.
    fn offer_waiting(&mut self, to: &Name) {
        let is_theirs = |file: &Prepared| file.what.to == *to;
        while !self.sendings.is_busy(to)
            && let Some(next) = self.sendings.waiting.iter().position(is_theirs)
            && let Some(file) = self.sendings.waiting.remove(next)
        {
            self.offer_now(file);
        }
    }

    pub(super) fn job(&mut self, job: FileJob) {
        self.effects.push(Effect::File(job));
    }

    pub(super) fn progress(&mut self, progress: Progress) {
        self.effects.push(Effect::Progress(progress));
    }
}
