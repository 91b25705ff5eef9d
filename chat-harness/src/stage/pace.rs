//! Who says when the next step begins.

use std::time::Duration;

use tokio::sync::mpsc;

/// The pace of a play.
#[derive(Debug)]
pub enum Pace {
    /// Each step begins when the one before it has ended; beats are skipped.
    Full,
    /// After a pause, for the eye.
    Every(Duration),
    /// After one message for each step, for example one key.
    Asked(mpsc::Receiver<()>),
}

impl Pace {
    /// Beats are played: somebody watches.
    pub(super) fn is_watched(&self) -> bool {
        !matches!(self, Self::Full)
    }

    /// Comes when the next step may begin.
    pub(super) async fn next(&mut self) {
        match self {
            Self::Full => {}
            Self::Every(pause) => rest(*pause).await,
            // Who asked for the pace has gone: nobody is there to wait for.
            Self::Asked(keys) => drop(keys.recv().await),
        }
    }
}

/// Time that passes for the eye. Nothing is decided by it.
#[expect(
    clippy::disallowed_methods,
    reason = "a pause in a demo is for people; no outcome depends on it"
)]
pub(super) async fn rest(pause: Duration) {
    tokio::time::sleep(pause).await;
}
