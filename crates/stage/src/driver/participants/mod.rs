//! The participants of a play: their processes, what these print, how they end.
//!
//! ```text
//! participant ── one of them, through all of its starts
//! output ─────── bytes to lines, lines to what they show
//! templates ──── what adapters say, filled with values
//! captured ───── values that one shows and others need
//! files ──────── what they send and receive
//! usage ──────── what they use, and who uses too much
//! guess ──────── why one may be silent
//! still ──────── lines that have not ended and count
//! ```

mod captured;
mod files;
mod guess;
mod last_lines;
mod output;
mod participant;
mod still;
pub(crate) mod templates;
#[cfg(test)]
mod tests;
mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use self::captured::Captured;
pub(super) use self::captured::{Capturing, NotCaptured};
use self::participant::Participant;
pub(super) use self::participant::TypeLineError;
pub(super) use self::templates::SendFileError;
use crate::EngineError;
use crate::driver::RELAY;
use crate::foreign::Digested;
use crate::input::Instance;
use crate::participant::adopter::Adopter;
use crate::participant::dialogue_matcher::{Asked, Question};
use crate::participant::handle::ProcessHandle;
use crate::participant::orphans::{self, Orphan};
use crate::participant::scratch::Scratch;
use crate::record::Writer;
use matching::Recognisers;
use scenario::adapter::IoSettings;
use scenario::plan::Plan;
use timeline::{Ended, Kind};

/// How long the processor is left to threads of processes that have ended.
const LEAVE: Duration = Duration::from_micros(200);

/// All participants, by name; the relay is one of them.
#[derive(Debug)]
pub(super) struct Participants<'p> {
    plan: &'p Plan,
    pub(super) scratch: Scratch,
    /// Programs of this workspace, by name.
    binaries: BTreeMap<String, PathBuf>,
    /// Who adopts what they leave behind, where they have a PID namespace.
    adopter: Option<Adopter>,
    all: BTreeMap<String, Participant>,
    /// Those whose process has ended, and whose end is not yet recorded.
    ending: BTreeSet<String>,
    /// The client that was started first: it may be asked other things than the rest.
    first: Option<String>,
    pub(super) relay: RelayStart,
    /// By adapter.
    recognisers: Recognisers,
    captured: Captured,
    /// What is in outboxes, by client and name.
    pub(super) outbox: BTreeMap<(String, String), Digested>,
    /// How many events there were when downloads were last checked.
    polled: usize,
    /// It was said that this machine has no room to watch downloads.
    has_noted_watches: bool,
    /// Those who have printed something that may count when it stands still.
    stirring: BTreeSet<String>,
    /// When the play began.
    began: Instant,
    /// When usage is measured next.
    next_check: Instant,
}

/// How far the relay's start has come.
#[derive(Debug, Default)]
pub(super) struct RelayStart {
    /// The ready line, where there is one.
    pub(super) pattern: Option<Arc<regex::Regex>>,
    /// Whether it was seen since the last start.
    pub(super) is_seen: bool,
    /// The port that it announced.
    pub(super) port: Option<u16>,
}

/// What all participants of a play have in common.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) scratch: Scratch,
    pub(super) binaries: BTreeMap<String, PathBuf>,
    pub(super) adopter: Option<Adopter>,
}

