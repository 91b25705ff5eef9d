//! Typing a line, with values that others show.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::impossible::StepImpossible;
use crate::EngineError;
use crate::driver::Play;
use crate::driver::participants::{Capturing, NotCaptured};
use matching::START;
use scenario::adapter::Template;
use timeline::Kind;

/// How often the stage reads a file that a participant is to write. No event says that it has.
const POLL: Duration = Duration::from_millis(5);

impl Play<'_> {
    /// Types a line once what others have to show for it is there.
    pub(super) async fn type_filled(
        &mut self,
        client: &str,
        line: &str,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        let deadline = self.control.progress.clamp(self.clock.now() + START);
        match self.with_captured(line, deadline).await? {
            Ok(line) => self.type_line(client, &line),
            Err(why) => {
                let client = client.to_owned();
                Ok(Err(StepImpossible::Unfilled { client, why }))
            }
        }
    }

    /// Types a line into a client and records it.
    pub(super) fn type_line(
        &mut self,
        client: &str,
        line: &str,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        let record = &mut self.record;
        let typed = self.participants.type_line(client, line, record)?;
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
        loop {
            self.participants.read_captures(name, &mut self.record)?;
            if let Some(value) = self.participants.captured(name) {
                return Ok(Ok(value.to_owned()));
            }
            let is_gone = matches!(self.participants.capturing(name), Capturing::Gone);
            if is_gone || self.clock.now() >= deadline {
                return Ok(Err(self.participants.why_not_captured(name)));
            }
            let next = (self.clock.now() + POLL).min(deadline);
            self.until(next, |play| Ok(play.participants.captured(name).is_some()))
                .await?;
        }
    }
}
