//! Why a process cannot be looked into, and what would help.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use crate::participant::proc;

/// The reason, for people. `what` is its `memory`, its `open files`.
pub(crate) fn why(pid: i32, what: &str, error: &io::Error) -> String {
    let yama = fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let owner = fs::metadata(format!("/proc/{pid}")).map(|process| process.uid());
    let known = Known {
        scope: yama.ok().and_then(|scope| scope.trim().parse().ok()),
        owner: owner.ok(),
        us: rustix::process::geteuid().as_raw(),
    };
    let name = proc::text(pid, "comm").unwrap_or_default();
    let sentence = format!("the {what} of {} (pid {pid}) cannot be read", name.trim());
    match known.reason().filter(|_| is_refused(error)) {
        Some(reason) => format!("{sentence}: {reason}"),
        None => format!("{sentence}: {error}"),
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
    fn reason(&self) -> Option<&'static str> {
        match (self.scope, self.owner) {
            (Some(scope), _) if scope > 1 => Some(
                "this kernel lets nobody read the memory of another process; \
                 `sudo sysctl kernel.yama.ptrace_scope=1` helps, unless it is 3",
            ),
            (_, Some(owner)) if owner != self.us => Some(
                "it runs as another user, or has made itself not dumpable; start it as the user \
                 who runs the test, and dumpable",
            ),
            (_, Some(_)) => Some(
                "the system refuses it; in a container, allow ptrace (seccomp, AppArmor, \
                 CAP_SYS_PTRACE)",
            ),
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
        known.reason().unwrap_or("none").to_owned()
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
