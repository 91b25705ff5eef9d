//! Scans of the relay while it runs, and the search of every surface at the end.

use tokio::task::block_in_place;

use crate::EngineError;
use crate::driver::Play;
use crate::driver::scans::Moment;
use crate::scan::memory::InTheAct;
use matching::at_once;
use scenario::plan::PlannedStep;

impl Play<'_> {
    /// Scans the relay when this step is over, if a scan is planned after it.
    pub(super) async fn scan_after_step(
        &mut self,
        place: usize,
        id: &str,
    ) -> Result<(), EngineError> {
        if self.scans.is_after(place) {
            self.scan(Moment::AfterStep(id)).await?;
        }
        Ok(())
    }

    /// Before the first step that sends something, what is there cannot depend on what is said:
    /// where the relay is compared with other plays, it is scanned.
    pub(super) async fn scan_before_texts(&mut self, place: usize) -> Result<(), EngineError> {
        let comparing = self.scans.comparing().clone();
        let sends = |step: &PlannedStep| at_once(step).iter().any(|step| step.sent.is_some());
        if !comparing.is_on() || self.plan.steps.iter().position(sends) != Some(place) {
            return Ok(());
        }
        comparing.before(true);
        self.scan(Moment::BeforeTexts).await?;
        self.record.flush()?;
        self.scans
            .compare_kept(&self.participants.scratch, &self.record);
        comparing.before(false);
        Ok(())
    }

    /// Scans the relay while it handles this step, if it is one of those.
    pub(super) async fn watch_relay(
        &mut self,
        place: usize,
    ) -> Result<Option<InTheAct>, EngineError> {
        let roots = self.participants.roots_of_relay();
        if roots.is_empty() || self.scans.is_stuck() || !self.scans.is_watched_in(place) {
            return Ok(None);
        }
        let searcher = self.scans.searcher(&self.participants.scratch)?;
        let beginning = self.host.watch(roots, searcher);
        self.within_patience(beginning).await.map(Option::flatten)
    }

    /// The result of a scan of the relay; nothing where it was given up, because it made no progress
    /// or the play was late. What happens meanwhile is recorded.
    async fn within_patience<T>(
        &mut self,
        scan: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<Option<T>, EngineError> {
        let progress = self.scans.progress.clone();
        let mut done = None;
        self.meanwhile(async { done = Some(scan.await) }, Some(&progress))
            .await?;
        if done.is_none() {
            self.scans.give_up(self.control.is_late());
        }
        done.transpose()
    }

    /// It has handled it: records what was seen meanwhile.
    pub(super) async fn end_watch(
        &mut self,
        act: Option<InTheAct>,
        step: &str,
    ) -> Result<(), EngineError> {
        let Some(act) = act else {
            return Ok(());
        };
        let seen = self.within_patience(async { Ok(act.end().await) }).await?;
        for kind in self.scans.seen_in_the_act(seen.unwrap_or_default(), step) {
            self.record.append(kind)?;
        }
        Ok(())
    }

    /// Scans the relay's arguments and files, and its memory where that is read. What
    /// happens meanwhile is recorded.
    pub(super) async fn scan(&mut self, moment: Moment<'_>) -> Result<(), EngineError> {
        let roots = self.participants.roots_of_relay();
        if roots.is_empty() || self.scans.is_stuck() {
            return Ok(());
        }
        self.scans.note_arguments(&roots, &self.record)?;
        let scratch = &self.participants.scratch;
        let job = self.scans.prepare(moment, roots, scratch)?;
        let running = self.host.scan(job);
        let Some(seen) = self.within_patience(running).await? else {
            return Ok(());
        };
        for kind in self.scans.seen(seen, moment) {
            self.record.append(kind)?;
        }
        Ok(())
    }

    /// Searches every surface and records what was found, and what the search was worth.
    pub(in crate::driver) fn search_all(&mut self) -> Result<(), EngineError> {
        self.record.flush()?;
        // This may take a while; other plays go on meanwhile.
        let (scans, participants) = (&mut self.scans, &self.participants);
        let kinds = block_in_place(|| scans.search_all(participants, &self.record))?;
        for kind in kinds {
            self.record.append(kind)?;
        }
        let examined = self
            .scans
            .examine(&self.participants.scratch, &self.record)?;
        for kind in examined {
            self.record.append(kind)?;
        }
        self.record.flush()
    }
}
