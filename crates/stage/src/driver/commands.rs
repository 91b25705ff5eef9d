//! The hand of whoever holds a demo: what it asks for is done between two observations, by
//! the driver itself, and what the scenario does not say is recorded.
//!
//! Both faces of a demo, the terminal and the browser, send the same [`Ask`]s.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::EngineError;
use crate::Pace;
use crate::driver::Play;
use crate::driver::steps::{at_once, everybody};
use crate::links::tap::LinkState;
use scenario::LeaveHow;
use scenario::plan::{Action, PlannedFile, PlannedStep};
use timeline::{Ask, Kind};

/// Wishes that wait to be read, at the most.
const WAITING: usize = 16;

/// Nobody waits longer than that for a wish without looking around.
const LONG: Duration = Duration::from_secs(60 * 60);

/// What is asked of one play, to be given to it.
#[derive(Debug, Default)]
pub struct Hand(Option<mpsc::Receiver<Ask>>);

/// How a play is held.
#[derive(Debug, Default)]
pub(crate) struct Hold {
    /// Somebody can ask for something.
    is_held: bool,
    turn: Option<Turn>,
    is_paused: bool,
    is_stopped: bool,
}

/// A wish that is fulfilled between two steps. One that comes earlier is remembered; of
/// several, the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Next,
    Step,
    Repeat,
}

/// Both ends: where to ask, and what is given to the play. A wish that finds no room, or no
/// play any more, is refused when it is sent.
pub fn hand() -> (mpsc::Sender<Ask>, Hand) {
    let (ask, asks) = mpsc::channel(WAITING);
    (ask, Hand(Some(asks)))
}

impl Hand {
    /// Nobody holds the play.
    pub fn none() -> Self {
        Self::default()
    }

    /// What is asked; `None` where nobody holds the play.
    pub(crate) fn asks(self) -> Option<mpsc::Receiver<Ask>> {
        self.0
    }
}

impl Hold {
    /// Nothing was asked yet; `is_held` says whether anything can be.
    pub(crate) fn begin(is_held: bool) -> Self {
        Self {
            is_held,
            ..Self::default()
        }
    }

    /// No step goes on: somebody has asked for the end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    fn has_turn(&self) -> bool {
        self.turn.is_some() || self.is_stopped
    }

    /// Nothing goes on by itself: somebody has said so, and can still take it back.
    fn is_paused(&self) -> bool {
        self.is_paused && self.is_held
    }
}

