//! The surfaces where plaintext must not appear, searched at the end of a play.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;

use tokio::task::block_in_place;

use crate::EngineError;
use crate::driver::{Play, RELAY};
use crate::participant::orphans::{is_gone, trees};
use crate::participant::proc;
use crate::scan::files::below;
use crate::scan::refused;
use audit::Searcher;
use timeline::Surface;

/// Where command lines and environments of the relay are kept, below the play's directory.
const ARGUMENTS: &str = "out/relay.arguments";

/// One place of a surface: what it is called, and where its bytes are.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl Play<'_> {
    /// Keeps the command lines and environments of the relay and of all that it started.
    pub(crate) fn note_arguments(&mut self) -> Result<(), EngineError> {
        let roots = self.roots_of_relay();
        if roots.is_empty() {
            return Ok(());
        }
        self.note_arguments_of(&roots)
    }

    /// The same of these processes and of all that they started.
    pub(crate) fn note_arguments_of(&mut self, roots: &[i32]) -> Result<(), EngineError> {
        let path = self.writer.dir().join(ARGUMENTS);
        let failed = || EngineError::file("write", path.clone());
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed())?;
        for pid in trees(roots) {
            for part in ["cmdline", "environ"] {
                let bytes = match proc::read(pid, part) {
                    Ok(bytes) => bytes,
                    // It has ended just now; what was kept before stays.
                    Err(error) if is_gone(&error) => continue,
                    Err(error) => {
                        let why = refused::why(pid, part, &error);
                        self.search.tally(Surface::Arguments).miss(why);
                        continue;
                    }
                };
                if self.search.arguments.insert(bytes.clone()) {
                    file.write_all(&bytes)
                        .and_then(|()| file.write_all(b"\n"))
                        .map_err(failed())?;
                }
            }
        }
        self.search.tally(Surface::Arguments).samples += 1;
        Ok(())
    }

    /// Searches every surface and records what was found, and what the search was worth.
    pub(crate) fn search_all(&mut self) -> Result<(), EngineError> {
        self.flush()?;
        let searcher = self.searcher()?;
        for surface in Surface::ALL {
            match surface {
                Surface::Memory => self.end_memory(),
                // Behind the wire, where it may have been found.
                Surface::Others => {}
                // This may take a while; other plays go on meanwhile.
                Surface::Arguments | Surface::Files | Surface::Output | Surface::Wire => {
                    block_in_place(|| self.search_surface(&searcher, surface));
                }
            }
        }
        block_in_place(|| self.search_others(&searcher));
        let strings = searcher.strings() as u64;
        for surface in Surface::ALL {
            let has_control = self.plan.audit.controls.contains_key(&surface);
            if let Some(mut tally) = self.search.tallies.remove(&surface) {
                // Of these, what was kept from somebody.
                if surface != Surface::Others {
                    tally.strings = strings;
                }
                let left_out = self.search.allowance(surface).left_out();
                for kind in tally.told(surface, has_control, left_out) {
                    self.record(kind)?;
                }
            }
        }
        self.examine()?;
        self.flush()
    }

    /// What lies there when everything has ended.
    fn search_surface(&mut self, searcher: &Searcher, surface: Surface) {
        let (mut places, incomplete) = self.places(surface);
        // The small ones first: they are looked through in full.
        places.sort_by_cached_key(|place| fs::metadata(&place.path).map_or(0, |file| file.len()));
        let mut allowance = self.search.allowance(surface);
        let files = (surface == Surface::Files).then(|| std::mem::take(&mut self.search.files));
        let tally = self.search.tally(surface);
        if surface != Surface::Arguments {
            tally.samples += 1;
        }
        incomplete.into_iter().for_each(|why| tally.miss(why));
        for place in &places {
            let searched = match &files {
                Some(files) => files.search_at_the_end(&place.path, searcher, &mut allowance),
                None => File::open(&place.path).and_then(|file| {
                    searcher.search_below(surface, &place.name, file, &mut allowance)
                }),
            };
            match searched {
                Ok(searched) => tally.add(&place.name, searched, None),
                Err(error) => tally.miss(format!("{}: {error}", place.name)),
            }
        }
        if let Some(files) = files {
            tally.add("names of files", files.names.search(searcher), None);
            if files.names.is_cut {
                tally.miss("there were too many names of files".to_owned());
            }
            self.search.files = files;
        }
        self.search.give_back(surface, allowance);
    }

    /// What belongs to a surface, and why it is not all of it.
    pub(crate) fn places(&mut self, surface: Surface) -> (Vec<Place>, Option<String>) {
        match surface {
            Surface::Arguments => {
                let path = self.writer.dir().join(ARGUMENTS);
                let name = ARGUMENTS.to_owned();
                let noted = path.is_file().then_some(Place { name, path });
                (noted.into_iter().collect(), None)
            }
            Surface::Files => {
                let root = self.scratch.of(RELAY);
                let mut unread = Vec::new();
                let files = &mut self.search.files;
                let found = below(&root, &mut unread, &mut files.names);
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
