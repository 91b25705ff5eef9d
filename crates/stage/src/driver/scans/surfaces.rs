//! The surfaces where plaintext must not appear, searched at the end of a play.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::PathBuf;

use super::Scans;
use crate::EngineError;
use crate::driver::RELAY;
use crate::driver::participants::Participants;
use crate::foreign::ForeignError;
use crate::participant::proc;
use crate::participant::proc::is_gone;
use crate::participant::scratch::Scratch;
use crate::participant::tree::readable;
use crate::record::Writer;
use crate::scan::refused;
use audit::Searcher;
use timeline::{Kind, Surface};

/// Where command lines and environments of the relay are kept, in the play's directory.
const ARGUMENTS: &str = "out/relay.arguments";

/// Bytes of the files of the relay, and of those that clients have received, that are searched at
/// the end, at most: a few files with holes hold more than anybody can read.
pub(super) const MOST_OF_FILES: u64 = 8 << 30;

/// One place of a surface: what it is called, and where its bytes are.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) lies: Lies,
}

/// Whose file it is.
pub(super) enum Lies {
    /// The harness has written it itself.
    InRecord(PathBuf),
    /// From the directory of a participant that owns it.
    With(String, PathBuf),
}

impl Place {
    pub(super) fn in_record(name: &str, record: &Writer) -> Self {
        Self {
            name: name.to_owned(),
            lies: Lies::InRecord(record.dir().join(name)),
        }
    }

    /// Its bytes.
    pub(super) fn open(&self, scratch: &Scratch) -> io::Result<Box<dyn Read>> {
        Ok(match &self.lies {
            Lies::InRecord(path) => Box::new(File::open(path)?),
            Lies::With(who, path) => {
                let file = scratch.ground(who).file(path);
                Box::new(file.map_err(ForeignError::into_io)?)
            }
        })
    }

    fn size(&self, scratch: &Scratch) -> u64 {
        match &self.lies {
            Lies::InRecord(path) => fs::metadata(path).map_or(0, |file| file.len()),
            Lies::With(who, path) => {
                let file = scratch.ground(who).file(path);
                file.map_or(0, |file| file.metadata().len())
            }
        }
    }
}

/// Command lines and environments of processes and of all that these started, and the names of
/// their threads. Most are in the memory of these processes, which may hold up whoever reads them.
fn arguments(roots: &[i32]) -> Vec<Result<Vec<u8>, refused::Unreadable>> {
    let processes = readable(roots).into_iter();
    let parts = processes.flat_map(|pid| {
        let names = proc::threads(pid).into_iter();
        let names = names.map(|thread| format!("task/{thread}/comm"));
        let parts = ["cmdline", "environ"].map(str::to_owned).into_iter();
        parts.chain(names).map(move |part| (pid, part))
    });
    parts
        .filter_map(|(pid, part)| match proc::whole(pid, &part) {
            Ok(bytes) => Some(Ok(bytes)),
            // It has ended just now; what was kept before stays.
            Err(error) if is_gone(&error) => None,
            Err(error) => Some(Err(refused::why(pid, "arguments", error))),
        })
        .collect()
}

