//! Answers what a participant asks before it is ready.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::EngineError;
use crate::driver::input::Run;
use crate::driver::start::READY;
use crate::driver::{Play, RELAY};
use crate::participant::dialogue_matcher::{Asked, Heard, in_words};
use scenario::adapter::{Branch, Console, Template};
use timeline::Kind;

impl<'p> Play<'p> {
    /// How one talks with a participant.
    pub(crate) fn console_of(&self, who: &str) -> &'p Console {
        let plan = self.plan;
        if who == RELAY {
            &plan.adapter.relay.console
        } else {
            &plan.adapter_of(who).client.console
        }
    }

    /// Waits for each thing that it asks and types the answer. False when something does not
    /// come or cannot be answered: the timeline says why.
    pub(crate) async fn converse(
        &mut self,
        who: &str,
        values: &BTreeMap<String, String>,
    ) -> Result<bool, EngineError> {
        let is_first = self.first.as_deref() == Some(who);
        let items = self.console_of(who).dialogue.iter();
        let asked: Vec<Asked<'p>> = items
            .filter(|item| item.only.asks(is_first))
            .map(Asked::new)
            .collect();
        let deadline = self.pulse.clamp(Instant::now() + READY);
        let mut rest = asked.as_slice();
        while !rest.is_empty() {
            let mut heard = None;
            self.until(deadline, |play| {
                let member = play.cast.get_mut(who);
                heard = member.and_then(|member| member.hears(rest));
                Ok(heard.is_some() || play.is_silent(who))
            })
            .await?;
            let Some(Heard {
                done,
                branch,
                prompt,
            }) = heard
            else {
                let awaited = format!("its dialogue asks {}", in_words(rest));
                return self.not_ready(who, &awaited, READY);
            };
            if let Some((stream, end)) = prompt {
                let member = self.cast.entry(who.to_owned()).or_default();
                let turn = member.turn;
                let prompt = member.reading(stream).cut(end);
                self.line(&Run::of(who, turn), stream, prompt)?;
            }
            if !self.reply(who, branch, values, deadline).await? {
                return Ok(false);
            }
            rest = rest.get(done..).unwrap_or_default();
        }
        if let Some(member) = self.cast.get_mut(who) {
            member.hearing = None;
        }
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
        let line = self.filled(who, template, &values)?;
        let member = self.cast.entry(who.to_owned()).or_default();
        let began = self.writer.now();
        if let Err(why) = member.type_line(&line) {
            let why = format!(
                "asked /{}/, it cannot be answered: it {why}",
                branch.r#await
            );
            let who = who.to_owned();
            self.record(Kind::NotReady { who, why })?;
            return Ok(false);
        }
        let told = if branch.secret { &template.0 } else { &line };
        let (who, line) = (who.to_owned(), told.clone());
        self.record_at(began, Kind::Typed { who, line })?;
        Ok(true)
    }

    /// A template with its values.
    pub(crate) fn filled(
        &self,
        who: &str,
        template: &Template,
        values: &BTreeMap<String, String>,
    ) -> Result<String, EngineError> {
        template
            .fill(values)
            .map_err(|unknown| EngineError::Template {
                adapter: self.plan.adapter_of(who).name.clone(),
                why: unknown.to_string(),
            })
    }
}
