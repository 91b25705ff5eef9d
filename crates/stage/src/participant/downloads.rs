//! Where a client puts the files that it receives: what has come there since it was last scanned.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::foreign::{Digested, ForeignError, ForeignFile, Ground, TICK, Version, Watch};

/// A digest that took so long is not made again for so many times as long: who changes a large
/// file all the time does not keep the harness busy with it.
const REST: u32 = 4;

/// So many files that nobody has sent are noted of a step.
const MOST_WRONG: usize = 64;

/// What is known of the files in a client's downloads.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    known: BTreeMap<PathBuf, Known>,
    wrong: usize,
    watching: Watching,
    /// Names under which scans saw something grow since something was awaited.
    growing: BTreeSet<String>,
}

const NOT_THERE: &str = "there was no directory to watch when a file was awaited";

const NO_ROOM: &str = "this machine had no room to watch the directory \
     (fs.inotify.max_user_instances, or no more threads)";

/// How it is known whether a file is written under its final name.
#[derive(Debug, Default)]
enum Watching {
    /// Nobody has to know yet.
    #[default]
    NotYet,
    /// There was no directory when somebody had to know.
    NotThere,
    By(Watch),
    /// By scans alone, which may miss it: this machine has no room for a watch.
    Scans,
}

/// A file as it was when it was last scanned.
#[derive(Debug)]
struct Known {
    inode: (u64, u64),
    version: Version,
    /// None where it was there before anything was awaited.
    digested: Option<Digested>,
    /// It is not digested again before.
    rests_until: Instant,
}

/// A file that may come.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) from: String,
    /// As its sender calls it.
    pub(crate) name: String,
    pub(crate) digested: Digested,
}

/// A file that has come, or come again, or changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    /// From the directory of downloads.
    pub(crate) path: PathBuf,
    pub(crate) digested: Digested,
}

/// A file that is wanted and certainly was not there when it was checked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lacking {
    pub(crate) from: String,
    pub(crate) name: String,
    /// So many of its bytes lay there under its name; reported once.
    pub(crate) part: Option<u64>,
}

/// What a scan has found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) arrived: Vec<Arrived>,
    pub(crate) lacking: Vec<Lacking>,
}

/// What a file was found to be.
#[derive(Debug)]
enum Change {
    /// Of no size that is wanted, or as it was.
    Old,
    /// It could not be read now.
    Unsure,
    New(Digested),
}

impl Downloads {
    /// Something is awaited from now on: what is there already does not count as come, unless
    /// it changes. Nothing is read. What this machine lacks to watch it, when that is found out.
    pub(crate) fn begin(&mut self, ground: &Ground, directory: &Path) -> Option<ForeignError> {
        self.wrong = 0;
        self.growing.clear();
        for path in ground.list(directory).files() {
            if let Ok(file) = ground.file(&directory.join(&path)) {
                let (inode, version) = Version::of(file.metadata());
                let known = Known {
                    inode,
                    version,
                    digested: None,
                    rests_until: Instant::now() + TICK,
                };
                self.known.insert(path, known);
            }
        }
        self.watch(ground, directory)
    }

    /// Watches the directory, where it is there and not watched yet.
    fn watch(&mut self, ground: &Ground, directory: &Path) -> Option<ForeignError> {
        let is_done = match &self.watching {
            Watching::NotYet | Watching::NotThere => false,
            Watching::By(watch) => watch.is_of(ground, directory),
            Watching::Scans => true,
        };
        if is_done {
            return None;
        }
        match ground.watch(directory) {
            Ok(watch) => {
                match &self.watching {
                    Watching::By(before) => watch.goes_on_from(before),
                    Watching::NotThere => watch.begins_late(NOT_THERE),
                    Watching::NotYet | Watching::Scans => {}
                }
                self.watching = Watching::By(watch);
                None
            }
            Err(why) if why.is_of_machine() => {
                self.watching = Watching::Scans;
                Some(why)
            }
            Err(_) => None,
        }
    }

    /// Its client runs, and may write from now on.
    pub(crate) fn may_be_written(&mut self) {
        if matches!(self.watching, Watching::NotYet) {
            self.watching = Watching::NotThere;
        }
    }

    /// Names of files to which something was written while they had them.
    pub(super) fn written_in_place(&self) -> BTreeSet<PathBuf> {
        match &self.watching {
            Watching::By(watch) => watch.written(),
            Watching::NotYet | Watching::NotThere | Watching::Scans => BTreeSet::new(),
        }
    }