impl Scans<'_> {
    /// Keeps the command lines and environments of the processes of the relay, and of all that
    /// these started, and the names of their threads.
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
        let roots = roots.to_vec();
        let parts = match self.patience.within(move || Ok(arguments(&roots))) {
            Ok(parts) => parts,
            Err(why) => {
                self.counters(Surface::Arguments)
                    .miss(format!("what the kernel reports about the relay {why}"));
                return Ok(());
            }
        };
        for part in parts {
            let part = part.map_err(|why| why.to_string()).and_then(|bytes| {
                let is_new = self.arguments.is_new(&bytes);
                is_new
                    .map(|is_new| (is_new, bytes))
                    .map_err(|why| why.to_string())
            });
            match part {
                Ok((true, bytes)) => file
                    .write_all(&bytes)
                    .and_then(|()| file.write_all(b"\n"))
                    .map_err(failed())?,
                Ok((false, _)) => {}
                Err(why) => self.counters(Surface::Arguments).miss(why),
            }
        }
        self.counters(Surface::Arguments).samples += 1;
        Ok(())
    }

    /// Compares what the stage itself keeps of the relay so far.
    pub(in crate::driver) fn compare_kept(&mut self, scratch: &Scratch, record: &Writer) {
        for surface in [Surface::Arguments, Surface::Output, Surface::Wire] {
            let (places, _) = self.places(surface, record);
            for place in places {
                // What cannot be read now cannot be read at the end either, which is said then.
                if let Ok(file) = place.open(scratch) {
                    let mut file = self.comparing.reader(surface, &place.name, file);
                    io::copy(&mut file, &mut io::sink()).ok();
                }
            }
        }
    }

    /// Searches every surface: what was found, and what the search was worth. This blocks.
    pub(in crate::driver) fn search_all(
        &mut self,
        participants: &Participants<'_>,
        record: &Writer,
    ) -> Result<Vec<Kind>, EngineError> {
        let scratch = &participants.scratch;
        let searcher = self.searcher(scratch)?;
        // A key that could not be read may be anywhere.
        for why in self.unread_keys.clone() {
            self.counters(Surface::Wire).miss(why);
        }
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
        self.go_on()?;
        let strings = searcher.strings() as u64;
        let mut kinds = vec![self.try_held_keys(scratch, record)?];
        let refused = std::mem::take(&mut self.refused).into_iter();
        kinds.extend(refused.map(|text| Kind::NotLookedFor { text }));
        for surface in Surface::ALL {
            let has_control = self.plan.audit.controls.contains_key(&surface);
            if let Some(mut counters) = self.counters.remove(&surface) {
                for what in searcher.too_uniform() {
                    counters.miss(format!("{what} has too few distinct bytes to search for"));
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

    /// What is there when everything has ended.
    fn search_surface(
        &mut self,
        searcher: &Searcher,
        surface: Surface,
        scratch: &Scratch,
        record: &Writer,
    ) {
        let (mut places, incomplete) = self.places(surface, record);
        // The small ones first: they are searched in full.
        places.sort_by_cached_key(|place| place.size(scratch));
        let mut allowance = self.allowance(surface);
        let files = (surface == Surface::Files).then(|| self.files.lend());
        let comparing = self.comparing.clone();
        let mut left = MOST_OF_FILES;
        let counters = self.counters(surface);
        if surface != Surface::Arguments {
            counters.samples += 1;
        }
        incomplete.into_iter().for_each(|why| counters.miss(why));
        for place in &places {
            let searched = match (&files, &place.lies) {
                (Some(_), _) if left == 0 => {
                    counters.miss("there is too much in its files to be searched".to_owned());
                    break;
                }
                (Some(files), Lies::With(_, path)) => {
                    files.search_at_the_end(path, searcher, &mut allowance)
                }
                _ => place.open(scratch).and_then(|file| {
                    let file = comparing.reader(surface, &place.name, file);
                    searcher.search_nested(surface, &place.name, file, &mut allowance)
                }),
            };
            match searched {
                Ok(searched) => {
                    left = left.saturating_sub(searched.bytes);
                    counters.add(&place.name, searched, None);
                }
                Err(error) => counters.miss(format!("{}: {error}", place.name)),
            }
        }
        if let Some(files) = files {
            let paths = places.iter().filter_map(|place| match &place.lies {
                Lies::With(_, path) => Some(path.as_path()),
                Lies::InRecord(_) => None,
            });
            files.compare_order(paths);
            counters.add("names of files", files.search_names(searcher), None);
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
        record: &Writer,
    ) -> (Vec<Place>, Option<String>) {
        match surface {
            Surface::Arguments => {
                let noted = !self.arguments.is_empty();
                let noted = noted.then(|| Place::in_record(ARGUMENTS, record));
                (noted.into_iter().collect(), None)
            }
            Surface::Files => {
                let (found, unread) = self.files.list();
                let places = found.into_iter().map(|path| Place {
                    name: path.display().to_string(),
                    lies: Lies::With(RELAY.to_owned(), path),
                });
                let unread = (!unread.is_empty()).then(|| unread.join("; "));
                (places.collect(), unread)
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
    let mut cut = None;
    let mut places = Vec::new();
    for (name, complete) in record.files().filter(|(name, _)| name.starts_with(prefix)) {
        if !complete {
            cut = Some(format!("{name} was cut at its cap"));
        }
        places.push(Place::in_record(name, record));
    }
    (places, cut)
}
