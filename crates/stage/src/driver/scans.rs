//! Looking at the relay while it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::EngineError;
use crate::driver::counters::Tally;
use crate::driver::sampling::Sampling;
use crate::driver::structure::KeyPiece;
use crate::driver::{Play, RELAY};
use crate::participant::orphans::{strays, trees};
use crate::participant::scratch::read_fixture;
use crate::scan::files::{Files, Looked};
use crate::scan::memory::{self, Copied, Manner, Sample};
use audit::{Allowance, Searcher};
use scenario::adapter::MemoryManual;
use scenario::plan::PlannedStep;
use timeline::Surface;

/// What was searched so far, and what is searched with.
#[derive(Debug)]
pub(crate) struct Search {
    searcher: Option<Arc<Searcher>>,
    /// Pieces of keys that it knows.
    pub(crate) keys: Vec<KeyPiece>,
    /// Those that helpers have found in clients' own stores.
    pub(crate) opened: Vec<KeyPiece>,
    sampling: Sampling,
    /// The copy of memory; away while it is searched.
    copied: Copied,
    /// Away as well meanwhile.
    pub(crate) files: Files,
    /// Arguments and environments that are kept already.
    pub(crate) arguments: BTreeSet<Vec<u8>>,
    pub(crate) tallies: BTreeMap<Surface, Tally>,
    /// What may still be looked through below what is written.
    allowances: BTreeMap<Surface, Allowance>,
}

impl Search {
    /// Nothing yet; the relay's files lie in `scratch`.
    pub(crate) fn of(steps: &[PlannedStep], scratch: PathBuf) -> Self {
        Self {
            searcher: None,
            keys: Vec::new(),
            opened: Vec::new(),
            sampling: Sampling::of(steps),
            copied: Copied::default(),
            files: Files::new(scratch),
            arguments: BTreeSet::new(),
            tallies: BTreeMap::new(),
            allowances: BTreeMap::new(),
        }
    }

    /// What a surface may still be looked through; it is to be given back.
    pub(crate) fn allowance(&mut self, surface: Surface) -> Allowance {
        let known = self.allowances.remove(&surface);
        known.unwrap_or_else(|| Allowance::of(surface))
    }

    pub(crate) fn give_back(&mut self, surface: Surface, allowance: Allowance) {
        self.allowances.insert(surface, allowance);
    }

    pub(crate) fn tally(&mut self, surface: Surface) -> &mut Tally {
        self.tallies.entry(surface).or_default()
    }
}

