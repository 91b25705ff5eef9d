//! What a participant leaves behind.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, getpid, pidfd_open, pidfd_send_signal, waitpid,
};

use crate::participant::proc::{self, has_ended, is_gone};
use crate::participant::spawn::registry;
use crate::participant::tree::children;

/// How long what a participant has started may outlive it: who ends with its parent, because it
/// is sent a signal for it or finds its input ended, needs a moment to find out.
pub const GRACE: Duration = Duration::from_secs(1);

/// How long one that was killed may take to be gone.
const KILLED: Duration = Duration::from_secs(2);

/// So many are watched at once for one that ends.
const WATCHED: usize = 64;

/// A process that nobody waits for any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// As the harness sees it.
    pub pid: i32,
    /// Its command line, or its name where it has none.
    pub command: String,
}

/// The orphans of a play with a PID namespace: exactly what pid 1 has adopted, and what does not
/// end within `grace`. This blocks for so long where there is something.
pub(crate) fn adopted_by(init: i32, grace: Duration) -> Vec<Orphan> {
    let stay = those_who_stay(|| living(children(init)), grace);
    stay.into_iter().filter_map(describe).collect()
}

/// The orphans that the harness itself has adopted, as a subreaper: of the play with this scratch
/// directory, or of any where there is none; what does not end within `grace`.
/// They are killed and reaped, and so is what they leave behind in turn.
pub fn adopted_by_us(scratch: Option<&Path>, grace: Duration) -> Vec<Orphan> {
    let mut found = Vec::new();
    let mut deaf: Vec<i32> = Vec::new();
    let mut stay = those_who_stay(|| unknown_children(scratch), grace);
    // Each round can only uncover one more generation; a program that forks faster than we
    // kill is stopped by the bound.
    for _ in 0..100 {
        stay.retain(|pid| !deaf.contains(pid));
        if stay.is_empty() {
            break;
        }
        for pid in &stay {
            found.extend(describe(*pid));
            if !end(*pid) {
                deaf.push(*pid);
            }
        }
        stay = unknown_children(scratch);
    }
    found
}

/// Those who are found and do not go within this time.
fn those_who_stay(find: impl Fn() -> Vec<i32>, grace: Duration) -> Vec<i32> {
    let until = Instant::now() + grace;
    loop {
        let there = find();
        if there.is_empty() || !one_ends(&there, until) {
            return there;
        }
    }
}

/// Waits until one of them has ended; false when none has by then.
fn one_ends(pids: &[i32], until: Instant) -> bool {
    let handles: Vec<OwnedFd> = pids
        .iter()
        .take(WATCHED)
        .filter_map(|pid| handle(*pid))
        .collect();
    if handles.len() < pids.len().min(WATCHED) {
        // It is gone already; or nobody can be watched.
        return Instant::now() < until;
    }
    loop {
        let mut ends: Vec<PollFd<'_>> = handles
            .iter()
            .map(|handle| PollFd::new(handle, PollFlags::IN))
            .collect();
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).unwrap_or_default();
        match poll(&mut ends, Some(&left)) {
            Ok(ended) => return ended > 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

fn handle(pid: i32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()
}

/// Children of ours that we did not start. Ended ones are reaped on the way.
fn unknown_children(scratch: Option<&Path>) -> Vec<i32> {
    let ours = registry();
    let me = getpid().as_raw_nonzero().get();
    let mut unknown_children = children(me);
    unknown_children.retain(|pid| !ours.contains(pid));
    drop(ours);
    let mut living = living(unknown_children);
    living.retain(|pid| scratch.is_none_or(|scratch| is_of(*pid, scratch)));
    living
}

/// Those that have not ended; those of ours that have are reaped.
fn living(mut pids: Vec<i32>) -> Vec<i32> {
    pids.retain(|pid| {
        let ended = has_ended(*pid);
        if ended {
            reap(*pid);
        }
        !ended
    });
    pids
}

/// Kills a child and waits until it is gone. False when it does not go.
fn end(pid: i32) -> bool {
    // Gone already is as good.
    if let Some(handle) = handle(pid) {
        pidfd_send_signal(&handle, Signal::KILL).ok();
    }
    let ended = one_ends(&[pid], Instant::now() + KILLED);
    reap(pid);
    ended
}

/// Takes the status of a child that has ended. Of one that has not, nobody waits.
fn reap(pid: i32) {
    waitpid(Pid::from_raw(pid), WaitOptions::NOHANG).ok();
}

/// Whether a process was started in a play, or by somebody who was: a variable of its environment
/// or its working directory is inside the play's scratch directory. One that has cleared its
/// environment and gone elsewhere is found at the end of the run.
fn is_of(pid: i32, scratch: &Path) -> bool {
    let pid = proc::living(pid);
    let scratch_bytes = scratch.as_os_str().as_bytes();
    let environment = match proc::read(pid, "environ") {
        Ok(environment) => environment,
        Err(error) if is_gone(&error) => return false,
        // What hides its environment may be anybody's, so it may not stay.
        Err(_) => return true,
    };
    let variables = environment.split(|byte| *byte == 0);
    let mut values = variables.filter_map(|one| one.splitn(2, |byte| *byte == b'=').nth(1));
    values.any(|value| value.starts_with(scratch_bytes))
        || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(scratch))
}

/// A child that was killed and has not ended.
pub(crate) fn unreaped(pid: i32, who: &str) -> Orphan {
    let command = describe(pid).map_or_else(|| "its program".to_owned(), |one| one.command);
    Orphan {
        pid,
        command: format!("{command}, of {who}, which was killed and does not end"),
    }
}

fn describe(pid: i32) -> Option<Orphan> {
    if has_ended(pid) {
        return None;
    }
    let line = match proc::read(proc::living(pid), "cmdline") {
        Ok(line) => line,
        Err(error) if is_gone(&error) => return None,
        // It is there, whether or not its memory can be read.
        Err(_) => Vec::new(),
    };
    let line = String::from_utf8_lossy(&line)
        .trim_end_matches('\0')
        .replace('\0', " ");
    let command = if line.is_empty() {
        proc::text(pid, "comm").ok()?.trim().to_owned()
    } else {
        line
    };
    Some(Orphan { pid, command })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;
    use std::time::Duration;

    use super::{end, living, one_ends, those_who_stay};
    use crate::participant::spawn::{Child, Command, spawn};

    /// A shell that does this once it has said that it runs.
    fn shell(script: &str) -> Child {
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument(format!("echo; {script}"))
            .variable("PATH", "/bin:/usr/bin");
        let child = spawn(&command).unwrap();
        let mut output = File::from(child.stdout.try_clone().unwrap());
        output.read_exact(&mut [0]).unwrap();
        child
    }

    #[test]
    fn who_ends_soon_after_its_parent_does_not_stay_and_who_does_not_end_does() {
        let soon = shell("read line; sleep 0.1");
        let never = shell("exec sleep 1000");
        let one = |pid: i32| living(vec![pid]);
        drop(soon.stdin);
        let long = Duration::from_secs(60);
        assert!(those_who_stay(|| one(soon.pid), long).is_empty());
        let short = Duration::from_millis(10);
        assert_eq!(those_who_stay(|| one(never.pid), short), [never.pid]);
        assert!(end(never.pid), "it is gone, and nobody waits for ever");
    }

    #[test]
    fn nobody_who_stays_is_waited_for_longer_than_said() {
        let never = shell("exec sleep 1000");
        let soon = std::time::Instant::now() + Duration::from_millis(10);
        assert!(!one_ends(&[never.pid], soon));
        assert!(end(never.pid));
    }
}
