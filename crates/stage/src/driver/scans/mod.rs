//! What is searched, and when: the relay while it is there, and every surface at the end.
//!
//! ```text
//! mod ─────────── what is searched for, and scans of the running relay
//! sampling ────── after which steps it is scanned
//! surfaces ────── the search at the end of a play
//! progress ────── whether a scan goes on
//! others ──────── what clients received of messages that were for others
//! crypto_misuse ── keys, and what the bytes on links show of how they were made
//! held_keys ────── keys that the relay should not have, tried on what clients sent
//! arguments ───── what was seen of the relay's command lines and environments
//! counters ────── what all searches of one surface came to
//! ```

mod arguments;
mod counters;
pub(super) mod crypto_misuse;
mod held_keys;
mod others;
mod progress;
mod sampling;
mod surfaces;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use self::arguments::Arguments;
use self::counters::Counters;
use self::crypto_misuse::KeyPiece;
pub(super) use self::progress::ScanProgress;
use self::sampling::Sampling;
use crate::EngineError;
use crate::driver::RELAY;
use crate::foreign::Patience;
use crate::participant::fixtures::{self, Content};
use crate::participant::scratch::Scratch;
use crate::participant::tree::readable;
use crate::scan::comparing::Comparing;
use crate::scan::files::{Files, FilesScan};
use crate::scan::memory::{self, Copied, Sample, SamplingMode, UnreadMemory};
use audit::{Allowance, HeldKeys, Searcher, Value};
use scenario::adapter::MemoryReading;
use scenario::plan::{AuditPlan, Plan, PlannedFile};
use timeline::{Kind, Surface};

/// What is searched so far, and what is searched with.
#[derive(Debug)]
pub(super) struct Scans<'p> {
    plan: &'p Plan,
    /// Says when nobody waits for what is found any more.
    cancel: CancellationToken,
    /// What to search for: what the plan says, and what rounds have planted since.
    audit: AuditPlan,
    /// The files that it names, as they were planned.
    planted: Vec<PlannedFile>,
    searcher: Option<Arc<Searcher>>,
    /// Pieces of keys that it knows.
    keys: Vec<KeyPiece>,
    /// Files with keys that could not be read, and why.
    unread_keys: BTreeSet<String>,
    /// Those that helpers have found in clients' own stores.
    opened: Vec<KeyPiece>,
    /// What the relay holds that may be a key.
    held: HeldKeys,
    sampling: Sampling,
    /// The copy of memory; away while it is searched.
    copied: Copied,
    /// Away as well meanwhile.
    files: Files,
    /// Arguments and environments that are kept already.
    arguments: Arguments,
    /// What the system does not let anybody read.
    refused: BTreeSet<String>,
    /// A scan was given up.
    is_stuck: bool,
    pub(super) progress: ScanProgress,
    /// Reads what a process may hold up.
    patience: Patience,
    counters: BTreeMap<Surface, Counters>,
    /// How much may still be unpacked and searched.
    allowances: BTreeMap<Surface, Allowance>,
    comparing: Comparing,
}

