//! What clients sent, read back at the end of a play and examined; and private keys, wherever
//! they lie.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::EngineError;
use super::drive::{Play, RELAY, wire_file};
use crate::adapter::Surface;
use crate::audit::{self, PrivateKey, Searcher, Transformation};
use crate::plan::AuditPlan;
use crate::timeline::{Direction, Kind};

/// Bytes of a file in which keys are looked for.
const MOST: u64 = 16 * 1024 * 1024;

/// So many clients' keys are looked for: one program handles them all alike.
const CLIENTS: usize = 6;

impl Play<'_> {
    /// Records what the bytes on the links tell of how they were made, and private keys where
    /// the relay could read them.
    pub(super) fn examine(&mut self) -> Result<(), EngineError> {
        let mut sent = audit::Sent::new();
        for client in &self.plan.clients {
            let file = wire_file(&client.name, Direction::Up);
            // Who never connected sent nothing.
            if self.writer.kept().any(|(kept, _)| kept == file) {
                let path = self.writer.dir().join(file);
                let bytes = fs::read(&path).map_err(EngineError::file("read", path))?;
                sent.insert(client.name.clone(), bytes);
            }
        }
        let told = audit::examine(self.plan, self.writer.events(), &sent);
        told.into_iter().try_for_each(|kind| self.record(kind))?;
        self.look_for_private_keys()
    }

    /// Any private key by its structure, and those of the clients in every spelling.
    fn look_for_private_keys(&mut self) -> Result<(), EngineError> {
        let own = self.own_keys_of_relay();
        let known = self.keys_of_clients();
        let searcher = Searcher::new(&AuditPlan::default(), &known);
        let mut compared = known.len() as u64;
        let mut findings = Vec::new();
        for surface in [
            Surface::Arguments,
            Surface::Files,
            Surface::Output,
            Surface::Wire,
        ] {
            for place in self.places(surface).0 {
                // What cannot be read was told by the search.
                let Ok(bytes) = beginning(&place.path) else {
                    continue;
                };
                compared += 1;
                let searched = searcher.search(surface, &place.name, bytes.as_slice());
                let searched = searched
                    .map(|searched| searched.findings)
                    .unwrap_or_default();
                findings.extend(searched.into_iter().map(as_private_key));
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
        self.record(Kind::Examined {
            detector: Transformation::PrivateKey.word().to_owned(),
            compared,
            lacking: (compared == 0).then(|| "there was nothing to read".to_owned()),
        })?;
        findings
            .into_iter()
            .try_for_each(|finding| self.record(finding))
    }

    /// Pieces of the keys that adapters tell of, each with a name.
    fn keys_of_clients(&self) -> Vec<(String, Vec<u8>)> {
        let clients = self.plan.clients.iter().take(CLIENTS);
        let files = clients.flat_map(|client| {
            let keys = &self.plan.adapter_of(&client.name).client.keys;
            keys.iter().map(|file| (client.name.as_str(), file))
        });
        let secrets = files.flat_map(|(who, file)| {
            let content = beginning(&self.scratch.of(who).join(&file.file)).unwrap_or_default();
            let secrets = audit::secrets(&content, file.format);
            secrets.into_iter().map(move |secret| (who, secret))
        });
        let pieces = secrets.flat_map(|(who, secret)| {
            let pieces = audit::pieces(&secret).into_iter();
            pieces.map(move |piece| (format!("the private key of {who}"), piece))
        });
        pieces.collect()
    }

    /// What the adapter says that the relay may have, such as the key of a certificate.
    fn own_keys_of_relay(&self) -> BTreeSet<Vec<u8>> {
        let work = self.scratch.of(RELAY);
        let files = self.plan.adapter.relay.keys.iter();
        let contents = files.filter_map(|file| beginning(&work.join(&file.file)).ok());
        let secrets = contents.flat_map(|bytes| {
            let keys = audit::private_keys(&bytes);
            let secrets: Vec<Vec<u8>> = keys.iter().map(|key| secret(key, &bytes)).collect();
            secrets
        });
        secrets.collect()
    }
}

/// A finding of the search, which knows texts and files alone.
fn as_private_key(finding: Kind) -> Kind {
    let Kind::Finding {
        surface,
        place,
        at,
        what,
        transformation,
    } = finding
    else {
        return finding;
    };
    let word = Transformation::PrivateKey.word();
    Kind::Finding {
        surface,
        place,
        at,
        what: what.strip_prefix("file ").unwrap_or(&what).to_owned(),
        transformation: if transformation == Transformation::AsIs.word() {
            word.to_owned()
        } else {
            format!("{transformation} of {word}")
        },
    }
}

/// What tells one key from another: a secret of it, or how it begins.
fn secret(key: &PrivateKey, bytes: &[u8]) -> Vec<u8> {
    let beginning = || bytes.get(key.at..).unwrap_or_default().iter().take(100);
    let known = key.secrets.first().cloned();
    known.unwrap_or_else(|| beginning().copied().collect())
}

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}
