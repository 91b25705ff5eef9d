//! Looking at the relay while it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::EngineError;
use super::drive::{Play, RELAY};
use super::files::{Files, Looked};
use super::memory::{self, Copied, Manner, Sample};
use super::orphans::{strays, trees};
use super::sampling::Sampling;
use super::scratch::read_fixture;
use super::tally::Tally;
use crate::adapter::{MemoryManual, Surface};
use crate::audit::Searcher;
use crate::plan::PlannedStep;

/// What was searched so far, and what is searched with.
#[derive(Debug)]
pub(super) struct Search {
    searcher: Option<Arc<Searcher>>,
    sampling: Sampling,
    /// The copy of memory; away while it is searched.
    copied: Copied,
    /// Away as well meanwhile.
    pub(super) files: Files,
    /// Arguments and environments that are kept already.
    pub(super) arguments: BTreeSet<Vec<u8>>,
    pub(super) tallies: BTreeMap<Surface, Tally>,
}

impl Search {
    /// Nothing yet; the relay's files lie in `scratch`.
    pub(super) fn of(steps: &[PlannedStep], scratch: PathBuf) -> Self {
        Self {
            searcher: None,
            sampling: Sampling::of(steps),
            copied: Copied::default(),
            files: Files::new(scratch),
            arguments: BTreeSet::new(),
            tallies: BTreeMap::new(),
        }
    }

    pub(super) fn tally(&mut self, surface: Surface) -> &mut Tally {
        self.tallies.entry(surface).or_default()
    }
}

impl Play<'_> {
    /// What everything is searched with. It is made once all files are there.
    pub(super) fn searcher(&mut self) -> Result<Arc<Searcher>, EngineError> {
        if let Some(searcher) = &self.search.searcher {
            return Ok(searcher.clone());
        }
        let mut contents = Vec::new();
        for (client, name) in &self.audit.files {
            let path = self.scratch.outbox(client).join(name);
            contents.push((name.clone(), read_fixture(&path)?));
        }
        let searcher = Arc::new(Searcher::new(&self.audit, &contents));
        self.search.searcher = Some(searcher.clone());
        Ok(searcher)
    }

    /// Looks at the relay when this step is over, if it is one of those.
    pub(super) async fn search_after(
        &mut self,
        step: usize,
        name: &str,
    ) -> Result<(), EngineError> {
        if !self.search.sampling.is_after(step) {
            return Ok(());
        }
        let how = self.search.sampling.has_memory().then_some(Manner::Running);
        self.look(how, &format!("after step {name}")).await
    }

    /// Looks at the relay before a step ends it.
    pub(super) async fn look_before_end(&mut self) -> Result<(), EngineError> {
        self.look(Some(Manner::Running), "before a step ended it")
            .await
    }

    /// Looks at the relay before it is asked to stop. Nothing that it does from then on is
    /// held against it, so that it may be stopped where its adapter allows it.
    pub(super) async fn look_at_the_end(&mut self) -> Result<(), EngineError> {
        let how = match self.plan.adapter.relay.memory {
            MemoryManual::Stop => Manner::Stopped,
            MemoryManual::Off | MemoryManual::Running => Manner::Running,
        };
        self.look(Some(how), "at the end").await
    }

    /// The relay's process, and what has left the tree below it; none when it does not run.
    pub(super) fn roots_of_relay(&self) -> Vec<i32> {
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

    /// Looks at arguments and files, and at memory in this manner.
    async fn look(&mut self, memory: Option<Manner>, moment: &str) -> Result<(), EngineError> {
        let roots = self.roots_of_relay();
        if roots.is_empty() {
            return Ok(());
        }
        self.note_arguments()?;
        let is_off = self.plan.adapter.relay.memory == MemoryManual::Off;
        let memory = memory.filter(|_| !is_off);
        let searcher = self.searcher()?;
        let mut copied = std::mem::take(&mut self.search.copied);
        let mut files = std::mem::take(&mut self.search.files);
        let job = tokio::task::spawn_blocking(move || {
            let sample = memory.map(|how| memory::sample(&roots, how, &searcher, &mut copied));
            let looked = files.look(&trees(&roots), &searcher);
            (sample, copied, looked, files)
        });
        let mut done = None;
        self.meanwhile(async { done = Some(job.await) }).await?;
        let Some(Ok((sample, copied, looked, files))) = done else {
            return Err(EngineError::Fault("the search of the relay panicked"));
        };
        self.search.copied = copied;
        self.search.files = files;
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
    pub(super) fn end_memory(&mut self) {
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
