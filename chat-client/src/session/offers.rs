//! Files that others offer, and that wait for the user's answer.
//!
//! Consent is for one offer: what was shown with its number is what will be received, by the file's number, name,
//! size and digest, under the key of that offer, from the identity that signed it. Numbers are never used twice.

use std::collections::{BTreeMap, BTreeSet};

use chat_protocol::{
    CancelReason, Content, Conversation, FileAnswer, FileId, FileOffer, Fingerprint, Name, ToRelay,
};

use super::receiving::Receiving;
use super::sending::AT_ONCE;
use super::stall::{OFFER_PATIENCE, Watch};
use super::{Line, Refusal, Session, Transfer, Which};
use crate::file_name::SafeName;
use crate::locale::{Sentence, sentences as say};

/// Offers of everyone together that wait at once.
const MOST: usize = 256;

/// All offers that wait.
#[derive(Debug, Default)]
pub(super) struct Offers {
    waiting: BTreeMap<Transfer, Offer>,
    /// Whose offers have gone since the user last named one: what waits now may not be what the user has seen.
    gone: BTreeSet<Name>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Offer {
    /// The file, as it is going to be received.
    pub(super) receiving: Receiving,
    watch: Watch,
}

impl Offers {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn has(&self, transfer: &Transfer) -> bool {
        self.waiting.contains_key(transfer)
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MOST
    }

    pub(super) fn of(&self, from: &Name) -> Vec<Transfer> {
        let theirs = self.waiting.keys().filter(|file| file.from == *from);
        theirs.cloned().collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Transfer, &Offer)> {
        self.waiting.iter()
    }

    /// Those that nobody has answered for too long.
    pub(super) fn expired(&mut self, now: u64) -> Vec<Transfer> {
        let offers = self.waiting.iter_mut();
        let expired = offers.filter_map(|(transfer, offer)| {
            let is_over = offer.watch.is_stalled(0, OFFER_PATIENCE, now);
            is_over.then(|| transfer.clone())
        });
        expired.collect()
    }
}

impl Session {
    /// Somebody wants to send a file.
    pub(super) fn on_offer(
        &mut self,
        from: &Name,
        (by, flagged): (Fingerprint, bool),
        offer: &FileOffer,
    ) {
        let transfer = Transfer {
            from: from.clone(),
            file: offer.file,
        };
        if flagged {
            self.cancel(&transfer, CancelReason::Refused);
            self.reject(from, "key-changed");
            return;
        }
        if self.receivings.has(&transfer) || self.offers.has(&transfer) {
            self.reject(from, "repeated-file");
            return;
        }
        let is_taken = self
            .choices
            .accept_files
            .takes_from(self.people.state(from));
        // What waits for an answer takes nothing from those whose files need none.
        let is_full = if is_taken {
            self.receivings.is_full()
        } else {
            self.offers.is_full()
        };
        let has_room = !is_full && self.has_room_for(from);
        let receiving = Receiving::of(offer, by).filter(|_| has_room);
        let Some(mut receiving) = receiving else {
            self.cancel(&transfer, CancelReason::Refused);
            self.show_failed(from, CancelReason::Refused, &SafeName::of(&offer.name));
            return;
        };
        receiving.number = self.number_file();
        let Receiving {
            number,
            size,
            sha256,
            ..
        } = receiving;
        let (from, name) = (from.clone(), receiving.name.as_str().to_owned());
        if is_taken {
            self.show(Line::FileOffered { from, size, name });
            self.receive(transfer, receiving);
            return;
        }
        self.show(Line::FileAsks {
            number,
            from,
            size,
            sha256,
            name,
        });
        let watch = Watch::default();
        let offer = Offer { receiving, watch };
        self.offers.waiting.insert(transfer.clone(), offer);
        self.answer_offer(&transfer, FileAnswer::Asked {});
    }

    /// Whether somebody may have another file waiting or on its way.
    fn has_room_for(&self, from: &Name) -> bool {
        let waiting = self.offers.of(from).len();
        waiting + self.receivings.count_of(from) < AT_ONCE
    }

    /// The user takes a file.
    pub(super) fn accept_file(&mut self, which: &Which) -> Result<(), Refusal> {
        let transfer = self.find_offer(which)?;
        let from = transfer.from.clone();
        let identity = self.people.present(&from)?.identity.fingerprint();
        if self.receivings.is_full() {
            return Err(Refusal::new("too-many-files", say::too_many_files()));
        }
        let Some(Offer { receiving, .. }) = self.offers.waiting.remove(&transfer) else {
            return Ok(());
        };
        if receiving.by != identity {
            self.cancel(&transfer, CancelReason::Refused);
            return Err(Refusal::new("key-changed", say::offered_by_another(&from)));
        }
        self.answered(receiving.number, &from, "accepted", receiving.name.as_str());
        self.receive(transfer, receiving);
        Ok(())
    }

