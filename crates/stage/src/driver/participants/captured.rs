//! Values that one participant has shown and others need.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::Participants;
use crate::EngineError;
use crate::driver::RELAY;
use crate::foreign::{ForeignError, Ground};
use crate::record::Writer;
use matching::compiled;
use scenario::adapter::{Adapter, Capture, IoSettings};
use timeline::Kind;

/// The longest value, in bytes.
const MAX_VALUE: usize = 64 * 1024;

/// Bytes of a file that are searched for a value.
const MAX_FILE: u64 = 1024 * 1024;

/// What is known so far: by name, who has shown it and the value.
pub(super) type Captured = BTreeMap<String, (String, String)>;

/// What to search for in the lines of a participant.
#[derive(Debug, Default)]
pub(super) struct Catches(Vec<(String, Arc<Regex>)>);

impl Catches {
    /// Makes patterns ready. They were checked when the adapter was read.
    pub(super) fn new(io: &IoSettings) -> Self {
        let lines = io
            .captures
            .iter()
            .filter_map(|(name, capture)| match capture {
                Capture::Line(pattern) => Some((name.clone(), compiled(pattern)?)),
                Capture::File { .. } => None,
            });
        Self(lines.collect())
    }

    /// The values in a line.
    pub(super) fn catch(&self, line: &str) -> Vec<(String, String)> {
        let caught = self.0.iter().filter_map(|(name, pattern)| {
            let group = pattern.captures(line)?.get(1)?;
            Some((name.clone(), group.as_str().to_owned()))
        });
        caught.collect()
    }
}

/// The value in the text of a file; `None` while it is not there yet.
fn in_text(text: &str, pattern: Option<&str>) -> Option<String> {
    let value = match pattern {
        None => text.trim(),
        Some(pattern) => compiled(pattern)?.captures(text)?.get(1)?.as_str(),
    };
    let fits = !value.is_empty() && value.len() <= MAX_VALUE;
    fits.then(|| value.to_owned())
}

/// A value that nobody has shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it needs the value `{name}`; {why}")]
pub(in crate::driver) struct NotCaptured {
    name: String,
    why: NotShown,
}

/// Whose fault it is that nobody has shown a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum NotShown {
    #[error("no participant that was started shows it")]
    ByNobody,
    #[error("{} ended without it", .0.join(" and "))]
    Ended(Vec<String>),
    #[error("{} did not show it in time", .0.join(" and "))]
    InTime(Vec<String>),
    #[error("the file {file} of {who} {why}")]
    Unreadable {
        who: String,
        file: String,
        why: String,
    },
}

/// Why a value is not there.
#[derive(Debug)]
pub(in crate::driver) enum Capturing {
    /// It may still come.
    Awaited,
    /// Those who should show it have ended.
    Gone,
}

