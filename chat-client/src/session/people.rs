//! Who is here, who is known, and who may be written to.

use std::collections::BTreeMap;

use chat_identity::{EncryptionKey, PublicIdentity};
use chat_protocol::{Certificate, Fingerprint, Name, Peer};

use super::Refusal;
use super::command::near;
use crate::contacts::{Contact, Contacts, Sight};
use crate::locale::{Sentence, sentences as say};

/// People that a relay may have, at most. One that announces more wants our memory.
pub(super) const MAX_PRESENT: usize = 10_000;

/// The people around this client.
#[derive(Debug)]
pub(super) struct People {
    pub(super) me: Name,
    pub(super) contacts: Contacts,
    /// Connected now, as the relay says.
    here: BTreeMap<Name, Announced>,
    /// The identities whose safety numbers the user was shown last.
    numbers_shown: BTreeMap<Name, Fingerprint>,
    /// Whether the relay keeps mail for those who are away.
    pub(super) mail: bool,
}

/// A connected person, as the relay announced it.
#[derive(Debug)]
struct Announced {
    /// Never seen before this connection.
    is_stranger: bool,
    /// `None` when the key breaks the policy on keys, or does not vouch for the name.
    identity: Option<PublicIdentity>,
    /// Its dates are checked when it is first used.
    certificate: Certificate,
}

/// Somebody who may be written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recipient<'a> {
    pub(super) name: &'a Name,
    pub(super) identity: &'a PublicIdentity,
    pub(super) certificate: &'a Certificate,
    pub(super) newest_key: u32,
}

impl People {
    pub(super) fn new(me: Name) -> Self {
        Self {
            me,
            contacts: Contacts::default(),
            here: BTreeMap::new(),
            numbers_shown: BTreeMap::new(),
            mail: false,
        }
    }

    /// Somebody is here: pins the identity on first sight.
    ///
    /// # Errors
    ///
    /// The key breaks the policy, or its owner goes by another name: the relay has mixed people up. Nothing is
    /// pinned, and the person cannot be written to.
    pub(super) fn meet(&mut self, peer: Peer) -> Result<Sight, Refusal> {
        let Peer {
            name,
            key,
            certificate,
        } = peer;
        let bad = |why: Sentence| Refusal::new("bad-key", say::about(&name, why));
        let identity = PublicIdentity::from_spki(&key.0);
        let identity = identity.map_err(|error| bad(Sentence::from(&error)));
        let identity = identity.and_then(|identity| {
            EncryptionKey::vouched_for(&certificate, (&name, &identity))
                .map_err(|error| bad(Sentence::from(&error)))?;
            Ok(identity)
        });
        let sight = match &identity {
            Ok(identity) => Ok(self.contacts.see(&name, identity)),
            Err(refusal) => Err(refusal.clone()),
        };
        let was_stranger = self.here.get(&name).is_some_and(|here| here.is_stranger);
        let announced = Announced {
            is_stranger: was_stranger || matches!(sight, Ok(Sight::First)),
            identity: identity.ok(),
            certificate,
        };
        self.here.insert(name, announced);
        sight
    }

    /// Somebody who is here has another encryption key. Whether it is newer than the one before.
    ///
    /// # Errors
    ///
    /// The person does not vouch for it: the relay has made it up.
    pub(super) fn renew(&mut self, name: &Name, certificate: Certificate) -> Result<bool, Refusal> {
        let Some(announced) = self.here.get_mut(name) else {
            return Ok(false);
        };
        let Some(identity) = &announced.identity else {
            return Ok(false);
        };
        EncryptionKey::vouched_for(&certificate, (name, identity))
            .map_err(|error| Refusal::new("bad-key", say::about(name, Sentence::from(&error))))?;
        let is_newer = certificate.number > announced.certificate.number;
        if is_newer {
            announced.certificate = certificate;
        }
        Ok(is_newer)
    }

    /// Remembers the encryption key of somebody who is here, for later mail. Whether that was news.
    pub(super) fn remember_key(&mut self, name: &Name) -> bool {
        let Some(Announced {
            identity: Some(identity),
            certificate,
            ..
        }) = self.here.get(name)
        else {
            return false;
        };
        self.contacts.see_key(name, identity, certificate)
    }

    /// Whether somebody is here.
    pub(super) fn is_here(&self, name: &Name) -> bool {
        self.here.contains_key(name)
    }

    /// The user is shown the safety number with this identity.
    pub(super) fn note_shown(&mut self, name: &Name, identity: Fingerprint) {
        self.numbers_shown.insert(name.clone(), identity);
    }

    /// Whether the safety number that the user was shown last is the one with this identity.
    pub(super) fn was_shown(&self, name: &Name, identity: &Fingerprint) -> bool {
        self.numbers_shown.get(name) == Some(identity)
    }

