//! The relay's files: those in its scratch directory, and those that it holds open.
//!
//! While it runs, a file is searched again when it has changed. A file that has not changed
//! since the play began cannot hold what was planted in it. What is opened, written and gone
//! between two scans is not seen.

mod names;
mod open;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) use self::names::Names;
use self::open::Open;
use self::waiting::{Waiting, waiting};
use super::comparing::Comparing;
use crate::foreign::{ForeignError, ForeignFile, Found, Ground, Version, held_open};
use audit::{Allowance, SearchResult, Searcher};
use timeline::Surface;

/// Bytes of files that are searched while the relay runs. At the end all are.
const BUDGET: u64 = 256 << 20;

/// Files whose order is compared: of more it is luck, and would fill a page.
const ORDERED: usize = 64;

/// What is known of the relay's files.
#[derive(Debug)]
pub(crate) struct Files {
    /// What the relay owns.
    ground: Ground,
    /// Its scratch directory, as the kernel names what is there.
    root: PathBuf,
    began: SystemTime,
    /// As they were when they were searched last, by device and inode.
    searched: BTreeMap<(u64, u64), Version>,
    /// As they were when their contents were unpacked.
    unpacked: BTreeMap<(u64, u64), Version>,
    pub(crate) names: Names,
    budget: u64,
    comparing: Comparing,
}

/// What one scan found.
#[derive(Debug, Default)]
pub(crate) struct FilesScan {
    /// By what a place is called.
    pub(crate) searched: Vec<(String, SearchResult)>,
    /// What could not be read.
    pub(crate) unread: Vec<String>,
    /// What the system does not let anybody read.
    pub(crate) refused: BTreeSet<String>,
    seen: BTreeSet<(u64, u64)>,
}

impl Files {
    pub(crate) fn new(ground: Ground, root: PathBuf, comparing: Comparing) -> Self {
        Self {
            ground,
            root,
            began: SystemTime::now(),
            searched: BTreeMap::new(),
            unpacked: BTreeMap::new(),
            names: Names::default(),
            budget: BUDGET,
            comparing,
        }
    }

    /// Searches what has changed in files of these processes since the last scan; with an
    /// allowance, their contents are unpacked as well.
    pub(crate) fn scan(
        &mut self,
        pids: &[i32],
        searcher: &Searcher,
        mut allowance: Option<&mut Allowance>,
    ) -> FilesScan {
        let mut found = FilesScan::default();
        // Why a directory cannot be read is asked again at the end; now it may just be gone.
        let (paths, _) = self.list();
        for path in paths {
            let file = self.ground.file(&path);
            let place = path.display().to_string();
            self.search(file, place, searcher, allowance.as_deref_mut(), &mut found);
        }
        let mut objects: BTreeMap<(String, String), u64> = BTreeMap::new();
        for pid in pids {
            match open::of(*pid) {
                Ok(files) => {
                    let names = open::socket_names(*pid, &files).into_iter();
                    names.for_each(|name| self.names.add(&name));
                    for held in files {
                        *objects
                            .entry((held.holder.clone(), held.kind()))
                            .or_default() += 1;
                        self.search_waiting(&held, searcher, &mut found);
                        let file = held_open(&held.link);
                        if file.is_ok() {
                            self.names.add(self.own(&held.target));
                        }
                        let name = self.own(&held.target).display();
                        let place = format!("{name}, held open by {}", held.holder);
                        self.search(file, place, searcher, allowance.as_deref_mut(), &mut found);
                    }
                }
                Err(why) => found.unread.push(why.to_string()),
            }
        }
        for ((holder, kind), count) in objects {
            let fact = || format!("{holder} holds {count} open: {kind}");
            self.comparing.fact(Surface::Files, fact);
        }
        found
    }

    /// The files in the scratch directory, and why these are not all. Names of everything there
    /// are noted, and what links say.
    pub(crate) fn list(&mut self) -> (Vec<PathBuf>, Vec<String>) {
        let listing = self.ground.list(Path::new(""));
        for one in &listing.found {
            self.names.add(one.path());
            if let Found::Link(_, target) = one {
                self.names.add(target);
            }
        }
        let unread = listing.unread.clone();
        (listing.files(), unread)
    }

    /// All that is known, for a scan elsewhere; who has it meanwhile gives it back.
    pub(crate) fn lend(&mut self) -> Self {
        let known_by_nobody =
            Self::new(self.ground.clone(), self.root.clone(), Comparing::default());
        std::mem::replace(self, known_by_nobody)
    }

    /// There is more to search for: what has not changed is searched again.
    pub(crate) fn forget(&mut self) {
        self.searched.clear();
    }

