//! Files below `/proc`, whole.

use std::fs::{self, File};
use std::io::{self, Read as _};

/// Bytes that most of them have at most. They do not say how many there are: who begins with room
/// for a few reads many times.
const ROOM: usize = 8 * 1024;

/// What stands in `/proc/PID/PART`.
///
/// # Errors
///
/// What the system says; [`is_gone`] knows a process that has ended.
pub(crate) fn read(pid: i32, part: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(ROOM);
    let file = File::open(format!("/proc/{pid}/{part}"))?;
    // Who reads a file as such asks first how long it is.
    file.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The thread through which a process is read: its first one, or another where that has ended and
/// the others go on. Of one that has ended `/proc` tells no memory, no files and no arguments.
pub(crate) fn living(pid: i32) -> i32 {
    if is_running(pid, pid) {
        return pid;
    }
    let mut threads = threads(pid).into_iter();
    threads
        .find(|thread| is_running(pid, *thread))
        .unwrap_or(pid)
}

/// The process has ended with all of its threads, or is not there.
pub(crate) fn has_ended(pid: i32) -> bool {
    let living = living(pid);
    living == pid && !is_running(pid, pid)
}

/// Its threads, also those that have ended and whose process has not.
pub(crate) fn threads(pid: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

pub(crate) fn is_running(pid: i32, thread: i32) -> bool {
    // `pid (name) state …`: the name may hold anything, so from the last parenthesis.
    let stat = text(pid, &format!("task/{thread}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

/// The process has ended: there is nothing to read any more.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    let ended = rustix::io::Errno::SRCH.raw_os_error();
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(ended)
}

/// The same as text. A program calls itself what it likes, also with bytes that are none.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn text(pid: i32, part: &str) -> io::Result<String> {
    read(pid, part).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::path::Path;

    use super::{has_ended, living, read, text};
    use crate::participant::orphans::adopted_by;
    use crate::participant::spawn::{Command, find_program, spawn, wait_blocking};
    use crate::participant::usage::of_trees;

    const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let name = "printf '\\377\\376x' > /proc/$$/comm; echo named; read x";
        let child = spawn(&Command::new("/bin/sh").argument("-c").argument(name)).unwrap();
        let mut output = std::fs::File::from(child.stdout);
        output.read_exact(&mut [0; 6]).unwrap();
        assert_eq!(text(child.pid, "comm").unwrap(), "\u{fffd}\u{fffd}x\n");
        let usage = of_trees(&[child.pid]);
        assert_eq!(usage.processes, 1);
        assert!(usage.memory > 100_000, "{usage:?}");
        drop(child.stdin);
        wait_blocking(child.pid, &child.pidfd).unwrap();
    }

    /// Its first thread ends at once; another one goes on until its input ends.
    const LEADERLESS: &str = "import ctypes, sys, threading\n\
        threading.Thread(target=lambda: (print('alone', flush=True), sys.stdin.read())).start()\n\
        ctypes.CDLL(None).pthread_exit(None)";

    #[test]
    fn a_process_whose_first_thread_has_ended_is_read_through_another() {
        let python = find_program(Path::new("python3"), PATH);
        if !testing::has_installed(python.is_none().then(|| "python3".to_owned())) {
            return;
        }
        let python = Command::new(python.unwrap());
        let child = spawn(&python.argument("-c").argument(LEADERLESS)).unwrap();
        let mut output = std::fs::File::from(child.stdout);
        output.read_exact(&mut [0; 6]).unwrap();
        // Its first thread is about to end.
        while living(child.pid) == child.pid {
            std::thread::yield_now();
        }
        assert!(!has_ended(child.pid));
        let other = living(child.pid);
        assert!(read(child.pid, "cmdline").unwrap().is_empty());
        let line = text(other, "cmdline").unwrap();
        assert!(line.contains("pthread_exit"), "{line}");
        assert!(!text(other, "maps").unwrap().is_empty());
        let usage = of_trees(&[child.pid]);
        assert!(usage.memory > 1_000_000, "{usage:?}");
        // As what pid 1 of a play has adopted it has not ended either.
        let us = i32::try_from(std::process::id()).unwrap();
        let there = adopted_by(us, std::time::Duration::ZERO);
        assert!(
            there
                .iter()
                .any(|one| one.pid == child.pid && one.command.contains("pthread_exit")),
            "{there:?}"
        );
        drop(child.stdin);
        wait_blocking(child.pid, &child.pidfd).unwrap();
        assert!(has_ended(child.pid));
    }
}