impl<'p> Participants<'p> {
    /// Nobody was started yet.
    pub(super) fn of(plan: &'p Plan, setting: Setting, now: Instant) -> Self {
        Self {
            plan,
            scratch: setting.scratch,
            binaries: setting.binaries,
            adopter: setting.adopter,
            all: BTreeMap::new(),
            ending: BTreeSet::new(),
            first: None,
            relay: RelayStart::default(),
            recognisers: Recognisers::of(plan),
            captured: Captured::default(),
            outbox: BTreeMap::new(),
            polled: 0,
            has_noted_watches: false,
            stirring: BTreeSet::new(),
            began: now,
            next_check: now,
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.all.keys().cloned().collect()
    }

    /// One that may not have been started yet.
    pub(super) fn of_name(&mut self, who: &str) -> &mut Participant {
        self.all.entry(who.to_owned()).or_default()
    }

    /// The participant, if this is its latest process.
    fn current(&mut self, instance: &Instance) -> Option<&mut Participant> {
        self.all
            .get_mut(&instance.participant)
            .filter(|one| one.starts == instance.start)
    }

    pub(super) fn is_running(&self, who: &str) -> bool {
        self.all.get(who).is_some_and(Participant::is_running)
    }

    /// Its process has ended, and all that it printed was read.
    pub(super) fn is_silent(&self, who: &str) -> bool {
        self.all.get(who).is_none_or(|one| one.is_silent)
    }

    /// It has or had a process.
    pub(super) fn was_started(&self, who: &str) -> bool {
        self.all.get(who).is_some_and(|one| one.process.is_some())
    }

    /// Something was started for it before; a preparation counts.
    pub(super) fn has_been_started(&self, who: &str) -> bool {
        self.all.get(who).is_some_and(|one| one.starts > 0)
    }

    /// The process of one that runs.
    pub(super) fn pid(&self, who: &str) -> Option<i32> {
        let running = self.all.get(who).filter(|one| one.is_running());
        running.and_then(Participant::pid)
    }

    /// How its last process has ended; `None` while it runs.
    pub(super) fn ended(&self, who: &str) -> Option<Ended> {
        self.all.get(who)?.ended.map(|(how, _)| how)
    }

    /// Sends a signal to a participant that runs.
    pub(super) fn signal(&self, who: &str, signal: Signal) {
        if let Some(process) = self.all.get(who).and_then(|one| one.process.as_ref()) {
            process.signal(signal);
        }
    }

    /// Ends the input of its process, after what was typed.
    pub(super) fn end_input(&mut self, who: &str) {
        if let Some(process) = self.all.get_mut(who).and_then(|one| one.process.as_mut()) {
            process.end_input();
        }
    }

    /// The next process of a participant.
    pub(super) fn next_instance(&mut self, who: &str) -> Arc<Instance> {
        let one = self.of_name(who);
        one.starts += 1;
        Arc::new(Instance::of(who, one.starts))
    }

    /// Its new process takes the place of the last one.
    pub(super) fn started(&mut self, who: &str, process: Box<dyn ProcessHandle>, io: &IoSettings) {
        self.recognisers.started(who);
        self.of_name(who).started(process, io);
    }

    /// How long one may take to get ready.
    pub(super) fn ready_within(&self, who: &str) -> Duration {
        if who == RELAY {
            self.plan.adapter.relay.ready_within
        } else {
            self.plan.adapter_of(who).client.ready_within
        }
    }

    /// The first of these questions that one has asked.
    pub(super) fn answers_to<'a>(
        &mut self,
        who: &str,
        questions: &[Asked<'a>],
    ) -> Option<Question<'a>> {
        self.all.get_mut(who)?.answers_to(questions)
    }

    /// It was asked everything: what it shows is no question any more.
    pub(super) fn asks_no_more(&mut self, who: &str) {
        if let Some(one) = self.all.get_mut(who) {
            one.questions = None;
        }
    }

    /// From now on, what it shows may be awaited before a line is typed.
    pub(super) fn listen(&mut self, who: &str) {
        let one = self.of_name(who);
        one.questions.get_or_insert_default();
    }

    /// When the next line may be typed to one, at the pace of its adapter.
    pub(super) fn may_type_at(&self, who: &str) -> Instant {
        let next = self.all.get(who).and_then(|one| one.next_line);
        next.unwrap_or(self.began)
    }

    /// A line was typed to one.
    pub(super) fn typed_at(&mut self, who: &str, now: Instant) {
        if let Some(lines) = self.plan.adapter_of(who).client.lines_per_second {
            self.of_name(who).next_line = Some(now + Duration::from_secs(1) / lines.max(1));
        }
    }

    /// Types a line into a client and records it.
    pub(super) fn type_line(
        &mut self,
        who: &str,
        line: &str,
        record: &mut Writer,
    ) -> Result<Result<(), TypeLineError>, EngineError> {
        let outbox = self.scratch.outbox(who).display().to_string();
        let line = line.replace("{outbox}", &outbox);
        let began = match self.of_name(who).type_line_at(&line, || record.now()) {
            Ok(began) => began,
            Err(why) => return Ok(Err(why)),
        };
        let who = who.to_owned();
        record.append_at(began, Kind::Typed { who, line })?;
        Ok(Ok(()))
    }

