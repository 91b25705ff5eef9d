//! The surfaces where plaintext must not appear, searched at the end of a play.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use super::Scans;
use crate::EngineError;
use crate::driver::RELAY;
use crate::driver::participants::Participants;
use crate::participant::proc;
use crate::participant::proc::is_gone;
use crate::participant::scratch::Scratch;
use crate::participant::tree::readable;
use crate::record::Writer;
use crate::scan::files::regular_files;
use crate::scan::refused;
use audit::Searcher;
use timeline::{Kind, Surface};

/// Where command lines and environments of the relay are kept, below the play's directory.
const ARGUMENTS: &str = "out/relay.arguments";

/// One place of a surface: what it is called, and where its bytes are.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

impl Scans<'_> {
    /// Keeps the command lines and environments of the processes of the relay, and of all that
    /// these started.
    pub(in crate::driver) fn note_arguments(
        &mut self,
        roots: &[i32],
        record: &Writer,
    ) -> Result<(), EngineError> {
        if roots.is_empty() {
            return Ok(());
        }
        let path = record.dir().join(ARGUMENTS);
        let failed = || EngineError::file("write", path.clone());
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed())?;
        for pid in readable(roots) {
            for part in ["cmdline", "environ"] {
                let bytes = match proc::read(pid, part) {
                    Ok(bytes) => bytes,
                    // It has ended just now; what was kept before stays.
                    Err(error) if is_gone(&error) => continue,
                    Err(error) => {
                        let why = refused::why(pid, part, error);
                        self.counters(Surface::Arguments).miss(why.to_string());
                        continue;
                    }
                };
                if self.arguments.insert(bytes.clone()) {
                    file.write_all(&bytes)
                        .and_then(|()| file.write_all(b"\n"))
                        .map_err(failed())?;
                }
            }
        }
        self.counters(Surface::Arguments).samples += 1;
        Ok(())
    }

    /// Searches every surface: what was found, and what the search was worth. This blocks.
    pub(in crate::driver) fn search_all(
        &mut self,
        participants: &Participants<'_>,
        record: &Writer,
    ) -> Result<Vec<Kind>, EngineError> {
        let scratch = &participants.scratch;
        let searcher = self.searcher(scratch)?;
        for surface in Surface::ALL {
            match surface {
                Surface::Memory => self.end_memory(),
                // Behind the wire, where it may have been found.
                Surface::Others => {}
                Surface::Arguments | Surface::Files | Surface::Output | Surface::Wire => {
                    self.search_surface(&searcher, surface, scratch, record);
                }
            }
        }
        self.search_others(&searcher, participants, record);
        let strings = searcher.strings() as u64;
        let mut kinds = Vec::new();
        for surface in Surface::ALL {
            let has_control = self.plan.audit.controls.contains_key(&surface);
            if let Some(mut counters) = self.counters.remove(&surface) {
                for what in searcher.too_uniform() {
                    counters.miss(format!(
                        "{what} has too few different bytes to be searched for"
                    ));
                }
                // Of these, what was kept from somebody.
                if surface != Surface::Others {
                    counters.strings = strings;
                }
                let left_out = self.allowance(surface).left_out();
                kinds.extend(counters.into_kinds(surface, has_control, left_out));
            }
        }
        Ok(kinds)
    }

    /// What lies there when everything has ended.
    fn search_surface(
        &mut self,
        searcher: &Searcher,
        surface: Surface,
        scratch: &Scratch,
        record: &Writer,
    ) {
        let (mut places, incomplete) = self.places(surface, scratch, record);
        // The small ones first: they are searched in full.
        places.sort_by_cached_key(|place| fs::metadata(&place.path).map_or(0, |file| file.len()));
        let mut allowance = self.allowance(surface);
        let files = (surface == Surface::Files).then(|| std::mem::take(&mut self.files));
        let counters = self.counters(surface);
        if surface != Surface::Arguments {
            counters.samples += 1;
        }
        incomplete.into_iter().for_each(|why| counters.miss(why));
        for place in &places {
            let searched = match &files {
                Some(files) => files.search_at_the_end(&place.path, searcher, &mut allowance),
                None => File::open(&place.path).and_then(|file| {
                    searcher.search_nested(surface, &place.name, file, &mut allowance)
                }),
            };
            match searched {
                Ok(searched) => counters.add(&place.name, searched, None),
                Err(error) => counters.miss(format!("{}: {error}", place.name)),
            }
        }
        if let Some(files) = files {
            counters.add("names of files", files.names.search(searcher), None);
            if files.names.is_cut {
                counters.miss("there were too many names of files".to_owned());
            }
            self.files = files;
        }
        self.give_back(surface, allowance);
    }

    /// What belongs to a surface, and why it is not all of it.
    pub(super) fn places(
        &mut self,
        surface: Surface,
        scratch: &Scratch,
        record: &Writer,
    ) -> (Vec<Place>, Option<String>) {
        match surface {
            Surface::Arguments => {
                let path = record.dir().join(ARGUMENTS);
                let name = ARGUMENTS.to_owned();
                let noted = path.is_file().then_some(Place { name, path });
                (noted.into_iter().collect(), None)
            }
            Surface::Files => {
                let root = scratch.of(RELAY);
                let mut unread = Vec::new();
                let files = &mut self.files;
                let found = regular_files(&root, &mut unread, &mut files.names);
                let named = |path: PathBuf| Place {
                    name: files.name(&path),
                    path,
                };
                (
                    found.into_iter().map(named).collect(),
                    (!unread.is_empty()).then(|| unread.join("; ")),
                )
            }
            // What was in memory is gone, and what others received is several places' matter.
            Surface::Memory | Surface::Others => (Vec::new(), None),
            Surface::Output => stored("out/relay.std", record),
            Surface::Wire => stored("wire/", record),
        }
    }
}

/// Files that the writer kept, and which of them was cut at its cap.
fn stored(prefix: &str, record: &Writer) -> (Vec<Place>, Option<String>) {
    let dir = record.dir();
    let mut cut = None;
    let mut places = Vec::new();
    for (name, complete) in record.files().filter(|(name, _)| name.starts_with(prefix)) {
        if !complete {
            cut = Some(format!("{name} was cut at its cap"));
        }
        let path = dir.join(name);
        let name = name.to_owned();
        places.push(Place { name, path });
    }
    (places, cut)
}
