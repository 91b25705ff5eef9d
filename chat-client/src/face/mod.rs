//! What the user sees.

mod plain;
mod progress;
mod strangers;
mod terminal;

use std::io::{self, IsTerminal as _, Write as _};

use self::progress::Bars;
use self::strangers::{Strangers, Turn};
use crate::session::{Line, Progress};

pub use plain::render as render_plain;
pub use terminal::render as render_for_people;

/// A face of the client: how lines look, and where they go.
#[derive(Debug)]
pub enum Face {
    /// One event a line, for programs.
    Plain,
    /// For people.
    Terminal(Terminal),
}

/// The terminal, with bars for files.
#[derive(Debug)]
pub struct Terminal {
    bars: Bars,
    strangers: Strangers,
    /// Whether the line can be cleared before text is written over it.
    clears: bool,
}

impl Face {
    /// The face for pipes.
    pub fn plain() -> Self {
        Self::Plain
    }

    /// The face for people; bars only where standard error is a terminal.
    pub fn terminal() -> Self {
        Self::Terminal(Terminal {
            bars: Bars::new(),
            strangers: Strangers::default(),
            clears: io::stdout().is_terminal() && !is_dumb(),
        })
    }

    /// Shows a line, at once.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written to.
    pub fn show(&mut self, line: &Line) -> io::Result<()> {
        match self {
            Self::Plain => write_line(&plain::render(line)),
            Self::Terminal(terminal) => terminal.show(line),
        }
    }

    /// Moves the bar of a file.
    pub fn progress(&mut self, progress: &Progress) {
        match self {
            Self::Plain => {}
            Self::Terminal(terminal) => terminal.bars.update(progress),
        }
    }
}

impl Terminal {
    fn show(&mut self, line: &Line) -> io::Result<()> {
        match self.strangers.take(line) {
            Turn::Count => Ok(()),
            Turn::Instead(text) => self.write(text),
            Turn::Show(before) => {
                let text = terminal::render(line);
                before
                    .into_iter()
                    .chain(text)
                    .try_for_each(|text| self.write(&text))
            }
        }
    }

    fn write(&self, text: &str) -> io::Result<()> {
        // Back to the first column, and away with what stood there.
        let clear = if self.clears { "\r\x1b[K" } else { "" };
        self.bars.suspend(|| write_line(&format!("{clear}{text}")))
    }
}

/// Whether the terminal can do nothing but print.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

fn write_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