    /// Asks one to quit, in its own way; what it types is not recorded.
    pub(super) fn ask_to_quit(&mut self, who: &str) {
        // One that needs what nobody has shown is ended as any other.
        let quit = self.quit(who);
        let quit = quit.map(|quit| quit.map(|line| self.with_shown(line)));
        let Some(one) = self.all.get_mut(who) else {
            return;
        };
        let Some(process) = one.process.as_mut() else {
            return;
        };
        // A stopped process could not end.
        process.signal(Signal::CONT);
        match quit {
            // Nothing is awaited at the end.
            Some(quit) => {
                for line in quit.lines() {
                    one.type_line(line).ok();
                }
            }
            None => process.end_input(),
        }
    }

    /// A process has ended. What it printed may still be on its way.
    pub(super) fn exited(&mut self, instance: &Instance, how: Ended, cpu: Duration, now: Instant) {
        if let Some(one) = self.current(instance) {
            one.ended = Some((how, now));
            one.usage.cpu = one.usage.cpu.max(cpu);
            self.ending.insert(instance.participant.clone());
        }
    }

    /// Records the end of each process once all that it printed has been read.
    pub(super) fn note_ends(
        &mut self,
        now: impl FnOnce() -> Instant,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        if self.ending.is_empty() {
            return Ok(());
        }
        for (who, how) in self.take_ends(now()) {
            self.used(&who, how, record)?;
            record.append(Kind::Exited { who, how })?;
        }
        Ok(())
    }

    fn take_ends(&mut self, now: Instant) -> Vec<(String, Ended)> {
        let mut ends = Vec::new();
        let all = &mut self.all;
        self.ending.retain(|who| {
            let Some(one) = all.get_mut(who) else {
                return false;
            };
            let (Some(due), Some((how, _))) = (one.end_due(), one.ended) else {
                // It was started again.
                return false;
            };
            if due <= now {
                one.is_silent = true;
                ends.push((who.clone(), how));
            }
            due > now
        });
        ends
    }

    /// When something is due with them by itself: an end, a line that stands still, or a
    /// measurement of what they use.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let ending = self.ending.iter().filter_map(|who| self.all.get(who));
        let end = ending.filter_map(Participant::end_due).min();
        let runs = self.all.values().any(Participant::is_running);
        let check = runs.then_some(self.next_check);
        let still = self.next_still();
        end.into_iter().chain(check).chain(still).min()
    }

    /// The relay's process, and what has left its process tree; none when it does not run.
    pub(super) fn roots_of_relay(&self) -> Vec<i32> {
        let Some(pid) = self.pid(RELAY) else {
            return Vec::new();
        };
        let own = self.adopted_of(RELAY).into_iter();
        std::iter::once(pid).chain(own).collect()
    }

    /// What has left the tree of the one that started it, with whose it is. What is no client's
    /// is the relay's.
    fn adopted(&self) -> Vec<(String, i32)> {
        let adopter = self.adopter.as_ref();
        adopter
            .map(|adopter| adopter.adopted(RELAY))
            .unwrap_or_default()
    }

    fn adopted_of(&self, who: &str) -> Vec<i32> {
        let own = self.adopted().into_iter().filter(|(whose, _)| whose == who);
        own.map(|(_, pid)| pid).collect()
    }

    /// Those that were killed and have not ended.
    pub(super) fn unreaped(&self) -> Vec<Orphan> {
        let running = self.all.iter().filter(|(_, one)| one.is_running());
        running
            .filter_map(|(who, one)| Some(orphans::unreaped(one.pid()?, who)))
            .collect()
    }

    /// Lets go of all processes, and with them of what is left of these.
    pub(super) fn leave(&mut self) {
        let_threads_leave();
        self.all.clear();
    }
}

impl RelayStart {
    /// It starts anew, and is ready with a line like this, where one is named.
    pub(super) fn awaiting(pattern: Option<Arc<regex::Regex>>) -> Self {
        Self {
            pattern,
            ..Self::default()
        }
    }

    fn line(&mut self, text: &str) {
        let pattern = self.pattern.as_ref();
        let Some(captures) = pattern.and_then(|pattern| pattern.captures(text)) else {
            return;
        };
        self.is_seen = true;
        self.port = captures
            .name("port")
            .and_then(|port| port.as_str().parse().ok());
    }
}

/// Stands back before processes that have ended are reaped. Their last threads may not have left
/// `/proc` yet, and whoever reaps then goes round in the kernel until they have: for up to 25 ms
/// where it is on the processor that they need. Nobody can be asked whether they are gone.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing is waited for: what follows is the same without it, and slower"
)]
fn let_threads_leave() {
    std::thread::sleep(LEAVE);
}