impl Play<'_> {
    /// What everything is searched with. It is made once all files are there, and again when
    /// clients have come to other keys.
    pub(crate) fn searcher(&mut self) -> Result<Arc<Searcher>, EngineError> {
        let keys = self.keys_of_clients();
        let is_current = keys == self.search.keys;
        if let Some(searcher) = self.search.searcher.as_ref().filter(|_| is_current) {
            return Ok(searcher.clone());
        }
        let mut contents = Vec::new();
        for (client, name) in &self.audit.files {
            let path = self.scratch.outbox(client).join(name);
            contents.push((name.clone(), read_fixture(&path)?));
        }
        let known: Vec<_> = keys.iter().map(|key| key.known.clone()).collect();
        let searcher = Arc::new(Searcher::new(&self.audit, &contents, &known));
        self.search.searcher = Some(searcher.clone());
        self.search.keys = keys;
        Ok(searcher)
    }

    /// Looks at the relay when this step is over, if it is one of those.
    pub(crate) async fn search_after(
        &mut self,
        step: usize,
        name: &str,
    ) -> Result<(), EngineError> {
        if !self.search.sampling.is_after(step) {
            return Ok(());
        }
        let how = self.search.sampling.has_memory().then_some(Manner::Running);
        self.look(how, false, &format!("after step {name}")).await
    }

    /// Looks at the relay before a step ends it.
    pub(crate) async fn look_before_end(&mut self) -> Result<(), EngineError> {
        self.look(Some(Manner::Running), true, "before a step ended it")
            .await
    }

    /// Looks at the relay before it is asked to stop. Nothing that it does from then on is
    /// held against it, so that it may be stopped where its adapter allows it.
    pub(crate) async fn look_at_the_end(&mut self) -> Result<(), EngineError> {
        let how = self.manner_at_the_end();
        self.look(Some(how), true, "at the end").await
    }

    /// Looks at the relay once more, for what was not known at the last look.
    pub(crate) async fn look_again(&mut self) -> Result<(), EngineError> {
        let how = self.manner_at_the_end();
        self.look(Some(how), false, "after the clients had ended")
            .await
    }

    fn manner_at_the_end(&self) -> Manner {
        match self.plan.adapter.relay.memory {
            MemoryManual::Stop => Manner::Stopped,
            MemoryManual::Off | MemoryManual::Running => Manner::Running,
        }
    }

    /// The relay's process, and what has left the tree below it; none when it does not run.
    pub(crate) fn roots_of_relay(&self) -> Vec<i32> {
        let relay = self.cast.get(RELAY).filter(|member| member.is_running());
        let Some(pid) = relay.and_then(|member| Some(member.process.as_ref()?.pid)) else {
            return Vec::new();
        };
        let strays = self.stage.init.map(strays).unwrap_or_default();
        let own = strays.into_iter().filter(|(origin, _)| origin == RELAY);
        std::iter::once(pid)
            .chain(own.map(|(_, pid)| pid))
            .collect()
    }

    /// Looks at arguments and files, and at memory in this manner; the last time, also below what
    /// is written there.
    async fn look(
        &mut self,
        memory: Option<Manner>,
        is_last: bool,
        moment: &str,
    ) -> Result<(), EngineError> {
        let roots = self.roots_of_relay();
        if roots.is_empty() {
            return Ok(());
        }
        self.note_arguments_of(&roots)?;
        let is_off = self.plan.adapter.relay.memory == MemoryManual::Off;
        let memory = memory.filter(|_| !is_off);
        let searcher = self.searcher()?;
        let mut copied = std::mem::take(&mut self.search.copied);
        let mut files = std::mem::take(&mut self.search.files);
        let of = [Surface::Memory, Surface::Files];
        let mut below = is_last.then(|| of.map(|surface| self.search.allowance(surface)));
        let job = tokio::task::spawn_blocking(move || {
            let [in_memory, in_files] = match &mut below {
                Some(allowances) => allowances.each_mut().map(Some),
                None => [None, None],
            };
            let sample =
                memory.map(|how| memory::sample(&roots, how, &searcher, in_memory, &mut copied));
            let looked = files.look(&trees(&roots), &searcher, in_files);
            (sample, copied, looked, files, below)
        });
        let mut done = None;
        self.meanwhile(async { done = Some(job.await) }).await?;
        let Some(Ok((sample, copied, looked, files, below))) = done else {
            return Err(EngineError::Fault("the search of the relay panicked"));
        };
        self.search.copied = copied;
        self.search.files = files;
        for (surface, allowance) in of.into_iter().zip(below.into_iter().flatten()) {
            self.search.give_back(surface, allowance);
        }
        if let Some(sample) = sample {
            self.sampled(sample, moment);
        }
        self.looked(looked, moment);
        Ok(())
    }

    fn looked(&mut self, looked: Looked, moment: &str) {
        let tally = self.search.tally(Surface::Files);
        tally.samples += 1;
        for why in looked.unread {
            tally.miss(why);
        }
        for (place, searched) in looked.searched {
            tally.add(&place, searched, Some(moment));
        }
    }

    /// Says why there was no look at memory, where there was none.
    pub(crate) fn end_memory(&mut self) {
        let is_off = self.plan.adapter.relay.memory == MemoryManual::Off;
        let tally = self.search.tally(Surface::Memory);
        if is_off {
            tally.miss("the adapter does not let it be read: `memory = \"off\"`".to_owned());
        } else if tally.samples == 0 {
            tally.miss("it could not be looked at: the relay did not run".to_owned());
        }
    }

    fn sampled(&mut self, sample: Sample, moment: &str) {
        self.search.sampling.spend(sample.searched.bytes);
        let tally = self.search.tally(Surface::Memory);
        if let Some(why) = sample.unread {
            tally.miss(why);
        } else if sample.searched.bytes == 0 {
            // It has just ended: there was nothing to look at.
            return;
        }
        tally.samples += 1;
        tally.add("memory", sample.searched, Some(moment));
    }
}
