//! What this machine gives to a process: raised where that is allowed, and refused beforehand
//! where it is too little for any play. Later the lack of it would look like a participant's fault.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::EngineError;

/// Files that may be open at a time: the harness asks for so many, and cannot do with less.
const FILES: u64 = 4096;
const FEWEST_FILES: u64 = 256;

/// Bytes that a file must be allowed to have.
const LEAST_FILE: u64 = 16 * 1024 * 1024;

/// Threads that must be there beside those that run.
const THREADS: usize = 24;

/// How long a connection within the machine may take.
const CONNECTS: Duration = Duration::from_secs(10);

/// A disk with less room counts as full.
const LEAST_ROOM: u64 = 256 * 1024;

/// Raises what may be raised.
///
/// # Errors
///
/// [`EngineError::TooLittle`] when no play could go on with what there is.
pub fn prepare() -> Result<(), EngineError> {
    let files = raise(Resource::Nofile, FILES);
    if let Some(files) = files.filter(|files| *files < FEWEST_FILES) {
        let has = format!("at most {files} files may be open at a time");
        return Err(too_little(has, "raise `ulimit -n`"));
    }
    let size = raise(Resource::Fsize, u64::MAX);
    if let Some(size) = size.filter(|size| *size < LEAST_FILE) {
        let has = format!("a file may have at most {size} bytes");
        return Err(too_little(has, "raise `ulimit -f`"));
    }
    threads()
}

fn too_little(has: String, mend: &'static str) -> EngineError {
    EngineError::TooLittle { has, mend }
}

/// Raises a limit as far as it may be raised, and no further than is wanted; what it is then, where
/// there is one.
fn raise(resource: Resource, wanted: u64) -> Option<u64> {
    let limit = getrlimit(resource);
    let current = limit.current?;
    let most = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if current >= most {
        return Some(current);
    }
    let raised = Rlimit {
        current: Some(most).filter(|most| *most < u64::MAX),
        maximum: limit.maximum,
    };
    match setrlimit(resource, raised) {
        Ok(()) => Some(most),
        Err(_) => Some(current),
    }
}

/// Starts as many threads as a small play needs, and ends them.
fn threads() -> Result<(), EngineError> {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
    let mut started = Vec::new();
    let mut refused = None;
    while started.len() < THREADS && refused.is_none() {
        let gate = Arc::clone(&gate);
        let wait = move || drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
        match thread::Builder::new().stack_size(64 * 1024).spawn(wait) {
            Ok(thread) => started.push(thread),
            Err(error) => refused = Some(error),
        }
    }
    drop(closed);
    let count = started.len();
    for thread in started {
        drop(thread.join());
    }
    refused.map_or(Ok(()), |error| {
        let has = format!("only {count} more threads can be started: {error}");
        Err(too_little(has, START))
    })
}

/// Where no process or thread can be started.
pub(crate) const START: &str =
    "raise `ulimit -u`, or the limit of processes of this container (`pids.max`)";

/// Whether the disk of a directory has room for so many bytes.
///
/// # Errors
///
/// [`EngineError::TooLittle`] when it has not. What cannot be asked has room.
pub(crate) fn has_room(directory: &Path, bytes: u64) -> Result<(), EngineError> {
    let Ok(disk) = rustix::fs::statvfs(directory) else {
        return Ok(());
    };
    let room = disk.f_bavail.saturating_mul(disk.f_frsize);
    // Disks that exist in memory alone may have no size at all.
    if disk.f_blocks == 0 || room >= bytes.max(LEAST_ROOM) {
        return Ok(());
    }
    let has = format!(
        "the disk of {} has room for {room} bytes, and this play needs {}",
        directory.display(),
        bytes.max(LEAST_ROOM)
    );
    Err(too_little(
        has,
        "make room there, or give another place: TMPDIR for scratch directories, --reports for reports",
    ))
}

/// Whether programs of this machine reach each other at 127.0.0.1: in a network of its own they do, in the machine's
/// they may not, and then no relay could be reached by its clients.
///
/// # Errors
///
/// [`EngineError::TooLittle`] when they do not.
pub(crate) fn has_loopback() -> Result<(), EngineError> {
    let connected = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| TcpStream::connect_timeout(&listener.local_addr()?, CONNECTS));
    connected.map(drop).map_err(|error| {
        let has = format!("nothing can be reached at 127.0.0.1: {error}");
        too_little(has, "bring the loopback interface up: `ip link set lo up`")
    })
}

/// What to do where the system has no more of something that everybody needs.
pub(crate) fn remedy(error: &io::Error) -> Option<&'static str> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::MFILE => Some("raise `ulimit -n`"),
        Errno::NFILE => Some("the whole machine has too many open files: raise `fs.file-max`"),
        Errno::AGAIN => Some(START),
        Errno::NOMEM => Some("the machine has no more memory"),
        Errno::NOSPC | Errno::DQUOT => Some("make room on that disk"),
        Errno::FBIG => Some("raise `ulimit -f`"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use super::{has_room, prepare, remedy};
    use crate::EngineError;

    #[test]
    fn a_machine_that_runs_this_test_has_enough_for_a_play() {
        prepare().unwrap();
        has_room(Path::new("/"), 0).unwrap();
    }

    #[test]
    fn a_disk_without_room_is_named_with_what_to_do() {
        let error = has_room(Path::new("/"), u64::MAX).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("the disk of / has room for"), "{text}");
        assert!(text.contains("TMPDIR"), "{text}");
        assert_eq!(error.blame(), crate::Blame::Machine);
    }

    #[test]
    fn what_everybody_lacks_is_no_fault_of_a_participant() {
        let failed = |code| {
            let error = io::Error::from_raw_os_error(code);
            EngineError::system::<io::Error>("start a process")(error)
        };
        // EMFILE, EAGAIN, ENOMEM, ENOSPC.
        for code in [24, 11, 12, 28] {
            assert!(failed(code).is_scarcity(), "{code}");
        }
        assert!(failed(24).to_string().ends_with("; raise `ulimit -n`"));
        // ENOENT, EACCES, ENOEXEC: it is the program.
        for code in [2, 13, 8] {
            assert!(!failed(code).is_scarcity(), "{code}");
            assert!(remedy(&io::Error::from_raw_os_error(code)).is_none());
        }
    }
}
