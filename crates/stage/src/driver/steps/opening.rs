//! Before step 1: every client is ready, and has been told of the others.

use std::collections::BTreeMap;

use super::{START, everybody};
use crate::EngineError;
use crate::driver::Play;
use crate::driver::control::progress::Phase;
use scenario::plan::{Expectation, Mode, Pattern, PlannedClient};
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
                    return Ok(false);
                }
            }
            self.await_expected().await?;
            let missing = self.expected.take_missing(everybody);
            for client in &batch {
                if !self.has_opened(&client.name, &missing)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn expect_opening(&mut self, client: &str) {
        let plan = self.plan;
        let events = &plan.adapter_of(client).client.events;
        if events.contains_key(&EventKind::Ready) {
            self.expected.add(&is_ready(client), plan, self.clock.now());
        }
        let about_it = plan.opening.iter().filter(|one| is_about(one, client));
        self.expected.add(about_it, plan, self.clock.now());
    }

    fn has_opened(&mut self, client: &str, missing: &[ExpectationId]) -> Result<bool, EngineError> {
        let [ready] = is_ready(client);
        if missing.contains(&ready.id) {
            let events = &self.plan.adapter_of(client).client.events;
            let pattern = events.get(&EventKind::Ready).map_or("", String::as_str);
            let awaited = format!("{}, by a line that matches /{pattern}/", ready.sentence);
            return self.not_ready(client, &awaited, START);
        }
        let who = client.to_owned();
        self.record.append(Kind::Ready { who })?;
        let about_it = self.plan.opening.iter().filter(|one| is_about(one, client));
        let missed: Vec<&Expectation> = about_it.filter(|one| missing.contains(&one.id)).collect();
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

/// Whether it comes of the start of this client.
fn is_about(one: &Expectation, client: &str) -> bool {
    one.about.as_deref().unwrap_or(&one.client) == client
}

/// That a client which starts before step 1 can be driven.
fn is_ready(client: &str) -> [Expectation; 1] {
    [Expectation {
        id: ExpectationId(format!("opening/{client}-ready")),
        client: client.to_owned(),
        pattern: Pattern::Event {
            event: EventKind::Ready,
            captures: BTreeMap::new(),
        },
        mode: Mode::Eventually,
        within: START,
        sentence: format!("{client} gets ready"),
        about: None,
    }]
}
