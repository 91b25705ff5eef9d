//! Before step 1: every client is ready, and has been told of the others.

use super::everybody;
use crate::EngineError;
use crate::driver::Play;
use crate::status::Phase;
use matching::{START, opening, ready_id};
use scenario::plan::PlannedClient;
use timeline::{EventKind, ExpectationId, Kind};

impl Play<'_> {
    /// Starts clients, batch after batch: each is ready, and those before it have been told,
    /// before the next batch starts. False when one does not get ready.
    pub(super) async fn open(
        &mut self,
        batches: Vec<Vec<&PlannedClient>>,
    ) -> Result<bool, EngineError> {
        for batch in batches {
            self.control
                .progress
                .turn_to(Phase::Opening, self.clock.now());
            for client in &batch {
                self.expect_opening(&client.name);
                if !self.start_client(client).await? {
                    // Nobody waits for what others would have shown of it.
                    let events = self.record.events();
                    drop(self.expected.take_missing(everybody, events));
                    return Ok(false);
                }
            }
            self.await_expected().await?;
            let missing = self.expected.take_missing(everybody, self.record.events());
            for client in &batch {
                if !self.has_opened(&client.name, &missing)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn expect_opening(&mut self, client: &str) {
        let expected = opening(self.plan, client);
        let now = (self.record.events(), self.record.now());
        self.expected.add(&expected, self.plan, now, None);
    }

    fn has_opened(&mut self, client: &str, missing: &[ExpectationId]) -> Result<bool, EngineError> {
        let mut missed = opening(self.plan, client);
        missed.retain(|one| missing.contains(&one.id));
        if let Some(ready) = missed.iter().find(|one| one.id == ready_id(client)) {
            let events = &self.plan.adapter_of(client).client.events;
            let pattern = events.get(&EventKind::Ready).map_or("", String::as_str);
            let awaited = format!("{}, by a line that matches /{pattern}/", ready.sentence);
            return self.not_shown(client, &awaited, START, Some(ready.id.clone()));
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
