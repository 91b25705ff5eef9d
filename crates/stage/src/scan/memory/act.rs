//! Scanning the relay in the act: while it handles what a client has sent, at the calls by which it
//! prints, stores, sends, or draws random numbers. What it holds then and wipes right afterwards is
//! seen, however soon it wipes it: the call has not been carried out yet. Copies are few, so none is
//! spent before anything has come to it, nor on what it writes to itself: neither what it logs nor
//! how its threads wake each other uses them up.
//!
//! A thread of its own traces all threads of the relay. Each of them is stopped where it calls the
//! system, by itself; a call that is one of these is not carried out before memory was copied. When
//! the thread ends, the system lets go of all that it has traced.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{self, Signal};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use super::search::sample_of;
use super::{Copied, Places, Sample, UnreadMemory, Walk};
use crate::participant::proc::{self, threads};
use crate::participant::tree::{readable, trees};
use audit::Searcher;

/// Calls at which memory is copied, at most, and about how many bytes in all.
const MOST: usize = 6;
const ROOM: usize = 64 << 20;

/// The calls by which something comes out of a program; and that for random numbers, which stands
/// between what is decrypted and what is encrypted again.
const CALLS: [libc::c_long; 11] = [
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_pwritev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_sendfile,
    libc::SYS_splice,
    libc::SYS_vmsplice,
    libc::SYS_getrandom,
];

/// The calls by which something comes to it.
const TAKING: [libc::c_long; 7] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
    libc::SYS_splice,
    libc::SYS_io_uring_enter,
];

/// A relay that is scanned in the act, until this is dropped.
#[derive(Debug)]
pub(crate) struct InTheAct {
    /// Its processes.
    watched: Vec<i32>,
    is_over: Arc<AtomicBool>,
    seen: oneshot::Receiver<Vec<Seen>>,
    searcher: Arc<Searcher>,
}

impl InTheAct {
    /// Traces these processes and what they have started so far.
    ///
    /// # Errors
    ///
    /// When the system does not let them be traced, or they have ended.
    pub(crate) async fn begin(roots: Vec<i32>, searcher: Arc<Searcher>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (has_begun, begun) = oneshot::channel();
        let (to_seen, seen) = oneshot::channel();
        let over = is_over.clone();
        thread::Builder::new().spawn(move || {
            let watched = trees(&roots);
            let begun = if watched.iter().any(|process| handles_real_time(*process)) {
                Err(io::Error::other("its signals would be lost"))
            } else {
                seize(&watched).map(|()| watched)
            };
            let may_go_on = begun.is_ok();
            // Who began it may have gone.
            if has_begun.send(begun).is_ok() && may_go_on {
                drop(to_seen.send(watch(&roots, &over)));
            }
        })?;
        let watched = begun.await.map_err(io::Error::other)??;
        Ok(Self {
            watched,
            is_over,
            seen,
            searcher,
        })
    }

    /// Ends it: what was seen.
    pub(crate) async fn end(mut self) -> Vec<Sample> {
        self.wake();
        let seen = (&mut self.seen).await.unwrap_or_default();
        let searcher = self.searcher.clone();
        let search = move |(copied, places, unread): Seen| {
            sample_of(&copied, &places, unread, (&searcher, None))
        };
        let searched = spawn_blocking(move || seen.into_iter().map(search).collect());
        searched.await.unwrap_or_default()
    }

    /// A signal that changes nothing reaches the tracer first, which takes it away. Any of them
    /// may have ended.
    fn wake(&mut self) {
        if !self.is_over.swap(true, Ordering::SeqCst) && self.seen.is_empty() {
            for process in &self.watched {
                signal::kill(Pid::from_raw(*process), Signal::SIGCONT).ok();
            }
        }
    }
}

impl Drop for InTheAct {
    fn drop(&mut self) {
        self.wake();
    }
}

fn seize(processes: &[i32]) -> io::Result<()> {
    let options =
        Options::PTRACE_O_TRACESYSGOOD | Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_TRACEEXIT;
    let mut seized = 0;
    let each = |process: i32| {
        threads(process)
            .into_iter()
            .map(move |thread| (process, thread))
    };
    for (process, id) in processes.iter().copied().flat_map(each) {
        let thread = Pid::from_raw(id);
        match ptrace::seize(thread, options) {
            // It has ended meanwhile, or before, and nobody has reaped it.
            Err(nix::errno::Errno::ESRCH) => {}
            Err(nix::errno::Errno::EPERM) if !proc::is_running(process, id) => {}
            done => {
                done?;
                ptrace::interrupt(thread)?;
                go_on(thread);
                seized += 1;
            }
        }
    }
    if seized == 0 {
        return Err(io::Error::other("the relay has ended"));
    }
    Ok(())
}

