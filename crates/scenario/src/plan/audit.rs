//! What is searched for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use timeline::{StepId, Surface};

use super::canary::Canary;
use super::rare::{TOO_UNIFORM, rare_pieces};

/// A text without a canary that is shorter than this, in bytes, could occur by chance.
pub(super) const RARE_LENGTH: usize = 16;

/// What to search for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditPlan {
    /// Strings that must not appear.
    pub canaries: Vec<Canary>,
    /// Whole texts without a canary that are long enough to be searched for.
    pub texts: Vec<WireText>,
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
    /// What is not looked for, each with the reason.
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

impl AuditPlan {
    /// Adds a text, or says why it is not searched for. A canary in it is searched for by itself.
    pub(super) fn text(&mut self, step: &StepId, text: &str, canaried: bool) {
        if canaried || text.is_empty() {
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
