//! The relay's files: those below its scratch directory, and those that it holds open.
//!
//! While it runs, a file is searched again when it has changed. A file that has not changed
//! since the play began cannot hold what was planted in it. What is opened, written and gone
//! between two scans is not seen.

mod names;
mod open;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub(crate) use self::names::Names;
use self::open::Open;
use super::comparing::Comparing;
use crate::foreign::{ForeignError, ForeignFile, Found, Ground, Version, held_open, waiting_in};
use audit::{Allowance, SearchResult, Searcher};
use timeline::Surface;

/// Bytes of files that are searched while the relay runs. At the end all are.
const BUDGET: u64 = 256 << 20;

/// What is known of the relay's files.
#[derive(Debug)]
pub(crate) struct Files {
    /// What the relay owns.
    ground: Ground,
    /// Its scratch directory, as the kernel names what lies there.
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
                    for held in files {
                        *objects
                            .entry((held.holder.clone(), held.kind()))
                            .or_default() += 1;
                        self.search_pipe(&held, searcher, &mut found);
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

    /// What has changed is not searched any more before the end: it was too much.
    pub(crate) fn is_spent(&self) -> bool {
        self.budget == 0
    }

    /// As a reader knows it: what lies in the scratch directory by its path from there.
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
            _ if is(&self.searched) || self.budget == 0 => return,
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

    /// What one process has written into a pipe and another has not read yet.
    fn search_pipe(&self, held: &Open, searcher: &Searcher, found: &mut FilesScan) {
        if !held.target.as_os_str().as_bytes().starts_with(b"pipe:") {
            return;
        }
        let bytes = match waiting_in(&held.link) {
            Ok(bytes) if bytes.is_empty() => return,
            Ok(bytes) => bytes,
            // It may have been closed meanwhile.
            Err(_) => return,
        };
        let place = format!("a pipe of {}", held.holder);
        self.search_bytes(place, &bytes, searcher, found);
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::path::Path;

    use super::{Comparing, Files, FilesScan};
    use crate::foreign::Ground;
    use crate::participant::spawn::{Command, spawn, wait_blocking};
    use crate::participant::tree::tree;
    use audit::Searcher;
    use scenario::plan::{AuditPlan, Canary};
    use timeline::{StepId, Surface};

    const CANARY: &str = "QXZVKWBG-amber-falcon-0417";

    fn searcher() -> Searcher {
        let canary = Canary {
            name: "vault".to_owned(),
            text: CANARY.to_owned(),
            step: StepId("1".to_owned()),
        };
        let plan = AuditPlan {
            canaries: vec![canary],
            controls: [(Surface::Files, "relay-control".to_owned())].into(),
            ..AuditPlan::default()
        };
        Searcher::new(&plan, &[], &[])
    }

    /// Places with a finding.
    fn leaks(found: &FilesScan) -> Vec<&str> {
        let leaky = found
            .searched
            .iter()
            .filter(|(_, one)| !one.findings.is_empty());
        leaky.map(|(place, _)| place.as_str()).collect()
    }

    fn files(scratch: &Path) -> Files {
        let ground = Ground::open(scratch).unwrap();
        Files::new(ground, scratch.to_owned(), Comparing::default())
    }

    /// What is seen below `scratch` while a shell stands there that has read the canary; the
    /// look before it did, and the look after.
    fn played(scratch: &Path, script: &str) -> [FilesScan; 2] {
        let mut files = files(scratch);
        let command = Command::new("/bin/sh").argument("-c").argument(format!(
            "cd {}; {script}; echo ok; read y",
            scratch.display()
        ));
        let child = spawn(&command.variable("PATH", "/usr/bin:/bin")).unwrap();
        let (mut input, mut output) = (
            fs::File::from(child.stdin),
            BufReader::new(fs::File::from(child.stdout)),
        );
        let first = files.scan(&tree(child.pid), &searcher(), None);
        writeln!(input, "{CANARY}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert_eq!(answer, "ok\n");
        let second = files.scan(&tree(child.pid), &searcher(), None);
        drop(input);
        output.read_to_string(&mut answer).unwrap();
        wait_blocking(child.pid, &child.pidfd).unwrap();
        [first, second]
    }

    #[test]
    fn what_was_deleted_while_open_is_searched() {
        let scratch = tempfile::tempdir().unwrap();
        let script = "exec 3<>log; read x; echo \"$x\" >&3; rm log";
        let [before, after] = played(scratch.path(), script);
        assert!(leaks(&before).is_empty());
        assert_eq!(leaks(&after), ["log (deleted), held open by sh"]);
        assert!(after.unread.is_empty(), "{after:?}");
    }

    #[test]
    fn what_lies_there_is_searched_where_it_is() {
        let scratch = tempfile::tempdir().unwrap();
        let script = "mkdir data; read x; exec 3>data/.wal; echo \"$x\" >&3";
        let [_, after] = played(scratch.path(), script);
        assert_eq!(leaks(&after), ["data/.wal"]);
    }

    #[test]
    fn a_memfd_is_a_file_that_is_held_open() {
        use rustix::fs::{MemfdFlags, memfd_create};
        let memfd = memfd_create("notes", MemfdFlags::CLOEXEC).unwrap();
        let mut memfd = fs::File::from(memfd);
        let scratch = tempfile::tempdir().unwrap();
        let mut files = files(scratch.path());
        memfd.write_all(CANARY.as_bytes()).unwrap();
        let us = i32::try_from(std::process::id()).unwrap();
        let found = files.scan(&[us], &searcher(), None);
        let leaks = leaks(&found);
        assert!(
            leaks
                .iter()
                .any(|place| place.starts_with("/memfd:notes (deleted), held open by ")),
            "{leaks:?}"
        );
    }

    #[test]
    fn extended_attributes_are_searched() {
        let scratch = tempfile::tempdir().unwrap();
        let mut files = files(scratch.path());
        let path = scratch.path().join("notes");
        fs::write(&path, "nothing").unwrap();
        let (name, none) = ("user.comment", rustix::fs::XattrFlags::empty());
        if let Err(why) = rustix::fs::setxattr(&path, name, CANARY.as_bytes(), none) {
            // A file system without any has nothing to hide.
            assert_eq!(why, rustix::io::Errno::OPNOTSUPP);
            return;
        }
        let found = files.scan(&[], &searcher(), None);
        assert_eq!(leaks(&found), ["the attributes of notes"]);
    }

    #[test]
    fn what_else_is_held_open_is_compared() {
        use differential::{Differential, Words};
        let comparing = Comparing::with(Differential::new(3, 1));
        let scratch = tempfile::tempdir().unwrap();
        while comparing.known().unwrap().next_turn().is_some() {
            let turn = comparing.known().unwrap().begin();
            let script = match turn.texts {
                Words::A => "exec 5<&0 6<&0; echo ok; read y",
                Words::B => "exec 5<&0; echo ok; read y",
            };
            let child = spawn(&Command::new("/bin/sh").argument("-c").argument(script)).unwrap();
            let (input, output) = (
                fs::File::from(child.stdin),
                BufReader::new(fs::File::from(child.stdout)),
            );
            output.lines().next().unwrap().unwrap();
            let ground = Ground::open(scratch.path()).unwrap();
            let mut files = Files::new(ground, scratch.path().to_owned(), comparing.clone());
            files.scan(&[child.pid], &searcher(), None);
            drop(input);
            wait_blocking(child.pid, &child.pidfd).unwrap();
            comparing.known().unwrap().end();
        }
        let found = comparing.known().unwrap().differences();
        let found: Vec<&str> = found.surfaces[&Surface::Files]
            .found
            .iter()
            .map(|one| one.shown.as_str())
            .collect();
        assert_eq!(found, ["sh holds 5 open: pipe", "sh holds 4 open: pipe"]);
    }

    #[test]
    fn what_waits_in_a_pipe_is_searched() {
        let scratch = tempfile::tempdir().unwrap();
        let (reader, mut writer) = std::io::pipe().unwrap();
        writeln!(writer, "{CANARY}").unwrap();
        let us = i32::try_from(std::process::id()).unwrap();
        let found = files(scratch.path()).scan(&[us], &searcher(), None);
        let leaks = leaks(&found);
        assert!(
            leaks.iter().any(|place| place.starts_with("a pipe of ")),
            "{leaks:?}"
        );
        drop(reader);
    }

    #[test]
    fn a_file_that_has_not_changed_is_not_searched_again() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("log"), CANARY).unwrap();
        let mut files = files(scratch.path());
        assert_eq!(leaks(&files.scan(&[], &searcher(), None)), ["log"]);
        // It may have changed again in the same tick; later it would show.
        while !files.searched.values().all(|known| known.is(known)) {
            files.scan(&[], &searcher(), None);
        }
        assert!(files.scan(&[], &searcher(), None).searched.is_empty());
        files.forget();
        assert_eq!(leaks(&files.scan(&[], &searcher(), None)), ["log"]);
        fs::write(scratch.path().join("log"), "something else").unwrap();
        assert_eq!(files.scan(&[], &searcher(), None).searched.len(), 1);
    }

    #[test]
    fn a_name_that_holds_a_canary_is_found_after_the_file_is_gone() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join(CANARY);
        let mut files = files(scratch.path());
        fs::write(&path, "nothing").unwrap();
        files.scan(&[], &searcher(), None);
        fs::remove_file(&path).unwrap();
        let found = files.names.search(&searcher());
        assert_eq!(found.control, None);
        let place = format!("place: \"the name of {CANARY}\"");
        assert!(
            format!("{:?}", found.findings).contains(&place),
            "{found:?}"
        );
    }
}
