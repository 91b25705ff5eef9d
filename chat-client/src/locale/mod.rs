//! What people read, in their language.
//!
//! ```text
//! sentences.rs: a function for each sentence ──► Sentence ──► in_locale ──► text
//! locales/en.ftl, locales/de.ftl: the catalogue ─────────────────┘
//! ```
//!
//! A [`Sentence`] says what to say and of whom; only a face knows the language. What programs read
//! (`--plain`, `--json`) is English in every locale: it is a protocol.

mod catalogue;
mod causes;
mod choose;
#[cfg(any(feature = "window", test))]
mod page;
pub(crate) mod sentences;

#[cfg(test)]
mod tests;

use chat_protocol::{Name, RelayKey, RoomName};
use clap::ValueEnum;
use serde::{Serialize, Serializer};

use crate::escape::escape;

/// A language that the client speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Locale {
    /// English.
    #[default]
    #[value(name = "en")]
    English,
    /// German.
    #[value(name = "de")]
    German,
}

/// Something to say to people, in no language yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(Said);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    /// A sentence of the catalogue, with its variables.
    Ours {
        key: &'static str,
        arguments: Vec<(&'static str, Argument)>,
    },
    /// What another program wrote.
    Verbatim(String),
    /// One whose text a terminal must not obey.
    Escaped(Box<Sentence>),
    /// Some of them, with this between them.
    Joined {
        parts: Vec<Sentence>,
        between: &'static str,
    },
}

/// The value of a variable. Fluent inserts it as it is: what peers wrote is never a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    Text(String),
    Number(u64),
    Sentence(Sentence),
}

impl Sentence {
    /// A sentence of the catalogue.
    fn ours(key: &'static str, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self(Said::Ours { key, arguments })
    }

    /// What another program wrote, in its own language.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(Said::Verbatim(text.into()))
    }

    /// The same, escaped.
    pub(crate) fn escaped(self) -> Self {
        Self(Said::Escaped(Box::new(self)))
    }

    /// One behind the other, with this between them.
    pub(crate) fn joined(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let parts = parts.into_iter().collect();
        Self(Said::Joined { parts, between })
    }

    /// In this language. Nothing is escaped: a face does that.
    pub fn in_locale(&self, locale: Locale) -> String {
        match &self.0 {
            Said::Ours { key, arguments } => catalogue::format(locale, key, arguments),
            Said::Verbatim(text) => text.clone(),
            Said::Escaped(sentence) => escape(&sentence.in_locale(locale)),
            Said::Joined { parts, between } => {
                let parts = parts.iter().map(|part| part.in_locale(locale));
                parts.collect::<Vec<_>>().join(between)
            }
        }
    }

    /// For programs.
    pub(crate) fn for_programs(&self) -> String {
        self.in_locale(Locale::English)
    }
}

/// As programs read it.
impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.for_programs())
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&Name> for Argument {
    fn from(name: &Name) -> Self {
        Self::Text(name.to_string())
    }
}

impl From<&RoomName> for Argument {
    fn from(room: &RoomName) -> Self {
        Self::Text(room.to_string())
    }
}

impl From<&RelayKey> for Argument {
    fn from(key: &RelayKey) -> Self {
        Self::Text(key.to_string())
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Argument {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

impl From<Sentence> for Argument {
    fn from(sentence: Sentence) -> Self {
        Self::Sentence(sentence)
    }
}
