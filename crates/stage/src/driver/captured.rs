//! Values that one participant has shown and others need.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use tokio::time::Instant;

use crate::EngineError;
use crate::driver::{Play, RELAY};
use matching::compiled;
use scenario::adapter::{Capture, Console, Template};
use timeline::Kind;

/// How often the stage looks into a file that somebody is to write. No event tells it.
const LOOK: Duration = Duration::from_millis(5);

/// The longest value, in bytes.
const MAX_VALUE: usize = 64 * 1024;

/// What is known so far: by name, who has shown it and the value.
pub(crate) type Captured = BTreeMap<String, (String, String)>;

/// What to look for in the lines of a participant.
#[derive(Debug, Default)]
pub(crate) struct Catches(Vec<(String, Arc<Regex>)>);

impl Catches {
    /// Makes patterns ready. They were checked when the adapter was read.
    pub(crate) fn new(console: &Console) -> Self {
        let lines = console
            .captures
            .iter()
            .filter_map(|(name, capture)| match capture {
                Capture::Line(pattern) => Some((name.clone(), compiled(pattern)?)),
                Capture::File { .. } => None,
            });
        Self(lines.collect())
    }

    /// The values in a line.
    pub(crate) fn catch(&self, line: &str) -> Vec<(String, String)> {
        let caught = self.0.iter().filter_map(|(name, pattern)| {
            let group = pattern.captures(line)?.get(1)?;
            Some((name.clone(), group.as_str().to_owned()))
        });
        caught.collect()
    }
}

/// The value in a file; `None` while it is not there yet.
fn in_file(path: &Path, pattern: Option<&str>) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let value = match pattern {
        None => text.trim(),
        Some(pattern) => compiled(pattern)?.captures(&text)?.get(1)?.as_str(),
    };
    let fits = !value.is_empty() && value.len() <= MAX_VALUE;
    fits.then(|| value.to_owned())
}

impl Play<'_> {
    /// What a participant has shown in an earlier life is not valid any more.
    pub(crate) fn forget_captures(&mut self, who: &str) {
        self.captured.retain(|_, (origin, _)| origin != who);
    }

    /// Keeps the values in a line; the first that was shown stays.
    pub(crate) fn capture(&mut self, who: &str, line: &str) -> Result<(), EngineError> {
        let member = self.cast.get(who);
        let caught = member.map(|member| member.catches.catch(line));
        caught
            .into_iter()
            .flatten()
            .try_for_each(|(name, value)| self.keep(who, name, value))
    }

    fn keep(&mut self, who: &str, name: String, value: String) -> Result<(), EngineError> {
        if self.captured.contains_key(&name) {
            return Ok(());
        }
        let text = format!("{who} has shown its `{name}`: {value}");
        self.captured.insert(name, (who.to_owned(), value));
        self.record(Kind::Note { text })
    }

    /// The values for these templates of a participant, with what others have shown, waited
    /// for until the deadline. `None` when something does not come: the timeline says why.
    pub(crate) async fn with_captures(
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
                    let who = who.to_owned();
                    self.record(Kind::NotReady { who, why })?;
                    return Ok(None);
                }
            }
        }
        Ok(Some(values))
    }

    /// A line with what others have shown by now in place of `{captured:NAME}`.
    pub(crate) fn with_shown(&self, line: &str) -> String {
        let shown = self.captured.iter();
        shown.fold(line.to_owned(), |line, (name, (_, value))| {
            line.replace(&scenario::adapter::captured(name), value)
        })
    }

    /// A line with what others have shown in place of `{captured:NAME}`; `Err` says what has
    /// not come.
    pub(crate) async fn with_captured(
        &mut self,
        line: &str,
        deadline: Instant,
    ) -> Result<Result<String, String>, EngineError> {
        let mut line = line.to_owned();
        let adapters = std::iter::once(&self.plan.adapter).chain(self.plan.others.values());
        let names = adapters.flat_map(scenario::adapter::Adapter::captured_later);
        let names: BTreeMap<String, String> = names.collect();
        for (name, stands) in names {
            if !line.contains(&stands) {
                continue;
            }
            match self.await_capture(&name, deadline).await? {
                Ok(value) => line = line.replace(&stands, &value),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(line))
    }

    async fn await_capture(
        &mut self,
        name: &str,
        deadline: Instant,
    ) -> Result<Result<String, String>, EngineError> {
        loop {
            self.look_into_files(name)?;
            if let Some((_, value)) = self.captured.get(name) {
                return Ok(Ok(value.clone()));
            }
            let shown_by = self.shown_by(name);
            let has_gone = shown_by.iter().all(|who| self.is_silent(who));
            if has_gone || Instant::now() >= deadline {
                let whose = match shown_by.as_slice() {
                    [] => "nobody who was started shows it".to_owned(),
                    all if has_gone => format!("{} ended without it", all.join(" and ")),
                    all => format!("{} did not show it in time", all.join(" and ")),
                };
                return Ok(Err(format!("it needs the value `{name}`; {whose}")));
            }
            let look = (Instant::now() + LOOK).min(deadline);
            let name = name.to_owned();
            self.until(look, |play| Ok(play.captured.contains_key(&name)))
                .await?;
        }
    }

    /// Who was started and should show a value.
    fn shown_by(&self, name: &str) -> Vec<String> {
        let started = self.cast.iter().filter(|(_, member)| member.turn > 0);
        let names = started.map(|(who, _)| who.clone());
        names
            .filter(|who| self.console_of(who).captures.contains_key(name))
            .collect()
    }

    fn look_into_files(&mut self, name: &str) -> Result<(), EngineError> {
        for who in self.shown_by(name) {
            let Some(Capture::File { file, pattern }) = self.console_of(&who).captures.get(name)
            else {
                continue;
            };
            let path = self.filled(&who, file, &self.values(&who)?)?;
            if let Some(value) = in_file(Path::new(&path), pattern.as_deref()) {
                self.keep(&who, name.to_owned(), value)?;
            }
        }
        Ok(())
    }

    /// The first client of a play is asked other things than the rest.
    pub(crate) fn note_first(&mut self, who: &str) {
        if self.first.is_none() && who != RELAY {
            self.first = Some(who.to_owned());
        }
    }
}