    /// As a reader knows it: what is in the scratch directory by its path from there.
    fn own<'t>(&self, target: &'t Path) -> &'t Path {
        target.strip_prefix(&self.root).unwrap_or(target)
    }

    fn search(
        &mut self,
        file: Result<ForeignFile, ForeignError>,
        place: String,
        searcher: &Searcher,
        allowance: Option<&mut Allowance>,
        found: &mut FilesScan,
    ) {
        let file = match file {
            Ok(file) => file,
            // What is gone now was there at another scan, or between two of them. What is no file
            // holds nothing.
            Err(ForeignError::NotThere | ForeignError::NotAFile(_) | ForeignError::Link) => return,
            Err(why) => return found.unread.push(format!("{place} {why}")),
        };
        let (key, version) = Version::of(file.metadata());
        // It may have several names, and be held open by several.
        if !found.seen.insert(key) || version.is_before(self.began) {
            return;
        }
        let attributes = file.attributes();
        if !attributes.is_empty() {
            let place = format!("the attributes of {place}");
            self.search_bytes(place, &attributes, searcher, found);
        }
        let is = |known: &BTreeMap<_, Version>| known.get(&key).is_some_and(|it| version.is(it));
        let compared = |file| self.comparing.reader(Surface::Files, &place, file);
        let searched = match allowance {
            Some(allowance) if !is(&self.unpacked) => {
                self.unpacked.insert(key, version.clone());
                searcher.search_nested(Surface::Files, &place, compared(file), allowance)
            }
            _ if is(&self.searched) => return,
            _ if self.budget == 0 => {
                // One is enough, of perhaps thousands.
                if found.unread.is_empty() {
                    let most = BUDGET >> 20;
                    found.unread.push(format!(
                        "{place} has changed when {most} MiB of files were searched already"
                    ));
                }
                return;
            }
            _ => searcher.search(Surface::Files, &place, compared(file)),
        };
        match searched {
            Ok(searched) => {
                self.budget = self.budget.saturating_sub(searched.bytes);
                self.searched.insert(key, version);
                found.searched.push((place, searched));
            }
            Err(error) => found.unread.push(format!("{place}: {error}")),
        }
    }

    /// What one process has written and another has not read yet.
    fn search_waiting(&self, held: &Open, searcher: &Searcher, found: &mut FilesScan) {
        let what = match self.own(&held.target) {
            path if path.is_absolute() || path != held.target => path.display().to_string(),
            _ => format!("a {}", held.kind()),
        };
        let place = format!("{what} of {}", held.holder);
        match waiting(held) {
            Ok(Waiting::Bytes(bytes)) if bytes.is_empty() => {}
            Ok(Waiting::Bytes(bytes)) => {
                let place = format!("what waits in {place}");
                self.search_bytes(place, &bytes, searcher, found);
            }
            Ok(Waiting::Unreadable(bytes)) => {
                let why =
                    format!("{bytes} bytes wait in {place}, where they can only be taken away");
                found.unread.push(why);
            }
            Ok(Waiting::Files(files)) => {
                let why = format!("{files} open files wait in {place}, and were not searched");
                found.unread.push(why);
            }
            Err(why) => {
                let text = format!("what waits in {place}: {why}");
                found.refused.insert(text);
            }
        }
    }

    fn search_bytes(
        &self,
        place: String,
        bytes: &[u8],
        searcher: &Searcher,
        found: &mut FilesScan,
    ) {
        self.comparing.bytes(Surface::Files, &place, 0, bytes);
        let mut searched = searcher.search_bytes(Surface::Files, &place, bytes, None);
        // That the control is found here says nothing of files.
        searched.control = None;
        found.searched.push((place, searched));
    }

    /// Compares the order in which these files were changed last, where they are not many.
    pub(crate) fn compare_order<'p>(&self, paths: impl Iterator<Item = &'p Path>) {
        if !self.comparing.is_on() {
            return;
        }
        let changed = paths.take(ORDERED + 1).filter_map(|path| {
            let file = self.ground.file(path).ok()?;
            Some((file.metadata().modified().ok()?, path))
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort();
        if (2..=ORDERED).contains(&changed.len()) {
            let names = changed.iter().map(|(_, path)| path.display().to_string());
            let names: Vec<String> = names.collect();
            let names = names.join(", ");
            let fact = || format!("files in the order of their last change: {names}");
            self.comparing.fact(Surface::Files, fact);
        }
    }

    /// Searches their names when everything has ended, and compares them.
    pub(crate) fn search_names(&self, searcher: &Searcher) -> SearchResult {
        self.names.compare(&self.comparing);
        self.names.search(searcher)
    }

    /// Searches a file when everything has ended; what was unpacked before is not unpacked
    /// again.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn search_at_the_end(
        &self,
        path: &Path,
        searcher: &Searcher,
        allowance: &mut Allowance,
    ) -> io::Result<SearchResult> {
        let file = self.ground.file(path).map_err(ForeignError::into_io)?;
        let (key, version) = Version::of(file.metadata());
        let is_done = version.is_before(self.began)
            || self
                .unpacked
                .get(&key)
                .is_some_and(|known| version.is(known));
        let place = path.display().to_string();
        let size = file.metadata().len();
        self.comparing
            .fact(Surface::Files, || format!("{place} has {size} bytes"));
        let file = self.comparing.reader(Surface::Files, &place, file);
        if is_done {
            searcher.search(Surface::Files, &place, file)
        } else {
            searcher.search_nested(Surface::Files, &place, file, allowance)
        }
    }
}
