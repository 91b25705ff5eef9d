//! Typing a line, with values that others show.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::impossible::StepImpossible;
use crate::EngineError;
use crate::driver::Play;
use crate::driver::participants::{Capturing, NotCaptured};
use crate::participant::dialogue_matcher::Asked;
use scenario::adapter::{Item, Template, TypedLine, TypedLines};
use scenario::plan::Answer;
use timeline::Kind;

/// How long is waited for what somebody has to show before a line can be typed.
const CAPTURE: Duration = Duration::from_secs(10);

/// How often the stage reads a file that a participant is to write. No event says that it has.
const POLL: Duration = Duration::from_millis(5);

impl Play<'_> {
    /// Does what a step types, and what another client answers to it.
    pub(super) async fn type_for_step(
        &mut self,
        client: &str,
        lines: &TypedLines<String>,
        answer: Option<&Answer>,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        if let Some(answer) = answer {
            // It may be asked before the last line is typed.
            self.participants.listen(&answer.client);
        }
        let typed = self.type_filled(client, lines, CAPTURE).await?;
        match answer.filter(|_| typed.is_ok()) {
            Some(answer) => {
                self.type_filled(&answer.client, &answer.line, CAPTURE)
                    .await
            }
            None => Ok(typed),
        }
    }

    /// Types lines, each once what it awaits was shown and what others have to show for it is
    /// there.
    pub(super) async fn type_filled(
        &mut self,
        client: &str,
        lines: &TypedLines<String>,
        within: Duration,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        let each = lines.each();
        if each.iter().any(|one| one.r#await.is_some()) {
            self.participants.listen(client);
        }
        for one in each {
            let typed = self.type_one(client, &one, within).await?;
            if typed.is_err() {
                return Ok(typed);
            }
        }
        self.participants.asks_no_more(client);
        Ok(Ok(()))
    }

    async fn type_one(
        &mut self,
        client: &str,
        one: &TypedLine<&String>,
        within: Duration,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        let deadline = self.control.progress.clamp(self.clock.now() + within);
        if let Some(awaited) = &one.r#await
            && !self.await_question(client, awaited, deadline).await?
        {
            let shown = self.participants.last_lines(client, self.record.events());
            return Ok(Err(StepImpossible::NotAsked {
                client: client.to_owned(),
                awaited: awaited.clone(),
                shown,
            }));
        }
        let Some(line) = one.r#type else {
            return Ok(Ok(()));
        };
        let due = (self.clock.now() + one.pause).max(self.participants.may_type_at(client));
        let due = self.control.progress.clamp(due);
        if due > self.clock.now() {
            self.until(due, |play| Ok(play.participants.is_silent(client)))
                .await?;
        }
        match self.with_captured(line, deadline).await? {
            Ok(line) => self.type_line(client, &line),
            Err(why) => {
                let client = client.to_owned();
                Ok(Err(StepImpossible::Unfilled { client, why }))
            }
        }
    }

    /// Waits until a client has shown what a line awaits; false when it does not in time.
    async fn await_question(
        &mut self,
        client: &str,
        awaited: &str,
        deadline: Instant,
    ) -> Result<bool, EngineError> {
        let item = Item::awaited(awaited);
        let began = self.record.now();
        let asked = [Asked::new(&item)];
        let mut prompt = None;
        let is_asked = self
            .until(deadline, |play| {
                let heard = play.participants.answers_to(client, &asked);
                prompt = heard.as_ref().and_then(|heard| heard.prompt);
                Ok(heard.is_some() || play.is_left(client, began))
            })
            .await?;
        // What does not end there may be the beginning of a line that shows an event.
        let prompt = prompt.filter(|_| awaited.ends_with('$'));
        if let Some(prompt) = prompt {
            let record = &mut self.record;
            self.participants.take_prompt(client, prompt, record)?;
        }
        Ok(is_asked && !self.participants.is_silent(client))
    }

    /// Types a line into a client and records it.
    pub(super) fn type_line(
        &mut self,
        client: &str,
        line: &str,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        let record = &mut self.record;
        let typed = self.participants.type_line(client, line, record)?;
        self.participants.typed_at(client, self.clock.now());
        Ok(typed.map_err(|why| {
            let client = client.to_owned();
            StepImpossible::Type { client, why }
        }))
    }

    /// The values for these templates of a participant, with what others have shown, waited
    /// for until the deadline. `None` when something does not come: the timeline says why.
    pub(super) async fn with_captures(
        &mut self,
        who: &str,
        templates: &[&Template],
        values: &BTreeMap<String, String>,
        deadline: Instant,
    ) -> Result<Option<BTreeMap<String, String>>, EngineError> {
        let mut values = values.clone();
        for name in templates.iter().flat_map(|template| template.names()) {
            if values.contains_key(&name) {
                continue;
            }
            match self.await_capture(&name, deadline).await? {
                Ok(value) => drop(values.insert(name, value)),
                Err(why) => {
                    let (who, why) = (who.to_owned(), why.to_string());
                    let expectation = None;
                    self.record.append(Kind::NotReady {
                        who,
                        why,
                        expectation,
                    })?;
                    return Ok(None);
                }
            }
        }
        Ok(Some(values))
    }

    /// A line with what others have shown in place of `{captured:NAME}`.
    pub(super) async fn with_captured(
        &mut self,
        line: &str,
        deadline: Instant,
    ) -> Result<Result<String, NotCaptured>, EngineError> {
        let mut filled = line.to_owned();
        for (name, stands) in self.participants.needed(line) {
            match self.await_capture(&name, deadline).await? {
                Ok(value) => filled = filled.replace(&stands, &value),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(filled))
    }

    async fn await_capture(
        &mut self,
        name: &str,
        deadline: Instant,
    ) -> Result<Result<String, NotCaptured>, EngineError> {
        let began = self.record.now();
        loop {
            self.participants.read_captures(name, &mut self.record)?;
            if let Some(value) = self.participants.captured(name) {
                return Ok(Ok(value.to_owned()));
            }
            let is_gone = matches!(self.participants.capturing(name), Capturing::Gone)
                || self.expected.relay_was_lost(began, self.clock.now());
            if is_gone || self.clock.now() >= deadline {
                return Ok(Err(self.participants.why_not_captured(name)));
            }
            let next = (self.clock.now() + POLL).min(deadline);
            self.until(next, |play| Ok(play.participants.captured(name).is_some()))
                .await?;
        }
    }
}
