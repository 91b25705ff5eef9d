//! Pid 1 of a play: it lays a `/proc` of the play's own over the machine's, which only somebody who
//! lives in the play's PID namespace can do. Whoever joins its mounts sees the processes of the
//! play there, and not the command lines of the whole machine.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::os::fd::OwnedFd;
use std::path::Path;

use nix::sched::{CloneFlags, setns};

use crate::error::EngineError;
use crate::isolation::namespace::{self, NamespaceError};
use crate::participant::spawn::{self, Child, Command};

/// What it says when `/proc` is the play's own.
const OWN: &str = "own";

/// A pid 1 that runs.
#[derive(Debug)]
pub struct Init {
    /// Its standard input keeps the namespace alive; so do its other pipes, unread.
    pub(crate) child: Child,
    /// Why `/proc` is the machine's; `None` where it is the play's own.
    pub why_proc: Option<String>,
}

/// Starts it in the namespaces of the calling thread, and waits until others may join it.
///
/// # Errors
///
/// [`EngineError::System`] when it cannot be started.
pub fn start(stage_init: &Path) -> Result<Init, EngineError> {
    let command = Command::new(stage_init).directory("/");
    let started = namespace::with_mounting(|| spawn::spawn(&command));
    let child = started.map_err(|failed| EngineError::System {
        what: failed.step,
        error: failed.error,
    })??;
    let mut answer = String::new();
    let stdout = child.stdout.try_clone();
    let stdout = stdout.map_err(EngineError::system("keep a pipe"))?;
    // It answers or ends.
    BufReader::new(File::from(stdout))
        .read_line(&mut answer)
        .map_err(EngineError::system("read what pid 1 says"))?;
    let why_proc = match answer.trim() {
        OWN => None,
        "" => Some("pid 1 of the play says nothing".to_owned()),
        why => Some(why.to_owned()),
    };
    Ok(Init { child, why_proc })
}

/// What pid 1 does first, and what it says then.
pub fn prepare() -> String {
    let prepared = namespace::own_mounts().and_then(|()| namespace::own_proc());
    match prepared.and_then(|()| namespace::drop_rights()) {
        Ok(()) => OWN.to_owned(),
        Err(why) => why.to_string(),
    }
}

impl Init {
    /// What leads others to what it has mounted.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn mounts(&self) -> io::Result<OwnedFd> {
        let pid = self.child.pid;
        Ok(File::open(format!("/proc/{pid}/ns/mnt"))?.into())
    }

    /// Closes its input, which ends it and everything in its namespace.
    pub fn end(self) {
        drop(self.child.stdin);
        // It cannot fail but for a status that was already taken; it is gone then.
        drop(spawn::wait_blocking(self.child.pid, &self.child.pidfd));
    }
}

/// Moves the calling thread to what pid 1 of a play has mounted. Its working directory must be its
/// own.
///
/// # Errors
///
/// What the system says.
pub(crate) fn enter_mounts(mounts: &OwnedFd) -> Result<(), NamespaceError> {
    setns(mounts, CloneFlags::CLONE_NEWNS).map_err(|error| NamespaceError {
        step: "enter the mounts of a play",
        error: error.into(),
    })
}
