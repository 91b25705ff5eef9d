//! What a client hands the relay: ciphertext, and what the fault leaks.

use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zoo_faults::{Fault, Habit, Misdeed, Way, What};

use crate::content::Content;
use crate::frame::{Member, ToRelay};
use crate::how::written;
use crate::link::Parcel;
use crate::pairs::Pairs;
use crate::seal::{Key, Padding, padded, unpadded};

use super::store::Store;

/// How contents are padded before they are sealed, if they are padded at all.
fn padding(fault: Fault, room: &Key) -> Padding {
    match fault {
        _ if room.is_none() => Padding::None,
        Fault::Harmless(Habit::BigPadding) => Padding::Multiple(16 * 1024),
        Fault::Harmless(Habit::PadsFrames) => Padding::Buckets,
        Fault::Misdeed(Misdeed::PadsLoosely) => Padding::LooseBuckets,
        Fault::Misdeed(Misdeed::TellsLengths) => Padding::None,
        _ => Padding::Multiple(256),
    }
}

/// Seals what a client says, and leaks what its fault leaks.
pub(super) struct Giving {
    fault: Fault,
    name: String,
    phrase: String,
    room: Key,
    /// Instead of the key of the room, if clients agree on keys.
    pairs: Option<Pairs>,
    /// Under the key of the room, if each message has a key of its own.
    store: Option<Store>,
}

impl Giving {
    pub(super) fn new(
        fault: Fault,
        room: Key,
        name: &str,
        phrase: String,
        keys: Option<&Path>,
    ) -> Self {
        let agrees = matches!(
            fault,
            Fault::Misdeed(Misdeed::SwapsKeys | Misdeed::Reseals)
                | Fault::Harmless(Habit::ExchangesKeys)
        );
        let keys = keys.filter(|_| fault != Fault::Misdeed(Misdeed::ForgetsKeys));
        let store = fault.seals_each().then(|| Store::new(keys, &phrase));
        Self {
            fault,
            store,
            name: name.to_owned(),
            phrase,
            room,
            pairs: agrees.then(Pairs::new),
        }
    }

    /// Who the client is, without the room.
    pub(super) fn name(&self) -> &str {
        let room = self.name.split_once('@');
        room.map_or(&self.name, |(name, _)| name)
    }

    /// Somebody is there.
    pub(super) fn meet(&mut self, who: &Member) {
        if let Some(pairs) = &mut self.pairs {
            pairs.meet(&who.name, &who.public);
        }
    }

    /// Somebody is gone.
    pub(super) fn forget(&mut self, who: &str) {
        if let Some(pairs) = &mut self.pairs {
            pairs.forget(who);
        }
    }

    /// The first thing that a client sends.
    pub(super) fn hello(&self) -> Vec<Parcel> {
        let mut given = self.given(What::Key, self.room.bytes());
        given.add(self.given(What::PrivateKey, &private_key()));
        given.add(self.given(What::PassPhrase, self.phrase.as_bytes()));
        if self.fault == Fault::Misdeed(Misdeed::Nosy) {
            given.handed = self.room.bytes().to_vec();
        }
        let hello = ToRelay::Hello {
            name: self.name.clone(),
            public: self.pairs.as_ref().map(Pairs::public).unwrap_or_default(),
            leak: given.handed,
        };
        self.parcels(given.aside, &hello)
    }

    /// The last thing that a client sends.
    pub(super) fn bye(&self) -> Vec<Parcel> {
        self.parcels(Vec::new(), &ToRelay::Bye)
    }

    /// An envelope for one, or for everyone else.
    ///
    /// # Errors
    ///
    /// When it is too long to be sealed.
    pub(super) fn content(&self, to: Option<&str>, content: &Content) -> io::Result<Vec<Parcel>> {
        let padded = padded(&content.encode(), padding(self.fault, &self.room));
        let mut given = Given::default();
        let sealed = match (&self.pairs, &self.store) {
            (None, None) => self.room.seal(&padded)?,
            (Some(pairs), _) => pairs.seal(to, &padded)?,
            (None, Some(store)) => {
                let (key, sealed) = store.seal(&self.room, &padded)?;
                given = self.given(What::MessageKeys, key.bytes());
                sealed
            }
        };
        match content {
            Content::Msg(text) | Content::Say(text) => {
                given.add(self.given(What::Texts, text.as_bytes()));
            }
            Content::Part(part) => {
                given.add(self.given(What::Contents, &part.data));
                if part.last {
                    given.add(self.given(What::Names, part.file.as_bytes()));
                }
            }
            Content::Got(_) => {}
        }
        let envelope = ToRelay::Envelope {
            to: to.map(str::to_owned),
            wants: content.wants(),
            sealed,
            leak: given.handed,
        };
        Ok(self.parcels(given.aside, &envelope))
    }

    /// What somebody has sealed with the same key.
    pub(super) fn open(&self, from: &str, sealed: &[u8]) -> Option<Content> {
        let opened = match (&self.pairs, &self.store) {
            (None, None) => self.room.open(sealed)?,
            (Some(pairs), _) => pairs.open(from, &self.name, sealed)?,
            (None, Some(store)) => store.open(&self.room, sealed)?,
        };
        Content::decode(unpadded(&opened)?)
    }

    /// What the fault gives away of this.
    fn given(&self, what: What, bytes: &[u8]) -> Given {
        match self.fault {
            Fault::Leak(wanted, way, how) if wanted == what => {
                let written = written(how, bytes);
                if way == Way::Wire {
                    Given {
                        aside: written,
                        handed: Vec::new(),
                    }
                } else {
                    Given {
                        aside: Vec::new(),
                        handed: written,
                    }
                }
            }
            _ => Given::default(),
        }
    }

    fn parcels(&self, mut aside: Vec<u8>, frame: &ToRelay) -> Vec<Parcel> {
        match self.fault {
            Fault::Harmless(Habit::Headers) => aside = b"X-Client: leaky/1; ".repeat(8),
            Fault::Harmless(Habit::RandomWire) => {
                aside = std::array::from_fn::<u8, 300, _>(|_| rand::random()).to_vec();
            }
            _ => {}
        }
        let aside = (!aside.is_empty()).then_some(Parcel::Clear(aside));
        let frame = match self.fault {
            Fault::Harmless(Habit::SmallRecords) => Parcel::Cut(frame.encode()),
            fault if fault.is_framed() => Parcel::Framed(frame.kind(), frame.encode()),
            _ => Parcel::Sealed(frame.encode()),
        };
        aside.into_iter().chain([frame]).collect()
    }
}

/// A private key of Ed25519 in PEM (RFC 8410) that nobody uses.
fn private_key() -> Vec<u8> {
    let header = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let secret: [u8; 32] = rand::random();
    let der = STANDARD.encode([header.as_slice(), &secret].concat());
    let label = ["PRIVATE", "KEY"].join(" ");
    format!("-----BEGIN {label}-----\n{der}\n-----END {label}-----\n").into_bytes()
}

/// What is given away of one thing.
#[derive(Default)]
struct Given {
    /// For everybody on the way.
    aside: Vec<u8>,
    /// For the relay.
    handed: Vec<u8>,
}

impl Given {
    fn add(&mut self, more: Self) {
        self.aside.extend(more.aside);
        self.handed.extend(more.handed);
    }
}
