//! What is searched for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use timeline::{StepId, Surface};

use super::canary::Canary;
use super::rare::{TOO_UNIFORM, rare_pieces};

/// A text without a canary that is shorter than this, in bytes, could occur by chance.
pub(super) const RARE_LENGTH: usize = 16;

/// Words around a canary with fewer bytes, or fewer different ones, may be anybody's: a greeting, or
/// what a relay says of itself.
const RARE_WORDS: usize = 18;
const DISTINCT: usize = 8;

/// Bytes of them that are searched for on each side.
const NEAR: usize = 64;

/// What to search for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditPlan {
    /// Strings that must not appear.
    pub canaries: Vec<Canary>,
    /// Whole texts without a canary that are long enough to be searched for.
    pub texts: Vec<WireText>,
    /// What stands around canaries: a relay may cut them out.
    #[serde(default)]
    pub around: Vec<WireText>,
    /// Outbox files whose content is searched for by windows: client and name.
    pub files: Vec<(String, String)>,
    /// The string that must be found, for each surface that the adapter declares.
    pub controls: BTreeMap<Surface, String>,
    /// Passphrases that clients may type.
    #[serde(default)]
    pub pass_phrases: Vec<PassPhrase>,
    /// Steps that the audit cannot judge, with the reason.
    pub blind: Vec<(StepId, String)>,
}

impl AuditPlan {
    /// What is not searched for, each with the reason.
    pub fn cannot_judge(&self) -> Vec<String> {
        let steps = self.blind.iter();
        let steps = steps.map(|(step, why)| format!("step {}: {why}", step.0));
        let texts = self.texts.iter().filter(|text| text.is_too_uniform());
        let texts = texts.map(|text| format!("{}: {TOO_UNIFORM}", text_called(&text.step)));
        let phrases = self.pass_phrases.iter();
        let phrases =
            phrases.filter_map(|one| Some(format!("{}: {}", one.name(), one.too_common()?)));
        steps.chain(texts).chain(phrases).collect()
    }
}

/// A passphrase that clients type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassPhrase {
    /// Whose.
    pub owners: Vec<String>,
    /// In full.
    pub text: String,
}

/// A text that is searched for as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireText {
    /// Where it was sent.
    pub step: StepId,
    /// In full.
    pub text: String,
}

impl WireText {
    /// Whether no part of it can be searched for.
    pub fn is_too_uniform(&self) -> bool {
        rare_pieces(self.text.as_bytes()).is_empty()
    }
}

/// What findings call the text that a step sends.
pub fn text_called(step: &StepId) -> String {
    format!("text of step {}", step.0)
}

/// What findings call the words around the canaries of a step.
pub fn around_called(step: &StepId) -> String {
    format!("words around a canary of step {}", step.0)
}

/// The words before, between and behind canaries that are nobody else's; where each part is too
/// short for that, all of them without the canaries.
fn rare_words(text: &str, canaries: &[Canary]) -> Vec<String> {
    let there = canaries.iter().flat_map(|one| {
        let found = text.match_indices(&one.text);
        found.map(|(at, canary)| at..at + canary.len())
    });
    let mut there: Vec<_> = there.collect();
    there.sort_by_key(|span| span.start);
    let ends = there.iter().map(|span| span.start).chain([text.len()]);
    let starts = [0].into_iter().chain(there.iter().map(|span| span.end));
    let parts = starts.zip(ends).filter_map(|(from, to)| text.get(from..to));
    let parts: Vec<&str> = parts.collect();
    let last = parts.len().saturating_sub(1);
    let near = parts.iter().enumerate().flat_map(|(nth, part)| {
        let before = (nth < last).then(|| last_of(part));
        let behind = (nth > 0).then(|| first_of(part));
        before.into_iter().chain(behind)
    });
    let near: BTreeSet<String> = near.filter(|words| are_rare(words)).collect();
    if !near.is_empty() {
        return near.into_iter().collect();
    }
    let all = Some(parts.concat().trim().to_owned());
    all.filter(|words| are_rare(words)).into_iter().collect()
}