/// When the relay is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment<'a> {
    /// Before the first step that sends something.
    BeforeTexts,
    /// When this step is over.
    AfterStep(&'a str),
    /// While it handled what was sent in this step.
    InTheAct(&'a str),
    /// Before a step ends it.
    BeforeEnd,
    /// Before it is asked to stop. Nothing that it does from then on is held against it, so that
    /// it may be stopped where its adapter allows it.
    AtTheEnd,
    /// Once more, for what was not known at the last scan.
    Again,
}

/// A scan of the relay, to be run where it blocks nobody.
#[derive(Debug)]
pub(crate) struct ScanJob {
    roots: Vec<i32>,
    memory: Option<SamplingMode>,
    searcher: Arc<Searcher>,
    copied: Copied,
    files: Files,
    comparing: Comparing,
    /// How much of memory and of files may be unpacked and searched.
    nested: Option<[Allowance; 2]>,
}

/// What a scan found, and what it had borrowed.
#[derive(Debug)]
pub(crate) struct Seen {
    sample: Option<Sample>,
    in_files: FilesScan,
    copied: Copied,
    files: Files,
    nested: Option<[Allowance; 2]>,
}

/// The surfaces whose contents are unpacked, in the order of allowances.
const NESTED: [Surface; 2] = [Surface::Memory, Surface::Files];

impl<'p> Scans<'p> {
    /// Nothing yet.
    pub(super) fn of(
        plan: &'p Plan,
        scratch: &Scratch,
        cancel: CancellationToken,
        comparing: Comparing,
    ) -> Self {
        Self {
            plan,
            cancel,
            audit: plan.audit.clone(),
            planted: plan.files.clone(),
            unread_keys: BTreeSet::new(),
            searcher: None,
            keys: Vec::new(),
            opened: Vec::new(),
            held: HeldKeys::default(),
            sampling: Sampling::of(&plan.steps, plan.seed),
            copied: Copied::default(),
            files: Files::new(scratch.ground(RELAY), scratch.of(RELAY), comparing.clone()),
            arguments: Arguments::default(),
            refused: BTreeSet::new(),
            is_stuck: false,
            progress: ScanProgress::default(),
            patience: Patience::default(),
            counters: BTreeMap::new(),
            allowances: BTreeMap::new(),
            comparing,
        }
    }

    /// Of a play that is shown, each step is followed by a scan.
    #[must_use]
    pub(super) fn shown(mut self, is_shown: bool) -> Self {
        if is_shown {
            self.sampling = Sampling::after_each(&self.plan.steps, self.plan.seed);
        }
        self
    }

    /// A round has planted more to search for.
    pub(super) fn plant(&mut self, audit: AuditPlan, files: &[PlannedFile], is_first_round: bool) {
        self.audit.canaries.extend(audit.canaries);
        self.audit.texts.extend(audit.texts);
        // The same fixtures for every group and round: they are searched for once.
        if is_first_round {
            self.audit.files.extend(audit.files);
            self.planted.extend_from_slice(files);
        }
    }

    /// Helpers have opened the stores of clients: what was there is searched for from now on, also
    /// in files that were scanned before.
    pub(super) fn search_for_opened(&mut self, pieces: Vec<KeyPiece>) {
        self.opened = pieces;
        self.files.forget();
    }

    /// # Errors
    ///
    /// [`EngineError::Interrupted`], when nobody waits for what is found any more.
    fn go_on(&self) -> Result<(), EngineError> {
        let is_cancelled = self.cancel.is_cancelled();
        (!is_cancelled)
            .then_some(())
            .ok_or(EngineError::Interrupted)
    }

    /// Where it is compared with what other plays held.
    pub(super) fn comparing(&self) -> &Comparing {
        &self.comparing
    }

    /// Whether the relay is scanned after this step.
    pub(super) fn is_after(&self, step: usize) -> bool {
        self.sampling.is_after(step)
    }

    /// Whether the relay is scanned while it handles this step. It is stopped for that, which its
    /// adapter must allow.
    pub(super) fn is_watched_in(&mut self, step: usize) -> bool {
        let is_wanted =
            self.plan.adapter.relay.memory == MemoryReading::Stop && self.sampling.is_in(step);
        if is_wanted {
            self.note_spent("in the act");
        }
        is_wanted && self.sampling.has_memory()
    }

    /// Adds what was seen of it meanwhile: what is new.
    pub(super) fn seen_in_the_act(&mut self, samples: Vec<Sample>, step: &str) -> Vec<Kind> {
        let moment = Moment::InTheAct(step).in_words();
        for sample in samples {
            self.sampled(sample, &moment);
        }
        self.counters(Surface::Memory).take_new()
    }

    /// How much of a surface may still be unpacked; the caller gives it back.
    fn allowance(&mut self, surface: Surface) -> Allowance {
        let known = self.allowances.remove(&surface);
        known.unwrap_or_else(|| Allowance::of(surface))
    }

    fn give_back(&mut self, surface: Surface, allowance: Allowance) {
        self.allowances.insert(surface, allowance);
    }

    fn counters(&mut self, surface: Surface) -> &mut Counters {
        self.counters.entry(surface).or_default()
    }

    /// What everything is searched with. It is made once all files are there, and again when
    /// clients have come to other keys.
    pub(super) fn searcher(&mut self, scratch: &Scratch) -> Result<Arc<Searcher>, EngineError> {
        let keys = self.keys_of_clients(scratch);
        let is_current = keys == self.keys;
        if let Some(searcher) = self.searcher.as_ref().filter(|_| is_current) {
            return Ok(searcher.clone());
        }
        let mut contents = Vec::new();
        for (client, name) in &self.audit.files {
            // From the plan: its owner may have changed what is in the outbox.
            let is_it = |file: &&PlannedFile| file.client == *client && file.name == *name;
            let planted = self.planted.iter().find(is_it);
            if let Some(Content::Bytes(content)) = planted.map(fixtures::content).transpose()? {
                contents.push((name.clone(), content));
            }
        }
        let known: Vec<_> = keys.iter().map(|key| key.known.clone()).collect();
        let (cancel, progress) = (self.cancel.clone(), self.progress.clone());
        let searcher = Searcher::new(&self.audit, &contents, &known);
        let searcher = Arc::new(searcher.until(move || {
            progress.advance();
            cancel.is_cancelled()
        }));
        self.searcher = Some(searcher.clone());
        self.keys = keys;
        Ok(searcher)
    }

    /// How memory is read at a moment; `None` where it is not.
    fn sampling_mode(&self, moment: Moment<'_>) -> Option<SamplingMode> {
        let configured = self.plan.adapter.relay.memory;
        match (configured, moment) {
            (MemoryReading::Off, _) => None,
            (MemoryReading::Stop, Moment::AtTheEnd | Moment::Again) => Some(SamplingMode::Stopped),
            (_, Moment::AfterStep(_)) => {
                self.sampling.has_memory().then_some(SamplingMode::Running)
            }
            (MemoryReading::Running | MemoryReading::Stop, _) => Some(SamplingMode::Running),
        }
    }

    /// Memory that is not searched any more was left out, as anything else that is.
    fn note_spent(&mut self, moment: &str) {
        let is_read = self.plan.adapter.relay.memory != MemoryReading::Off;
        let is_spent = !self.sampling.has_memory() && !self.sampling.is_shown;
        if is_read && is_spent {
            let why = format!("it was not searched {moment}: too much of it was searched before");
            self.counters(Surface::Memory).miss(why);
        }
    }

    /// Prepares a scan of the relay's processes. It borrows what it needs until it is
    /// [`Self::seen`].
    pub(super) fn prepare(
        &mut self,
        moment: Moment<'_>,
        roots: Vec<i32>,
        scratch: &Scratch,
    ) -> Result<ScanJob, EngineError> {
        if matches!(moment, Moment::AfterStep(_)) {
            self.note_spent(&moment.in_words());
        }
        // Unpacking is dear, so it is done once: before the process is gone.
        let is_last = matches!(moment, Moment::BeforeEnd | Moment::AtTheEnd);
        Ok(ScanJob {
            memory: self.sampling_mode(moment),
            searcher: self.searcher(scratch)?,
            copied: std::mem::take(&mut self.copied),
            files: self.files.lend(),
            comparing: self.comparing.clone(),
            nested: is_last.then(|| NESTED.map(|surface| self.allowance(surface))),
            roots,
        })
    }

    /// The play was over before the last scan was, or that stands still: what it was given does not
    /// come back.
    pub(super) fn give_up(&mut self, is_late: bool) {
        self.is_stuck = true;
        let why = if is_late {
            "the play was over before a scan of it had ended"
        } else {
            "a scan of it made no progress: the relay may be blocking whoever reads it"
        };
        for surface in NESTED {
            self.counters(surface).miss(why.to_owned());
        }
    }

    /// A scan was given up.
    pub(super) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// Adds what a scan found: what is to be recorded at once, which is all that is new of it,
    /// and where it was searched.
    pub(super) fn seen(&mut self, seen: Seen, moment: Moment<'_>) -> Vec<Kind> {
        self.copied = seen.copied;
        self.files = seen.files;
        for (surface, allowance) in NESTED.into_iter().zip(seen.nested.into_iter().flatten()) {
            self.give_back(surface, allowance);
        }
        let moment = moment.in_words();
        let (mut surfaces, mut bytes) = (BTreeSet::new(), 0);
        if let Some(sample) = seen.sample {
            bytes += sample.searched.bytes;
            if sample.unread.is_none() && sample.searched.control != Some(false) {
                surfaces.insert(Surface::Memory);
            }
            self.sampled(sample, &moment);
        }
        let searched = seen.in_files.searched.iter();
        bytes += searched.map(|(_, searched)| searched.bytes).sum::<u64>();
        let are_whole = seen.in_files.unread.is_empty();
        self.count_files(seen.in_files, &moment);
        let has_control = self.plan.audit.controls.contains_key(&Surface::Files);
        // A file that has not changed is not searched again: the control was found before.
        let is_seeing = !has_control || self.counters(Surface::Files).has_found();
        if are_whole && is_seeing {
            surfaces.insert(Surface::Files);
        }
        let new = NESTED.map(|surface| self.counters(surface).take_new());
        let mut kinds = new.concat();
        kinds.push(Kind::Scanned { surfaces, bytes });
        kinds
    }

    fn count_files(&mut self, files: FilesScan, moment: &str) {
        let counters = self.counters(Surface::Files);
        counters.samples += 1;
        for why in files.unread {
            counters.miss(why);
        }
        self.refused.extend(files.refused);
        let counters = self.counters(Surface::Files);
        for (place, searched) in files.searched {
            counters.add(&place, searched, Some(moment));
        }
    }

    fn sampled(&mut self, sample: Sample, moment: &str) {
        self.sampling.spend(sample.searched.bytes);
        for one in &sample.keys {
            let place = format!("{}, {moment}", one.place);
            let key = Value::likely(0, one.key.clone());
            self.held.add(Surface::Memory, &place, one.address, key);
        }
        let counters = self.counters(Surface::Memory);
        if let Some(why) = sample.unread {
            match &why {
                UnreadMemory::Process(why) => counters.miss_of(why),
                why => counters.miss(why.to_string()),
            }
        } else if sample.searched.bytes == 0 {
            // It has just ended: there was nothing to read.
            return;
        }
        counters.samples += 1;
        counters.add("memory", sample.searched, Some(moment));
    }

    /// Says why memory was not scanned, where it was not.
    fn end_memory(&mut self) {
        let is_off = self.plan.adapter.relay.memory == MemoryReading::Off;
        let counters = self.counters(Surface::Memory);
        if is_off {
            counters.miss("the adapter does not let it be read: `memory = \"off\"`".to_owned());
        } else if counters.samples == 0 {
            counters.miss("it could not be scanned: the relay did not run".to_owned());
        }
    }
}

impl Moment<'_> {
    /// As findings say it.
    fn in_words(self) -> String {
        match self {
            Self::BeforeTexts => "before anything was said".to_owned(),
            Self::AfterStep(step) => format!("after step {step}"),
            Self::InTheAct(step) => format!("while it handled step {step}"),
            Self::BeforeEnd => "before a step ended it".to_owned(),
            Self::AtTheEnd => "at the end".to_owned(),
            Self::Again => "after the clients had ended".to_owned(),
        }
    }
}

impl ScanJob {
    /// Scans files, and memory where it is read. This blocks.
    pub(crate) fn run(mut self) -> Seen {
        let [in_memory, in_files] = match &mut self.nested {
            Some(allowances) => allowances.each_mut().map(Some),
            None => [None, None],
        };
        let (roots, searcher, copied) = (&self.roots, &self.searcher, &mut self.copied);
        let read = |how| memory::sample(roots, how, (searcher, in_memory), copied, &self.comparing);
        let sample = self.memory.map(read);
        let found = self.files.scan(&readable(roots), searcher, in_files);
        Seen {
            sample,
            in_files: found,
            copied: self.copied,
            files: self.files,
            nested: self.nested,
        }
    }
}
