//! Who says when the next step begins.

use std::time::Duration;

/// The pace of a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Each step begins when the one before it has ended; beats are skipped.
    Full,
    /// After a pause, for the eye. Who holds the demo may cut it short.
    Every(Duration),
    /// When whoever holds the demo asks for it; at once when nobody holds it any more.
    Asked,
}

impl Pace {
    /// Beats are played: somebody watches.
    pub(crate) fn is_watched(self) -> bool {
        self != Self::Full
    }
}
