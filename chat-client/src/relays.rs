//! The relays that this client has met, and the people on each of them. A relay is its key: what it calls itself, and
//! the address at which it answers, are open to anybody.
//!
//! Pure: [`crate::home::Home`] keeps the text on disk.

use std::collections::{BTreeMap, BTreeSet};

use chat_identity::{Channel, Statement, verify_relay};
use chat_protocol::{Blob, Fingerprint, Name, Nonce, RelayKey};
use serde::{Deserialize, Serialize};

use crate::contacts::{Contacts, InvalidContacts, Stored};
use crate::escape::escape;
use crate::locale::{Sentence, sentences as say};

/// The version of the file that this program writes. It reads version 1 as well, which knew no relays.
const VERSION: u32 = 2;

/// Relays and people, as they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relays {
    /// Which relay has answered at an address.
    addresses: BTreeMap<String, RelayKey>,
    contacts: BTreeMap<RelayKey, Contacts>,
    /// Of an earlier version, which had the same for all relays: what is known of people on each that is met first.
    shared: Option<Contacts>,
}

/// How a relay is known that has proven its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It was at this address before.
    Again,
    /// Nothing was known of it.
    First,
    /// It is at this address for the first time, and was at that one before. Whoever passes on what it says can be
    /// at any address.
    Elsewhere(String),
}

/// The relay that the user means.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where it listens, as it was typed.
    pub address: String,
    /// What it calls itself.
    pub name: String,
    /// Its key, where the user has named one: it counts for more than what is remembered of the address.
    pub key: Option<RelayKey>,
}

/// What a connection shows before either side has said a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain TCP: nothing.
    Plain,
    /// TLS, by a relay that has proven this key.
    Tls {
        /// That of its certificate.
        key: RelayKey,
        /// What only the two ends know.
        channel: Channel,
    },
}

impl Transport {
    /// What statements are bound to.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Plain => Channel::Plain,
            Self::Tls { channel, .. } => *channel,
        }
    }

    /// Whether this key may be that of the relay at the other end.
    fn fits(&self, claimed: &RelayKey) -> bool {
        match self {
            Self::Plain => true,
            Self::Tls { key, .. } => key == claimed,
        }
    }
}

/// What a relay says of itself before the login.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its key.
    pub key: &'a RelayKey,
    /// On which connection.
    pub transport: &'a Transport,
    /// Its number and ours, both fresh.
    pub nonces: (&'a Nonce, &'a Nonce),
    /// By that key.
    pub signature: &'a Blob,
}

/// Why a relay is not logged in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongRelay {
    /// It calls itself this, and not as the user said.
    Name(String, String),
    /// It does not prove that the key is its own.
    Unproven,
    /// Another one answered at this address before.
    Changed {
        /// Where.
        address: String,
        /// The key that is remembered.
        was: RelayKey,
        /// The key that it has now.
        is: RelayKey,
    },
    /// It has this key, and not the one that the user named.
    Other(RelayKey),
}

