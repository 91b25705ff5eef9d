//! What clients sent, read back at the end of a play and examined; and private keys, wherever
//! they lie.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use super::Scans;
use super::surfaces::Place;
use crate::EngineError;
use crate::driver::RELAY;
use crate::driver::links::wire_file;
use crate::foreign::ForeignError;
use crate::participant::scratch::Scratch;
use crate::record::Writer;
use audit::{self, KnownKey, PrivateKey, SentBytes, Transformation};
use timeline::{Direction, Kind, Surface};

/// Bytes of a file that are searched for keys.
pub(super) const MOST: u64 = 16 * 1024 * 1024;

/// Clients whose keys are searched for: one program handles them all alike.
pub(in crate::driver) const CLIENTS: usize = 6;

/// A piece of a key that clients have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::driver) struct KeyPiece {
    pub(in crate::driver) owners: Vec<String>,
    pub(in crate::driver) known: KnownKey,
}

impl KeyPiece {
    /// Of a key of this name.
    pub(in crate::driver) fn new(
        name: &str,
        owners: Vec<String>,
        piece: Vec<u8>,
        detector: Transformation,
    ) -> Self {
        let known = KnownKey {
            name: format!("{name} of {}", owners.join(", ")),
            piece,
            detector,
        };
        Self { owners, known }
    }

    /// What findings call it.
    pub(in crate::driver) fn name(&self) -> String {
        self.known.name.clone()
    }
}

