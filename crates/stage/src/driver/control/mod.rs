//! Who controls a play: who pauses it, cancels it, asks for its status; and how long it may take.

pub(crate) mod commands;
mod external;
pub(crate) mod pace;
pub(crate) mod progress;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::commands::{CommandState, Commands};
use self::external::External;
use self::pace::Pace;
use self::progress::Progress;
use crate::driver::expected::Expected;
use crate::input::Input;
use crate::status::{Status, StatusRequests};
use timeline::Kind;

/// How much quicker everybody has to end when the play is late.
const HURRY: u32 = 4;

/// Everything that is decided from outside of a play.
#[derive(Debug)]
pub(super) struct Control {
    external: External,
    pub(super) commands: CommandState,
    pub(super) progress: Progress,
    pub(super) pace: Pace,
    /// How long everything before the stopping may take.
    pub(super) limit: Option<Duration>,
    /// It took longer.
    is_late: bool,
}

/// From where a play is controlled.
#[derive(Debug)]
pub(super) struct Controls {
    pub(super) cancel: CancellationToken,
    pub(super) status_requests: StatusRequests,
    pub(super) commands: Commands,
    pub(super) pace: Pace,
    pub(super) limit: Option<Duration>,
}

impl Control {
    /// Listens from now on; what is wanted is sent to the queue of the play.
    pub(super) fn listen(controls: Controls, inputs: &mpsc::Sender<Input>, now: Instant) -> Self {
        let Controls {
            cancel,
            status_requests,
            commands,
            pace,
            limit,
        } = controls;
        let asks = commands.asks();
        let commands = CommandState::begin(asks.is_some());
        Self {
            external: External::listen(cancel, status_requests, asks, inputs),
            commands,
            progress: Progress::begin(now, limit),
            pace,
            limit,
            is_late: false,
        }
    }

    /// Whether the play can still be ended early.
    pub(super) fn may_cancel(&self) -> bool {
        self.external.may_cancel()
    }

    /// The play ends already.
    pub(super) fn ignore_cancelling(&mut self) {
        self.external.ignore_cancelling();
    }

    /// No command is taken of what follows the steps.
    pub(super) fn let_go(&mut self) {
        self.external.let_go();
        self.commands = CommandState::default();
    }

    /// What is to be recorded when the whole play has taken as long as it may; once.
    pub(super) fn take_overdue(&mut self, now: Instant, expected: &Expected) -> Option<Kind> {
        if !self.progress.is_due(now) {
            return None;
        }
        self.progress.is_over = true;
        self.is_late = true;
        let limit = self.limit.unwrap_or_default();
        let awaited = self.status(now, expected).sentence();
        Some(Kind::Overdue { limit, awaited })
    }

    /// No step goes on: its time is over, or somebody has asked for the end.
    pub(super) fn is_over(&self) -> bool {
        self.progress.is_over || self.commands.is_stopped()
    }

    /// Whether the play has taken longer than it may.
    pub(super) fn is_late(&self) -> bool {
        self.is_late
    }

    /// How long somebody may take to end who may take so long where there is time: behind the
    /// limit of a play, all of them have five seconds.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        if self.is_late { usual / HURRY } else { usual }
    }

    /// What is waited for now.
    pub(super) fn status(&self, now: Instant, expected: &Expected) -> Status {
        self.progress.status(expected.open(), now)
    }
}
