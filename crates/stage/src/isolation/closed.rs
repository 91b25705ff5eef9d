//! Places that participants do not see: reports, in which every text lies that is yet to be
//! typed, scratch directories of others, and what the user and the machine have for themselves.
//!
//! A file system that is empty is over each of them, in a mount namespace of each participant.
//! What its program needs is there again: its own scratch directory, and what its command line
//! and its environment name, with all that is beside it. Of a path that is named inside a closed
//! place, the first directory there is shown, read-only: a program in `~/chat/bin` finds
//! `~/chat`, and none of the rest of `~`. Of a file that is there directly the files beside it are
//! shown as well, and no directory: `~/relay.py` finds `~/words.py`. A closed place that is named
//! itself stays as it is. In `/dev/shm` lies what the participant has in its
//! own `tmp`, so shared memory and semaphores with names are its own, and searched with its files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::{Component, Path, PathBuf};

use nix::mount::{MsFlags, mount};
use rustix::fs::{FileType, Mode, OFlags, StatVfsMountFlags, fstat, open, openat, statvfs};
use rustix::process::{chdir, fchdir};

use crate::participant::interpreter::first_bytes;
use crate::participant::programs::PATH;
use crate::participant::spawn::find_program;

/// What is closed wherever it is there.
const USUAL: [&str; 3] = ["/run", "/tmp", "/var/tmp"];

/// Where memory that has a name lies, and what is there for a participant, from its directory.
pub(super) const SHARED_MEMORY: &str = "/dev/shm";
const OWN_SHARED_MEMORY: &str = "tmp";

/// Links that lead to a program, one behind the other, at most.
const LINKS: usize = 40;

/// So many files of a closed place are shown because they are beside one that is named.
const BESIDE: usize = 256;

const NO: Option<&str> = None;

/// Nothing that is there can be run, and no device opened.
const HARMLESS: MsFlags = MsFlags::MS_NOSUID
    .union(MsFlags::MS_NODEV)
    .union(MsFlags::MS_NOEXEC);

/// Where the texts of runs lie that participants must not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// The directory of all runs.
    pub root: PathBuf,
    /// That of this one.
    pub run: PathBuf,
    /// Those of earlier ones, which may have the same seed.
    pub earlier: Vec<PathBuf>,
    /// Other places that are nobody's business.
    pub others: Vec<PathBuf>,
}

/// Places that are closed to all participants of a play.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closed {
    /// Each without links.
    places: BTreeSet<PathBuf>,
    /// A command that names one of these is shown nothing for it.
    never_shown: BTreeSet<PathBuf>,
    /// Nothing in these is shown for what a link or a script names.
    others: BTreeSet<PathBuf>,
}

/// What is to be shown of a closed place; nothing may be.
type Shown = BTreeMap<OsString, Found>;

/// A directory or a file that is shown.
struct Found {
    kind: FileType,
    there: OwnedFd,
}

/// What the harness has open, by number. In a `/proc` of a play it has no process, so it is found
/// before the calling thread enters one.
pub(crate) struct OpenFiles(OwnedFd);

impl OpenFiles {
    /// Where `/proc` is the machine's.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn ours() -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(open("/proc/self/fd", flags, Mode::empty())?))
    }

    /// What is open appears at a path, with all that is mounted in it. The calling thread's working
    /// directory is its own, and another one afterwards.
    fn bind(&self, there: &OwnedFd, at: &Path) -> io::Result<()> {
        fchdir(&self.0)?;
        let source = there.as_raw_fd().to_string();
        let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
        let bound = mount(Some(source.as_str()), at, NO, flags, NO);
        chdir("/")?;
        Ok(bound?)
    }
}

impl Closed {
    /// The usual places, the user's home, and the reports.
    pub(crate) fn with(reports: &Reports) -> Self {
        let real = |paths: Vec<PathBuf>| {
            let real = paths.iter().filter_map(|path| fs::canonicalize(path).ok());
            real.filter(|place| place.is_dir() && place.parent().is_some())
                .collect()
        };
        let mut places: Vec<PathBuf> = USUAL.iter().map(PathBuf::from).collect();
        places.extend(std::env::var_os("HOME").map(PathBuf::from));
        places.extend([reports.root.clone(), reports.run.clone()]);
        places.extend(reports.others.iter().cloned());
        let mut runs = reports.earlier.clone();
        runs.push(reports.run.clone());
        Self {
            places: real(places),
            never_shown: real(runs),
            others: real(reports.others.clone()),
        }
    }

