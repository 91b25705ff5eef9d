//! Files that clients send, and those that they have received.

use std::path::{Path, PathBuf};

use super::Participants;
use crate::EngineError;
use crate::participant::scratch::{Digested, Scratch, digest};
use crate::record::Writer;
use scenario::plan::{Expectation, Pattern, PlannedFile};
use timeline::Kind;

impl Participants<'_> {
    /// Makes the files that are to be sent; one that was sent before makes way.
    pub(in crate::driver) fn fill_outboxes(
        &mut self,
        files: &[PlannedFile],
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        self.scratch.has_room_for(files)?;
        for file in files {
            self.scratch.prepare(&file.client)?;
            if let Some(digested) = self.scratch.put(file)? {
                let key = (file.client.clone(), file.name.clone());
                self.outbox.insert(key, digested.clone());
                record.append(Kind::Outbox {
                    who: file.client.clone(),
                    name: file.name.clone(),
                    size: digested.size,
                    sha256: digested.sha256,
                })?;
            }
        }
        Ok(())
    }

    /// Digests files that have appeared in downloads where one is awaited.
    pub(in crate::driver) fn poll_files(
        &mut self,
        expected: &[Expectation],
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        for expectation in expected {
            let Pattern::SameFile { from, name } = &expectation.pattern else {
                continue;
            };
            let wanted = self.outbox.get(&(from.clone(), name.clone())).cloned();
            let downloads = self.downloads(&expectation.client);
            let (Some(wanted), Some(downloads)) = (wanted, downloads) else {
                continue;
            };
            for path in Scratch::files(&downloads) {
                if self.receive(&expectation.client, &downloads, path, &wanted, record)? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Digests a file that may be the wanted one, once; true when it is.
    fn receive(
        &mut self,
        who: &str,
        downloads: &Path,
        path: PathBuf,
        wanted: &Digested,
        record: &mut Writer,
    ) -> Result<bool, EngineError> {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        let one = self.of_name(who);
        if size != wanted.size || one.received.contains(&path) {
            return Ok(false);
        }
        let digested = digest(&path)?;
        let same = digested == *wanted;
        let name = path
            .strip_prefix(downloads)
            .unwrap_or(&path)
            .display()
            .to_string();
        one.received.insert(path);
        record.append(Kind::Received {
            who: who.to_owned(),
            name,
            size: digested.size,
            sha256: digested.sha256,
        })?;
        Ok(same)
    }

    /// Removes the files that a client has received and that were checked: the next one of
    /// the same name is another, and nobody looks through thousands.
    pub(in crate::driver) fn take_away_received(&mut self, who: &str) {
        let one = self.of_name(who);
        for path in std::mem::take(&mut one.received) {
            // What cannot be removed stays, and counts as received before.
            if std::fs::remove_file(&path).is_err() {
                one.received.insert(path);
            }
        }
    }
}
