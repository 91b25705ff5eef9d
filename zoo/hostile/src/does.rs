//! When each behaviour strikes, and for which the relay has a member of its own.

use scenario::RelayDoes;

/// What a behaviour waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A client sends an envelope.
    Sent,
    /// An envelope is about to be delivered.
    Delivered,
    /// A chunk of a file is.
    Chunk,
    /// Somebody is announced to somebody who is here already.
    Joined,
    /// A login, or none at all.
    Login,
}

/// What it waits for before it strikes.
pub(crate) fn occasion(does: RelayDoes) -> Occasion {
    match does {
        RelayDoes::DropsOne
        | RelayDoes::DropsTheRest
        | RelayDoes::Ghost
        | RelayDoes::SilentGhost
        | RelayDoes::AcceptsFalsely
        | RelayDoes::ForgesReceipts
        | RelayDoes::Reflects => Occasion::Sent,
        RelayDoes::Withholds
        | RelayDoes::Reorders
        | RelayDoes::Replays
        | RelayDoes::FlipsBits
        | RelayDoes::SwapsWraps
        | RelayDoes::SignsAgain
        | RelayDoes::ForgesSenders
        | RelayDoes::Equivocates
        | RelayDoes::DangerousNames
        | RelayDoes::MovesTexts
        | RelayDoes::OtherSuite
        | RelayDoes::Oversized
        | RelayDoes::HalfFrames
        | RelayDoes::FloodsPings
        | RelayDoes::TerminalEscapes => Occasion::Delivered,
        RelayDoes::ManglesFiles => Occasion::Chunk,
        RelayDoes::SwapsKeys | RelayDoes::BadCertificates => Occasion::Joined,
        RelayDoes::Nothing
        | RelayDoes::ReplaysLater
        | RelayDoes::SwapsFirstKeys
        | RelayDoes::KeepsOldKeys
        | RelayDoes::WeakKeys
        | RelayDoes::OtherRelay
        | RelayDoes::InventsPeople => Occasion::Login,
    }
}

/// Whether the relay has a member of its own, who is announced to everybody.
pub(crate) fn has_member(does: RelayDoes) -> bool {
    matches!(
        does,
        RelayDoes::SignsAgain
            | RelayDoes::WeakKeys
            | RelayDoes::Equivocates
            | RelayDoes::DangerousNames
            | RelayDoes::TerminalEscapes
    )
}
