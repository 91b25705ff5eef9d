//! Why a step cannot be done. It is data, and goes to the timeline: the fault is a participant's,
//! or its adapter's.

use crate::driver::participants::{NotCaptured, TypeLineError};

/// Why the action of a step could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::driver) enum StepImpossible {
    /// It does not take what is typed.
    #[error("{client} {why}")]
    Type { client: String, why: TypeLineError },
    /// It would have to type what nobody has shown.
    #[error("{client} cannot type it: {why}")]
    Unfilled { client: String, why: NotCaptured },
    /// It does not show what its adapter awaits before it types on.
    #[error(
        "{client} does not show /{awaited}/, which the adapter awaits before typing to it; {shown}"
    )]
    NotAsked {
        client: String,
        awaited: String,
        shown: String,
    },
    /// It may end in other ways.
    #[error("the adapter does not say how a client quits")]
    NoWayToQuit,
    /// It cannot join a second time.
    #[error("the program of {client} is still running")]
    StillRuns { client: String },
    /// The timeline says why.
    #[error("{client} could not be started")]
    NotStarted { client: String },
    /// The timeline says why.
    #[error("the relay did not get ready")]
    RelayNotReady,
}

#[cfg(test)]
mod tests {
    use super::{StepImpossible, TypeLineError};

    #[test]
    fn who_cannot_be_typed_to_is_named_before_the_reason() {
        let in_words = |why| {
            let client = "bob".to_owned();
            StepImpossible::Type { client, why }.to_string()
        };
        let never = in_words(TypeLineError::NeverStarted);
        assert_eq!(never, "bob was never started");
        let unread = in_words(TypeLineError::DoesNotRead);
        assert_eq!(unread, "bob does not read its input");
    }
}
