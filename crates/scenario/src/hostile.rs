//! `relay`: what the relay does that clients must withstand.

use toml_language::shape::{Table, ValueKind, must};
use toml_language::{Node, closed};

closed_list! {
    /// What a hostile relay does. The seed of the run says when it strikes (at the first occasion, or one or two
    /// later), and which of several ways it takes.
    #[derive(Default)]
    pub enum RelayDoes {
        /// nothing: it passes on what comes
        #[default]
        Nothing,
        /// swallow one text
        DropsOne,
        /// swallow every text from one on, and say that each was accepted
        DropsTheRest,
        /// keep one text back, and deliver it after the next two
        Withholds,
        /// swap two texts
        Reorders,
        /// deliver one text three times
        Replays,
        /// deliver everything again to those who come back
        ReplaysLater,
        /// flip one bit of an envelope
        FlipsBits,
        /// exchange the wrapped secrets of two envelopes for two recipients
        SwapsWraps,
        /// sign an envelope again, with a key of its own
        SignsAgain,
        /// write in the name of somebody else
        ForgesSenders,
        /// announce its own key under everybody's name, open what is sealed for it, and seal it again
        SwapsFirstKeys,
        /// announce its own key for somebody who comes back
        SwapsKeys,
        /// announce everybody with the first encryption key that it saw, however old
        KeepsOldKeys,
        /// announce somebody with a certificate that is not signed like that
        BadCertificates,
        /// announce somebody with a weak key
        WeakKeys,
        /// announce somebody whom nobody knows
        Ghost,
        /// name somebody as present long after the login
        SilentGhost,
        /// say that a text was accepted, and deliver it to nobody
        AcceptsFalsely,
        /// say that a text was shown
        ForgesReceipts,
        /// have a member of its own who contradicts what it wrote before
        Equivocates,
        /// change, swap, repeat or cut one chunk of a file
        ManglesFiles,
        /// have a member of its own who offers files with dangerous names
        DangerousNames,
        /// deliver a text to its own sender
        Reflects,
        /// move a text to another conversation
        MovesTexts,
        /// be another relay after the first two logins: by its name, or by its key
        OtherRelay,
        /// say that an envelope uses another suite
        OtherSuite,
        /// announce a frame of four gigabytes
        Oversized,
        /// send half of a frame, and never the rest
        HalfFrames,
        /// send ten thousand pings
        FloodsPings,
        /// announce four billion people
        InventsPeople,
        /// have a member of its own who writes what drives terminals
        TerminalEscapes,
    }
}

/// The table, described.
pub(crate) static RELAY: Table = Table::new(
    "relay",
    "A relay that does what clients must withstand. The adapter's relay must be able to.",
    &[must(
        "does",
        ValueKind::Word(closed::words::<RelayDoes>),
        "what it does",
    )],
);

impl RelayDoes {
    /// As it is written in files.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Reads the table, where there is one.
    pub(crate) fn read(node: Option<&Node<'_, '_>>) -> Self {
        node.and_then(|relay| relay.word("does"))
            .unwrap_or_default()
    }
}