impl Participants<'_> {
    /// What a participant has shown in an earlier life is not valid any more.
    pub(in crate::driver) fn forget_captures(&mut self, who: &str) {
        self.captured.retain(|_, (shown_by, _)| shown_by != who);
    }

    /// Keeps the values in a line; the first that was shown stays.
    pub(super) fn capture(
        &mut self,
        who: &str,
        line: &str,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        let caught = self.all.get(who).map(|one| one.catches.catch(line));
        caught
            .into_iter()
            .flatten()
            .try_for_each(|(name, value)| self.keep(who, name, value, record))
    }

    fn keep(
        &mut self,
        who: &str,
        name: String,
        value: String,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        if self.captured.contains_key(&name) {
            return Ok(());
        }
        let text = format!("{who} has shown its `{name}`: {value}");
        self.captured.insert(name, (who.to_owned(), value));
        record.append(Kind::Note { text })
    }

    /// A value that somebody has shown.
    pub(in crate::driver) fn captured(&self, name: &str) -> Option<&str> {
        self.captured.get(name).map(|(_, value)| value.as_str())
    }

    /// A line with what others have shown by now in place of `{captured:NAME}`.
    pub(in crate::driver) fn with_shown(&self, line: &str) -> String {
        let shown = self.captured.iter();
        shown.fold(line.to_owned(), |line, (name, (_, value))| {
            line.replace(&scenario::adapter::captured(name), value)
        })
    }

    /// The values that a line needs, each with its placeholder.
    pub(in crate::driver) fn needed(&self, line: &str) -> Vec<(String, String)> {
        let adapters = std::iter::once(&self.plan.adapter).chain(self.plan.others.values());
        let names: BTreeMap<String, String> = adapters.flat_map(Adapter::captured_later).collect();
        let needed = names.into_iter();
        needed.filter(|(_, stands)| line.contains(stands)).collect()
    }

    /// Whether a value can still come from somebody.
    pub(in crate::driver) fn capturing(&self, name: &str) -> Capturing {
        let shown_by = self.shown_by(name);
        if shown_by.iter().all(|who| self.is_silent(who)) {
            return Capturing::Gone;
        }
        Capturing::Awaited
    }

    /// Why a value has not come.
    pub(in crate::driver) fn why_not_captured(&self, name: &str) -> NotCaptured {
        let all = self.shown_by(name);
        let refused = all.iter().filter_map(|who| self.in_file(name, who).err());
        let refused = refused.last();
        let why = match (refused, self.capturing(name)) {
            (Some(refused), _) => refused,
            _ if all.is_empty() => NotShown::ByNobody,
            (None, Capturing::Gone) => NotShown::Ended(all),
            (None, Capturing::Awaited) => NotShown::InTime(all),
        };
        let name = name.to_owned();
        NotCaptured { name, why }
    }

    /// Who was started and should show a value.
    fn shown_by(&self, name: &str) -> Vec<String> {
        let started = self.all.iter().filter(|(_, one)| one.starts > 0);
        let names = started.map(|(who, _)| who.clone());
        names
            .filter(|who| self.io_settings_of(who).captures.contains_key(name))
            .collect()
    }

    /// Searches the files of those who write a value there.
    pub(in crate::driver) fn read_captures(
        &mut self,
        name: &str,
        record: &mut Writer,
    ) -> Result<(), EngineError> {
        for who in self.shown_by(name) {
            if let Ok(Some(value)) = self.in_file(name, &who) {
                self.keep(&who, name.to_owned(), value, record)?;
            }
        }
        Ok(())
    }

    /// The value in the file of one who writes it there; `None` while it is not there.
    fn in_file(&self, name: &str, who: &str) -> Result<Option<String>, NotShown> {
        let captures = &self.io_settings_of(who).captures;
        let Some(Capture::File { file, pattern }) = captures.get(name) else {
            return Ok(None);
        };
        let filled = self
            .values(who)
            .and_then(|values| self.filled(who, file, &values));
        // That templates can be filled was checked when the adapter was read.
        let Ok(path) = filled else {
            return Ok(None);
        };
        let read = self.scratch.beneath(who, &path).and_then(|path| {
            let read = move |ground: Ground| ground.file(&path)?.beginning(MAX_FILE);
            self.scratch.within(who, read)
        });
        match read {
            Ok(bytes) => Ok(in_text(
                &String::from_utf8_lossy(&bytes),
                pattern.as_deref(),
            )),
            Err(ForeignError::NotThere) => Ok(None),
            Err(why) => Err(NotShown::Unreadable {
                who: who.to_owned(),
                file: path,
                why: why.to_string(),
            }),
        }
    }

    /// The first client of a play is asked other things than the rest.
    pub(in crate::driver) fn note_first(&mut self, who: &str) {
        if self.first.is_none() && who != RELAY {
            self.first = Some(who.to_owned());
        }
    }

    pub(in crate::driver) fn is_first(&self, who: &str) -> bool {
        self.first.as_deref() == Some(who)
    }
}
