//! Sockets that are files: participants reach none of the machine's.
//!
//! Whoever may write to such a file may connect to the one who listens there, be it the daemon of
//! all containers, and Landlock has no say in it. So participants live where something that nobody
//! listens at is over each of these files: in a mount namespace, made once for all plays of a
//! run.
//!
//! Hidden are those that the kernel names, and those that lie where sockets usually do. It names
//! them as they were called when they were made, and only those of its network: one that has been
//! renamed since, or was made in a container, is found where it usually lies, or not at all. What
//! is made later is not hidden.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc;
use std::time::Duration;

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};

/// All that the kernel knows in the network of the calling thread.
const KNOWN: &str = "/proc/thread-self/net/unix";

/// What is over a socket. Nobody can connect to it.
const NOTHING: &str = "/dev/null";

/// Where sockets usually are, and how many directories deep to search for them there.
const USUAL: [(&str, usize); 5] = [
    ("/run", 4),
    ("/var/run", 4),
    ("/tmp", 2),
    ("/var/tmp", 2),
    ("/dev", 1),
];

/// The same in the user's home.
const AT_HOME: [(&str, usize); 5] = [
    (".ssh", 2),
    (".gnupg", 2),
    (".docker", 3),
    (".colima", 3),
    (".local/share", 3),
];

/// The most entries of directories that are read.
const MOST: usize = 50_000;

/// How long it may take: a directory may be on a machine that does not answer.
const LONGEST: Duration = Duration::from_secs(10);

/// Where they are hidden.
#[derive(Debug)]
pub struct Hidden {
    namespace: OwnedFd,
    /// Those that are not, and why.
    pub left: Vec<String>,
}

/// Why the machine's sockets cannot be hidden. All but [`TooSlow`](Self::TooSlow) is what the
/// system says no to.
#[derive(Debug, thiserror::Error)]
pub enum HideError {
    /// No thread can search for them beside the play.
    #[error("cannot make a thread: {0}")]
    Thread(io::Error),
    /// A directory may be on a machine that does not answer.
    #[error("finding them takes longer than {LONGEST:?}")]
    TooSlow,
    /// There is no place of its own for participants.
    #[error("cannot make a mount namespace: {0}")]
    Namespace(Errno),
    /// Nothing can be laid over a file.
    #[error("cannot mount: {0}")]
    Mount(Errno),
    /// The kernel does not name them.
    #[error("cannot read {KNOWN}: {0}")]
    Unnamed(io::Error),
    /// The place is there, and nobody else could enter it.
    #[error("cannot keep a mount namespace: {0}")]
    Keep(io::Error),
}

/// Where they are hidden. The first call must come from where the network is the machine's.
///
/// # Errors
///
/// Why there is no such place.
pub(crate) fn hidden() -> Result<&'static Hidden, &'static HideError> {
    static HIDDEN: OnceLock<Result<Hidden, HideError>> = OnceLock::new();
    let hidden = HIDDEN.get_or_init(|| {
        let (done, hiding) = mpsc::sync_channel(1);
        // Nobody waits any more for one that takes too long.
        let thread = std::thread::Builder::new().spawn(move || drop(done.send(hide())));
        thread.map_err(HideError::Thread)?;
        let hidden = hiding.recv_timeout(LONGEST);
        hidden.unwrap_or(Err(HideError::TooSlow))
    });
    hidden.as_ref()
}

