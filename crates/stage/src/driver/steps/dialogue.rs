//! Answers what a participant asks before it is ready.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::EngineError;
use crate::driver::Play;
use crate::participant::dialogue_matcher::{Asked, Question, in_words};
use scenario::adapter::Branch;
use timeline::Kind;

impl<'p> Play<'p> {
    /// Waits for each thing that it asks and types the answer. False when something does not
    /// come or cannot be answered: the timeline says why.
    pub(super) async fn converse(
        &mut self,
        who: &str,
        values: &BTreeMap<String, String>,
    ) -> Result<bool, EngineError> {
        let is_first = self.participants.is_first(who);
        let items = self.participants.io_settings_of(who).dialogue.iter();
        let asked: Vec<Asked<'p>> = items
            .filter(|item| item.only.asks(is_first))
            .map(Asked::new)
            .collect();
        let deadline = self.ready_deadline(who);
        let began = self.record.now();
        let mut rest = asked.as_slice();
        while !rest.is_empty() {
            let mut question = None;
            self.until(deadline, |play| {
                question = play.participants.answers_to(who, rest);
                Ok(question.is_some() || play.is_left(who, began))
            })
            .await?;
            let Some(Question {
                done,
                branch,
                prompt,
            }) = question
            else {
                let awaited = format!("its dialogue asks {}", in_words(rest));
                let within = self.participants.ready_within(who);
                return self.not_ready(who, &awaited, within).await;
            };
            if let Some(prompt) = prompt {
                let record = &mut self.record;
                self.participants.take_prompt(who, prompt, record)?;
            }
            if !self.reply(who, branch, values, deadline).await? {
                return Ok(false);
            }
            rest = rest.get(done..).unwrap_or_default();
        }
        self.participants.asks_no_more(who);
        Ok(true)
    }

    async fn reply(
        &mut self,
        who: &str,
        branch: &Branch,
        values: &BTreeMap<String, String>,
        deadline: Instant,
    ) -> Result<bool, EngineError> {
        let Some(template) = &branch.r#type else {
            return Ok(true);
        };
        let Some(values) = self
            .with_captures(who, &[template], values, deadline)
            .await?
        else {
            return Ok(false);
        };
        let line = self.participants.filled(who, template, &values)?;
        let began = self.record.now();
        if let Err(why) = self.participants.of_name(who).type_line(&line) {
            let why = format!(
                "asked /{}/, it cannot be answered: it {why}",
                branch.r#await
            );
            let who = who.to_owned();
            let expectation = None;
            self.record.append(Kind::NotReady {
                who,
                why,
                expectation,
            })?;
            return Ok(false);
        }
        let shown = if branch.secret { &template.0 } else { &line };
        let (who, line) = (who.to_owned(), shown.clone());
        self.record.append_at(began, Kind::Typed { who, line })?;
        Ok(true)
    }
}
