//! Grams that lie together are one difference.

use serde::{Deserialize, Serialize};
use timeline::hex;

use crate::surface::{Plays, Seen, State};
use crate::turn::Words;

/// Bytes between two grams of one difference, at most.
const APART: u64 = 16;

/// Bytes of a difference that are shown.
const SHOWN: usize = 64;

/// Something that was there with one choice of words and never with the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependence {
    /// Of a surface, as the audit calls it; empty where no place has it by itself.
    pub place: String,
    /// Of its first byte; `None` where it is not bytes.
    pub at: Option<u64>,
    /// Bytes of it.
    pub length: u64,
    /// What is there, and a little before it, in the last play that had it.
    pub shown: String,
    /// The words that it goes with.
    pub words: Words,
    /// The known encoding in which some of these words are there, where one explains it.
    #[serde(default)]
    pub encoding: Option<String>,
    /// What is shown, and what follows.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// What was there in these plays and no others.
pub(crate) fn differences(state: &State, plays: Plays, words: Words) -> Vec<Dependence> {
    let facts = state.facts.iter().filter(|(_, there)| **there == plays);
    let facts = facts.map(|(fact, _)| Dependence {
        place: String::new(),
        at: None,
        length: 0,
        shown: fact.clone(),
        words,
        encoding: None,
        bytes: fact.clone().into_bytes(),
    });
    let mut grams: Vec<&Seen> = state
        .seen
        .values()
        .filter(|seen| seen.plays == plays && !seen.was_before)
        .collect();
    grams.sort_unstable_by_key(|seen| (state.name(seen), seen.at, seen.span));
    let near = grams.chunk_by(|one, next| {
        let end = one.at + u64::from(one.span);
        state.name(one) == state.name(next) && next.at <= end + APART
    });
    let near = near.filter_map(|near| {
        let first = near.first()?;
        let end = near
            .iter()
            .map(|seen| seen.at + u64::from(seen.span))
            .max()?;
        let bytes = bytes(near);
        Some(Dependence {
            place: state.name(first).to_owned(),
            at: Some(first.at),
            length: end - first.at,
            shown: shown(bytes.get(..SHOWN).unwrap_or(&bytes)),
            words,
            encoding: None,
            bytes,
        })
    });
    facts.chain(near).collect()
}

/// The bytes of grams that lie together.
fn bytes(near: &[&Seen]) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut begin = None;
    for seen in near {
        let (from, around) = seen.around();
        let begin = *begin.get_or_insert(from);
        let there = usize::try_from(from - begin).unwrap_or(usize::MAX);
        // What lies between two of them and was not kept, is not shown.
        let Some(known) = bytes.len().checked_sub(there) else {
            break;
        };
        bytes.extend(around.iter().skip(known));
    }
    bytes
}

/// As text where it is text.
fn shown(bytes: &[u8]) -> String {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ' || *byte == b'\n';
    let few = bytes.iter().filter(|byte| !is_text(byte)).count() * 8;
    if few > bytes.len() {
        return hex(bytes, " ");
    }
    bytes.escape_ascii().to_string()
}