/// Hides the machine's sockets from the calling thread and from whom it starts, and keeps where
/// they are hidden.
///
/// # Errors
///
/// Why nothing can be hidden.
pub fn hide() -> Result<Hidden, HideError> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(HideError::Namespace)?;
    // Where nothing can be covered, there may yet be nothing to be covered.
    cover(Path::new(NOTHING)).map_err(HideError::Mount)?;
    let known = fs::read(KNOWN).map_err(HideError::Unnamed)?;
    let mut sockets = named(&known);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let at_home = AT_HOME
        .iter()
        .filter_map(|(place, depth)| Some((home.as_ref()?.join(place), *depth)));
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(|place| (PathBuf::from(place), 4));
    let usual = USUAL.map(|(place, depth)| (PathBuf::from(place), depth));
    let mut left_to_see = MOST;
    for (place, depth) in usual.into_iter().chain(own).chain(at_home) {
        lying_in(&place, depth, &mut left_to_see, &mut sockets);
    }
    let mut left = Vec::new();
    for socket in &sockets {
        // One may be gone by now; one that we do not see they do not see either.
        if is_socket(socket)
            && let Err(error) = cover(socket)
            && is_socket(socket)
        {
            left.push(format!("{}: {error}", socket.display()));
        }
    }
    if left_to_see == 0 {
        left.push(format!("those behind the first {MOST} files"));
    }
    let handle = File::open("/proc/thread-self/ns/mnt");
    let namespace = handle.map_err(HideError::Keep)?;
    Ok(Hidden {
        namespace: namespace.into(),
        left,
    })
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

fn cover(path: &Path) -> nix::Result<()> {
    let nothing: Option<&str> = None;
    mount(Some(NOTHING), path, nothing, MsFlags::MS_BIND, nothing)
}

impl Hidden {
    /// Moves the calling thread there. Its working directory must be its own.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn enter(&self) -> nix::Result<()> {
        setns(&self.namespace, CloneFlags::CLONE_NEWNS)
    }
}

/// Those that are files of what the kernel knows: of seven columns with blanks between them the
/// last one may be followed by a path. One that is abstract begins with `@`.
fn named(known: &[u8]) -> BTreeSet<PathBuf> {
    let paths = known.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut rest = line;
        for _ in 0..7 {
            rest = rest.trim_ascii_start();
            rest = rest.get(rest.iter().position(|byte| *byte == b' ')? + 1..)?;
        }
        let path = rest.starts_with(b"/").then(|| OsStr::from_bytes(rest))?;
        Some(PathBuf::from(path))
    });
    paths.collect()
}

/// Those that are in a directory, so deep; links are not followed.
fn lying_in(place: &Path, depth: usize, left: &mut usize, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_socket() {
            found.insert(entry.path());
        } else if kind.is_dir() && depth > 1 {
            lying_in(&entry.path(), depth - 1, left, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    use super::{KNOWN, lying_in, named};

    #[test]
    fn paths_are_read_as_the_kernel_writes_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one with  blanks");
        let _listener = UnixListener::bind(&path).unwrap();
        let known = std::fs::read(KNOWN).unwrap();
        assert!(named(&known).contains(&path));
    }

    #[test]
    fn what_has_no_path_is_passed_over() {
        let known = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            00000000d352dafc: 00000003 00000000 00000000 0001 03  1674\n\
            00000000d352dafd: 00000002 00000000 00010000 0001 01    12 @/tmp/.X11-unix/X0\n\
            00000000d352dafe: 00000002 00000000 00010000 0001 01 16745 /run/docker.sock\n\
            00000000d352daff: 00000003 00000000 00000000 0001 03 16746 /run/docker.sock\n";
        let expected = [PathBuf::from("/run/docker.sock")];
        assert_eq!(Vec::from_iter(named(known.as_bytes())), expected);
    }

    #[test]
    fn one_that_was_renamed_is_found_where_it_lies_so_deep_and_no_deeper() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        let _listener = UnixListener::bind(deep.join("before")).unwrap();
        std::fs::rename(deep.join("before"), deep.join("after")).unwrap();
        let found = |depth: usize, mut left: usize| {
            let mut found = BTreeSet::new();
            lying_in(dir.path(), depth, &mut left, &mut found);
            found
        };
        let expected = BTreeSet::from([deep.join("after")]);
        assert_eq!(found(3, 100), expected);
        assert!(found(2, 100).is_empty());
        assert!(found(3, 2).is_empty(), "no more is read");
    }
}
