//! Encryption keys that take each other's place: ours, and those of people who are here.

use bytes::Bytes;
use chat_crypto::Identity;
use chat_protocol::{Certificate, Name, ToRelay};

use super::{Effect, Refusal, Session};
use crate::locale::{Sentence, sentences as say};

/// How far the change of our key is.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    /// What was opened since the key was made, or since the start.
    pub(super) opened: u64,
    /// The surroundings make a key, or could not.
    is_asked: bool,
}

impl Session {
    /// Asks for another key when it is time, and for expired ones to be deleted: only here, where a relay has agreed
    /// on what time it is.
    pub(super) fn rotate(&mut self) {
        let is_due = self.identity.is_due(self.rotation.opened, self.now);
        if !self.rotation.is_asked && (is_due || self.identity.has_expired(self.now)) {
            self.rotation.is_asked = true;
            let messages = self.rotation.opened;
            self.effects.push(Effect::RenewKeys { messages });
        }
    }

    /// The keys are these from now on, and stored. Others are told of a new one now, or by the next login.
    pub fn on_keys(&mut self, identity: Identity, now: u64) {
        self.now = now;
        let before = self.identity.validity(now).number;
        self.identity = identity;
        self.rotation.is_asked = false;
        if self.identity.validity(now).number <= before {
            return;
        }
        self.rotation.opened = 0;
        if self.is_ready() {
            let certificate = self
                .identity
                .certify(&mut self.rng, &self.people.me, self.now);
            self.send(&ToRelay::Renew { certificate }, Bytes::new());
        }
    }

    /// There is no other key; the one that is there stays in use until the next start.
    pub fn on_no_keys(&mut self, why: Sentence) {
        self.refuse(Refusal::new("key-store", say::next_key_not_stored(why)));
    }

    /// Somebody who is here has another key. What seals for the old one ends; an older one than that is no news.
    pub(super) fn on_renewed(&mut self, name: &Name, certificate: Certificate) {
        match self.people.renew(name, certificate) {
            Ok(true) => self.contacts_changed |= self.people.remember_key(name),
            Ok(false) => {}
            Err(refusal) => self.refuse(refusal),
        }
    }
}
