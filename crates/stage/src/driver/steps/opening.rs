//! Before step 1: every client is ready, and has seen the others join.

use super::{LATER, everybody};
use crate::EngineError;
use crate::driver::Play;
use crate::status::Phase;
use matching::{opening, ready_id};
use scenario::adapter::ClientReady;
use scenario::plan::{Expectation, PlannedClient};
use timeline::{EventKind, ExpectationId, Kind};

impl<'p> Play<'p> {
    /// Starts clients, batch after batch: each is ready, and those before it have seen it join,
    /// before the next batch starts. False when one does not get ready, or the relay has gone.
    pub(super) async fn open(
        &mut self,
        batches: Vec<Vec<&PlannedClient>>,
    ) -> Result<bool, EngineError> {
        for mut batch in batches {
            if self.expected.is_without_relay() {
                return Ok(false);
            }
            self.control
                .progress
                .turn_to(Phase::Opening, self.clock.now());
            for client in &batch {
                let values = self.prepare_client(client).await?;
                // What prepares it takes its own time.
                self.expect_opening(&client.name);
                let launched = match values {
                    Some(values) => self.launch_client(client, &values).await?,
                    None => false,
                };
                if !launched {
                    // Nobody waits for what others would have shown of it.
                    let events = self.record.events();
                    drop(self.expected.take_missing(everybody, events));
                    return Ok(false);
                }
            }
            let names: Vec<&str> = batch.iter().map(|client| client.name.as_str()).collect();
            self.await_opening(&names).await?;
            self.settle(&names).await?;
            let failed = names.into_iter().find(|who| self.has_failed_to_open(who));
            let missing = self.expected.take_missing(everybody, self.record.events());
            // Who has ended is why the others are not ready.
            batch.sort_by_key(|client| Some(client.name.as_str()) != failed);
            if let Some(who) = failed.filter(|who| !missing.contains(&ready_id(who))) {
                let within = self.participants.ready_within(who);
                return self
                    .not_ready(who, &format!("{who} gets ready"), within)
                    .await;
            }
            for client in &batch {
                if !self.has_opened(&client.name, &missing).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// One after another: what they show of each other does not depend on timing. Where one gets
    /// ready only when others are there, nobody waits for anybody.
    pub(super) fn in_turns(&self, clients: Vec<&'p PlannedClient>) -> Vec<Vec<&'p PlannedClient>> {
        let needs_others = |client: &&PlannedClient| {
            self.plan.adapter_of(&client.name).client.ready == ClientReady::Joined
        };
        if clients.iter().any(needs_others) {
            return vec![clients];
        }
        clients.into_iter().map(|client| vec![client]).collect()
    }

    /// Waits until these clients are ready and were seen to join. Nobody waits for the others once one
    /// has ended without getting ready.
    async fn await_opening(&mut self, batch: &[&str]) -> Result<(), EngineError> {
        let latest = self.clock.now() + LATER;
        self.until(latest, |play| {
            play.see();
            let is_in_vain = |one: &Expectation| play.is_in_vain(one, &[], play.acted);
            let now = play.clock.now();
            let mut batch = batch.iter();
            Ok(batch.any(|who| play.has_failed_to_open(who))
                || play.expected.is_over(everybody, is_in_vain, now))
        })
        .await?;
        self.take_queued()
    }

    /// One has ended without having shown that it is ready, or that others are there.
    fn has_failed_to_open(&self, who: &str) -> bool {
        let own = self.plan.opening.iter().filter(|one| one.client == who);
        let mut own = own.map(|one| &one.id);
        self.participants.is_silent(who)
            && (self.expected.is_open(&ready_id(who)) || own.any(|id| self.expected.is_open(id)))
    }

    /// Leaves clients alone that have got ready, as long as their adapters say.
    pub(super) async fn settle(&mut self, clients: &[&str]) -> Result<(), EngineError> {
        let plan = self.plan;
        let times = clients.iter().map(|who| plan.adapter_of(who).client.settle);
        let longest = times.max().unwrap_or_default();
        if longest.is_zero() {
            return Ok(());
        }
        let until = self.control.progress.clamp(self.clock.now() + longest);
        self.until(until, |play| {
            Ok(clients.iter().all(|who| play.participants.is_silent(who)))
        })
        .await
        .map(drop)
    }

    fn expect_opening(&mut self, client: &str) {
        let expected = opening(self.plan, client);
        let now = (self.record.events(), self.record.now());
        self.expected.add(&expected, self.plan, now, None);
    }

    async fn has_opened(
        &mut self,
        client: &str,
        missing: &[ExpectationId],
    ) -> Result<bool, EngineError> {
        let mut missed = opening(self.plan, client);
        missed.retain(|one| missing.contains(&one.id));
        if let Some(ready) = missed.iter().find(|one| one.id == ready_id(client)) {
            let spec = &self.plan.adapter_of(client).client;
            let event = match spec.ready {
                ClientReady::Joined => EventKind::Joined,
                _ => EventKind::Ready,
            };
            let patterns = spec.events.get(&event);
            let patterns = patterns.map(ToString::to_string).unwrap_or_default();
            let awaited = format!("{}, by a line that matches {patterns}", ready.sentence);
            return self
                .not_shown(client, &awaited, ready.within, Some(ready.id.clone()))
                .await;
        }
        let who = client.to_owned();
        self.record.append(Kind::Ready { who })?;
        for one in &missed {
            self.record.append(Kind::Missed {
                who: one.client.clone(),
                expectation: one.id.clone(),
                awaited: one.sentence.clone(),
            })?;
        }
        Ok(missed.is_empty())
    }
}
