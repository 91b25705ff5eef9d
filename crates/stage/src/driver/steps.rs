//! What a play does, step by step.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use crate::EngineError;
use crate::driver::status::Phase;
use crate::driver::{CLOSED, Play, RELAY};
use crate::links::tap::LinkState;
use crate::participant::scratch::{Digested, Scratch, digest};
use scenario::adapter::Stop;
use scenario::plan::{Action, Pattern, PlannedFile, PlannedStep};
use scenario::{LeaveHow, RelayAction};
use timeline::{ExpectationId, Kind, StepResult};

/// How long a relay may take to stop, before it is killed.
const STOP: Duration = Duration::from_secs(5);

/// How long a client may take to get ready.
pub(crate) const START: Duration = Duration::from_secs(10);

/// Nothing is due until then.
const LATER: Duration = Duration::from_secs(60 * 60);

impl<'p> Play<'p> {
    /// From the first process to the last fence.
    pub(crate) async fn act(&mut self) -> Result<(), EngineError> {
        self.fill_outboxes(&self.plan.files)?;
        let early = self.plan.clients.iter().filter(|client| !client.late);
        // One after another: what they show of each other does not depend on timing.
        let one_by_one = early.map(|client| vec![client]).collect();
        let held =
            self.start_relay().await? && self.open(one_by_one).await? && self.steps().await?;
        self.close(held).await
    }

    /// What follows the last step; `held` says whether all went well so far.
    pub(crate) async fn close(&mut self, held: bool) -> Result<(), EngineError> {
        self.let_go();
        self.record(Kind::Closing)?;
        self.pulse.turn_to(Phase::Closing);
        if !held {
            self.let_relay_die().await?;
        }
        self.fences(held).await
    }

    /// Makes the files that are to be sent; one that was sent before makes way.
    pub(crate) fn fill_outboxes(&mut self, files: &[PlannedFile]) -> Result<(), EngineError> {
        for file in files {
            self.scratch.prepare(&file.client)?;
            if let Some(digested) = self.scratch.put(file)? {
                let key = (file.client.clone(), file.name.clone());
                self.outbox.insert(key, digested.clone());
                self.record(Kind::Outbox {
                    who: file.client.clone(),
                    name: file.name.clone(),
                    size: digested.size,
                    sha256: digested.sha256,
                })?;
            }
        }
        Ok(())
    }

    async fn steps(&mut self) -> Result<bool, EngineError> {
        let plan = self.plan;
        for (place, step) in plan.steps.iter().enumerate() {
            let before = place.checked_sub(1).and_then(|place| plan.steps.get(place));
            if !self.wait_for_turn(step, before).await? {
                return Ok(false);
            }
            if !self.step(step).await? || self.pulse.is_over {
                return Ok(false);
            }
            self.search_after(place, &step.id.0).await?;
        }
        Ok(true)
    }

    /// Lets things happen until something else is done.
    pub(crate) async fn meanwhile(
        &mut self,
        until: impl Future<Output = ()>,
    ) -> Result<(), EngineError> {
        tokio::pin!(until);
        loop {
            let now = Instant::now();
            self.note_ends()?;
            self.watch(now)?;
            let look = self.next_look(now + LATER, now);
            let input = tokio::select! {
                biased;
                () = &mut until => return Ok(()),
                input = self.inputs.recv() => Some(input.ok_or(CLOSED)?),
                () = self.alarm.ring(look) => None,
            };
            input.map_or(Ok(()), |input| self.handle(input))?;
        }
    }

    /// One step. False when something awaited has not come.
    async fn step(&mut self, step: &PlannedStep) -> Result<bool, EngineError> {
        let group = at_once(step);
        self.begin_step(&group, everybody)?;
        let impossible = self.perform_all(&group).await?;
        if impossible.is_none() {
            self.await_expected().await?;
        }
        self.leave_for_good(&group).await?;
        self.end_step(&group, impossible.as_deref(), everybody)
    }

