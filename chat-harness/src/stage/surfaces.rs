//! The surfaces where plaintext must not appear, searched at the end of a play.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::EngineError;
use super::drive::{Play, RELAY};
use super::orphans::{is_gone, trees};
use crate::adapter::Surface;
use crate::audit::Searcher;

/// Where command lines and environments of the relay are kept, below the play's directory.
const ARGUMENTS: &str = "out/relay.arguments";

/// One place of a surface: what it is called, and where its bytes are.
struct Place {
    name: String,
    path: PathBuf,
}

impl Play<'_> {
    /// Keeps the command lines and environments of the relay and of all that it started.
    pub(super) fn note_arguments(&mut self) -> Result<(), EngineError> {
        let roots = self.roots_of_relay();
        if roots.is_empty() {
            return Ok(());
        }
        let path = self.writer.dir().join(ARGUMENTS);
        let failed = || EngineError::file("write", path.clone());
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed())?;
        for pid in trees(&roots) {
            for part in ["cmdline", "environ"] {
                let bytes = match fs::read(format!("/proc/{pid}/{part}")) {
                    Ok(bytes) => bytes,
                    // It has ended just now; what was kept before stays.
                    Err(error) if is_gone(&error) => continue,
                    Err(error) => {
                        let why = format!("{part} of process {pid}: {error}");
                        self.unread_arguments.get_or_insert(why);
                        continue;
                    }
                };
                file.write_all(&bytes)
                    .and_then(|()| file.write_all(b"\n"))
                    .map_err(failed())?;
            }
        }
        Ok(())
    }

    /// Searches every surface and records what was found, and what the search was worth.
    pub(super) fn search_all(&mut self) -> Result<(), EngineError> {
        self.flush()?;
        let searcher = self.searcher()?;
        for surface in Surface::ALL {
            match surface {
                Surface::Memory => self.end_memory(),
                Surface::Arguments | Surface::Files | Surface::Output | Surface::Wire => {
                    self.search_surface(&searcher, surface);
                }
            }
            let has_control = self.plan.audit.controls.contains_key(&surface);
            let tally = self.search.tallies.remove(&surface).unwrap_or_default();
            for kind in tally.told(surface, has_control) {
                self.record(kind)?;
            }
        }
        self.examine()?;
        self.flush()
    }

    /// What lies there when everything has ended.
    fn search_surface(&mut self, searcher: &Searcher, surface: Surface) {
        let (places, incomplete) = self.places(surface);
        let tally = self.search.tally(surface);
        tally.samples += 1;
        incomplete.into_iter().for_each(|why| tally.miss(why));
        for place in &places {
            let searched = File::open(&place.path)
                .and_then(|file| searcher.search(surface, &place.name, file));
            match searched {
                Ok(searched) => tally.add(&place.name, searched, None),
                Err(error) => tally.miss(format!("{}: {error}", place.name)),
            }
        }
    }

    /// What belongs to a surface, and why it is not all of it.
    fn places(&self, surface: Surface) -> (Vec<Place>, Option<String>) {
        let dir = self.writer.dir();
        match surface {
            Surface::Arguments => {
                let path = dir.join(ARGUMENTS);
                let name = ARGUMENTS.to_owned();
                (
                    path.is_file()
                        .then_some(Place { name, path })
                        .into_iter()
                        .collect(),
                    self.unread_arguments.clone(),
                )
            }
            Surface::Files => {
                let root = self.scratch.of(RELAY);
                let mut unread = Vec::new();
                let files = below(&root, &mut unread);
                let named = |path: PathBuf| Place {
                    name: path
                        .strip_prefix(&root)
                        .unwrap_or(&path)
                        .display()
                        .to_string(),
                    path,
                };
                (
                    files.into_iter().map(named).collect(),
                    (!unread.is_empty()).then(|| unread.join("; ")),
                )
            }
            // What was in memory is gone.
            Surface::Memory => (Vec::new(), None),
            Surface::Output => self.kept("out/relay.std"),
            Surface::Wire => self.kept("wire/"),
        }
    }

    /// Files that the writer kept, and which of them was cut at its cap.
    fn kept(&self, prefix: &str) -> (Vec<Place>, Option<String>) {
        let dir = self.writer.dir();
        let mut cut = None;
        let mut places = Vec::new();
        for (name, complete) in self
            .writer
            .kept()
            .filter(|(name, _)| name.starts_with(prefix))
        {
            if !complete {
                cut = Some(format!("{name} was cut at its cap"));
            }
            let path = dir.join(name);
            let name = name.to_owned();
            places.push(Place { name, path });
        }
        (places, cut)
    }
}

/// Every regular file below a directory, hidden ones too; links are not followed.
fn below(root: &Path, unread: &mut Vec<String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                unread.push(format!("{}: {error}", directory.display()));
                continue;
            }
        };
        for entry in entries {
            let kind = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)));
            match kind {
                Ok((path, kind)) if kind.is_dir() => waiting.push(path),
                Ok((path, kind)) if kind.is_file() => found.push(path),
                // What a link points to lies elsewhere; pipes and sockets keep nothing.
                Ok(_) => {}
                Err(error) => unread.push(format!("{}: {error}", directory.display())),
            }
        }
    }
    found.sort();
    found
}
