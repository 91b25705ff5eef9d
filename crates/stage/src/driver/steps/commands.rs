//! What whoever controls the play wants: done between two observations. What the scenario does not
//! say is recorded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;

use super::everybody;
use crate::driver::Play;
use crate::driver::control::commands::{StepCommand, Taken};
use crate::driver::participants::SendFileError;
use crate::links::tap::LinkState;
use crate::participant::fixtures;
use crate::{EngineError, Pace};
use matching::at_once;
use scenario::LeaveHow;
use scenario::adapter::TypedLines;
use scenario::plan::{Action, PlannedFile, PlannedStep};
use timeline::{ControlCommand, Kind};

/// Nobody waits longer than that for a command without checking for other events.
const LONG: Duration = Duration::from_secs(60 * 60);

/// Why a command is not obeyed. It is data: whoever controls the play is informed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum CommandRefused {
    #[error("there are no more steps")]
    NoStepAnyMore,
    #[error("no step has run yet")]
    NoStepYet,
    #[error("no client is named {client:?}")]
    NoSuchClient { client: String },
    #[error("the program of {client} is not running")]
    NotRunning { client: String },
    #[error("a line must not contain control characters")]
    ControlCharacters,
    #[error("{} is not a file", .path.display())]
    NoFile { path: PathBuf },
    #[error(transparent)]
    SendFile(#[from] SendFileError),
}

