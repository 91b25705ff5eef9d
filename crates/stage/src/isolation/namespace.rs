//! Namespaces of Linux, all of them unprivileged.
//!
//! A process may enter a user namespace only while it has one thread, so [`enter_user`] is
//! called in `main` before any runtime. Inside it, network and PID namespaces belong to a
//! *thread*; the stage gives each play a thread of its own.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use rustix::thread::{CapabilitySet, CapabilitySets};

use crate::isolation::netlink;

/// The id that a root user has inside, so that its children lose every capability at exec.
const NOT_ROOT: u32 = 1000;

/// A step that failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {step}: {error}")]
pub struct NamespaceError {
    /// In words.
    pub step: &'static str,
    /// What the system said.
    pub error: io::Error,
}

fn failed<E: Into<io::Error>>(step: &'static str) -> impl FnOnce(E) -> NamespaceError {
    move |error| NamespaceError {
        step,
        error: error.into(),
    }
}

/// Enters a user namespace in which the caller keeps its user and group.
///
/// # Errors
///
/// The step that failed. After a failure the process may be left half inside: only a child
/// that is thrown away may try (`stage-init probe`), or who knows that it will work.
pub fn enter_user() -> Result<(), NamespaceError> {
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let inside = |id: u32| if id == 0 { not_root(&passwd) } else { id };
    unshare(CloneFlags::CLONE_NEWUSER).map_err(failed("make a user namespace"))?;
    fs::write("/proc/self/setgroups", "deny").map_err(failed("deny setgroups"))?;
    let (user, group) = (user.as_raw(), group.as_raw());
    fs::write("/proc/self/uid_map", format!("{} {user} 1", inside(user)))
        .map_err(failed("map the user"))?;
    fs::write("/proc/self/gid_map", format!("{} {group} 1", inside(group)))
        .map_err(failed("map the group"))
}

/// Who root is inside: somebody with an entry in the file of users, where there is one, for programs
/// ask for their name.
fn not_root(passwd: &str) -> u32 {
    let ids = passwd
        .lines()
        .filter_map(|line| line.split(':').nth(2)?.parse().ok());
    let ids: Vec<u32> = ids.filter(|id| *id != 0).collect();
    let usual = ids.contains(&NOT_ROOT).then_some(NOT_ROOT);
    // The last ones are people, the first ones programs of the system.
    usual.or_else(|| ids.last().copied()).unwrap_or(NOT_ROOT)
}

/// Gives the calling thread a network namespace of its own, with the loopback interface up.
/// The handle keeps the namespace and leads other threads into it.
///
/// # Errors
///
/// The step that failed.
pub fn new_network() -> Result<OwnedFd, NamespaceError> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(failed("make a network namespace"))?;
    netlink::loopback_up().map_err(failed("bring the loopback interface up"))?;
    // Programs under test may insist on port 80. Where this is refused, they learn it from their own `bind`.
    fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0").ok();
    let handle = File::open("/proc/thread-self/ns/net").map_err(failed("open a namespace"))?;
    Ok(handle.into())
}

/// Moves the calling thread into a network namespace.
///
/// # Errors
///
/// The step that failed.
pub fn enter_network(network: &OwnedFd) -> Result<(), NamespaceError> {
    setns(network, CloneFlags::CLONE_NEWNET).map_err(failed("enter a network namespace"))
}

/// What the calling thread starts from now on lives in a PID namespace of its own; the
/// first such process is its pid 1. After this the thread cannot make threads.
///
/// # Errors
///
/// The step that failed.
pub fn new_processes() -> Result<(), NamespaceError> {
    unshare(CloneFlags::CLONE_NEWPID).map_err(failed("make a PID namespace"))
}

/// What leads other threads to where the calling thread starts processes; its pid 1 must be
/// there.
///
/// # Errors
///
/// The step that failed.
pub fn processes() -> Result<OwnedFd, NamespaceError> {
    let handle = File::open("/proc/thread-self/ns/pid_for_children");
    Ok(handle.map_err(failed("open a namespace"))?.into())
}