    /// Closes them to the calling thread, which must be in a mount namespace of its own, but for
    /// what these paths name. `home` alone stays as it is, and what is beside it is closed, too.
    /// Whether it has shared memory of its own.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn close(
        &self,
        home: &Path,
        named: &BTreeSet<PathBuf>,
        files: &OpenFiles,
    ) -> io::Result<bool> {
        let home = fs::canonicalize(home)?;
        let own = open(&home, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?;
        // It may have put a link there in an earlier life.
        let no_link = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let shared_memory = openat(&own, OWN_SHARED_MEMORY, no_link, Mode::empty())
            .ok()
            .filter(|_| Path::new(SHARED_MEMORY).is_dir());
        // A link or a first line is the participant's word: it opens no place that is nobody's
        // business. What the command itself names, whoever wrote the adapter has named.
        let leads = named.iter().flat_map(|path| {
            let others = leads(path).into_iter();
            others.filter(move |lead| lead == path || !self.is_other(lead))
        });
        let mut named: BTreeSet<PathBuf> = leads.collect();
        named.retain(|path| !self.hides(path));
        named.insert(home.clone());
        let beside = home.parent().filter(|place| place.parent().is_some());
        let places: BTreeSet<&Path> = self
            .places
            .iter()
            .map(PathBuf::as_path)
            .chain(beside)
            .collect();
        // Everything is opened before anything is covered: what is nested may be behind it then.
        let mut to_close = Vec::new();
        for place in places {
            let only_home = BTreeSet::from([home.clone()]);
            let named = if Some(place) == beside {
                &only_home
            } else {
                &named
            };
            if let Some(mut names) = shown_in(place, named) {
                if names.iter().any(|name| place.join(name).is_file()) {
                    names.extend(files_in(place));
                }
                to_close.push((place, opened(place, names)));
            }
        }
        for (place, shown) in to_close {
            // What is in another closed place may be gone from sight with it.
            if place.is_dir() {
                cover(place, &shown, files)?;
            }
        }
        files.bind(&own, &home)?;
        if let Some(shared_memory) = &shared_memory {
            files.bind(shared_memory, Path::new(SHARED_MEMORY))?;
        }
        Ok(shared_memory.is_some())
    }

    /// In a place that is nobody's business.
    fn is_other(&self, path: &Path) -> bool {
        self.others.iter().any(|place| path.starts_with(place))
    }

    /// A run, what is in one, or where all of them lie.
    fn hides(&self, path: &Path) -> bool {
        let mut runs = self.never_shown.iter();
        runs.any(|run| path.starts_with(run) || Some(path) == run.parent())
    }
}

/// The names in a place that are shown, where others are not; `None` where it cannot be closed.
fn shown_in(place: &Path, named: &BTreeSet<PathBuf>) -> Option<BTreeSet<OsString>> {
    let mut shown = BTreeSet::new();
    for path in named {
        let Ok(rest) = path.strip_prefix(place) else {
            continue;
        };
        match rest.components().next() {
            Some(Component::Normal(name)) => {
                shown.insert(name.to_owned());
            }
            _ => return None,
        }
    }
    Some(shown)
}

/// The files of a place whose names do not begin with a dot.
fn files_in(place: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let names = files.map(|file| file.file_name());
    let shown = names.filter(|name| !name.as_encoded_bytes().starts_with(b"."));
    shown.take(BESIDE).collect()
}