fn are_rare(words: &str) -> bool {
    let distinct: BTreeSet<u8> = words.bytes().collect();
    words.len() >= RARE_WORDS && distinct.len() >= DISTINCT
}

/// The first of the words, without blanks around them.
fn first_of(words: &str) -> String {
    let words = words.trim();
    let end = words.floor_char_boundary(NEAR);
    words.split_at(end).0.to_owned()
}

/// The last of them.
fn last_of(words: &str) -> String {
    let words = words.trim();
    let from = words.ceil_char_boundary(words.len().saturating_sub(NEAR));
    words.split_at(from).1.to_owned()
}

impl AuditPlan {
    /// Adds a text with canaries: these are searched for by themselves, and the words around them
    /// as well.
    pub(super) fn canaried(&mut self, step: &StepId, text: &str, canaries: &[Canary]) {
        let words = rare_words(text, canaries).into_iter();
        self.around.extend(words.map(|text| WireText {
            step: step.clone(),
            text,
        }));
    }

    /// Adds a text without a canary, or says why it is not searched for.
    pub(super) fn text(&mut self, step: &StepId, text: &str) {
        if text.is_empty() {
            return;
        }
        if text.len() >= RARE_LENGTH {
            self.texts.push(WireText {
                step: step.clone(),
                text: text.to_owned(),
            });
        } else {
            let why = format!(
                "the text is shorter than {RARE_LENGTH} bytes and holds no canary: it could occur by chance"
            );
            self.blind.push((step.clone(), why));
        }
    }

    /// A file without a canary: whether it is long enough to be searched for; if not, it says so.
    pub(super) fn can_search_file(&mut self, step: &StepId, size: u64) -> bool {
        let is_long = size >= RARE_LENGTH as u64;
        if !is_long {
            let why = format!("the file has {size} bytes: so few could occur by chance");
            self.blind.push((step.clone(), why));
        }
        is_long
    }
}

#[cfg(test)]
mod tests {
    use super::{Canary, rare_words};
    use timeline::StepId;

    fn words(text: &str) -> Vec<String> {
        let canary = |text: &str| Canary {
            name: "vault".to_owned(),
            text: text.to_owned(),
            step: StepId("1".to_owned()),
        };
        rare_words(
            text,
            &[canary("QXZV-amber-0417"), canary("QXZV-coral-2222")],
        )
    }

    #[test]
    fn what_stands_around_a_canary_is_known_by_itself() {
        let before = "the code of the old vault is";
        let behind = ", and nobody else may ever know";
        assert_eq!(words(&format!("{before} QXZV-amber-0417")), [before]);
        let text = format!("{before} QXZV-amber-0417{behind}");
        assert_eq!(words(&text), [behind, before]);
        let between = format!("QXZV-coral-2222 {before} QXZV-amber-0417");
        assert_eq!(words(&between), [before]);
    }

    #[test]
    fn common_words_are_left_out_and_short_ones_are_taken_together() {
        for common in [
            "hello bob, QXZV-amber-0417",
            "left carol quit QXZV-amber-0417",
            "ha ha ha ha ha ha ha ha ha ha QXZV-amber-0417",
        ] {
            assert!(words(common).is_empty(), "{common}");
        }
        let both = words("did you see QXZV-amber-0417 this time?");
        assert_eq!(both, ["did you see  this time?"]);
    }

    #[test]
    fn of_long_words_those_beside_the_canary_are_taken() {
        let long = "ä, so they talked and talked".repeat(50);
        let text = format!("{long} QXZV-amber-0417 {long}");
        let words = words(&text);
        assert_eq!(words.len(), 2);
        assert!(
            words
                .iter()
                .all(|one| one.len() <= 64 && text.contains(one.as_str()))
        );
    }
}
