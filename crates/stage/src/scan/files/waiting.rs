//! What waits to be read where something is held open: in pipes, in queues of sockets, in terminals.
//!
//! It stays there, and nobody is waited for: the kernel copies it. Of a queue of datagrams it copies
//! the first one only, and of a terminal it tells how much there is.

use std::io;

use rustix::fs::FileType;
use rustix::fs::fstat;
use rustix::io::{Errno, ioctl_fionread};
use rustix::net::{RecvFlags, recv};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use rustix::termios::isatty;

use super::open::Open;
use crate::foreign::waiting_in;

/// Bytes of a queue that are copied.
const QUEUE: usize = 1 << 20;

/// What waits there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Bytes(Vec<u8>),
    /// So many bytes, which can only be taken away.
    Unreadable(u64),
}

/// What waits where this is held open.
///
/// # Errors
///
/// When the system does not let it be looked into.
pub(super) fn waiting(held: &Open) -> io::Result<Waiting> {
    let target = held.target.to_string_lossy();
    let waits = if target.starts_with("socket:") {
        in_socket(held)
    } else if target.starts_with("/dev/pts/") || target.starts_with("/dev/ptmx") {
        in_terminal(held)
    } else {
        return Ok(Waiting::Bytes(waiting_in(&held.link).unwrap_or_default()));
    };
    match waits {
        Ok(waiting) => Ok(waiting),
        // It was closed meanwhile, has ended, listens, or is not connected.
        Err(Errno::BADF | Errno::SRCH | Errno::NOTCONN | Errno::INVAL | Errno::AGAIN) => {
            Ok(Waiting::Bytes(Vec::new()))
        }
        Err(why) if [Errno::PERM, Errno::NOSYS, Errno::ACCESS].contains(&why) => Err(why.into()),
        // Its own errors are the connection's.
        Err(_) => Ok(Waiting::Bytes(Vec::new())),
    }
}

/// The same thing that the process holds, by a descriptor of our own.
fn ours(held: &Open) -> Result<rustix::fd::OwnedFd, Errno> {
    let pid = Pid::from_raw(held.pid).ok_or(Errno::SRCH)?;
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    pidfd_getfd(process, held.number, PidfdGetfdFlags::empty())
}

fn in_socket(held: &Open) -> Result<Waiting, Errno> {
    let socket = ours(held)?;
    // Another thing may have its number by now.
    if FileType::from_raw_mode(fstat(&socket)?.st_mode) != FileType::Socket {
        return Ok(Waiting::Bytes(Vec::new()));
    }
    let mut bytes = vec![0; QUEUE];
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
    let (_, length) = recv(&socket, &mut bytes[..], flags)?;
    bytes.truncate(length);
    Ok(Waiting::Bytes(bytes))
}

fn in_terminal(held: &Open) -> Result<Waiting, Errno> {
    let terminal = ours(held)?;
    if !isatty(&terminal) {
        return Ok(Waiting::Bytes(Vec::new()));
    }
    Ok(match ioctl_fionread(&terminal)? {
        0 => Waiting::Bytes(Vec::new()),
        bytes => Waiting::Unreadable(bytes),
    })
}
