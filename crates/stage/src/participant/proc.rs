//! Files under `/proc`, whole.
//!
//! What the kernel knows of a process by itself is read at once. All else is in the memory of the
//! process, or behind a lock that it may hold for as long as a file system lets it wait: a thread
//! reads that, and it alone is held.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::sync::mpsc;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that most of them have at most. They do not say how many there are: who begins with room
/// for a few reads many times.
const ROOM: usize = 8 * 1024;

/// What the kernel tells without its memory and its locks.
const KNOWN: [&str; 5] = ["children", "comm", "stat", "statm", "status"];

/// How long is waited for anything else.
const LIMIT: Duration = Duration::from_secs(10);

/// Processes that were waited for in vain: nobody waits for them again.
static SILENT: Mutex<BTreeSet<Identity>> = Mutex::new(BTreeSet::new());

/// A process, and when it began: numbers are used again.
type Identity = (i32, u64);

/// What is in `/proc/PID/PART`.
///
/// # Errors
///
/// What the system says; [`is_gone`] knows a process that has ended. That it does not answer.
pub(crate) fn read(pid: i32, part: &str) -> io::Result<Vec<u8>> {
    if is_known(part) {
        return whole(pid, part);
    }
    let (process, part) = (identity(pid)?, part.to_owned());
    answer(process, LIMIT, move || whole(pid, &part))
}

/// The process of a thread.
fn identity(thread: i32) -> io::Result<Identity> {
    let status = text(thread, "status")?;
    let process = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    let process = process.and_then(|process| process.trim().parse().ok());
    let process = process.unwrap_or(thread);
    // Field 22 of `proc_pid_stat(5)`; field 3 follows the last parenthesis.
    let stat = text(process, "stat")?;
    let began = stat.rsplit_once(')').and_then(|(_, rest)| {
        let field = rest.split_ascii_whitespace().nth(22 - 3)?;
        field.parse().ok()
    });
    Ok((process, began.unwrap_or(0)))
}

fn is_known(part: &str) -> bool {
    part.rsplit('/')
        .next()
        .is_some_and(|name| KNOWN.contains(&name))
}

fn answer(
    process: Identity,
    within: Duration,
    ask: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static,
) -> io::Result<Vec<u8>> {
    let silent = || SILENT.lock().unwrap_or_else(PoisonError::into_inner);
    let no_answer = || {
        let why = format!("the kernel has not answered within {within:?}");
        Err(io::Error::new(io::ErrorKind::TimedOut, why))
    };
    if silent().contains(&process) {
        return no_answer();
    }
    let (sender, answer) = mpsc::sync_channel(1);
    // Whoever does not wait any more needs no answer.
    thread::Builder::new().spawn(move || drop(sender.send(ask())))?;
    answer.recv_timeout(within).unwrap_or_else(|_| {
        silent().insert(process);
        no_answer()
    })
}

/// The same, for a thread that may be given up.
///
/// # Errors
///
/// What the system says.
pub(crate) fn whole(pid: i32, part: &str) -> io::Result<Vec<u8>> {
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
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{answer, has_ended, identity, is_known, living, read, text};
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

    #[test]
    fn what_lies_in_its_memory_is_waited_for_so_long_and_once() {
        for part in ["cmdline", "environ", "maps", "smaps", "syscall"] {
            assert!(!is_known(part), "{part}");
        }
        assert!(is_known("stat") && is_known("task/7/children"));
        let us = i32::try_from(std::process::id()).unwrap();
        let own = identity(us).unwrap();
        assert!(own.0 == us && own.1 > 0, "{own:?}");
        let nobody = (us, 0);
        let (never, waits) = mpsc::sync_channel::<()>(0);
        let soon = Duration::from_millis(10);
        let held = answer(nobody, soon, move || {
            waits.recv().ok();
            Ok(Vec::new())
        });
        assert!(held.unwrap_err().to_string().contains("not answered"));
        let again = answer(nobody, Duration::MAX, || Ok(Vec::new()));
        assert!(again.is_err(), "nobody waits for it again");
        assert!(answer((us, 1), Duration::MAX, || Ok(Vec::new())).is_ok());
        drop(never);
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
        let there = adopted_by(us, Duration::ZERO);
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
