//! `relay`: what the relay does that clients must withstand.

use toml_language::shape::{Table, ValueKind, must};
use toml_language::{Node, closed};

closed_list! {
    /// What a hostile relay does. The seed of the run decides when it strikes (at the first occasion, or one or two
    /// later), and in which variant.
    #[derive(Default)]
    pub enum RelayDoes {
        /// nothing: forward everything unchanged
        #[default]
        Nothing,
        /// swallow one text
        DropsOne,
        /// swallow all texts from one on, and report each as accepted
        DropsTheRest,
        /// withhold one text, and deliver it after the next two
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
        /// send a text under somebody else's name
        ForgesSenders,
        /// announce its own key under everybody's name, open what is sealed for it, and seal it again
        SwapsFirstKeys,
        /// announce its own key for somebody who comes back
        SwapsKeys,
        /// announce everybody with the first encryption key that it saw from them, however old
        KeepsOldKeys,
        /// announce somebody with a changed or foreign certificate
        BadCertificates,
        /// announce somebody with a weak key
        WeakKeys,
        /// announce somebody who does not exist
        Ghost,
        /// list somebody as present long after the login, without an announcement
        SilentGhost,
        /// report a text as accepted, and deliver it to nobody
        AcceptsFalsely,
        /// claim that a text was shown
        ForgesReceipts,
        /// have a member of its own who contradicts an earlier message
        Equivocates,
        /// change, swap, repeat or cut one chunk of a file
        ManglesFiles,
        /// have a member of its own who offers files with dangerous names
        DangerousNames,
        /// deliver a text to its own sender
        Reflects,
        /// move a text to another conversation
        MovesTexts,
        /// pose as another relay after the first two logins: by name, or by key
        OtherRelay,
        /// change the suite that an envelope names
        OtherSuite,
        /// announce a frame of four gigabytes
        Oversized,
        /// send half of a frame, and never the rest
        HalfFrames,
        /// send ten thousand pings
        FloodsPings,
        /// announce four billion people
        InventsPeople,
        /// have a member of its own who sends escape sequences for terminals
        TerminalEscapes,
    }
}

/// The table, described.
pub(crate) static RELAY: Table = Table::new(
    "relay",
    "A hostile relay. The adapter's relay must support this.",
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
