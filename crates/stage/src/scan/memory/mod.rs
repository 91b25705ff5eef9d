//! The memory of the relay: copied, then searched.
//!
//! Read is what the processes have written themselves, page by page and only where a page
//! is, with `process_vm_readv`; and what a process has locked away from itself with `mprotect`
//! through `/proc/PID/mem`, which is a quarter slower.

mod act;
mod copy;
mod hold;
mod mappings;
mod pages;
mod search;
mod unread;
mod walk;

use self::hold::Held;
use self::walk::{Places, Walk};
use crate::participant::tree::readable;

pub(crate) use self::act::InTheAct;
pub(crate) use self::copy::Copied;
pub(crate) use self::search::{Sample, sample};
pub use self::unread::UnreadMemory;

/// More than what is there may be needed a moment later, in bytes.
const SPARE: u64 = 256 << 10;

/// No more room than this is made beforehand, in bytes.
const MOST_ROOM: u64 = 1 << 30;

/// How memory is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SamplingMode {
    /// It is read and searched while the processes run.
    Running,
    /// It is copied while all of them stand still, and searched when they run again.
    Stopped,
}

/// Copies what processes and their descendants have in memory while they stand still; where
/// it was, and why it is not all of it.
pub(crate) fn copy(roots: &[i32], into: &mut Copied) -> (Places, Option<UnreadMemory>) {
    into.clear();
    // Room is made before they stop.
    let resident: u64 = readable(roots).into_iter().map(pages::resident).sum();
    // Where there is none, the copy will say so.
    into.reserve(resident.saturating_add(SPARE).min(MOST_ROOM))
        .ok();
    let held = Held::trees(roots);
    let (places, unread) = into.fill(Walk::through(&readable(roots)));
    let moved = (!held.is_still).then_some(UnreadMemory::Moved);
    (places, unread.or(moved))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{BufRead as _, BufReader, Write as _};

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

    use super::{Copied, Sample, SamplingMode, sample};
    use crate::isolation::confine;
    use crate::participant::spawn::{Command, spawn, wait_blocking};
    use crate::scan::comparing::Comparing;
    use audit::Searcher;
    use scenario::plan::{AuditPlan, Canary};
    use timeline::{Kind, StepId, Surface};

    pub(super) const CANARY: &str = "QXZVKWBG-amber-falcon-0417";
    const CONTROL: &str = "relay-memory-control";

    /// A shell that has read the canary, and knows the control as `$0`.
    pub(super) struct Holder {
        pub(super) pid: i32,
        pub(super) pidfd: std::os::fd::OwnedFd,
        pub(super) input: fs::File,
        pub(super) output: BufReader<fs::File>,
    }

    impl Holder {
        fn start(script: &str) -> Self {
            let mut holder = Self::silent(script);
            assert_eq!(holder.ask(CANARY), "ok\n");
            holder
        }

        /// Nothing was typed to it yet.
        pub(super) fn silent(script: &str) -> Self {
            let command = Command::new("/bin/sh")
                .argument("-c")
                .argument(script)
                .argument(CONTROL);
            let child = spawn(&command).unwrap();
            Self {
                pid: child.pid,
                pidfd: child.pidfd,
                input: child.stdin.into(),
                output: BufReader::new(child.stdout.into()),
            }
        }

        /// Types a line and reads one.
        pub(super) fn ask(&mut self, line: &str) -> String {
            // Written at once, so that it is read at once.
            self.input
                .write_all(format!("{line}\n").as_bytes())
                .unwrap();
            let mut answer = String::new();
            self.output.read_line(&mut answer).unwrap();
            answer
        }

        fn end(mut self) {
            assert_eq!(self.ask("go on"), "done\n");
            wait_blocking(self.pid, &self.pidfd).unwrap();
        }
    }

    pub(super) fn searcher() -> Searcher {
        let canary = Canary {
            name: "vault".to_owned(),
            text: CANARY.to_owned(),
            step: StepId("1".to_owned()),
        };
        let plan = AuditPlan {
            canaries: vec![canary],
            controls: [(Surface::Memory, CONTROL.to_owned())].into(),
            ..AuditPlan::default()
        };
        Searcher::new(&plan, &[], &[])
    }

    fn sample_of(pid: i32, how: SamplingMode) -> Sample {
        let compare = Comparing::default();
        let copied = &mut Copied::default();
        sample(&[pid], how, (&searcher(), None), copied, &compare)
    }

    fn places(sample: &Sample) -> Vec<&str> {
        let findings = sample.searched.findings.iter();
        let places = findings.filter_map(|finding| match finding {
            Kind::Finding { place, .. } => Some(place.as_str()),
            _ => None,
        });
        places.collect()
    }

    #[test]
    fn what_is_in_memory_alone_is_found_running_and_standing_still() {
        let holder = Holder::start("read x; echo ok; read y; echo done");
        for how in [SamplingMode::Running, SamplingMode::Stopped] {
            let sample = sample_of(holder.pid, how);
            assert!(sample.unread.is_none(), "{:?}", sample.unread);
            assert_eq!(sample.searched.control, Some(true), "{how:?}");
            assert_eq!(places(&sample).len(), 1, "{how:?}: {sample:?}");
        }
        holder.end();
    }

    #[test]
    fn an_address_leads_to_what_was_found() {
        let holder = Holder::start("read x; echo ok; read y; echo done");
        let sample = sample_of(holder.pid, SamplingMode::Stopped);
        let [Kind::Finding { at, place, .. }] = &sample.searched.findings[..] else {
            panic!("{:?}", sample.searched);
        };
        assert!(place.starts_with("sh, "), "{place}");
        let mut bytes = vec![0; CANARY.len()];
        let memory = fs::File::open(format!("/proc/{}/mem", holder.pid)).unwrap();
        std::os::unix::fs::FileExt::read_exact_at(&memory, &mut bytes, *at).unwrap();
        // Of the first copy, which was given back, the begin may be overwritten.
        let there = String::from_utf8_lossy(bytes.get(..16).unwrap()).into_owned();
        assert!(CANARY.contains(&there), "{there}");
        holder.end();
    }

    #[test]
    fn the_memory_of_children_belongs_to_it() {
        let inner = r#"sh -c 'read x; echo ok; read y; echo done'; :"#;
        let holder = Holder::start(inner);
        assert_eq!(
            places(&sample_of(holder.pid, SamplingMode::Stopped)).len(),
            1
        );
        holder.end();
    }

    #[test]
    fn who_holds_nothing_is_not_blamed() {
        let holder =
            Holder::start("head -n 1 >/dev/null; echo ok; head -n 1 >/dev/null; echo done");
        let sample = sample_of(holder.pid, SamplingMode::Running);
        assert!(sample.searched.bytes > 4096);
        assert!(places(&sample).is_empty());
        holder.end();
    }

    #[test]
    fn who_stood_still_before_is_not_woken() {
        let holder = Holder::start("read x; echo ok; read y; echo done");
        let pid = Pid::from_raw(holder.pid).unwrap();
        kill_process(pid, Signal::STOP).unwrap();
        // The signal is only sent yet; its parent learns when it stands still.
        waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED).unwrap();
        let sample = sample_of(holder.pid, SamplingMode::Stopped);
        assert!(sample.unread.is_none(), "{:?}", sample.unread);
        let stat = fs::read_to_string(format!("/proc/{}/stat", holder.pid)).unwrap();
        assert!(stat.contains(" T "), "{stat}");
        kill_process(pid, Signal::CONT).unwrap();
        holder.end();
    }

    #[test]
    fn who_has_ended_has_nothing() {
        let holder = Holder::start("read x; echo ok; read y; echo done");
        let pid = holder.pid;
        holder.end();
        let sample = sample_of(pid, SamplingMode::Stopped);
        assert_eq!(sample.searched.bytes, 0);
        assert!(sample.unread.is_none(), "{:?}", sample.unread);
    }

    #[test]
    fn what_the_system_refuses_is_said_with_what_would_help() {
        let holder = Holder::start("read x; echo ok; read y; echo done");
        let pid = holder.pid;
        // A thread that Landlock restricts may read no process outside.
        let refused = std::thread::spawn(move || {
            let scratch = tempfile::tempdir().unwrap();
            let is_confined = confine::to_own(&[scratch.path()]).unwrap();
            is_confined.then(|| sample_of(pid, SamplingMode::Running).unread)
        });
        if let Some(why) = refused.join().unwrap() {
            let why = why.expect("a reason").to_string();
            assert!(why.contains("cannot be read"), "{why}");
            assert!(why.contains("container"), "{why}");
        }
        holder.end();
    }
}