fn opened(place: &Path, names: BTreeSet<OsString>) -> Shown {
    let open = |name: OsString| {
        let there = open(
            place.join(&name),
            OFlags::PATH | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .ok()?;
        // What is not there cannot be shown; a socket or a pipe is not.
        let kind = FileType::from_raw_mode(fstat(&there).ok()?.st_mode);
        let is_shown = matches!(kind, FileType::Directory | FileType::RegularFile);
        is_shown.then_some((name, Found { kind, there }))
    };
    names.into_iter().filter_map(open).collect()
}

/// Lays an empty file system over a place, and what is shown into it.
fn cover(place: &Path, shown: &Shown, files: &OpenFiles) -> io::Result<()> {
    mount(
        Some("none"),
        place,
        Some("tmpfs"),
        HARMLESS,
        Some("mode=755"),
    )?;
    for (name, found) in shown {
        let at = place.join(name);
        if found.kind == FileType::Directory {
            fs::create_dir(&at)?;
        } else {
            fs::File::create_new(&at)?;
        }
        files.bind(&found.there, &at)?;
        make_read_only(&at);
    }
    make_read_only(place);
    Ok(())
}

/// Beside Landlock, which says the same and is not everywhere: so it is no error where the
/// system refuses it. What was forbidden there stays so.
fn make_read_only(at: &Path) {
    let Ok(now) = statvfs(at) else {
        return;
    };
    let kept = [
        (StatVfsMountFlags::NOSUID, MsFlags::MS_NOSUID),
        (StatVfsMountFlags::NODEV, MsFlags::MS_NODEV),
        (StatVfsMountFlags::NOEXEC, MsFlags::MS_NOEXEC),
        (StatVfsMountFlags::NOATIME, MsFlags::MS_NOATIME),
        (StatVfsMountFlags::NODIRATIME, MsFlags::MS_NODIRATIME),
        (StatVfsMountFlags::RELATIME, MsFlags::MS_RELATIME),
    ];
    let kept = kept.iter().filter(|(has, _)| now.f_flag.contains(*has));
    let flags = kept.fold(MsFlags::MS_RDONLY, |flags, (_, flag)| flags | *flag);
    let again = MsFlags::MS_REMOUNT | MsFlags::MS_BIND;
    mount(NO, at, NO, flags | again, NO).ok();
}

/// The paths that a text names: whatever begins with a slash behind what may stand before one.
pub(crate) fn paths_in(text: &str) -> impl Iterator<Item = PathBuf> {
    let words = text.split([
        ':', '=', ',', ';', ' ', '\t', '\n', '"', '\'', '(', ')', '`',
    ]);
    words
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
}

/// A path, and where it leads: each link on the way, and who interprets a script.
fn leads(path: &Path) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if all.len() > LINKS || !all.insert(path.clone()) {
            continue;
        }
        if let (Ok(to), Some(parent)) = (fs::read_link(&path), path.parent()) {
            waiting.push(parent.join(to));
        } else if let Ok(real) = fs::canonicalize(&path) {
            waiting.extend(interpreters(&real));
            waiting.push(real);
        }
    }
    all
}

/// Who interprets a script: the program of its first line, and the one that `env` looks up.
fn interpreters(path: &Path) -> Vec<PathBuf> {
    let Some(line) = first_line(path) else {
        return Vec::new();
    };
    let mut words = line.split_whitespace();
    let Some(program) = words.next().map(PathBuf::from) else {
        return Vec::new();
    };
    let is_env = program.file_name().is_some_and(|name| name == "env");
    let looked_up = words
        .find(|word| !word.starts_with('-') && !word.contains('='))
        .filter(|_| is_env)
        .and_then(|name| find_program(Path::new(name), PATH));
    std::iter::once(program).chain(looked_up).collect()
}