    /// Somebody has gone: whether it was a stranger. `None` for somebody who was not here.
    pub(super) fn part(&mut self, name: &Name) -> Option<bool> {
        self.here
            .remove(name)
            .map(|announced| announced.is_stranger)
    }

    /// The connection is gone, and everybody with it.
    pub(super) fn leave_all(&mut self) {
        self.here.clear();
    }

    /// Whether there is room for another person.
    pub(super) fn has_room(&self, name: &Name) -> bool {
        self.here.len() < MAX_PRESENT || self.here.contains_key(name)
    }

    /// Forgets somebody who is away.
    ///
    /// # Errors
    ///
    /// Nobody of this name is known, or the person is here or blocked: its block would be forgotten as well.
    pub(super) fn forget(&mut self, name: &Name) -> Result<(), Refusal> {
        if self.here.contains_key(name) {
            return Err(Refusal::new("here", say::still_here(name)));
        }
        if self.contact(name)?.is_blocked {
            return Err(blocked(name));
        }
        self.contacts.forget(name);
        Ok(())
    }

    /// Who is here, sorted.
    pub(super) fn here(&self) -> Vec<Name> {
        self.here.keys().cloned().collect()
    }

    /// Whether the user wants nothing of this person.
    pub(super) fn is_blocked(&self, name: &Name) -> bool {
        let contact = self.contacts.get(name);
        contact.is_some_and(|contact| contact.is_blocked)
    }

    /// How far the identity of somebody who is here is trusted.
    pub(super) fn state(&self, name: &Name) -> &'static str {
        let usable = |announced: &Announced| announced.identity.is_some();
        match self.contacts.get(name) {
            Some(_) if !self.here.get(name).is_none_or(usable) => "invalid",
            Some(contact) => contact.state(),
            None => "invalid",
        }
    }

    /// What is known of somebody.
    ///
    /// # Errors
    ///
    /// Nobody of this name was ever seen, or it is this client itself.
    pub(super) fn contact(&self, name: &Name) -> Result<&Contact, Refusal> {
        if *name == self.me {
            return Err(Refusal::new("self", say::that_is_you()));
        }
        self.contacts.get(name).ok_or_else(|| {
            if self.here.contains_key(name) {
                return Refusal::new("bad-key", say::unusable_key(name));
            }
            let guess = near(name.as_str(), self.here.keys().map(Name::as_str));
            let guess = guess.map_or_else(say::who_lists, say::did_you_mean);
            Refusal::new("unknown-name", say::nobody_called(name, guess))
        })
    }

    /// Somebody to exchange files with, and who can be told what was shown: the same, and here.
    ///
    /// # Errors
    ///
    /// Says why nothing may be sent.
    pub(super) fn present<'a>(&'a self, name: &'a Name) -> Result<Recipient<'a>, Refusal> {
        let recipient = self.recipient(name)?;
        if self.is_here(name) {
            Ok(recipient)
        } else {
            Err(offline(name))
        }
    }

    /// Somebody to write to: known, with the identity that is known, and here or with a relay that keeps mail.
    ///
    /// # Errors
    ///
    /// Says why nothing may be sent.
    pub(super) fn recipient<'a>(&'a self, name: &'a Name) -> Result<Recipient<'a>, Refusal> {
        let contact = self.contact(name)?;
        if contact.is_blocked {
            return Err(blocked(name));
        }
        if contact.is_changed() {
            return Err(Refusal::new("key-changed", say::compare_first(name)));
        }
        let certificate = match self.here.get(name) {
            Some(announced) if announced.identity.is_none() => {
                return Err(Refusal::new("bad-key", say::unusable_key(name)));
            }
            Some(announced) => &announced.certificate,
            None => {
                let known = contact.certificate.as_ref();
                known.filter(|_| self.mail).ok_or_else(|| offline(name))?
            }
        };
        Ok(Recipient {
            name,
            identity: &contact.identity,
            certificate,
            newest_key: contact.newest_key,
        })
    }

    /// The identity that an envelope from this name must be signed by, and whether it is one
    /// that waits for the user's trust. An envelope of the pinned identity is never flagged,
    /// whoever uses the name by now.
    pub(super) fn sender(
        &self,
        name: &Name,
        says: &Fingerprint,
    ) -> Option<(&PublicIdentity, bool)> {
        let contact = self.contacts.get(name)?;
        match &contact.changed {
            Some(changed) if changed.fingerprint() == *says => Some((changed, true)),
            Some(_) | None => Some((&contact.identity, false)),
        }
    }
}

fn blocked(name: &Name) -> Refusal {
    Refusal::new("blocked", say::you_blocked(name))
}

fn offline(name: &Name) -> Refusal {
    Refusal::new("offline", say::not_here(name))
}
