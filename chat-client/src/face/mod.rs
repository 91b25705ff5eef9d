//! What the user sees.

mod files;
mod json;
mod people;
mod plain;
mod rooms;
mod strangers;

use std::io::{self, Write as _};

use crate::clock::unix_now;
use crate::locale::Locale;
use crate::screen::Screen;
use crate::session::{Line, Past, Progress};
#[cfg(feature = "window")]
use crate::window::ChatPage;

pub use json::render as render_json;
pub use people::render as render_for_people;
pub use plain::render as render_plain;
pub(crate) use strangers::{Strangers, Turn};

/// A face of the client: how lines look, and where they go.
#[derive(Debug)]
pub enum Face {
    /// One event a line, for programs.
    Plain,
    /// One event a line as an object of JSON, for programs.
    Json,
    /// One line below the other, for people where no screen can be had.
    Lines(Lines),
    /// A screen with an input line, for people.
    Screen(Screen),
    /// A page in a browser, for people.
    #[cfg(feature = "window")]
    Page(ChatPage),
}

/// What lines below each other have to know of those before.
#[derive(Debug)]
pub struct Lines {
    strangers: Strangers,
    locale: Locale,
}

impl Face {
    /// Shows a line, at once, or for a screen at the next [`Self::flush`].
    ///
    /// # Errors
    ///
    /// Standard output cannot be written to.
    pub fn show(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Plain => write_line(&plain::render(line)),
            Self::Json => write_line(&json::render(line)),
            Self::Lines(lines) => lines.show(line),
            Self::Screen(screen) => {
                screen.show(line, unix_now());
                Ok(())
            }
            #[cfg(feature = "window")]
            Self::Page(page) => {
                page.show(line, unix_now());
                Ok(())
            }
        }
    }

    /// Everything that was shown can be seen now.
    ///
    /// # Errors
    ///
    /// The terminal cannot be written to.
    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Screen(screen) => screen.paint(),
            #[cfg(feature = "window")]
            Self::Page(page) => {
                page.publish();
                Ok(())
            }
            Self::Plain | Self::Json | Self::Lines(_) => Ok(()),
        }
    }

    /// Moves the bar of a file.
    pub fn progress(&mut self, progress: &Progress) {
        match self {
            Self::Screen(screen) => screen.progress(progress),
            #[cfg(feature = "window")]
            Self::Page(page) => page.progress(progress),
            Self::Plain | Self::Json | Self::Lines(_) => {}
        }
    }

    /// How many texts of earlier times it wants to begin with.
    pub fn wants_past(&self) -> usize {
        match self {
            Self::Screen(_) => crate::screen::PAST,
            #[cfg(feature = "window")]
            Self::Page(_) => crate::screen::PAST,
            Self::Plain | Self::Json | Self::Lines(_) => 0,
        }
    }

    /// Begins with what was said before.
    pub fn remember(&mut self, past: Vec<Past>) {
        match self {
            Self::Screen(screen) => screen.remember(past),
            #[cfg(feature = "window")]
            Self::Page(page) => page.remember(past),
            Self::Plain | Self::Json | Self::Lines(_) => {}
        }
    }
}

impl Lines {
    pub(crate) fn new(locale: Locale) -> Self {
        let strangers = Strangers::default();
        Self { strangers, locale }
    }

    fn show(&mut self, line: &Line) -> io::Result<()> {
        match self.strangers.take(line, self.locale) {
            Turn::Count => Ok(()),
            Turn::Instead(text) => write_line(&text),
            Turn::Show(before) => {
                let text = people::render(line, self.locale);
                let mut texts = before.into_iter().chain(text);
                texts.try_for_each(|text| write_line(&text))
            }
        }
    }
}

fn write_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
