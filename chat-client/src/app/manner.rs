//! Who uses the client, and how: the same chat has several faces.

use crate::cli::Chat;
use crate::face::Face;
use crate::locale::Locale;
use crate::screen;
use crate::session::Typing;

/// How the client is used, whoever it is with.
pub(super) struct Manner {
    pub(super) locale: Locale,
    pub(super) kind: Kind,
    /// Another connection follows one that is lost.
    pub(super) reconnects: bool,
}

/// Who reads and types, as the options and the terminal say.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A program that is shown lines.
    Plain,
    /// A program that is shown objects.
    Json,
    /// A person with a screen.
    Screen {
        /// It rings for what is meant for that person.
        has_bell: bool,
    },
    /// A person who is shown one line below the other.
    Lines,
    /// A person with a browser.
    #[cfg(feature = "window")]
    Page,
}

impl Kind {
    pub(super) fn of(options: &Chat) -> Self {
        if options.plain {
            Self::Plain
        } else if options.json {
            Self::Json
        } else if !options.lines && screen::fits() {
            let has_bell = options.bell;
            Self::Screen { has_bell }
        } else {
            Self::Lines
        }
    }

    /// How a program is shown lines; `None` for people.
    pub(super) fn of_a_program(self) -> Option<Face> {
        match self {
            Self::Plain => Some(Face::Plain),
            Self::Json => Some(Face::Json),
            Self::Screen { .. } | Self::Lines => None,
            #[cfg(feature = "window")]
            Self::Page => None,
        }
    }

    pub(super) fn typing(self) -> Typing {
        match self {
            Self::Plain | Self::Json => Typing::Program,
            Self::Screen { .. } => Typing::Screen,
            Self::Lines => Typing::Person,
            #[cfg(feature = "window")]
            Self::Page => Typing::Screen,
        }
    }
}