/// Waits until a thread is interrupted, and lets it go on. A call that it was in begins again: one
/// that took what comes before the interrupt would end unseen.
fn go_on(thread: Pid) {
    loop {
        let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        match waitid(Id::Pid(thread), flags) {
            Ok(WaitStatus::PtraceEvent(_, signal, 0) | WaitStatus::Stopped(_, signal)) => {
                ptrace::cont(thread, Some(signal)).ok();
            }
            Ok(WaitStatus::PtraceEvent(_, _, libc::PTRACE_EVENT_EXIT)) => {
                ptrace::detach(thread, None).ok();
                return;
            }
            Ok(WaitStatus::PtraceEvent(..)) => {
                ptrace::syscall(thread, None).ok();
                return;
            }
            Err(nix::errno::Errno::EINTR) => {}
            // It has ended.
            Ok(_) | Err(_) => return,
        }
    }
}

/// Whether a process handles real-time signals: they have no name here, so that one which comes while it is
/// traced could not be passed on.
fn handles_real_time(process: i32) -> bool {
    let status = proc::text(process, "status").unwrap_or_default();
    let caught = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask >> 31 != 0)
}

/// What memory held at one call.
type Seen = (Copied, Places, Option<UnreadMemory>);

/// Follows them from call to call, until it is over or they have ended. Memory is only copied
/// meanwhile: whoever waits for the relay should not wait for a search.
fn watch(roots: &[i32], is_over: &AtomicBool) -> Vec<Seen> {
    // Not the ends of processes: those are for whoever has started them.
    let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
    let mut within = BTreeSet::new();
    let mut seen = Vec::new();
    let mut left = ROOM;
    let mut has_taken = false;
    while seen.len() < MOST && left > 0 {
        let (thread, passed_on) = match waitid(Id::All, flags) {
            Ok(WaitStatus::PtraceSyscall(thread)) => {
                // Each call stops it twice.
                let enters = !within.remove(&thread) && within.insert(thread);
                if !enters {
                    has_taken = has_taken || takes(roots, thread);
                } else if has_taken && is_telling(roots, thread) {
                    let mut copied = Copied::default();
                    let (places, unread) = copied.fill(Walk::through(&readable(roots)));
                    left = left.saturating_sub(copied.bytes().len());
                    seen.push((copied, places, unread));
                }
                (thread, None)
            }
            // Of one that ends its end is nobody's business but its parent's.
            Ok(WaitStatus::PtraceEvent(thread, _, libc::PTRACE_EVENT_EXIT)) => {
                ptrace::detach(thread, None).ok();
                continue;
            }
            Ok(
                WaitStatus::PtraceEvent(thread, signal, 0) | WaitStatus::Stopped(thread, signal),
            ) => (thread, Some(signal)),
            Ok(WaitStatus::PtraceEvent(thread, ..)) => (thread, None),
            Err(nix::errno::Errno::EINTR) => continue,
            // Nobody is left.
            Ok(_) | Err(_) => break,
        };
        // Who blocks the signal that wakes is stopped by it all the same.
        if is_over.load(Ordering::SeqCst) {
            break;
        }
        // It may have been killed meanwhile.
        ptrace::syscall(thread, passed_on).ok();
    }
    seen
}

/// Whether a thread that calls the system calls it for one of these, and not to wake another thread
/// of its own.
fn is_telling(roots: &[i32], thread: Pid) -> bool {
    call(thread).is_some_and(|(number, first)| {
        let writes = [libc::SYS_write, libc::SYS_writev].contains(&number);
        let wakes = || is_its_own(roots, thread, &opened(thread, first));
        CALLS.contains(&number) && !(writes && wakes())
    })
}

/// Whether a thread has just taken what came from another process.
fn takes(roots: &[i32], thread: Pid) -> bool {
    call(thread).is_some_and(|(number, descriptor)| {
        let from = opened(thread, descriptor);
        let kind = from.as_os_str().as_encoded_bytes();
        TAKING.contains(&number)
            && [&b"socket:"[..], b"pipe:", b"anon_inode:[io_uring]"]
                .iter()
                .any(|one| kind.starts_with(one))
            && !is_its_own(roots, thread, &from)
    })
}