    /// Why something may have been written unseen.
    pub(super) fn missed(&self, ground: &Ground, directory: &Path) -> Option<&'static str> {
        match &self.watching {
            Watching::By(watch) => watch.missed(ground, directory),
            Watching::NotYet => None,
            Watching::NotThere => ground.has(directory).then_some(NOT_THERE),
            Watching::Scans => ground.has(directory).then_some(NO_ROOM),
        }
    }

    /// Digests what may be one of the wanted files and has come or changed since the last scan.
    pub(crate) fn scan(&mut self, ground: &Ground, directory: &Path, wanted: &[Wanted]) -> Scan {
        let listing = ground.list(directory);
        let mut is_sure = listing.unread.is_empty();
        let mut scan = Scan::default();
        let mut parts = BTreeMap::new();
        let paths = listing.files().into_iter();
        for path in paths.filter(|path| may_be(path, wanted)) {
            // It may be renamed, replaced or removed at any moment; then it is seen at the next scan.
            let Ok(file) = ground.file(&directory.join(&path)) else {
                is_sure = false;
                continue;
            };
            if let Some((name, size)) = self.part(&path, &file, wanted) {
                parts.insert(name, size);
            }
            match self.digest_changed(&path, file, wanted) {
                Change::Old => {}
                Change::Unsure => is_sure = false,
                Change::New(digested) => {
                    if self.is_worth_noting(&digested, wanted) {
                        scan.arrived.push(Arrived { path, digested });
                    }
                }
            }
        }
        if is_sure {
            let has_come = |one: &&Wanted| {
                let mut arrived = scan.arrived.iter();
                arrived.any(|arrived| arrived.digested == one.digested)
            };
            let lacking = wanted.iter().filter(|one| !has_come(one));
            scan.lacking = lacking
                .map(|one| Lacking {
                    from: one.from.clone(),
                    name: one.name.clone(),
                    part: parts.get(&one.name).copied(),
                })
                .collect();
        }
        scan
    }

    /// The wanted file that grows under its own name, and how far it has come, when this is first
    /// seen. What is empty may be about to be filled at once, and what is in a directory within the
    /// downloads may be moved when it is whole. A watch sees more.
    fn part(
        &mut self,
        path: &Path,
        file: &ForeignFile,
        wanted: &[Wanted],
    ) -> Option<(String, u64)> {
        let (inode, version) = Version::of(file.metadata());
        let size = file.metadata().len();
        let before = self.known.get(path);
        if before.is_some_and(|known| known.inode == inode && version.looks_like(&known.version)) {
            return None;
        }
        let is_directly_there = path.parent() == Some(Path::new(""));
        if !is_directly_there || matches!(self.watching, Watching::By(_)) {
            return None;
        }
        let mut wanted = wanted.iter();
        let one =
            wanted.find(|one| is_called(path, one) && (1..one.digested.size).contains(&size))?;
        let is_first = self.growing.insert(one.name.clone());
        is_first.then(|| (one.name.clone(), size))
    }

    /// The digest of a file that is not known as it is.
    fn digest_changed(&mut self, path: &Path, file: ForeignFile, wanted: &[Wanted]) -> Change {
        let (inode, version) = Version::of(file.metadata());
        let size = file.metadata().len();
        if !wanted.iter().any(|one| one.digested.size == size) {
            return Change::Old;
        }
        let began = Instant::now();
        let before = self.known.get(path);
        if before.is_some_and(|known| version.is(&known.version)) {
            return Change::Old;
        }
        if before.is_some_and(|known| began < known.rests_until) {
            return Change::Unsure;
        }
        let Ok(digested) = file.digest() else {
            return Change::Unsure;
        };
        let is_new = before.is_none_or(|known| {
            known.inode != inode
                || !version.looks_like(&known.version)
                || known.digested.as_ref() != Some(&digested)
        });
        let known = Known {
            inode,
            version,
            digested: Some(digested.clone()),
            rests_until: Instant::now() + began.elapsed() * REST,
        };
        self.known.insert(path.to_owned(), known);
        if is_new {
            Change::New(digested)
        } else {
            Change::Old
        }
    }

    /// Whether a file of this name was seen to come.
    pub(super) fn has(&self, path: &Path) -> bool {
        let known = self.known.get(path);
        known.is_some_and(|known| known.digested.is_some())
    }

    /// The digest of a file that has not changed since it was made.
    pub(super) fn digest_of(&self, path: &Path, file: &ForeignFile) -> Option<&Digested> {
        let known = self.known.get(path)?;
        let (inode, version) = Version::of(file.metadata());
        let is_same = known.inode == inode && version.is(&known.version);
        known.digested.as_ref().filter(|_| is_same)
    }

    fn is_worth_noting(&mut self, digested: &Digested, wanted: &[Wanted]) -> bool {
        if wanted.iter().any(|one| one.digested == *digested) {
            return true;
        }
        self.wrong += 1;
        self.wrong <= MOST_WRONG
    }

    /// Removes what has come, so that the next file of the same name is another and nobody lists
    /// thousands. What cannot be removed stays, and counts as come before.
    pub(crate) fn clear(&mut self, ground: &Ground, directory: &Path) {
        self.known
            .retain(|path, _| ground.remove(&directory.join(path)).is_err());
    }
}

