//! Sockets that are files: participants reach none of the machine's.
//!
//! Whoever may write to such a file may connect to the one who listens there, be it the daemon of
//! all containers, and Landlock has no say in it. So participants live where something that nobody
//! listens at lies over each of these files: in a mount namespace, made once for all plays of a
//! run. What is made later is not hidden, nor what was made by a path that did not begin at the root.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};

/// All that the kernel knows in the network of the calling thread.
const KNOWN: &str = "/proc/thread-self/net/unix";

/// What lies over a socket. Nobody can connect to it.
const NOTHING: &str = "/dev/null";

/// What leads a thread to where they are hidden; `Err` says why they are not. Must be called first
/// where the network is the machine's.
pub(super) fn hidden() -> Result<&'static OwnedFd, &'static str> {
    static HIDDEN: OnceLock<Result<OwnedFd, String>> = OnceLock::new();
    let hidden = HIDDEN.get_or_init(|| {
        let hiding = std::thread::spawn(hide).join();
        hiding.unwrap_or_else(|_| Err("the thread that hides them panicked".to_owned()))
    });
    hidden.as_ref().map_err(String::as_str)
}

/// Hides the machine's sockets from the calling thread and from whom it starts, and keeps where
/// they are hidden.
///
/// # Errors
///
/// Why it cannot. Some may be hidden then.
pub fn hide() -> Result<OwnedFd, String> {
    unshare(CloneFlags::CLONE_NEWNS)
        .map_err(|error| format!("cannot make a mount namespace: {error}"))?;
    let known = fs::read(KNOWN).map_err(|error| format!("cannot read {KNOWN}: {error}"))?;
    for socket in sockets(&String::from_utf8_lossy(&known)) {
        // One that we do not see they do not see either.
        let is_socket =
            fs::symlink_metadata(&socket).is_ok_and(|file| file.file_type().is_socket());
        if is_socket {
            cover(&socket)?;
        }
    }
    let handle = File::open("/proc/thread-self/ns/mnt");
    let handle = handle.map_err(|error| format!("cannot keep a mount namespace: {error}"))?;
    Ok(handle.into())
}

fn cover(socket: &Path) -> Result<(), String> {
    let nothing: Option<&str> = None;
    let covered = mount(Some(NOTHING), socket, nothing, MsFlags::MS_BIND, nothing);
    covered.map_err(|error| format!("cannot cover {}: {error}", socket.display()))
}

/// Moves the calling thread to where they are hidden. Its working directory must be its own.
///
/// # Errors
///
/// What the system says.
pub(super) fn leave_behind(hidden: &OwnedFd) -> nix::Result<()> {
    setns(hidden, CloneFlags::CLONE_NEWNS)
}

/// Those that are files, each once: of seven columns with a blank between them the last one may
/// be followed by a path. One that is abstract begins with `@`.
fn sockets(known: &str) -> BTreeSet<PathBuf> {
    let paths = known.lines().filter_map(|line| {
        let mut rest = line;
        for _ in 0..7 {
            rest = rest.trim_start().split_once(' ')?.1;
        }
        rest.starts_with('/').then(|| PathBuf::from(rest))
    });
    paths.collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::path::PathBuf;

    use super::{KNOWN, sockets};

    #[test]
    fn paths_are_read_as_the_kernel_writes_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one with  blanks");
        let _listener = UnixListener::bind(&path).unwrap();
        let known = std::fs::read_to_string(KNOWN).unwrap();
        assert!(sockets(&known).contains(&path), "{known}");
    }

    #[test]
    fn what_has_no_path_is_passed_over() {
        let known = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            00000000d352dafc: 00000003 00000000 00000000 0001 03  1674\n\
            00000000d352dafd: 00000002 00000000 00010000 0001 01    12 @/tmp/.X11-unix/X0\n\
            00000000d352dafe: 00000002 00000000 00010000 0001 01 16745 /run/docker.sock\n\
            00000000d352daff: 00000003 00000000 00000000 0001 03 16746 /run/docker.sock\n";
        let expected = [PathBuf::from("/run/docker.sock")];
        assert_eq!(Vec::from_iter(sockets(known)), expected);
    }
}
