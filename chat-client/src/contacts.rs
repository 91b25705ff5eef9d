//! Whom this client knows: trust on first use.

use std::collections::{BTreeMap, BTreeSet};

use chat_identity::PublicIdentity;
use chat_protocol::{Blob, Certificate, Fingerprint, Name};
use serde::{Deserialize, Serialize};

use crate::locale::{Sentence, sentences as say};

/// A relay that invents people cannot fill the disk.
const MAX_CONTACTS: usize = 10_000;

/// How far a pinned identity is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// Pinned when it was first seen: the relay's word.
    FirstUse,
    /// The user has compared safety numbers.
    Verified,
}

/// What is known of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The pinned identity.
    pub identity: PublicIdentity,
    /// How far it is trusted.
    pub trust: Trust,
    /// Another identity that came under the same name. While it is here, nothing is sent to
    /// this person.
    pub changed: Option<PublicIdentity>,
    /// The highest number of an encryption key that this person has vouched for: an older key
    /// never replaces a newer one.
    pub newest_key: u32,
    /// The user wants nothing of this person, whatever identity comes under the name.
    pub is_blocked: bool,
    /// The newest encryption key that was seen of the pinned identity, for mail to a person who is away.
    pub certificate: Option<Certificate>,
}

impl Contact {
    fn pinned(identity: PublicIdentity) -> Self {
        Self {
            identity,
            trust: Trust::FirstUse,
            changed: None,
            newest_key: 0,
            is_blocked: false,
            certificate: None,
        }
    }

    /// The state as people and programs read it: `first-use`, `verified`, `changed` or `blocked`.
    pub fn state(&self) -> &'static str {
        match (&self.changed, self.trust) {
            _ if self.is_blocked => "blocked",
            (Some(_), _) => "changed",
            (None, Trust::FirstUse) => "first-use",
            (None, Trust::Verified) => "verified",
        }
    }

    /// The identity that the person shows now.
    pub(crate) fn shown(&self) -> &PublicIdentity {
        self.changed.as_ref().unwrap_or(&self.identity)
    }

    fn identities(&self) -> impl Iterator<Item = &PublicIdentity> {
        std::iter::once(&self.identity).chain(&self.changed)
    }

    /// Whether the person shows another identity than the pinned one.
    pub fn is_changed(&self) -> bool {
        self.changed.is_some()
    }
}

/// What an announced identity is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Never seen under this name: now pinned.
    First,
    /// The pinned one.
    Known,
    /// Another one than the pinned. Whether this very one was reported before.
    Changed {
        /// It waits for the user's word already.
        again: bool,
    },
    /// No room for another contact: not pinned.
    NoRoom,
}

/// Everyone that was ever seen, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    known: BTreeMap<Name, Contact>,
}

impl Contacts {
    /// Takes note of an identity that the relay announced under this name.
    pub fn see(&mut self, name: &Name, identity: &PublicIdentity) -> Sight {
        let room = self.known.len() < MAX_CONTACTS;
        let Some(contact) = self.known.get_mut(name) else {
            if room {
                let contact = Contact::pinned(identity.clone());
                self.known.insert(name.clone(), contact);
                return Sight::First;
            }
            return Sight::NoRoom;
        };
        if contact.identity == *identity {
            contact.changed = None;
            return Sight::Known;
        }
        let again = contact.changed.as_ref() == Some(identity);
        contact.changed = Some(identity.clone());
        Sight::Changed { again }
    }

    /// What is known of this person.
    pub fn get(&self, name: &Name) -> Option<&Contact> {
        self.known.get(name)
    }

    /// The identities of this name: the pinned one, and another that waits for the user's word.
    pub(crate) fn identities(&self, name: &Name) -> Vec<Fingerprint> {
        let contact = self.known.get(name);
        contact.map_or_else(Vec::new, |contact| {
            contact
                .identities()
                .map(PublicIdentity::fingerprint)
                .collect()
        })
    }

    /// Whether anybody has this identity.
    pub(crate) fn has_identity(&self, identity: &Fingerprint) -> bool {
        let mut all = self.known.values().flat_map(Contact::identities);
        all.any(|one| one.fingerprint() == *identity)
    }

    /// The people who have this identity, by their names.
    pub(crate) fn named(&self, identity: Fingerprint) -> impl Iterator<Item = &Name> {
        let is_it = move |contact: &Contact| contact.identity.fingerprint() == identity;
        let known = self.known.iter();
        known.filter_map(move |(name, contact)| is_it(contact).then_some(name))
    }

