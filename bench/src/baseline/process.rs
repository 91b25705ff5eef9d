//! A process.

use std::ffi::CString;
use std::io;
use std::os::fd::OwnedFd;

use ::stage::spawn::{SETSID, wait_blocking};
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::unistd::Pid;
use rustix::process::{Signal, pidfd_send_signal};

/// Starts a program with no more than a session of its own, as every participant has.
///
/// # Errors
///
/// What the system says.
pub(crate) fn spawn(program: &CString) -> nix::Result<Pid> {
    let (actions, mut attributes) = (PosixSpawnFileActions::init()?, PosixSpawnAttr::init()?);
    attributes.set_flags(SETSID)?;
    let nothing: [CString; 0] = [];
    posix_spawn(
        program.as_c_str(),
        &actions,
        &attributes,
        &[program],
        &nothing,
    )
}

/// A process, by its number and its handle. It does not outlive this.
#[derive(Debug)]
pub(super) struct Running(pub(super) i32, pub(super) OwnedFd);

impl Running {
    /// Waits for its end.
    pub(super) fn ended(&self) -> io::Result<()> {
        wait_blocking(self.0, &self.1).map_err(io::Error::other)?;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended was waited for, and hears nothing.
        pidfd_send_signal(&self.1, Signal::KILL).ok();
        self.ended().ok();
    }
}
