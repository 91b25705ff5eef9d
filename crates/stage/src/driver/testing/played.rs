//! What became of a play.

use std::time::Duration;

use tempfile::TempDir;

use super::World;
use crate::EngineError;
use timeline::{Event, Kind, StepResult};

/// What became of a play.
pub(in crate::driver) struct Played {
    pub(in crate::driver) events: Result<Vec<Event>, EngineError>,
    pub(in crate::driver) world: World,
    /// Where its files lie.
    pub(in crate::driver) dir: TempDir,
    /// How long it took by its own clock.
    pub(in crate::driver) took: Duration,
}

impl Played {
    /// What was recorded, in order.
    pub(in crate::driver) fn kinds(&self) -> Vec<&Kind> {
        let events = self.events.as_ref().expect("it was played");
        events.iter().map(|event| &event.kind).collect()
    }
}

impl Played {
    /// What the driver wrote as notes.
    pub(in crate::driver) fn notes(&self) -> Vec<&str> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::Note { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Who did not end when it was request to, how it was request and how long it had.
    pub(in crate::driver) fn deaf(&self) -> Vec<(&str, &str, Duration)> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::Deaf {
                    who,
                    request,
                    within,
                    ..
                } => Some((who.as_str(), request.as_str(), *within)),
                _ => None,
            })
            .collect()
    }

    /// How each step went, by its id.
    pub(in crate::driver) fn steps(&self) -> Vec<(&str, &StepResult)> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::StepEnded { step, result } => Some((step.0.as_str(), result)),
                _ => None,
            })
            .collect()
    }

    /// What was typed to a participant, in order.
    pub(in crate::driver) fn typed_to(&self, whom: &str) -> Vec<&str> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::Typed { who, line } if who == whom => Some(line.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Why somebody did not get ready.
    pub(in crate::driver) fn not_ready(&self) -> Option<(&str, &str)> {
        self.kinds().into_iter().find_map(|kind| match kind {
            Kind::NotReady { who, why, .. } => Some((who.as_str(), why.as_str())),
            _ => None,
        })
    }

    /// Where the first of these stands among what was recorded.
    pub(in crate::driver) fn position(&self, wanted: impl Fn(&Kind) -> bool) -> usize {
        let kinds = self.kinds();
        let at = kinds.iter().position(|kind| wanted(kind));
        at.unwrap_or_else(|| panic!("nothing of the kind: {kinds:#?}"))
    }
}