impl Play<'_> {
    /// Does what was commanded, or remembers it until the step has ended.
    pub(in crate::driver) fn obey(
        &mut self,
        command: Option<ControlCommand>,
    ) -> Result<(), EngineError> {
        let ask = match self.control.commands.take(command) {
            Taken::Remembered => return Ok(()),
            Taken::TooLate(ask) => {
                let refused = Some(CommandRefused::NoStepAnyMore.to_string());
                return self.record.append(Kind::Unscripted { ask, refused });
            }
            Taken::Now(ask) => ask,
        };
        let refused = self.check(&ask).err().map(|why| why.to_string());
        let is_refused = refused.is_some();
        let (wanted, kind) = (ask.clone(), Kind::Unscripted { ask, refused });
        self.record.append(kind)?;
        if is_refused {
            return Ok(());
        }
        match wanted {
            ControlCommand::Type { client, line } => self.type_by_hand(&client, &line),
            ControlCommand::SendFile { client, to, path } => self.send_by_hand(&client, &to, &path),
            ControlCommand::Kill { client } => {
                self.participants.signal(&client, Signal::KILL);
                Ok(())
            }
            ControlCommand::Disconnect { client } => {
                self.links.set(&client, LinkState::Reset);
                Ok(())
            }
            ControlCommand::Next
            | ControlCommand::Step
            | ControlCommand::Pause
            | ControlCommand::Resume
            | ControlCommand::Repeat
            | ControlCommand::Stop => Ok(()),
        }
    }

    /// Whether it can be done.
    fn check(&self, ask: &ControlCommand) -> Result<(), CommandRefused> {
        match ask {
            ControlCommand::Type { client, line } => self.can_type(client, line),
            ControlCommand::SendFile { client, to, path } => self.can_send(client, to, path),
            ControlCommand::Kill { client } | ControlCommand::Disconnect { client } => {
                self.must_run(client)
            }
            ControlCommand::Next
            | ControlCommand::Step
            | ControlCommand::Pause
            | ControlCommand::Resume
            | ControlCommand::Repeat
            | ControlCommand::Stop => Ok(()),
        }
    }

    fn must_run(&self, name: &str) -> Result<(), CommandRefused> {
        let client = || name.to_owned();
        if !self.plan.clients.iter().any(|one| one.name == name) {
            return Err(CommandRefused::NoSuchClient { client: client() });
        }
        if !self.participants.is_running(name) {
            return Err(CommandRefused::NotRunning { client: client() });
        }
        Ok(())
    }

    fn can_type(&self, client: &str, line: &str) -> Result<(), CommandRefused> {
        self.must_run(client)?;
        if line.contains(char::is_control) {
            return Err(CommandRefused::ControlCharacters);
        }
        Ok(())
    }

    fn can_send(&self, client: &str, to: &str, path: &Path) -> Result<(), CommandRefused> {
        self.must_run(client)?;
        self.must_run(to)?;
        if fixtures::size(path).is_none() {
            let path = path.to_owned();
            return Err(CommandRefused::NoFile { path });
        }
        self.participants.line_that_sends(client, to, path)?;
        Ok(())
    }

    fn type_by_hand(&mut self, client: &str, line: &str) -> Result<(), EngineError> {
        match self.type_line(client, line)? {
            Ok(()) => Ok(()),
            Err(why) => self.record.append(Kind::Note {
                text: why.to_string(),
            }),
        }
    }

    fn send_by_hand(&mut self, client: &str, to: &str, path: &Path) -> Result<(), EngineError> {
        let Ok((name, lines)) = self.participants.line_that_sends(client, to, path) else {
            return Ok(());
        };
        self.fill_outboxes(&[PlannedFile {
            client: client.to_owned(),
            name,
            fixture: Some(path.to_owned()),
            size: fixtures::size(path).unwrap_or_default(),
            canary: None,
            seed: 0,
        }])?;
        let mut lines = lines.lines().into_iter();
        lines.try_for_each(|line| self.type_by_hand(client, line))
    }

    /// Waits until the coming step may begin; what happens meanwhile is recorded, and what is
    /// asked is done. False when none begins any more.
    pub(super) async fn wait_for_turn(
        &mut self,
        coming: &PlannedStep,
        before: Option<&PlannedStep>,
    ) -> Result<bool, EngineError> {
        self.record.flush()?;
        let pause = match self.control.pace {
            Pace::Full => return Ok(!self.control.commands.is_stopped()),
            Pace::Every(pause) => Some(pause),
            Pace::Asked => None,
        };
        let mut is_composed = pause.is_some();
        if is_composed {
            self.compose(coming)?;
        }
        loop {
            let is_paused = self.control.commands.is_paused();
            let by_itself = pause.filter(|_| !is_paused);
            let deadline = self.clock.now() + by_itself.unwrap_or(LONG);
            let is_wanted = |play: &mut Self| {
                let commands = &play.control.commands;
                let is_other = commands.is_paused() != is_paused;
                let is_alone = pause.is_none() && !commands.is_controlled();
                Ok(is_other || commands.is_pending() || is_alone)
            };
            let is_asked = self.until(deadline, is_wanted).await?;
            if self.control.is_over() {
                return Ok(false);
            }
            match self.control.commands.take_step() {
                Some(StepCommand::Next) if !is_composed => {
                    is_composed = true;
                    if !self.compose(coming)? {
                        return Ok(true);
                    }
                }
                Some(StepCommand::Next | StepCommand::Step) => return Ok(true),
                Some(StepCommand::Repeat) => self.repeat(before).await?,
                // After a pause of somebody's, that for the eye begins anew.
                None if is_paused || self.control.commands.is_paused() => {}
                None if is_asked || pause.is_some() => return Ok(true),
                None => {}
            }
        }
    }

    /// A pause for the eye; who holds the demo may cut it short.
    pub(super) async fn rest(&mut self, length: Duration) -> Result<(), EngineError> {
        let deadline = self.clock.now() + length;
        self.until(deadline, |play| Ok(play.control.commands.is_pending()))
            .await
            .map(drop)
    }

    /// Shows what the coming step is going to type; false when it types nothing.
    fn compose(&mut self, coming: &PlannedStep) -> Result<bool, EngineError> {
        let mut lines = Vec::new();
        for step in at_once(coming) {
            match &step.action {
                Action::Type { client, line, .. } => {
                    lines.extend(last_line(line).map(|line| (client.clone(), line)));
                }
                Action::Leave {
                    client,
                    how: LeaveHow::Quit,
                } => {
                    let quit = self.participants.quit(client);
                    let line = quit.as_ref().and_then(last_line);
                    lines.extend(line.map(|line| (client.clone(), line)));
                }
                _ => {}
            }
        }
        let types = !lines.is_empty();
        for (who, line) in lines {
            let outbox = self.participants.scratch.outbox(&who).display().to_string();
            let line = self
                .participants
                .with_shown(&line)
                .replace("{outbox}", &outbox);
            self.record.append(Kind::Composed { who, line })?;
        }
        Ok(types)
    }

    /// Does a step again. What comes of it is waited for and not judged.
    async fn repeat(&mut self, step: Option<&PlannedStep>) -> Result<(), EngineError> {
        let refused = match step {
            Some(_) => None,
            None => Some(CommandRefused::NoStepYet.to_string()),
        };
        let ask = ControlCommand::Repeat;
        self.record.append(Kind::Unscripted { ask, refused })?;
        let Some(step) = step else {
            return Ok(());
        };
        let group = at_once(step);
        let expected = group.iter().flat_map(|one| &one.expects);
        let now = (self.record.events(), self.record.now());
        self.expected.add(expected, self.plan, now, None);
        let impossible = self.perform_all(&group).await?;
        if impossible.is_none() {
            self.await_expected(&group).await?;
        }
        self.leave_for_good(&group).await?;
        let events = self.record.events();
        let missing = self.expected.take_missing(everybody, events);
        let expected = group.iter().flat_map(|one| &one.expects);
        let missing = expected.filter(|one| missing.contains(&one.id));
        let missing: Vec<&str> = missing.map(|one| one.sentence.as_str()).collect();
        let text = match impossible {
            Some(why) => format!("the step could not be repeated: {why}"),
            None if missing.is_empty() => return Ok(()),
            None => format!(
                "not seen when the step was repeated: {}",
                missing.join("; ")
            ),
        };
        self.record.append(Kind::Note { text })
    }
}

/// Of a dialogue, what is typed last mostly says it.
fn last_line(lines: &TypedLines<String>) -> Option<String> {
    lines.lines().last().map(|line| (*line).clone())
}