/// What a descriptor of a thread leads to.
fn opened(thread: Pid, descriptor: u64) -> PathBuf {
    fs::read_link(format!("/proc/{thread}/fd/{descriptor}")).unwrap_or_default()
}

/// Whether one process holds both ends of it, and no other one holds any: what is written there
/// comes from no other process, and goes to none. Who has one end can open the other one, by its
/// link in `/proc`; so to hold both proves nothing where somebody else holds one as well.
fn is_its_own(roots: &[i32], thread: Pid, file: &Path) -> bool {
    let name = file.as_os_str().as_encoded_bytes();
    if !name.starts_with(b"pipe:") {
        return name == b"anon_inode:[eventfd]";
    }
    let has_both = ends_of(thread.as_raw(), file) == 0o600;
    let holds = |process: &i32| ends_of(*process, file) != 0;
    has_both && readable(roots).iter().filter(|one| holds(one)).count() < 2
}

/// Which ends of a pipe a process holds, as modes of files are written.
fn ends_of(process: i32, pipe: &Path) -> u32 {
    let entries = fs::read_dir(format!("/proc/{process}/fd"));
    let same = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == pipe));
    // The link itself can be read or written as its descriptor can.
    let modes = same.filter_map(|entry| Some(entry.metadata().ok()?.permissions().mode()));
    modes.fold(0, |all, mode| all | mode) & 0o600
}

