//! A process that outlives the one that started it.

use std::io;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Pid, WaitId, WaitIdOptions};

/// The argument that makes a client be the orphan instead.
pub(crate) const ARGUMENT: &str = "--be-the-orphan";

/// An orphan that nobody has found ends by itself after this time.
const LIFE: Duration = Duration::from_secs(600);

/// What becomes of the standard output of an orphan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Closed,
    /// The one of its parent.
    Kept,
}

/// Starts this program again as an orphan.
///
/// # Errors
///
/// When the system cannot start another process.
#[expect(
    clippy::disallowed_methods,
    reason = "to be caught starting a process is what this program is for"
)]
pub(crate) fn start(output: Output) -> io::Result<()> {
    let stdout = match output {
        Output::Closed => Stdio::null(),
        Output::Kept => Stdio::inherit(),
    };
    Command::new(std::env::current_exe()?)
        .arg(ARGUMENT)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()?;
    Ok(())
}

/// Starts so many orphans by a process that ends at once.
///
/// # Errors
///
/// When the system cannot start another process.
#[expect(
    clippy::disallowed_methods,
    reason = "to be caught starting a process is what this program is for"
)]
pub(crate) fn abandon(count: u32) -> io::Result<()> {
    Command::new(std::env::current_exe()?)
        .args(["--abandon", &count.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map(drop)
}

/// Starts a process that ends at once, waits for that, and never collects its status.
///
/// # Errors
///
/// When the system cannot start another process.
#[expect(
    clippy::disallowed_methods,
    reason = "to be caught starting a process is what this program is for"
)]
pub(crate) fn leave_unreaped() -> io::Result<()> {
    let child = Command::new(std::env::current_exe()?)
        .args(["--abandon", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&child);
    let left_there = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    rustix::process::waitid(WaitId::Pid(pid), left_there)?;
    Ok(())
}

/// Leaves the session and stays.
///
/// # Errors
///
/// When the system refuses a session or a signal mask.
pub(crate) fn be() -> io::Result<()> {
    rustix::process::setsid()?;
    deafen()?;
    rest();
    Ok(())
}

/// Does nothing for as long as an orphan lives.
pub(crate) fn rest() {
    let end = Instant::now() + LIFE;
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

/// Makes this thread, and those that it starts, ignore every signal that can be ignored.
///
/// # Errors
///
/// When the system refuses the mask.
pub(crate) fn deafen() -> io::Result<()> {
    let polite = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];
    let mask: SigSet = polite.into_iter().collect();
    mask.thread_block()?;
    Ok(())
}
