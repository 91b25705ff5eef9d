//! How the program ends.

use std::process::ExitCode;

use crate::locale::{Locale, Sentence, sentences as say};

/// The exit codes, as `--help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The user left.
    Quit,
    /// Another fault.
    Fault,
    /// Wrong usage.
    Usage,
    /// The relay is gone, after the login.
    RelayGone,
    /// The relay refused the login, or is not the one that was meant.
    LoginRefused,
    /// No relay there, no key store, a home that cannot be used.
    Environment,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Fault => 1,
            Self::Usage => 2,
            Self::RelayGone => 3,
            Self::LoginRefused => 4,
            Self::Environment => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why the program cannot go on: what happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, where.
    pub error: Sentence,
    /// What to do, where we know.
    pub hint: Option<Sentence>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, error: Sentence) -> Self {
        Self {
            exit,
            error,
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(self, hint: Sentence) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// Something about this machine: files, passphrase, network.
    pub fn environment(error: Sentence) -> Self {
        Self::new(Exit::Environment, error)
    }

    /// One or two lines: `error: ...` and `hint: ...`.
    pub fn in_locale(&self, locale: Locale) -> String {
        let error = say::error(self.error.clone());
        let hint = self.hint.clone().map(say::hint);
        let lines = [error].into_iter().chain(hint);
        Sentence::joined(lines, "\n").in_locale(locale)
    }
}
