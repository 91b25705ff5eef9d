//! Why a process cannot be inspected, and what would help.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use crate::participant::proc;

/// A process that cannot be inspected.
#[derive(Debug, thiserror::Error)]
#[error("the {what} of {name} (pid {pid}) cannot be read: {why}")]
pub struct Unreadable {
    /// Its `memory`, its `open files`.
    pub what: &'static str,
    /// Which program it runs.
    pub name: String,
    /// As the harness sees it.
    pub pid: i32,
    /// What is in the way.
    pub why: Obstacle,
}

impl Unreadable {
    /// The machine lets nobody read it, whatever the process does.
    pub(crate) fn is_of_machine(&self) -> bool {
        matches!(self.why, Obstacle::Yama | Obstacle::Container)
    }
}

/// What prevents the inspection of a process. Where we know what would help, the message says so
/// instead of the system's words.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// The kernel lets nobody do it.
    #[error(
        "this kernel lets nobody read the memory of another process; \
         `sudo sysctl kernel.yama.ptrace_scope=1` helps, unless it is 3"
    )]
    Yama,
    /// The process belongs to somebody else, or has closed itself.
    #[error(
        "it runs as another user, or has made itself not dumpable; start it as the user \
         who runs the test, and dumpable"
    )]
    AnotherUser,
    /// It is ours, and something around us says no.
    #[error(
        "the system refuses it; in a container, allow ptrace (seccomp, AppArmor, \
         CAP_SYS_PTRACE)"
    )]
    Container,
    /// Something else.
    #[error("{0}")]
    System(io::Error),
}

/// Why it could not be read. `what` is its `memory`, its `open files`.
pub(crate) fn why(pid: i32, what: &'static str, error: io::Error) -> Unreadable {
    let yama = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let owner = fs::metadata(format!("/proc/{pid}")).map(|process| process.uid());
    let known = Known {
        scope: yama.ok().and_then(|scope| scope.trim().parse().ok()),
        owner: owner.ok(),
        us: rustix::process::geteuid().as_raw(),
    };
    let name = proc::text(pid, "comm").unwrap_or_default();
    let obstacle = known.obstacle().filter(|_| is_refused(&error));
    Unreadable {
        what,
        name: name.trim().to_owned(),
        pid,
        why: obstacle.unwrap_or(Obstacle::System(error)),
    }
}

fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied
}

/// What is known of a process and of us.
struct Known {
    /// `kernel.yama.ptrace_scope`, where there is Yama.
    scope: Option<u32>,
    /// User ids. A process that may not be dumped belongs to root.
    owner: Option<u32>,
    us: u32,
}

impl Known {
    fn obstacle(&self) -> Option<Obstacle> {
        match (self.scope, self.owner) {
            (Some(scope), _) if scope > 1 => Some(Obstacle::Yama),
            (_, Some(owner)) if owner != self.us => Some(Obstacle::AnotherUser),
            (_, Some(_)) => Some(Obstacle::Container),
            (_, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    fn reason(scope: Option<u32>, owner: Option<u32>) -> String {
        let us = 1000;
        let known = Known { scope, owner, us };
        let obstacle = known.obstacle();
        obstacle.map_or_else(|| "none".to_owned(), |obstacle| obstacle.to_string())
    }

    #[test]
    fn each_reason_says_what_would_help() {
        assert!(reason(Some(2), Some(1000)).contains("ptrace_scope=1"));
        assert!(reason(Some(1), Some(0)).contains("dumpable"));
        assert!(reason(None, Some(1001)).contains("another user"));
        assert!(reason(Some(1), Some(1000)).contains("container"));
        assert_eq!(reason(None, None), "none");
    }
}