impl Scans<'_> {
    /// What the bytes on the links tell of how they were made, and private keys where the relay
    /// could read them.
    pub(in crate::driver) fn examine(
        &mut self,
        scratch: &Scratch,
        record: &Writer,
    ) -> Result<Vec<Kind>, EngineError> {
        let sent = self.sent(scratch, record)?;
        let mut kinds = audit::examine(self.plan, record.events(), &sent);
        kinds.extend(self.count_opened(record));
        let unread = std::mem::take(&mut self.unread_keys).into_iter();
        kinds.extend(unread.map(|text| Kind::NotLookedFor { text }));
        kinds.extend(self.search_private_keys(scratch, record)?);
        Ok(kinds)
    }

    /// What each client sent.
    pub(super) fn sent(
        &self,
        scratch: &Scratch,
        record: &Writer,
    ) -> Result<SentBytes, EngineError> {
        let mut sent = SentBytes::new();
        for client in &self.plan.clients {
            let file = wire_file(&client.name, Direction::Up);
            // Who never connected sent nothing.
            if record.files().any(|(name, _)| name == file) {
                let mut bytes = Vec::new();
                let opened = Place::in_record(&file, record).open(scratch);
                opened
                    .and_then(|mut file| file.read_to_end(&mut bytes))
                    .map_err(EngineError::file("read", record.dir().join(file)))?;
                sent.insert(client.name.clone(), bytes);
            }
        }
        Ok(sent)
    }

    /// How many keys of messages and sessions were searched for like texts.
    fn count_opened(&self, record: &Writer) -> Option<Kind> {
        let mut events = record.events().iter();
        if !events.any(|event| matches!(event.kind, Kind::StoreOpened { .. })) {
            return None;
        }
        let names: BTreeSet<String> = self.opened.iter().map(KeyPiece::name).collect();
        let compared = names.len() as u64;
        Some(Kind::Examined {
            detector: Transformation::MessageKey.word().to_owned(),
            compared,
            lacking: (compared == 0).then(|| "no store held one".to_owned()),
        })
    }

    /// Any private key by its structure. Those of the clients were searched for like texts.
    fn search_private_keys(
        &mut self,
        scratch: &Scratch,
        record: &Writer,
    ) -> Result<Vec<Kind>, EngineError> {
        let own = self.own_keys_of_relay(scratch);
        let keys = self.keys.iter();
        let known = keys.filter(|key| key.known.detector == Transformation::PrivateKey);
        let mut compared = known.count() as u64;
        let mut findings = Vec::new();
        for surface in [
            Surface::Arguments,
            Surface::Files,
            Surface::Output,
            Surface::Wire,
        ] {
            for place in self.places(surface, record).0 {
                self.go_on()?;
                // The search has reported what cannot be read.
                let mut bytes = Vec::new();
                let opened = place.open(scratch);
                let read = opened.and_then(|file| file.take(MOST).read_to_end(&mut bytes));
                if read.is_err() {
                    continue;
                }
                compared += 1;
                // On the wire, its own is as bad as any.
                let is_own = |key: &PrivateKey| {
                    surface != Surface::Wire && own.contains(&secret(key, &bytes))
                };
                let mut keys = audit::private_keys(&bytes).into_iter();
                findings.extend(keys.find(|key| !is_own(key)).map(|key| Kind::Finding {
                    surface,
                    place: place.name.clone(),
                    at: key.at as u64,
                    what: "a private key".to_owned(),
                    transformation: Transformation::PrivateKey.word().to_owned(),
                }));
            }
        }
        let examined = Kind::Examined {
            detector: Transformation::PrivateKey.word().to_owned(),
            compared,
            lacking: (compared == 0).then(|| "there was nothing to read".to_owned()),
        };
        Ok(std::iter::once(examined).chain(findings).collect())
    }

    /// Pieces of the keys that adapters tell of, and of those that helpers have opened so far.
    pub(super) fn keys_of_clients(&mut self, scratch: &Scratch) -> Vec<KeyPiece> {
        let plan = self.plan;
        let clients = plan.clients.iter().take(CLIENTS);
        let files = clients.flat_map(|client| {
            let keys = &plan.adapter_of(&client.name).client.keys;
            keys.iter().map(|file| (client.name.as_str(), file))
        });
        let mut owners: BTreeMap<Vec<u8>, Vec<String>> = BTreeMap::new();
        for (who, file) in files {
            let content = match beginning_of(scratch, who, &file.file) {
                Ok(content) => content,
                // It may never have come to one.
                Err(ForeignError::NotThere) => continue,
                Err(why) => {
                    let text = format!("the keys of {who}: {} {why}", file.file.display());
                    self.unread_keys.insert(text);
                    continue;
                }
            };
            let secrets = audit::secrets(&content, file.format);
            for piece in secrets.iter().flat_map(|secret| audit::pieces(secret)) {
                let owners = owners.entry(piece).or_default();
                if owners.last().is_none_or(|last| last != who) {
                    owners.push(who.to_owned());
                }
            }
        }
        let private = owners.into_iter().map(|(piece, owners)| {
            let detector = Transformation::PrivateKey;
            KeyPiece::new("the private key", owners, piece, detector)
        });
        private.chain(self.opened.iter().cloned()).collect()
    }

    /// What the adapter says that the relay may have, such as the key of a certificate.
    fn own_keys_of_relay(&self, scratch: &Scratch) -> BTreeSet<Vec<u8>> {
        let files = self.plan.adapter.relay.keys.iter();
        let contents = files.filter_map(|file| beginning_of(scratch, RELAY, &file.file).ok());
        let secrets = contents.flat_map(|bytes| {
            let keys = audit::private_keys(&bytes);
            let secrets: Vec<Vec<u8>> = keys.iter().map(|key| secret(key, &bytes)).collect();
            secrets
        });
        secrets.collect()
    }
}

/// What tells one key from another: a secret of it, or how it begins.
fn secret(key: &PrivateKey, bytes: &[u8]) -> Vec<u8> {
    let beginning = || bytes.get(key.at..).unwrap_or_default().iter().take(100);
    let known = key.secrets.first().cloned();
    known.unwrap_or_else(|| beginning().copied().collect())
}

/// Of a file with keys.
fn beginning_of(scratch: &Scratch, who: &str, file: &Path) -> Result<Vec<u8>, ForeignError> {
    let file = file.to_owned();
    scratch.within(who, move |ground| ground.file(&file)?.beginning(MOST))
}
