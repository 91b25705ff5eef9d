//! Names of people.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::limits::MAX_NAME;

/// A name: 1 to 32 of `a-z 0-9 _ -`, beginning with a letter or a digit.
///
/// ASCII and lower case only, so that no two names look alike, and none is a device or a
/// path on any system.
///
/// A copy shares the text: a relay copies names for every message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        let first = text.chars().next().ok_or(InvalidName::Empty)?;
        if text.len() > MAX_NAME {
            return Err(InvalidName::TooLong(text.len()));
        }
        if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
            return Err(InvalidName::Character(wrong));
        }
        if !first.is_ascii_alphanumeric() {
            return Err(InvalidName::Start(first));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says it")]
pub enum InvalidName {
    #[error("a name has at least one character")]
    Empty,
    #[error("a name has at most {MAX_NAME} characters, this one has {0}")]
    TooLong(usize),
    #[error("a name holds only a-z, 0-9, _ and -, not {0:?}")]
    Character(char),
    #[error("a name begins with a letter or a digit, not {0:?}")]
    Start(char),
}
