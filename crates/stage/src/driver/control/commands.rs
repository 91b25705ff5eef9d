//! Commands of whoever controls a demo, from a terminal or a browser: both send the same [`ControlCommand`]s.
//! A command is obeyed between two observations, by the driver itself.

use tokio::sync::mpsc;

use timeline::ControlCommand;

/// Commands that wait to be read, at most.
const WAITING: usize = 16;

/// The commands to one play, to be given to it.
#[derive(Debug, Default)]
pub struct Commands(Option<mpsc::Receiver<ControlCommand>>);

/// Both ends: where to send commands, and what is given to the play. A command that finds no room,
/// or no play any more, is refused when it is sent.
pub fn commands() -> (mpsc::Sender<ControlCommand>, Commands) {
    let (ask, asks) = mpsc::channel(WAITING);
    (ask, Commands(Some(asks)))
}

impl Commands {
    /// Nobody controls the play.
    pub fn none() -> Self {
        Self::default()
    }

    /// What is asked; `None` where nobody controls the play.
    pub(super) fn asks(self) -> Option<mpsc::Receiver<ControlCommand>> {
        self.0
    }
}

/// What was commanded so far.
#[derive(Debug, Default)]
pub(in crate::driver) struct CommandState {
    /// Somebody can still send commands.
    is_controlled: bool,
    step: Option<StepCommand>,
    is_paused: bool,
    is_stopped: bool,
}

/// A command that is obeyed between two steps. One that comes earlier is remembered; of several,
/// the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum StepCommand {
    /// Show what the next step types; the second time, do it.
    Next,
    /// Do the next step.
    Step,
    /// Do the last step again.
    Repeat,
}

/// What becomes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Taken {
    /// It changes when steps begin, and nothing else: it is not recorded.
    Remembered,
    /// It is to be obeyed now, where it can be.
    Now(ControlCommand),
    /// It comes too late.
    TooLate(ControlCommand),
}

impl CommandState {
    /// Nothing was commanded yet; `is_controlled` says whether anything can be.
    pub(super) fn begin(is_controlled: bool) -> Self {
        Self {
            is_controlled,
            ..Self::default()
        }
    }

    /// A command came; `None` says that no more can come.
    pub(in crate::driver) fn take(&mut self, command: Option<ControlCommand>) -> Taken {
        let Some(command) = command else {
            self.is_controlled = false;
            return Taken::Remembered;
        };
        if !self.is_controlled {
            return Taken::TooLate(command);
        }
        match command {
            ControlCommand::Next => self.step = Some(StepCommand::Next),
            ControlCommand::Step => self.step = Some(StepCommand::Step),
            ControlCommand::Repeat => self.step = Some(StepCommand::Repeat),
            ControlCommand::Pause => self.is_paused = true,
            ControlCommand::Resume => self.is_paused = false,
            ControlCommand::Stop => {
                self.is_stopped = true;
                return Taken::Now(command);
            }
            ControlCommand::Type { .. }
            | ControlCommand::SendFile { .. }
            | ControlCommand::Kill { .. }
            | ControlCommand::Disconnect { .. } => {
                return Taken::Now(command);
            }
        }
        Taken::Remembered
    }

    /// The last command about steps that was not obeyed yet.
    pub(in crate::driver) fn take_step(&mut self) -> Option<StepCommand> {
        self.step.take()
    }

    /// Somebody can still send commands.
    pub(in crate::driver) fn is_controlled(&self) -> bool {
        self.is_controlled
    }

    /// No step goes on: somebody has asked for the end.
    pub(in crate::driver) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// A step is to begin, or none any more.
    pub(in crate::driver) fn is_pending(&self) -> bool {
        self.step.is_some() || self.is_stopped
    }

    /// Nothing goes on by itself: somebody has said so, and can still take it back.
    pub(in crate::driver) fn is_paused(&self) -> bool {
        self.is_paused && self.is_controlled
    }
}

#[cfg(test)]
mod tests {
    use super::{CommandState, ControlCommand, StepCommand, Taken};

    #[test]
    fn of_several_commands_about_steps_the_last_one_counts_once() {
        let mut state = CommandState::begin(true);
        for command in [
            ControlCommand::Step,
            ControlCommand::Repeat,
            ControlCommand::Next,
        ] {
            assert_eq!(state.take(Some(command)), Taken::Remembered);
        }
        assert!(state.is_pending());
        assert_eq!(state.take_step(), Some(StepCommand::Next));
        assert_eq!(state.take_step(), None);
        assert!(!state.is_pending());
    }

    #[test]
    fn a_pause_ends_when_nobody_can_take_it_back() {
        let mut state = CommandState::begin(true);
        state.take(Some(ControlCommand::Pause));
        assert!(state.is_paused());
        state.take(Some(ControlCommand::Resume));
        assert!(!state.is_paused());
        state.take(Some(ControlCommand::Pause));
        assert_eq!(state.take(None), Taken::Remembered);
        assert!(!state.is_paused(), "who has paused it has gone");
    }

    #[test]
    fn a_command_after_the_last_step_comes_too_late_and_changes_nothing() {
        let mut state = CommandState::default();
        assert_eq!(
            state.take(Some(ControlCommand::Stop)),
            Taken::TooLate(ControlCommand::Stop)
        );
        assert_eq!(
            state.take(Some(ControlCommand::Next)),
            Taken::TooLate(ControlCommand::Next)
        );
        assert!(!state.is_stopped() && !state.is_pending());
    }
}