impl WrongRelay {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "relay-changed",
            Self::Name(..) | Self::Unproven | Self::Other(_) => "wrong-relay",
        }
    }

    /// What is wrong.
    pub fn what(&self) -> Sentence {
        match self {
            Self::Name(is, wanted) => {
                let shown = |name: &str| name.escape_debug().to_string();
                say::relay_name_differs(shown(is), shown(wanted))
            }
            Self::Unproven => say::relay_unproven(),
            Self::Changed { address, was, is } => say::relay_changed(address.as_str(), was, is),
            Self::Other(is) => say::relay_key_differs(is),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Sentence {
        match self {
            Self::Name(is, _) => say::hint_relay_name_differs(escape(is)),
            Self::Unproven => say::hint_relay_unproven(),
            Self::Changed { is, .. } => say::hint_relay_changed(is),
            Self::Other(_) => say::hint_relay_key_differs(),
        }
    }
}

impl Wanted {
    fn check(&self, claim: Claim<'_>, known: Option<&RelayKey>) -> Result<(), WrongRelay> {
        let Claim {
            name,
            key,
            transport,
            nonces: (theirs, ours),
            signature,
        } = claim;
        if name != self.name {
            return Err(WrongRelay::Name(name.to_owned(), self.name.clone()));
        }
        let statement = Statement::challenge((name, key, &transport.channel()), theirs, ours);
        let is_proven = verify_relay(key, &statement, &signature.0).is_ok();
        if !is_proven || !transport.fits(key) {
            return Err(WrongRelay::Unproven);
        }
        self.expects(key, known)
    }

    /// Whether the relay with this key is the one.
    fn expects(&self, key: &RelayKey, known: Option<&RelayKey>) -> Result<(), WrongRelay> {
        match (&self.key, known) {
            (Some(wanted), _) if wanted != key => Err(WrongRelay::Other(*key)),
            (None, Some(known)) if known != key => Err(WrongRelay::Changed {
                address: self.address.clone(),
                was: *known,
                is: *key,
            }),
            _ => Ok(()),
        }
    }
}

impl Relays {
    /// Whether a relay that is only known by its transport may be the one that the user means. Nobody else is told
    /// even the user's name.
    ///
    /// # Errors
    ///
    /// [`WrongRelay`] says how it is another one.
    pub fn expects(&self, wanted: &Wanted, transport: &Transport) -> Result<(), WrongRelay> {
        match transport {
            Transport::Plain => Ok(()),
            Transport::Tls { key, .. } => wanted.expects(key, self.addresses.get(&wanted.address)),
        }
    }

    /// Whether this is the relay that the user means: it proves its key, and that is the one that the user has
    /// named, or else the one that was there before. How it is known.
    ///
    /// A key that takes the place of another one brings nobody out of a block or a pin: who was known under the old
    /// key is known under the new one, as long as that has no people of its own.
    ///
    /// # Errors
    ///
    /// [`WrongRelay`] says how it is another one; nothing is remembered of it.
    pub fn meet(&mut self, wanted: &Wanted, claim: Claim<'_>) -> Result<Meeting, WrongRelay> {
        let known = self.addresses.get(&wanted.address);
        wanted.check(claim, known)?;
        let key = *claim.key;
        let mut others = self.addresses.iter().filter(|(_, other)| **other == key);
        let elsewhere = others.next().map(|(address, _)| address.clone());
        let before = self.addresses.insert(wanted.address.clone(), key);
        if before == Some(key) {
            return Ok(Meeting::Again);
        }
        if let Some(people) = before
            .and_then(|before| self.contacts.get(&before))
            .cloned()
        {
            self.contacts.entry(key).or_insert(people);
        }
        Ok(elsewhere.map_or(Meeting::First, Meeting::Elsewhere))
    }

    /// The people on this relay, to be taken care of elsewhere and given to [`Self::to_json`].
    pub fn take(&mut self, relay: &RelayKey) -> Contacts {
        let known = self.contacts.remove(relay);
        known.or_else(|| self.shared.clone()).unwrap_or_default()
    }

    /// Whether anybody has this identity, on a relay whose people were not taken.
    pub(crate) fn has_identity(&self, identity: &Fingerprint) -> bool {
        let mut all = self.contacts.values().chain(&self.shared);
        all.any(|people| people.has_identity(identity))
    }

    /// Everybody who is blocked, on any relay.
    pub fn blocked(&self) -> BTreeSet<Name> {
        let all = self.contacts.values().chain(&self.shared);
        all.flat_map(Contacts::blocked).collect()
    }

    /// The contents of `contacts.json`, with the people of the one relay that were taken.
    pub fn to_json(&self, relay: &RelayKey, contacts: &Contacts) -> String {
        let all = self.contacts.iter().chain([(relay, contacts)]);
        let file = File {
            addresses: self.addresses.clone(),
            relays: all
                .map(|(relay, people)| (*relay, people.store()))
                .collect(),
            shared: self.shared.as_ref().map(Contacts::store),
        };
        let text = serde_json::to_string_pretty(&Versioned {
            version: VERSION,
            content: file,
        });
        text.expect("names and keys are strings") + "\n"
    }

    /// Reads `contacts.json`.
    ///
    /// # Errors
    ///
    /// [`InvalidContacts`]: nothing is guessed where trust is concerned.
    pub fn from_json(text: &str) -> Result<Self, InvalidContacts> {
        let malformed = |error: serde_json::Error| InvalidContacts::Malformed(error.to_string());
        let Head { version } = serde_json::from_str(text).map_err(malformed)?;
        match version {
            1 => {
                let FileOfOne { contacts } = serde_json::from_str(text).map_err(malformed)?;
                Ok(Self {
                    shared: Some(Contacts::read(contacts)?),
                    ..Self::default()
                })
            }
            VERSION => {
                let file: File = serde_json::from_str(text).map_err(malformed)?;
                let relays = file.relays.into_iter();
                let relays = relays.map(|(relay, people)| Ok((relay, Contacts::read(people)?)));
                Ok(Self {
                    addresses: file.addresses,
                    contacts: relays.collect::<Result<_, _>>()?,
                    shared: file.shared.map(Contacts::read).transpose()?,
                })
            }
            other => Err(InvalidContacts::Version(other)),
        }
    }
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Serialize)]
struct Versioned {
    version: u32,
    #[serde(flatten)]
    content: File,
}

/// Version 1.
#[derive(Deserialize)]
struct FileOfOne {
    contacts: BTreeMap<Name, Stored>,
}

#[derive(Serialize, Deserialize)]
struct File {
    addresses: BTreeMap<String, RelayKey>,
    relays: BTreeMap<RelayKey, BTreeMap<Name, Stored>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared: Option<BTreeMap<Name, Stored>>,
}