/// A hidden file is one that is being written, unless it was sent under this very name.
fn may_be(path: &Path, wanted: &[Wanted]) -> bool {
    let Some(name) = path.file_name() else {
        return false;
    };
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    !is_hidden || wanted.iter().any(|one| is_called(path, one))
}

/// Whether a file has the name under which this one was sent.
fn is_called(path: &Path, one: &Wanted) -> bool {
    path.file_name().is_some() && Path::new(&one.name).file_name() == path.file_name()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use super::{Downloads, NO_ROOM, NOT_THERE, Scan, Wanted, Watching};
    use crate::foreign::{Digested, Ground};

    /// A client's directory of downloads, and what is known of it.
    struct Bob {
        dir: tempfile::TempDir,
        ground: Ground,
        downloads: Downloads,
    }

    impl Bob {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let ground = Ground::open(dir.path()).unwrap();
            let downloads = Downloads::default();
            Self {
                dir,
                ground,
                downloads,
            }
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.dir.path().join(name), content).unwrap();
        }

        fn begin(&mut self) {
            assert!(self.downloads.begin(&self.ground, Path::new("")).is_none());
        }

        fn scanned(&mut self, name: &str) -> Scan {
            let wanted = Wanted {
                from: "alice".to_owned(),
                name: name.to_owned(),
                digested: Digested::of(b"whole"),
            };
            self.downloads.scan(&self.ground, Path::new(""), &[wanted])
        }

        /// How much of it lay under its name, where it certainly was not there.
        fn lacks(&mut self) -> Vec<Option<u64>> {
            let lacking = self.scanned("plan").lacking.into_iter();
            lacking.map(|one| one.part).collect()
        }

        /// Names of what has come; `plan` was sent, of five bytes.
        fn scan(&mut self, name: &str) -> Vec<String> {
            let arrived = self.scanned(name).arrived;
            let is_it = |digested: &Digested| *digested == Digested::of(b"whole");
            let names = arrived.iter().map(|one| {
                let word = if is_it(&one.digested) {
                    "whole"
                } else {
                    "other"
                };
                format!("{} {word}", one.path.display())
            });
            names.collect()
        }

        /// All that has come by the time that the clock of the file system has moved on.
        fn scan_on(&mut self, name: &str) -> Vec<String> {
            let mut all = Vec::new();
            let began = std::time::Instant::now();
            while began.elapsed() < Duration::from_millis(60) {
                all.extend(self.scan(name));
            }
            all
        }
    }

    #[test]
    fn a_file_that_is_made_in_full_size_and_then_filled_comes_when_it_is_whole() {
        let mut bob = Bob::new();
        bob.begin();
        bob.write("plan", "\0\0\0\0\0");
        assert_eq!(bob.scan("plan"), ["plan other"]);
        bob.write("plan", "whole");
        assert_eq!(bob.scan_on("plan"), ["plan whole"]);
    }

    #[test]
    fn a_file_that_overwrites_itself_under_the_same_name_comes_again() {
        let mut bob = Bob::new();
        bob.begin();
        bob.write("plan", "whole");
        assert_eq!(bob.scan("plan"), ["plan whole"]);
        assert_eq!(bob.scan_on("plan"), [""; 0], "once is once");
        bob.begin();
        assert_eq!(bob.scan_on("plan"), [""; 0], "it was there before");
        bob.write("plan", "whole");
        assert_eq!(bob.scan_on("plan"), ["plan whole"]);
    }

    #[test]
    fn without_a_watch_what_grows_under_the_name_that_was_sent_is_seen_and_reported_once() {
        let mut bob = Bob::new();
        bob.downloads.watching = Watching::Scans;
        bob.write("plan", "old");
        bob.begin();
        assert_eq!(bob.lacks(), [None], "it lay there before");
        bob.write("plan.part", "wh");
        assert_eq!(bob.lacks(), [None], "that is no name for a whole file");
        fs::create_dir(bob.dir.path().join(".incoming")).unwrap();
        bob.write(".incoming/plan", "wh");
        assert_eq!(bob.lacks(), [None], "from there it may be moved");
        bob.write("plan", "");
        assert_eq!(bob.lacks(), [None], "it may be filled at once");
        bob.write("plan", "whol");
        assert_eq!(bob.lacks(), [Some(4)]);
        bob.write("plan", "wh");
        assert_eq!(bob.lacks(), [None], "that is known");
        bob.write("plan", "whole");
        assert_eq!(bob.lacks(), []);
    }

    #[test]
    fn without_a_watch_something_may_have_been_written_unseen() {
        let at = Path::new("downloads");
        let mut bob = Bob::new();
        bob.write("downloads", "no directory");
        assert!(bob.downloads.begin(&bob.ground, at).is_none());
        bob.downloads.may_be_written();
        fs::remove_file(bob.dir.path().join(at)).unwrap();
        assert_eq!(bob.downloads.missed(&bob.ground, at), None, "nothing there");
        fs::create_dir(bob.dir.path().join(at)).unwrap();
        assert_eq!(bob.downloads.missed(&bob.ground, at), Some(NOT_THERE));
        assert!(bob.downloads.begin(&bob.ground, at).is_none());
        assert_eq!(bob.downloads.missed(&bob.ground, at), Some(NOT_THERE));
        bob.downloads.watching = Watching::Scans;
        assert_eq!(bob.downloads.missed(&bob.ground, at), Some(NO_ROOM));
    }

    #[test]
    fn a_directory_that_was_replaced_between_two_files_is_not_forgotten() {
        let at = Path::new("downloads");
        let mut bob = Bob::new();
        let place = bob.dir.path().join(at);
        fs::create_dir(&place).unwrap();
        assert!(bob.downloads.begin(&bob.ground, at).is_none());
        assert_eq!(bob.downloads.missed(&bob.ground, at), None);
        fs::rename(&place, bob.dir.path().join("other")).unwrap();
        fs::create_dir(&place).unwrap();
        assert!(bob.downloads.begin(&bob.ground, at).is_none());
        let missed = bob.downloads.missed(&bob.ground, at);
        assert!(missed.unwrap().contains("replaced"));
    }

    #[test]
    fn a_hidden_file_counts_only_under_the_name_that_was_sent() {
        let mut bob = Bob::new();
        bob.begin();
        bob.write(".plan.part", "whole");
        assert_eq!(bob.scan("plan"), [""; 0]);
        assert_eq!(bob.scan("inner/../.plan.part"), [".plan.part whole"]);
    }

    #[test]
    fn a_name_that_leads_nowhere_any_more_is_passed_over() {
        let mut bob = Bob::new();
        bob.begin();
        std::os::unix::fs::symlink("gone", bob.dir.path().join("plan.part")).unwrap();
        bob.write("plan", "whole");
        assert_eq!(bob.scan("plan"), ["plan whole"]);
    }

    #[test]
    fn of_a_file_that_never_rests_no_more_is_noted_than_anybody_reads() {
        let mut bob = Bob::new();
        bob.begin();
        for n in 0..super::MOST_WRONG + 10 {
            bob.write(&n.to_string(), "wrong");
        }
        assert_eq!(bob.scan("plan").len(), super::MOST_WRONG);
        bob.write("plan", "whole");
        assert_eq!(bob.scan_on("plan"), ["plan whole"]);
    }

    #[test]
    fn what_has_come_makes_way() {
        let mut bob = Bob::new();
        bob.write("plan", "whole");
        assert_eq!(bob.scan("plan"), ["plan whole"]);
        bob.downloads.clear(&bob.ground, Path::new(""));
        assert!(!bob.dir.path().join("plan").exists());
    }
}