    /// The user does not take it.
    pub(super) fn refuse_file(&mut self, which: &Which) -> Result<(), Refusal> {
        let transfer = self.find_offer(which)?;
        self.refuse_offer(&transfer, "refused");
        Ok(())
    }

    pub(super) fn refuse_offer(&mut self, transfer: &Transfer, answer: &'static str) {
        if let Some(Offer { receiving, .. }) = self.offers.waiting.remove(transfer) {
            self.cancel(transfer, CancelReason::Refused);
            let (number, name) = (receiving.number, receiving.name.as_str());
            self.answered(number, &transfer.from, answer, name);
        }
    }

    /// Nobody has answered in time.
    pub(super) fn expire_offer(&mut self, transfer: &Transfer) {
        self.cancel(transfer, CancelReason::Expired);
        self.drop_offer(transfer, CancelReason::Expired);
    }

    /// An offer has gone, and not by the user's answer.
    pub(super) fn drop_offer(&mut self, transfer: &Transfer, reason: CancelReason) {
        if let Some(offer) = self.offers.waiting.remove(transfer) {
            self.offers.gone.insert(transfer.from.clone());
            self.show_failed(&transfer.from, reason, &offer.receiving.name);
        }
    }

    /// Tells the sender of a file what becomes of its offer: sealed, so that no relay can accept for its recipient.
    pub(super) fn answer_offer(&mut self, transfer: &Transfer, answer: FileAnswer) {
        let Transfer { from, file } = transfer.clone();
        let content = Content::FileAnswer { file, answer }.encode();
        // A sender who is gone needs no answer.
        if self.people.present(&from).is_err() {
            return;
        }
        if let Ok((envelope, ..)) = self.seal(&from, Conversation::Private, &content) {
            self.send(&ToRelay::Receipt { to: from }, envelope);
        }
    }

    /// The offer that the user means. Without a number, it has to be the only one, and no other may have gone since
    /// the user last named one: what is accepted is what was seen.
    fn find_offer(&mut self, which: &Which) -> Result<Transfer, Refusal> {
        let gone = std::mem::take(&mut self.offers.gone);
        let waiting = &self.offers.waiting;
        let is_meant = |(transfer, offer): &(&Transfer, &Offer)| match which {
            Which::Only => true,
            Which::With(name) => transfer.from == *name,
            Which::Number(number) => offer.receiving.number == *number,
        };
        let found: Vec<(&Transfer, &Offer)> = waiting.iter().filter(is_meant).collect();
        let has_changed = match which {
            Which::Only => !gone.is_empty(),
            Which::With(name) => gone.contains(name),
            Which::Number(_) => false,
        };
        match found.as_slice() {
            [] => Err(self.no_such_file(which, say::no_offer())),
            [(transfer, _)] if !has_changed => Ok((*transfer).clone()),
            [_] => Err(ambiguous("offer-gone", say::offer_is_gone(), &found)),
            _ => Err(ambiguous("several", say::several_offers(), &found)),
        }
    }

    /// The answer of the recipient of our file.
    pub(super) fn on_file_answer(&mut self, by: &Fingerprint, file: FileId, answer: FileAnswer) {
        match answer {
            FileAnswer::Accepted { offer, from } => self.on_accepted(by, file, &offer, from),
            FileAnswer::Asked {} => self.on_waits(by, file, "asked"),
            FileAnswer::Checking {} => self.on_waits(by, file, "checking"),
        }
    }
}

/// What can be named instead.
fn ambiguous(code: &str, what: Sentence, found: &[(&Transfer, &Offer)]) -> Refusal {
    let mut named: Vec<_> = found.iter().collect();
    named.sort_by_key(|(_, offer)| offer.receiving.number);
    let named = named.iter().take(5).map(|(transfer, offer)| {
        let Receiving {
            number, name, size, ..
        } = &offer.receiving;
        // No safe name has the quotes that the sentence puts around it, so none passes itself off as another offer.
        say::one_offer(*number, name.as_str(), *size, &transfer.from)
    });
    let why = say::name_one_offer(what, Sentence::joined(named, "; "));
    Refusal::new(code, why)
}
