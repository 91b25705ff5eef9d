//! What a sender's outbox holds.

use rand::Rng as _;

use super::builder::{Builder, Here};
use super::content::PlannedFile;
use crate::{CANARY_LEAD, CANARY_LENGTH, FileSource};

impl Builder<'_> {
    /// Puts a file into the plan, once; its name in the outbox and its size.
    pub(super) fn outbox(
        &mut self,
        here: Here<'_>,
        from: &str,
        source: &FileSource,
        name: &str,
    ) -> (String, u64) {
        match source {
            FileSource::Fixture(path) => {
                let fixture = self.root.join(path);
                let size = fixture
                    .metadata()
                    .ok()
                    .filter(std::fs::Metadata::is_file)
                    .map(|data| data.len());
                let file = PlannedFile {
                    client: from.to_owned(),
                    name: name.to_owned(),
                    fixture: Some(fixture),
                    size: size.unwrap_or(0),
                    canary: None,
                    seed: 0,
                };
                if !self.files.contains(&file) {
                    self.files.push(file);
                }
                let key = (from.to_owned(), name.to_owned());
                if size.is_some_and(|size| self.audit.can_search_file(here.id, size))
                    && !self.audit.files.contains(&key)
                {
                    self.audit.files.push(key);
                }
                (name.to_owned(), size.unwrap_or(0))
            }
            FileSource::Made(size) => {
                let name = here
                    .turn
                    .map_or_else(|| name.to_owned(), |turn| numbered(name, turn));
                let before = self
                    .files
                    .iter()
                    .any(|file| file.client == from && file.name == name);
                let canaried = *size >= (CANARY_LEAD + CANARY_LENGTH) as u64;
                if self.audit.can_search_file(here.id, *size) && !canaried && !before {
                    self.audit.files.push((from.to_owned(), name.clone()));
                }
                if !before {
                    let canary = canaried.then(|| self.planter.fresh(here.id));
                    self.files.push(PlannedFile {
                        client: from.to_owned(),
                        name: name.clone(),
                        fixture: None,
                        size: *size,
                        canary,
                        seed: self.seeds.next_u64(),
                    });
                }
                (name, *size)
            }
        }
    }
}

/// `made-12.bin` in the third turn: `made-12-3.bin`.
fn numbered(name: &str, turn: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.contains('/') => {
            format!("{stem}-{turn}.{extension}")
        }
        Some(_) | None => format!("{name}-{turn}"),
    }
}
