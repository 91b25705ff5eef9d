//! What the user wants others to do and to learn, and how the user types.

use clap::ValueEnum;

/// Choices that hold for a whole session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Whose files are taken without a question.
    pub accept_files: AcceptFiles,
    /// Whether others are told when the user writes to them, and the user when they do.
    pub typing: bool,
    /// Whether others are told what the user has read, and the user what they have.
    pub read_marks: bool,
}

/// A choice of two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    #[default]
    Off,
}

impl From<Switch> for bool {
    fn from(switch: Switch) -> Self {
        switch == Switch::On
    }
}

/// Whose files are taken without a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum AcceptFiles {
    /// Everybody's.
    Always,
    /// Those of people whose identity is verified; others wait for an answer.
    Contacts,
    /// Nobody's: each one waits for an answer.
    #[default]
    Ask,
}

impl AcceptFiles {
    /// Whether a file of somebody in this state is taken without a question.
    pub(super) fn takes_from(self, state: &str) -> bool {
        match self {
            Self::Always => true,
            Self::Contacts => state == "verified",
            Self::Ask => false,
        }
    }
}

/// How lines are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// By a program: with backslash escapes, and numbers where it wants some.
    Program,
    /// By a person whose screen numbers each line.
    Screen,
    /// By a person.
    Person,
}

impl Typing {
    pub(super) fn has_escapes(self) -> bool {
        self == Self::Program
    }

    pub(super) fn has_numbers(self) -> bool {
        self != Self::Person
    }
}