/// What is behind `#!`.
fn first_line(path: &Path) -> Option<String> {
    let first = first_bytes(path)?;
    let line = first.split(|byte| *byte == b'\n').next()?;
    Some(String::from_utf8_lossy(line.strip_prefix(b"#!")?).into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::io::Read as _;
    use std::path::{Path, PathBuf};

    use super::{Closed, OpenFiles, Reports, leads, paths_in, shown_in};

    fn paths(all: &[&str]) -> BTreeSet<PathBuf> {
        all.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn of_a_closed_place_the_first_directory_on_the_way_to_what_is_named_is_shown() {
        let shown = |named: &[&str]| {
            let shown = shown_in(Path::new("/home/u"), &paths(named));
            shown.map(|names| {
                Vec::from_iter(names.into_iter().map(|one| one.into_string().unwrap()))
            })
        };
        assert_eq!(shown(&["/usr/bin/python3"]).unwrap(), Vec::<String>::new());
        assert_eq!(
            shown(&["/home/u/chat/bin/x", "/home/u/chat/y"]).unwrap(),
            ["chat"]
        );
        assert_eq!(shown(&["/home/u/relay.py"]).unwrap(), ["relay.py"]);
        assert_eq!(shown(&["/home/u"]), None, "it is named itself");
        assert_eq!(shown(&["/home/u/../v"]), None, "nobody knows where that is");
    }

    #[test]
    fn paths_are_found_wherever_a_command_has_them() {
        let found = |text: &str| Vec::from_iter(paths_in(text));
        assert_eq!(found("--log=/a/b"), [PathBuf::from("/a/b")]);
        assert_eq!(found("/a:/b"), [PathBuf::from("/a"), PathBuf::from("/b")]);
        assert_eq!(found("exec '/a b"), [PathBuf::from("/a")]);
        assert!(found("a/b http").is_empty());
    }

    #[test]
    fn links_and_interpreters_on_the_way_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("script"), "#!/opt/python -u\nprint()\n").unwrap();
        std::os::unix::fs::symlink("script", at("second")).unwrap();
        std::os::unix::fs::symlink(at("second"), at("first")).unwrap();
        std::os::unix::fs::symlink("round", at("round")).unwrap();
        let all = leads(&at("first"));
        for one in [
            at("first"),
            at("second"),
            at("script"),
            "/opt/python".into(),
        ] {
            assert!(all.contains(&one), "{one:?} in {all:?}");
        }
        assert_eq!(leads(&at("round")).len(), 1);
        fs::write(at("by-env"), "#!/usr/bin/env -S A=1 sh\n").unwrap();
        let shell = crate::participant::spawn::find_program(Path::new("sh"), super::PATH).unwrap();
        assert!(leads(&at("by-env")).contains(&shell));
    }

    /// What a shell prints for which these places are closed; nothing where nobody can mount.
    fn inside(closed: &Reports, home: &Path, script: &str) -> Option<String> {
        use crate::isolation::namespace;
        use crate::participant::spawn::{Command, spawn, wait_blocking};

        let closed = Closed::with(closed);
        let home = home.to_owned();
        let command = Command::new("/bin/sh").argument("-c").argument(script);
        let command = command.variable("PATH", "/bin:/usr/bin");
        // A user namespace would be the process' own: so a process of its own would be needed,
        // where this one may not mount.
        let shell = std::thread::spawn(move || {
            namespace::own_directory().ok()?;
            namespace::own_mounts().ok()?;
            let files = OpenFiles::ours().unwrap();
            closed.close(&home, &command.names(), &files).unwrap();
            let child = spawn(&command).unwrap();
            let mut output = String::new();
            fs::File::from(child.stdout)
                .read_to_string(&mut output)
                .unwrap();
            wait_blocking(child.pid, &child.pidfd).unwrap();
            Some(output)
        });
        shell.join().unwrap()
    }

    #[test]
    fn reports_and_what_lies_beside_a_scratch_directory_are_not_there_and_its_own_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in [
            "reports/run",
            "reports/earlier",
            "play/alice/tmp",
            "play/bob",
            "program",
        ] {
            fs::create_dir_all(at(name)).unwrap();
        }
        fs::write(at("reports/run/plan.json"), "secret").unwrap();
        fs::write(at("reports/earlier/plan.json"), "secret").unwrap();
        fs::write(at("play/bob/key"), "secret").unwrap();
        fs::write(at("program/data"), "data\n").unwrap();
        let script = format!(
            "cat {0}/program/data; ls {0}/reports {0}/play; cat {0}/play/bob/key; \
             cat {0}/reports/run/plan.json {0}/reports/earlier/plan.json; \
             echo more > {0}/play/alice/own; cat {0}/play/alice/own; \
             echo shared > /dev/shm/own && cat {0}/play/alice/tmp/own",
            dir.path().display()
        );
        let reports = Reports {
            root: at("reports"),
            run: at("reports/run"),
            earlier: vec![at("reports/earlier")],
            others: Vec::new(),
        };
        let Some(output) = inside(&reports, &at("play/alice"), &script) else {
            return;
        };
        let listed = "echo into-bob > /dev/shm/in && ls /dev/shm";
        std::os::unix::fs::symlink(at("play/bob"), at("play/alice/linked")).unwrap();
        fs::remove_dir_all(at("play/alice/tmp")).unwrap();
        fs::rename(at("play/alice/linked"), at("play/alice/tmp")).unwrap();
        inside(&reports, &at("play/alice"), listed);
        assert!(!at("play/bob/in").exists(), "no link is followed");
        fs::remove_file("/dev/shm/in").ok();
        let play = at("play").display().to_string();
        let reports = at("reports").display().to_string();
        let expected = format!("data\n{play}:\nalice\n\n{reports}:\nmore\nshared\n");
        assert_eq!(output, expected);
    }

    #[test]
    fn of_a_place_in_which_a_named_file_lies_the_files_are_shown_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["home/secrets", "play/alice/tmp"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        for (name, text) in [
            ("home/relay.sh", "echo relay; . ${0%/*}/words.sh\n"),
            ("home/words.sh", "echo words\n"),
            ("home/.netrc", "secret"),
            ("home/secrets/key", "secret"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        let reports = Reports {
            others: vec![at("home")],
            ..Reports::default()
        };
        let home = at("home").display().to_string();
        let script = format!(
            "f={home}/relay.sh; d=${{f%/*}}; sh $f; ls -A $d; cat $d/.netrc $d/secrets/key"
        );
        if let Some(output) = inside(&reports, &at("play/alice"), &script) {
            assert_eq!(output, "relay\nwords\nrelay.sh\nwords.sh\n");
        }
    }
}
