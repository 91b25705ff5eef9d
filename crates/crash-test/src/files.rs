//! Files that one person sent to another: whether each is there as it was sent, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One direction. Each file has a name of its own.
#[derive(Debug, Default)]
pub struct Files {
    /// What was sent, by name.
    pub sent: BTreeMap<String, Vec<u8>>,
    /// Those that were reported to the recipient or the sender as complete.
    pub announced: BTreeSet<String>,
    /// What is in the recipient's directory at the end.
    pub found: BTreeMap<String, Vec<u8>>,
}

/// What must not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It was reported as complete, and is not there.
    Lost(String),
    /// There, and not as it was sent.
    Torn(String),
    /// There, and nobody sent it: a part of a file, or a file twice.
    Stray(String),
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(name) => write!(f, "{name} was said to be there and is not"),
            Self::Torn(name) => write!(f, "{name} is not as it was sent"),
            Self::Stray(name) => write!(f, "{name} is there and was not sent"),
        }
    }
}

impl Files {
    /// Everything about them that must not be.
    pub fn faults(&self) -> Vec<FileFault> {
        let is_lost = |name: &&String| !self.found.contains_key(*name);
        let lost = self.announced.iter().filter(is_lost).cloned();
        let bad = self
            .found
            .iter()
            .filter_map(|(name, found)| match self.sent.get(name) {
                Some(sent) if sent == found => None,
                Some(_) => Some(FileFault::Torn(name.clone())),
                None => Some(FileFault::Stray(name.clone())),
            });
        lost.map(FileFault::Lost).chain(bad).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(announced: &[&str], found: &[(&str, &str)]) -> Vec<FileFault> {
        let files = Files {
            sent: [("a", "aa"), ("b", "bb")]
                .map(|(name, bytes)| (name.to_owned(), bytes.as_bytes().to_vec()))
                .into(),
            announced: announced.iter().map(|name| (*name).to_owned()).collect(),
            found: found
                .iter()
                .map(|(name, bytes)| ((*name).to_owned(), bytes.as_bytes().to_vec()))
                .collect(),
        };
        files.faults()
    }

    #[test]
    fn a_file_is_whole_or_absent() {
        assert_eq!(files(&["a"], &[("a", "aa")]), []);
        assert_eq!(files(&[], &[("b", "bb")]), [], "whole, and nobody heard it");
        let lost = FileFault::Lost("a".to_owned());
        assert_eq!(files(&["a"], &[("b", "bb")]), [lost]);
        let torn = FileFault::Torn("a".to_owned());
        assert_eq!(files(&[], &[("a", "a")]), [torn]);
        let stray = FileFault::Stray("a (1)".to_owned());
        assert_eq!(files(&[], &[("a (1)", "aa")]), [stray]);
    }
}