    /// Trusts the identity that has changed; from now on it is the pinned one. `false` when
    /// none waits.
    pub fn trust(&mut self, name: &Name) -> bool {
        let Some(contact) = self.known.get_mut(name) else {
            return false;
        };
        let Some(identity) = contact.changed.take() else {
            return false;
        };
        *contact = Contact {
            is_blocked: contact.is_blocked,
            ..Contact::pinned(identity)
        };
        true
    }

    /// Blocks somebody, or ends that. Whether it was news.
    pub fn block(&mut self, name: &Name, is_blocked: bool) -> bool {
        match self.known.get_mut(name) {
            Some(contact) if contact.is_blocked != is_blocked => {
                contact.is_blocked = is_blocked;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Everybody who is blocked.
    pub(crate) fn blocked(&self) -> BTreeSet<Name> {
        let blocked = self.known.iter().filter(|(_, contact)| contact.is_blocked);
        blocked.map(|(name, _)| name.clone()).collect()
    }

    /// Forgets somebody. `false` when nobody of this name is known.
    pub fn forget(&mut self, name: &Name) -> bool {
        self.known.remove(name).is_some()
    }

    /// The user has compared the safety numbers.
    pub fn verify(&mut self, name: &Name) {
        if let Some(contact) = self.known.get_mut(name) {
            contact.trust = Trust::Verified;
        }
    }

    /// Takes note of the encryption key that a person with this identity shows. Whether that was news.
    pub(crate) fn see_key(
        &mut self,
        name: &Name,
        identity: &PublicIdentity,
        certificate: &Certificate,
    ) -> bool {
        let contact = self.known.get_mut(name);
        let Some(contact) = contact.filter(|contact| contact.identity == *identity) else {
            return false;
        };
        let known = contact.certificate.as_ref();
        let is_news = known.is_none_or(|known| known.number < certificate.number);
        if is_news {
            contact.certificate = Some(certificate.clone());
            contact.newest_key = contact.newest_key.max(certificate.number);
        }
        is_news
    }

    /// Takes note of the encryption key that is used for this person. Whether that was news.
    pub fn use_key(&mut self, name: &Name, number: u32) -> bool {
        match self.known.get_mut(name) {
            Some(contact) if number > contact.newest_key => {
                contact.newest_key = number;
                true
            }
            Some(_) | None => false,
        }
    }

    /// As they are kept.
    pub(crate) fn store(&self) -> BTreeMap<Name, Stored> {
        let stored = self.known.iter().map(|(name, contact)| {
            let stored = Stored {
                key: Blob(contact.identity.spki().to_vec()),
                state: contact.trust,
                changed: contact
                    .changed
                    .as_ref()
                    .map(|key| Blob(key.spki().to_vec())),
                newest_key: contact.newest_key,
                blocked: contact.is_blocked,
                certificate: contact.certificate.clone(),
            };
            (name.clone(), stored)
        });
        stored.collect()
    }

    /// Reads what was kept.
    ///
    /// # Errors
    ///
    /// [`InvalidContacts`]: nothing is guessed where trust is concerned.
    pub(crate) fn read(stored: BTreeMap<Name, Stored>) -> Result<Self, InvalidContacts> {
        let known = stored.into_iter().map(|(name, stored)| {
            let contact = stored.read(&name)?;
            Ok((name, contact))
        });
        Ok(Self {
            known: known.collect::<Result<_, _>>()?,
        })
    }
}

/// A contact in its file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stored {
    key: Blob,
    state: Trust,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    changed: Option<Blob>,
    #[serde(default)]
    newest_key: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    blocked: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<Certificate>,
}

impl Stored {
    fn read(self, name: &Name) -> Result<Contact, InvalidContacts> {
        let read = |key: Blob| {
            PublicIdentity::from_spki(&key.0)
                .map_err(|error| InvalidContacts::Malformed(format!("{name}: {error}")))
        };
        Ok(Contact {
            identity: read(self.key)?,
            trust: self.state,
            changed: self.changed.map(read).transpose()?,
            newest_key: self.newest_key,
            is_blocked: self.blocked,
            certificate: self.certificate,
        })
    }
}

/// A file of contacts that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidContacts {
    /// It does not parse.
    #[error("damaged: {0}")]
    Malformed(String),
    /// Written by a later version of this program.
    #[error("version {0} is not known: use the program that wrote it")]
    Version(u32),
}

impl InvalidContacts {
    /// For people.
    pub(crate) fn what(&self) -> Sentence {
        match self {
            Self::Malformed(why) => say::contacts_damaged(why.as_str()),
            Self::Version(version) => say::contacts_version(u64::from(*version)),
        }
    }
}
