//! What a run was asked to play, and what to type to ask for it again.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::result::PlayReport;
use scenario::Hearing;
use scenario::plan::LoadShape;
use timeline::Level;

/// The implementation that is used if none is named.
pub const REFERENCE: &str = "reference";

/// An implementation as it was asked for, and how it is played.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Of an adapter: a name, or a path.
    pub adapter: String,
    /// Settings of it that the run changed, and their values.
    #[serde(default)]
    pub settings: Vec<(String, String)>,
    /// How strongly to isolate, where somebody said.
    #[serde(default)]
    pub level: Option<Level>,
    /// How often each scenario is played.
    #[serde(default)]
    pub tries: Tries,
    /// By how many clients, for how long, where it is a load.
    #[serde(default)]
    pub load: Option<LoadShape>,
    /// How long each try may take.
    #[serde(default)]
    pub limit: Option<Duration>,
    /// Each is played again with other words of the same size and with the first ones, in so many
    /// pairs at least, and what the relay held is compared.
    #[serde(default)]
    pub differential: Option<NonZeroU32>,
}

impl Asked {
    /// The same implementation.
    pub fn is_same(&self, other: &Self) -> bool {
        (&self.adapter, &self.settings) == (&other.adapter, &other.settings)
    }

    /// What to type to ask for it again, with a space in front; nothing for the reference.
    pub fn flags(&self) -> String {
        let adapter = (self.adapter != REFERENCE)
            .then(|| format!(" --adapter {}", shell_words::quote(&self.adapter)));
        let settings = self.settings.iter().map(|(name, value)| {
            let pair = format!("{name}={value}");
            format!(" --set {}", shell_words::quote(&pair))
        });
        let level = self.level.map(|level| format!(" --level {level}"));
        let limit = self
            .limit
            .map(|limit| format!(" --timeout {}ms", limit.as_millis()));
        let differential = self.differential;
        let differential = differential.map(|pairs| format!(" --differential={pairs}"));
        let how = level.into_iter().chain(self.tries.flags());
        let how = how.chain(limit).chain(differential);
        adapter.into_iter().chain(settings).chain(how).collect()
    }
}

/// How often a scenario is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tries {
    /// So often, whatever comes of it. 0 counts as 1.
    Each(u32),
    /// Once, and after a failure again, so often at most, until it passes.
    Retry(u32),
}

impl Default for Tries {
    fn default() -> Self {
        Self::Each(1)
    }
}

impl Tries {
    /// What to type to have as many, with a space in front; nothing for one.
    fn flags(self) -> Option<String> {
        match self {
            Self::Each(0 | 1) | Self::Retry(0) => None,
            Self::Each(times) => Some(format!(" --repeat {times}")),
            Self::Retry(more) => Some(format!(" --retries {more}")),
        }
    }

    /// How many there may be.
    pub fn most(self) -> u32 {
        match self {
            Self::Each(times) => times.max(1),
            Self::Retry(more) => more.saturating_add(1),
        }
    }
}

/// One line that plays it again in the same way.
pub fn repeat(play: &PlayReport, asked: &Asked) -> String {
    let which = on_a_command_line(&play.scenario, &play.path);
    let what = match asked.load {
        None => format!("test {which}"),
        Some(shape) => format!("load {which} {}", load_flags(shape)),
    };
    format!("cargo xtask {what} --seed {}{}", play.seed, asked.flags())
}

/// What to type to have a load of this shape.
fn load_flags(shape: LoadShape) -> String {
    let say = match shape.say {
        Hearing::Everyone => " --say everyone",
        Hearing::Group => "",
    };
    format!(
        "--clients {} --for {}ms{say}",
        shape.clients,
        shape.length.as_millis()
    )
}

/// A word, as a shell takes it.
pub fn quoted(word: &str) -> String {
    shell_words::quote(word).into_owned()
}

/// The same as [`to_type`], as a shell takes it.
pub fn on_a_command_line(id: &str, path: &Path) -> String {
    shell_words::quote(&to_type(id, path)).into_owned()
}

/// What to type to mean a scenario: elsewhere than in `scenarios/` an id means nothing.
pub fn to_type(id: &str, path: &Path) -> String {
    if path.starts_with("scenarios") {
        return id.to_owned();
    }
    // A directory may have the sign in its name, too.
    let last = id.rsplit('/').next().unwrap_or(id);
    let cell = last.split_once('@').map(|(_, values)| format!("@{values}"));
    format!("{}{}", path.display(), cell.unwrap_or_default())
}