    /// Records that a step begins, and begins to expect what it expects of these clients.
    pub(crate) fn begin_step(
        &mut self,
        group: &[&PlannedStep],
        whose: impl Fn(&str) -> bool,
    ) -> Result<(), EngineError> {
        let only_looks = group
            .iter()
            .all(|one| matches!(one.action, Action::Look | Action::Beat { .. }));
        if !only_looks {
            self.acted = self.writer.events().len();
        }
        if let Some(first) = group.first() {
            self.pulse.step(first);
        }
        for one in group {
            self.record(Kind::StepBegan {
                step: one.id.clone(),
            })?;
            self.expecting.add(&one.expects, self.plan);
        }
        if only_looks {
            let since = self.acted;
            let events = self.writer.events().get(since..).unwrap_or_default();
            self.expecting.look_back(events, whose);
        }
        Ok(())
    }

    /// Does what a step does; why it cannot be done, where it cannot.
    pub(crate) async fn perform_all(
        &mut self,
        group: &[&PlannedStep],
    ) -> Result<Option<String>, EngineError> {
        for one in group {
            if let Err(why) = self.perform(&one.action).await? {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    /// Records how a step of these clients went. False when something awaited has not come.
    pub(crate) fn end_step(
        &mut self,
        group: &[&PlannedStep],
        impossible: Option<&str>,
        whose: impl Fn(&str) -> bool,
    ) -> Result<bool, EngineError> {
        let missing = self.expecting.take_missing(whose);
        self.guess_why(group, &missing)?;
        for one in group.iter().rev() {
            let own = one.expects.iter().map(|expectation| &expectation.id);
            let own: Vec<_> = own.filter(|id| missing.contains(id)).cloned().collect();
            let result = match (impossible, own.is_empty()) {
                (Some(why), _) => StepResult::Impossible(why.to_owned()),
                (None, true) => StepResult::Held,
                (None, false) => StepResult::Missing(own),
            };
            self.record(Kind::StepEnded {
                step: one.id.clone(),
                result,
            })?;
        }
        Ok(missing.is_empty() && impossible.is_none())
    }

    /// Records what may keep those from whom something has not come.
    fn guess_why(
        &mut self,
        group: &[&PlannedStep],
        missing: &[ExpectationId],
    ) -> Result<(), EngineError> {
        let expects = group.iter().flat_map(|step| &step.expects);
        let silent: BTreeSet<&String> = expects
            .filter(|one| missing.contains(&one.id))
            .map(|one| &one.client)
            .collect();
        for who in silent {
            if let Some(why) = self.why_silent(who) {
                let who = who.clone();
                self.record(Kind::Guess { who, why })?;
            }
        }
        Ok(())
    }

    /// Waits for everything that is expected, as long as it can still come.
    pub(crate) async fn await_expected(&mut self) -> Result<(), EngineError> {
        let latest = Instant::now() + Duration::from_secs(24 * 60 * 60);
        self.until(latest, |play| {
            play.look_for_files()?;
            let cast = &play.cast;
            let silent = |who: &str| cast.get(who).is_none_or(|member| member.is_silent);
            Ok(play.expecting.is_over(everybody, silent))
        })
        .await
        .map(drop)
    }

    /// Does it; `Err` says why it cannot be done.
    async fn perform(&mut self, action: &Action) -> Result<Result<(), String>, EngineError> {
        match action {
            Action::All { .. } | Action::Look => Ok(Ok(())),
            Action::Beat { length } => {
                if self.settings.pace.is_watched() {
                    self.rest(*length).await?;
                }
                Ok(Ok(()))
            }
            Action::Fault {
                clients,
                fault,
                seed,
            } => self.fault(clients, fault, *seed).await.map(Ok),
            Action::Heal { clients } => {
                self.heal(clients);
                Ok(Ok(()))
            }
            Action::Join { client } => {
                if self.is_running(client) {
                    return Ok(Err(format!("the program of {client} still runs")));
                }
                let plan = self.plan;
                let planned = plan.clients.iter().find(|one| one.name == *client);
                let planned = planned.ok_or(EngineError::Fault("a client that nobody planned"))?;
                let started = self.start_client(planned).await?;
                Ok(started
                    .then_some(())
                    .ok_or_else(|| format!("{client} could not be started")))
            }
            Action::Leave { client, how } => self.leave(client, *how).await,
            Action::Relay { action } => self.relay(*action).await,
            Action::Type { client, line } => self.type_filled(client, line).await,
        }
    }

    /// Types a line once what others have to show for it is there.
    async fn type_filled(
        &mut self,
        client: &str,
        line: &str,
    ) -> Result<Result<(), String>, EngineError> {
        let deadline = self.pulse.clamp(Instant::now() + START);
        match self.with_captured(line, deadline).await? {
            Ok(line) => self.type_line(client, &line),
            Err(why) => Ok(Err(format!("{client} cannot type it: {why}"))),
        }
    }

    /// What a client types to quit, with its name; what is captured stands as a placeholder.
    pub(crate) fn quit(&self, who: &str) -> Option<String> {
        let adapter = self.plan.adapter_of(who);
        let client = self.plan.clients.iter().find(|one| one.name == who)?;
        let mut values = self.values(who).ok()?;
        values.insert("name".to_owned(), client.login.clone());
        values.extend(adapter.captured_later());
        adapter.client.r#type.quit.as_ref()?.fill(&values).ok()
    }

    /// Types a line into a client and records it.
    pub(crate) fn type_line(
        &mut self,
        client: &str,
        line: &str,
    ) -> Result<Result<(), String>, EngineError> {
        let outbox = self.scratch.outbox(client).display().to_string();
        let line = line.replace("{outbox}", &outbox);
        let member = self.cast.entry(client.to_owned()).or_default();
        let began = match member.type_line_at(&line, || self.writer.now()) {
            Ok(began) => began,
            Err(why) => return Ok(Err(format!("{client} {why}"))),
        };
        let who = client.to_owned();
        self.record_at(began, Kind::Typed { who, line })?;
        Ok(Ok(()))
    }

    async fn leave(
        &mut self,
        client: &str,
        how: LeaveHow,
    ) -> Result<Result<(), String>, EngineError> {
        match how {
            LeaveHow::Quit => {
                return match self.quit(client) {
                    Some(quit) => self.type_filled(client, &quit).await,
                    None => Ok(Err("the adapter does not say how a client quits".to_owned())),
                };
            }
            LeaveHow::Eof => {
                if let Some(process) = self
                    .cast
                    .get_mut(client)
                    .and_then(|one| one.process.as_mut())
                {
                    process.end_input();
                }
            }
            LeaveHow::Kill => self.signal(client, Signal::KILL),
            LeaveHow::Reset => self.set_link(client, LinkState::Reset),
            LeaveHow::Vanish => self.vanish(client).await?,
        }
        Ok(Ok(()))
    }

    pub(crate) fn set_link(&self, client: &str, state: LinkState) {
        if let Some(tap) = self.cast.get(client).and_then(|member| member.tap.as_ref()) {
            tap.set(state);
        }
    }

    /// A client whose network has gone cannot know it; it is ended with its step.
    pub(crate) async fn leave_for_good(
        &mut self,
        group: &[&PlannedStep],
    ) -> Result<(), EngineError> {
        for step in group {
            if let Action::Leave {
                client,
                how: LeaveHow::Vanish,
            } = &step.action
            {
                self.signal(client, Signal::KILL);
                let deadline = Instant::now() + STOP;
                self.until(deadline, |play| Ok(play.is_silent(client)))
                    .await?;
                self.note_unacknowledged(client).await?;
                self.set_link(client, LinkState::Reset);
            }
        }
        Ok(())
    }

    async fn relay(&mut self, action: RelayAction) -> Result<Result<(), String>, EngineError> {
        if let RelayAction::Kill | RelayAction::Stop | RelayAction::Restart = action {
            self.look_before_end().await?;
        }
        let started = match action {
            RelayAction::Freeze => {
                self.signal(RELAY, Signal::STOP);
                true
            }
            RelayAction::Thaw => {
                self.signal(RELAY, Signal::CONT);
                true
            }
            RelayAction::Kill => {
                self.end_relay(Signal::KILL).await?;
                true
            }
            RelayAction::Stop => {
                self.stop_relay().await?;
                true
            }
            RelayAction::Start => self.start_relay().await?,
            RelayAction::Restart => {
                self.stop_relay().await?;
                self.start_relay().await?
            }
        };
        Ok(started
            .then_some(())
            .ok_or_else(|| "the relay did not get ready".to_owned()))
    }

    /// As the adapter says; killed when it takes too long.
    pub(crate) async fn stop_relay(&mut self) -> Result<(), EngineError> {
        let signal = match self.plan.adapter.relay.stop {
            Stop::Int => Signal::INT,
            Stop::Term => Signal::TERM,
            Stop::Eof => {
                if let Some(process) = self
                    .cast
                    .get_mut(RELAY)
                    .and_then(|one| one.process.as_mut())
                {
                    process.end_input();
                }
                Signal::CONT
            }
        };
        self.end_relay(signal).await
    }

    async fn end_relay(&mut self, signal: Signal) -> Result<(), EngineError> {
        self.signal(RELAY, signal);
        let ended = self
            .until(Instant::now() + STOP, |play| Ok(!play.is_running(RELAY)))
            .await?;
        if !ended {
            let text = format!("the relay did not stop within {STOP:?}; it was killed");
            self.record(Kind::Note { text })?;
            self.signal(RELAY, Signal::KILL);
            self.until(Instant::now() + STOP, |play| Ok(!play.is_running(RELAY)))
                .await?;
        }
        Ok(())
    }

    pub(crate) fn is_running(&self, who: &str) -> bool {
        self.cast
            .get(who)
            .is_some_and(crate::driver::participant::Member::is_running)
    }

    /// Digests files that have appeared in downloads where one is awaited.
    pub(crate) fn look_for_files(&mut self) -> Result<(), EngineError> {
        for expectation in self.expecting.files() {
            let Pattern::SameFile { from, name } = &expectation.pattern else {
                continue;
            };
            let wanted = self.outbox.get(&(from.clone(), name.clone())).cloned();
            let downloads = self.downloads(&expectation.client);
            let (Some(wanted), Some(downloads)) = (wanted, downloads) else {
                continue;
            };
            for path in Scratch::files(&downloads) {
                if self.receive(&expectation.client, &downloads, path, &wanted)? {
                    self.expecting.file(&expectation.id);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Removes the files that a client has received and that were looked at: the next one of
    /// the same name is another, and nobody looks through thousands.
    pub(crate) fn take_away_received(&mut self, who: &str) {
        let member = self.cast.entry(who.to_owned()).or_default();
        for path in std::mem::take(&mut member.received) {
            // What cannot be removed stays, and counts as received before.
            if std::fs::remove_file(&path).is_err() {
                member.received.insert(path);
            }
        }
    }

    pub(crate) fn downloads(&self, who: &str) -> Option<PathBuf> {
        let template = self.plan.adapter_of(who).client.downloads.as_ref()?;
        template
            .fill(&self.values(who).ok()?)
            .ok()
            .map(PathBuf::from)
    }

    /// Digests a file that may be the wanted one, once; true when it is.
    fn receive(
        &mut self,
        who: &str,
        downloads: &Path,
        path: PathBuf,
        wanted: &Digested,
    ) -> Result<bool, EngineError> {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        let member = self.cast.entry(who.to_owned()).or_default();
        if size != wanted.size || member.received.contains(&path) {
            return Ok(false);
        }
        let digested = digest(&path)?;
        let same = digested == *wanted;
        let name = path
            .strip_prefix(downloads)
            .unwrap_or(&path)
            .display()
            .to_string();
        member.received.insert(path);
        self.record(Kind::Received {
            who: who.to_owned(),
            name,
            size: digested.size,
            sha256: digested.sha256,
        })?;
        Ok(same)
    }
}

/// A step, and those that are done with it at once.
pub(crate) fn at_once(step: &PlannedStep) -> Vec<&PlannedStep> {
    match &step.action {
        Action::All { steps } => std::iter::once(step).chain(steps).collect(),
        _ => vec![step],
    }
}

/// All clients, where only some may be meant.
pub(crate) fn everybody(_: &str) -> bool {
    true
}