impl Play<'_> {
    /// Nothing is asked of what follows the steps.
    pub(crate) fn let_go(&mut self) {
        self.outside.let_go();
        self.hold = Hold::default();
    }

    /// Does what was asked, or remembers it until the step has ended.
    pub(crate) fn obey(&mut self, ask: Option<Ask>) -> Result<(), EngineError> {
        let Some(ask) = ask else {
            self.hold.is_held = false;
            return Ok(());
        };
        let hold = &mut self.hold;
        let refused = match &ask {
            _ if !hold.is_held => Err("there is no step any more".to_owned()),
            Ask::Next | Ask::Step | Ask::Repeat => {
                hold.turn = match ask {
                    Ask::Next => Some(Turn::Next),
                    Ask::Repeat => Some(Turn::Repeat),
                    _ => Some(Turn::Step),
                };
                return Ok(());
            }
            Ask::Pause | Ask::Resume => {
                hold.is_paused = ask == Ask::Pause;
                return Ok(());
            }
            Ask::Stop => {
                hold.is_stopped = true;
                Ok(())
            }
            Ask::Type { client, line } => self.can_type(client, line),
            Ask::SendFile { client, to, path } => self.can_send(client, to, path),
            Ask::Kill { client } | Ask::Disconnect { client } => self.must_run(client),
        };
        let is_refused = refused.is_err();
        let refused = refused.err();
        let (deed, kind) = (ask.clone(), Kind::Unscripted { ask, refused });
        self.record(kind)?;
        if is_refused {
            return Ok(());
        }
        match deed {
            Ask::Type { client, line } => self.type_by_hand(&client, &line),
            Ask::SendFile { client, to, path } => self.send_by_hand(&client, &to, &path),
            Ask::Kill { client } => {
                self.signal(&client, Signal::KILL);
                Ok(())
            }
            Ask::Disconnect { client } => {
                self.set_link(&client, LinkState::Reset);
                Ok(())
            }
            Ask::Next | Ask::Step | Ask::Pause | Ask::Resume | Ask::Repeat | Ask::Stop => Ok(()),
        }
    }

    fn must_run(&self, client: &str) -> Result<(), String> {
        if !self.plan.clients.iter().any(|one| one.name == client) {
            return Err(format!("no client is named {client:?}"));
        }
        if !self.is_running(client) {
            return Err(format!("the program of {client} does not run"));
        }
        Ok(())
    }

    fn can_type(&self, client: &str, line: &str) -> Result<(), String> {
        self.must_run(client)?;
        if line.contains(char::is_control) {
            return Err("a line holds no control characters".to_owned());
        }
        Ok(())
    }

    fn can_send(&self, client: &str, to: &str, path: &Path) -> Result<(), String> {
        self.must_run(client)?;
        self.must_run(to)?;
        if !path.is_file() {
            return Err(format!("{} is no file", path.display()));
        }
        self.line_that_sends(client, to, path).map(drop)
    }

    fn type_by_hand(&mut self, client: &str, line: &str) -> Result<(), EngineError> {
        match self.type_line(client, line)? {
            Ok(()) => Ok(()),
            Err(text) => self.record(Kind::Note { text }),
        }
    }

    fn send_by_hand(&mut self, client: &str, to: &str, path: &Path) -> Result<(), EngineError> {
        let Ok((name, line)) = self.line_that_sends(client, to, path) else {
            return Ok(());
        };
        self.fill_outboxes(&[PlannedFile {
            client: client.to_owned(),
            name,
            fixture: Some(path.to_owned()),
            size: path.metadata().map_or(0, |data| data.len()),
            canary: None,
            seed: 0,
        }])?;
        self.type_by_hand(client, &line)
    }

    /// The name in the outbox, and what the client types to send it.
    fn line_that_sends(
        &self,
        client: &str,
        to: &str,
        path: &Path,
    ) -> Result<(String, String), String> {
        let adapter = self.plan.adapter_of(client);
        let template = adapter.client.r#type.file.as_ref();
        let template = template.ok_or_else(|| format!("{client} has no way to send a file"))?;
        let login = |name: &str| {
            let client = self.plan.clients.iter().find(|one| one.name == name);
            client.map_or_else(|| name.to_owned(), |client| client.login.clone())
        };
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| "the name of the file is no text".to_owned())?;
        let escaped = adapter.client.escapes.escape(name);
        let escaped = escaped.filter(|name| !name.contains(char::is_control));
        let escaped = escaped.ok_or_else(|| format!("{client} cannot type such a name"))?;
        let mut values = std::collections::BTreeMap::from([
            ("name".to_owned(), login(client)),
            ("to".to_owned(), login(to)),
            ("path".to_owned(), format!("{{outbox}}/{escaped}")),
        ]);
        values.extend(adapter.captured_later());
        let line = template.fill(&values).map_err(|error| error.to_string())?;
        Ok((name.to_owned(), self.with_shown(&line)))
    }

    /// Waits until the coming step may begin; what happens meanwhile is recorded, and what is
    /// asked is done. False when none begins any more.
    pub(crate) async fn wait_for_turn(
        &mut self,
        coming: &PlannedStep,
        before: Option<&PlannedStep>,
    ) -> Result<bool, EngineError> {
        self.flush()?;
        let pause = match self.settings.pace {
            Pace::Full => return Ok(!self.hold.is_stopped()),
            Pace::Every(pause) => Some(pause),
            Pace::Asked => None,
        };
        let mut is_composed = pause.is_some();
        if is_composed {
            self.compose(coming)?;
        }
        loop {
            let is_paused = self.hold.is_paused();
            let by_itself = pause.filter(|_| !is_paused);
            let deadline = Instant::now() + by_itself.unwrap_or(LONG);
            let has_turn = |play: &mut Self| {
                let hold = &play.hold;
                let is_other = hold.is_paused() != is_paused;
                Ok(is_other || hold.has_turn() || (pause.is_none() && !hold.is_held))
            };
            let is_asked = self.until(deadline, has_turn).await?;
            if self.hold.is_stopped() || self.pulse.is_over {
                return Ok(false);
            }
            match self.hold.turn.take() {
                Some(Turn::Next) if !is_composed => {
                    is_composed = true;
                    if !self.compose(coming)? {
                        return Ok(true);
                    }
                }
                Some(Turn::Next | Turn::Step) => return Ok(true),
                Some(Turn::Repeat) => self.repeat(before).await?,
                // After a pause of somebody's, that for the eye begins anew.
                None if is_paused || self.hold.is_paused() => {}
                None if is_asked || pause.is_some() => return Ok(true),
                None => {}
            }
        }
    }

    /// A pause for the eye; who holds the demo may cut it short.
    pub(crate) async fn rest(&mut self, length: Duration) -> Result<(), EngineError> {
        let deadline = Instant::now() + length;
        self.until(deadline, |play| Ok(play.hold.has_turn()))
            .await
            .map(drop)
    }

    /// Shows what the coming step is going to type; false when it types nothing.
    fn compose(&mut self, coming: &PlannedStep) -> Result<bool, EngineError> {
        let mut lines = Vec::new();
        for step in at_once(coming) {
            match &step.action {
                Action::Type { client, line } => lines.push((client.clone(), line.clone())),
                Action::Leave {
                    client,
                    how: LeaveHow::Quit,
                } => lines.extend(self.quit(client).map(|line| (client.clone(), line))),
                _ => {}
            }
        }
        let types = !lines.is_empty();
        for (who, line) in lines {
            let outbox = self.scratch.outbox(&who).display().to_string();
            let line = self.with_shown(&line).replace("{outbox}", &outbox);
            self.record(Kind::Composed { who, line })?;
        }
        Ok(types)
    }

    /// Does a step again. What comes of it is waited for and not judged.
    async fn repeat(&mut self, step: Option<&PlannedStep>) -> Result<(), EngineError> {
        let refused = match step {
            Some(_) => None,
            None => Some("no step has been done yet".to_owned()),
        };
        let ask = Ask::Repeat;
        self.record(Kind::Unscripted { ask, refused })?;
        let Some(step) = step else {
            return Ok(());
        };
        let group = at_once(step);
        for one in &group {
            self.expecting.add(&one.expects, self.plan);
        }
        let impossible = self.perform_all(&group).await?;
        if impossible.is_none() {
            self.await_expected().await?;
        }
        self.leave_for_good(&group).await?;
        let missing = self.expecting.take_missing(everybody);
        let missing: Vec<&str> = missing.iter().map(|id| id.0.as_str()).collect();
        let text = match impossible {
            Some(why) => format!("the step could not be repeated: {why}"),
            None if missing.is_empty() => return Ok(()),
            None => format!("of the repeated step did not come: {}", missing.join(", ")),
        };
        self.record(Kind::Note { text })
    }
}
