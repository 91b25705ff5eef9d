//! A process.

use std::ffi::CString;

use chat_harness::stage::spawn::SETSID;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, posix_spawn};
use nix::unistd::Pid;

/// Starts a program with no more than a session of its own, as every participant has.
///
/// # Errors
///
/// What the system says.
pub fn spawn(program: &CString) -> nix::Result<Pid> {
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
