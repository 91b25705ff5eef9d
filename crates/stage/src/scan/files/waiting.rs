//! What waits to be read where something is held open: in pipes, in queues of sockets, in terminals.
//!
//! It stays there, and nobody is waited for: the kernel copies it. Of terminals and of queues of
//! messages it only tells that there is something.

use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;

use rustix::fs::FileType;
use rustix::fs::fstat;
use rustix::io::{Errno, ioctl_fionread};
use rustix::net::sockopt::{socket_domain, socket_type};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SocketType, recvmsg,
};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use rustix::termios::isatty;

use super::open::Open;
use crate::foreign::waiting_in;

/// Bytes of a queue that are copied: Linux keeps no more by itself.
const QUEUE: u64 = 16 << 20;

/// Open files that a message can carry, at most.
const MOST_FILES: usize = 253;

/// The program may read meanwhile.
const ATTEMPTS: u32 = 4;

/// What waits there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    Bytes(Vec<u8>),
    /// So many bytes, which can only be taken away.
    Unreadable(u64),
    /// Open files on their way, so many of them at least. Nobody may have them open besides.
    Files(usize),
}

/// What waits where this is held open.
///
/// # Errors
///
/// When the system does not let it be inspected.
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
        // There is no such queue.
        Err(_) => Ok(Waiting::Bytes(Vec::new())),
    }
}

/// The same thing that the process holds, by a descriptor of our own.
fn ours(held: &Open) -> Result<rustix::fd::OwnedFd, Errno> {
    let pid = Pid::from_raw(held.pid).ok_or(Errno::SRCH)?;
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    pidfd_getfd(process, held.number, PidfdGetfdFlags::empty())
}

/// Only where the kernel says that something waits: a call that reads takes a pending error away,
/// which is for the program. Nothing is read where the kernel shows the first of several messages
/// only, or checks for such an error first.
fn in_socket(held: &Open) -> Result<Waiting, Errno> {
    let socket = ours(held)?;
    // Another thing may have its number by now.
    if FileType::from_raw_mode(fstat(&socket)?.st_mode) != FileType::Socket {
        return Ok(Waiting::Bytes(Vec::new()));
    }
    let domain = socket_domain(&socket)?;
    let is_stream = socket_type(&socket)? == SocketType::STREAM;
    let is_known = [
        AddressFamily::UNIX,
        AddressFamily::INET,
        AddressFamily::INET6,
    ];
    // Datagrams of a network come from clients as well, whose links are recorded.
    if !is_known.contains(&domain) || (domain != AddressFamily::UNIX && !is_stream) {
        return Ok(Waiting::Bytes(Vec::new()));
    }
    let mut there = 0;
    for _ in 0..ATTEMPTS {
        there = ioctl_fionread(&socket)?;
        if there == 0 {
            return Ok(Waiting::Bytes(Vec::new()));
        }
        if !is_stream || there > QUEUE {
            break;
        }
        let mut bytes = vec![0; usize::try_from(there).unwrap_or_default()];
        let (length, files) = copied(&socket, &mut bytes).unwrap_or_default();
        if files > 0 {
            return Ok(Waiting::Files(files));
        }
        if length as u64 >= there {
            return Ok(Waiting::Bytes(bytes));
        }
    }
    Ok(Waiting::Unreadable(there))
}

/// How many bytes were copied, and how many open files come with them.
fn copied(socket: &rustix::fd::OwnedFd, bytes: &mut [u8]) -> Result<(usize, usize), Errno> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let received = recvmsg(socket, &mut [IoSliceMut::new(bytes)], &mut control, flags)?;
    let files = control.drain().map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => files.count(),
        _ => 0,
    });
    Ok((received.bytes, files.sum()))
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