/// What a thread that is stopped at a call of the system calls, and the first thing that it says.
fn call(thread: Pid) -> Option<(libc::c_long, u64)> {
    // This thread is one that is given up where the kernel does not answer.
    let call = proc::whole(thread.as_raw(), "syscall").ok()?;
    let call = String::from_utf8_lossy(&call);
    let mut words = call.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let first = words.next()?.strip_prefix("0x")?;
    Some((number, u64::from_str_radix(first, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, Read as _, Write as _};
    use std::path::Path;
    use std::sync::Arc;

    use super::super::tests::{CANARY, Holder, searcher};
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::{InTheAct, MOST};
    use crate::participant::programs::PATH;
    use crate::participant::spawn::find_program;

    /// Reads a line, prints its length, and forgets it.
    const FORGETS: &str = r#"while read -r x; do echo "${#x}"; x=; done"#;

    #[tokio::test]
    async fn what_is_held_only_while_it_answers_is_seen_in_the_act() {
        let mut holder = Holder::silent(FORGETS);
        let act = InTheAct::begin(vec![holder.pid], Arc::new(searcher()))
            .await
            .unwrap();
        assert_eq!(holder.ask(CANARY), format!("{}\n", CANARY.len()));
        let samples = act.end().await;
        assert!(
            samples.iter().any(|one| !one.searched.findings.is_empty()),
            "{samples:?}"
        );
        // It goes on, untraced.
        assert_eq!(holder.ask("and now"), "7\n");
    }

    #[tokio::test]
    async fn what_it_says_before_anything_has_come_to_it_uses_up_no_copy() {
        let dir = tempfile::tempdir().unwrap();
        // What was printed before it was looked at would show nothing.
        let [start, go] = ["start", "go"].map(|name| dir.path().join(name));
        let ticks = format!(
            "until [ -e {} ]; do :; done; until [ -e {} ]; do echo tick; done; echo go; {FORGETS}",
            start.display(),
            go.display()
        );
        let mut holder = Holder::silent(&ticks);
        let act = InTheAct::begin(vec![holder.pid], Arc::new(searcher()))
            .await
            .unwrap();
        std::fs::write(&start, "").unwrap();
        let mut lines = holder.output.by_ref().lines().map(Result::unwrap);
        let before = lines.by_ref().take(MOST * 4);
        assert_eq!(before.filter(|line| line == "tick").count(), MOST * 4);
        std::fs::write(&go, "").unwrap();
        assert!(lines.any(|line| line == "go"));
        assert_eq!(holder.ask(CANARY), format!("{}\n", CANARY.len()));
        let samples = act.end().await;
        assert!(
            samples.iter().any(|one| !one.searched.findings.is_empty()),
            "{samples:?}"
        );
    }

    /// Lets the kernel move what comes into a file, reads it there, prints its length, and forgets it.
    const SPLICES: &str = "import os\n\
        inner, outer = os.pipe()\n\
        while (n := os.splice(0, outer, 4096)):\n    \
            file = os.open('.', os.O_TMPFILE | os.O_RDWR)\n    \
            os.splice(inner, file, n)\n    \
            x = os.pread(file, n, 0)\n    \
            os.ftruncate(file, 0)\n    \
            os.write(1, b'%d\\n' % (len(x) - 1))\n    \
            del x\n";

    /// Wakes itself through a pipe of its own when it is asked something short.
    const WAKES: &str = "import os\n\
        inner, outer = os.pipe()\n\
        while x := os.read(0, 4096):\n    \
            n = len(x) - 1\n    \
            for _ in range(24 if n < 10 else 0):\n        \
                os.write(outer, b'x')\n        \
                os.read(inner, 1)\n    \
            os.write(1, b'%d\\n' % n)\n    \
            del x\n";

    /// Prints by another process, to which a pipe leads of which it holds both ends: it has opened its
    /// own end a second time. What it was asked is gone when the other one is told to go on.
    const REOPENS: &str = "import os\n\
        inner, outer = os.pipe()\n\
        go, on = os.pipe()\n\
        if not os.fork():\n    \
            os.close(outer)\n    \
            while n := os.read(inner, 64):\n        \
                os.read(go, 1)\n        \
                os.write(1, n)\n    \
            os._exit(0)\n\
        os.close(inner)\n\
        own = os.open('/proc/self/fd/%d' % outer, os.O_RDONLY)\n\
        x = bytearray(4096)\n\
        while n := os.readv(0, [x]):\n    \
            os.write(outer, b'%d\\n' % (n - 1))\n    \
            x[:] = bytes(4096)\n    \
            os.write(on, b'x')\n";

    /// Whether a program in Python that is asked these is seen with the canary, which comes last.
    async fn is_seen(program: &str, asked: &[&str]) -> bool {
        let python = find_program(Path::new("python3"), PATH);
        if !testing::has_installed(python.is_none().then(|| "python3".to_owned())) {
            return true;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("relay.py"), program).unwrap();
        let script = format!("cd {}; exec python3 relay.py", dir.path().display());
        let mut holder = Holder::silent(&script);
        assert_eq!(holder.ask("are you there"), "13\n");
        let act = InTheAct::begin(vec![holder.pid], Arc::new(searcher()))
            .await
            .unwrap();
        for line in asked.iter().chain(&[CANARY]) {
            assert_eq!(holder.ask(line), format!("{}\n", line.len()));
        }
        let samples = act.end().await;
        samples.iter().any(|one| !one.searched.findings.is_empty())
    }

    #[tokio::test]
    async fn what_comes_to_it_by_splice_is_seen_in_the_act() {
        assert!(is_seen(SPLICES, &[]).await);
    }

    #[tokio::test]
    async fn how_it_wakes_itself_uses_up_no_copy() {
        assert!(is_seen(WAKES, &["wake"]).await);
    }

    #[tokio::test]
    async fn who_reopens_a_pipe_to_another_process_is_seen_in_the_act() {
        assert!(is_seen(REOPENS, &[]).await);
    }

    #[tokio::test]
    async fn who_ends_while_it_is_looked_at_is_reaped_as_ever() {
        let mut holder = Holder::silent("read x; exit 3");
        let act = InTheAct::begin(vec![holder.pid], Arc::new(searcher()))
            .await
            .unwrap();
        writeln!(holder.input, "go").unwrap();
        let ended = crate::participant::spawn::wait_blocking(holder.pid, &holder.pidfd).unwrap();
        assert_eq!(ended, timeline::Ended::Exit(3));
        act.end().await;
        let mut rest = String::new();
        assert_eq!(holder.output.read_line(&mut rest).unwrap(), 0);
        let gone = InTheAct::begin(vec![holder.pid], Arc::new(searcher())).await;
        assert!(gone.is_err());
    }

    #[tokio::test]
    async fn a_relay_whose_first_process_has_ended_does_not_keep_the_look_from_ending() {
        let mut holder = Holder::silent("sleep 60 >/dev/null & echo $!; read x; exit 3");
        let mut line = String::new();
        holder.output.read_line(&mut line).unwrap();
        let act = InTheAct::begin(vec![holder.pid], Arc::new(searcher()))
            .await
            .unwrap();
        writeln!(holder.input, "go").unwrap();
        crate::participant::spawn::wait_blocking(holder.pid, &holder.pidfd).unwrap();
        act.end().await;
        let other = line.trim().parse().unwrap();
        kill(Pid::from_raw(other), Signal::SIGKILL).unwrap();
    }
}