/// What the calling thread starts from now on lives in that PID namespace. After this the
/// thread cannot make threads.
///
/// # Errors
///
/// The step that failed.
pub fn enter_processes(processes: &OwnedFd) -> Result<(), NamespaceError> {
    setns(processes, CloneFlags::CLONE_NEWPID).map_err(failed("enter a PID namespace"))
}

/// The working directory of the calling thread becomes its own.
///
/// # Errors
///
/// The step that failed. It needs no privilege.
pub fn own_directory() -> Result<(), NamespaceError> {
    unshare(CloneFlags::CLONE_FS).map_err(failed("separate the working directory"))
}

/// The calling thread, and what it starts, has mounts of its own from now on.
///
/// # Errors
///
/// The step that failed.
pub fn own_mounts() -> Result<(), NamespaceError> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(failed("make a mount namespace"))?;
    // Where the machine shares mounts, those of a root user would be the machine's.
    let (nothing, private) = (None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE);
    mount(nothing, "/", nothing, private, nothing).map_err(failed("keep mounts apart"))
}

/// Lays the processes of the caller's PID namespace over the machine's. The caller lives in that namespace and in a
/// mount namespace of its own.
///
/// # Errors
///
/// The step that failed: the kernel refuses it where something is mounted in the machine's `/proc`, as in most
/// containers.
pub fn own_proc() -> Result<(), NamespaceError> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount(Some("proc"), "/proc", Some("proc"), flags, None::<&str>)
        .map_err(failed("mount a /proc of the play's own"))
}

/// Does something on the calling thread; whoever it starts meanwhile keeps the right to mount, which others lose at
/// exec.
///
/// # Errors
///
/// The step that failed.
pub(crate) fn with_mounting<T>(work: impl FnOnce() -> T) -> Result<T, NamespaceError> {
    let before = rustix::thread::capabilities(None).map_err(failed("ask what is allowed"))?;
    let inherited = CapabilitySets {
        inheritable: before.inheritable | CapabilitySet::SYS_ADMIN,
        ..before
    };
    rustix::thread::set_capabilities(None, inherited).map_err(failed("let pid 1 mount"))?;
    rustix::thread::configure_capability_in_ambient_set(CapabilitySet::SYS_ADMIN, true)
        .map_err(failed("let pid 1 mount"))?;
    let done = work();
    rustix::thread::clear_ambient_capability_set().map_err(failed("let nobody else mount"))?;
    rustix::thread::set_capabilities(None, before).map_err(failed("let nobody else mount"))?;
    Ok(done)
}

/// The caller may nothing more that other users may not.
///
/// # Errors
///
/// The step that failed.
pub fn drop_rights() -> Result<(), NamespaceError> {
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, none).map_err(failed("give up rights"))
}

/// What the kernel keeps between processes is, for the calling thread and what it starts, apart
/// from now on: shared memory, queues and semaphores, which end with the last of them.
///
/// # Errors
///
/// The step that failed.
pub fn own_ipc() -> Result<(), NamespaceError> {
    unshare(CloneFlags::CLONE_NEWIPC).map_err(failed("make an IPC namespace"))
}

/// All that a play needs at the level `namespaces`, once, in a user namespace.
///
/// # Errors
///
/// The step that failed.
pub fn try_play() -> Result<(), NamespaceError> {
    new_network()?;
    new_network()?;
    new_processes()?;
    own_directory()?;
    own_ipc()
}

#[cfg(test)]
mod tests {
    use super::{NOT_ROOT, not_root};

    #[test]
    fn root_becomes_somebody_who_has_a_name() {
        let with = |ids: &[u32]| {
            let lines = ids
                .iter()
                .map(|id| format!("name:x:{id}:{id}::/:/bin/sh\n"));
            not_root(&lines.collect::<String>())
        };
        assert_eq!(with(&[0, 1, NOT_ROOT, 1001]), NOT_ROOT);
        assert_eq!(with(&[0, 1, 65_534]), 65_534);
        assert_eq!(with(&[0]), NOT_ROOT);
        assert_eq!(not_root("no file\n"), NOT_ROOT);
    }
}
