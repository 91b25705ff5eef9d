//! The terminal, taken and given back: at the end, when something panics, and when the process
//! is asked to go.

use std::io::{self, IsTerminal as _, Stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};

/// The smallest terminal that has room for the stage: columns and rows.
pub(crate) const SMALLEST: (u16, u16) = (80, 24);

/// The terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether somebody sits in front of a terminal that has room for the stage, and nothing says
/// that they want a plain stream: `CI`, or `TERM=dumb`.
pub fn fits() -> bool {
    let says_no = std::env::var_os("CI").is_some()
        || std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let has_room = || size().is_ok_and(|(w, h)| w >= SMALLEST.0 && h >= SMALLEST.1);
    !says_no && is_terminal && has_room()
}

/// The terminal shows our screen as long as this lives.
pub(crate) struct Guard {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    is_streaming: bool,
}

impl Guard {
    /// Takes the terminal.
    pub(crate) fn take() -> io::Result<Self> {
        restore_on_panic();
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        // What is pasted comes as such, and not as keys that each mean something.
        let entered = execute!(
            io::stdout(),
            EnterAlternateScreen,
            Hide,
            EnableBracketedPaste
        );
        let terminal = entered.and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match terminal {
            Ok(terminal) => Ok(Self {
                terminal,
                is_streaming: false,
            }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Paints, unless lines are streamed.
    pub(crate) fn paint(&mut self, draw: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        if !self.is_streaming {
            self.terminal.draw(draw)?;
        }
        Ok(())
    }

    /// Leaves the screen to plain lines, or comes back to it.
    pub(crate) fn stream(&mut self, on: bool) -> io::Result<()> {
        if on == self.is_streaming {
            return Ok(());
        }
        self.is_streaming = on;
        if on {
            execute!(io::stdout(), LeaveAlternateScreen, Show)
        } else {
            execute!(io::stdout(), EnterAlternateScreen, Hide)?;
            self.terminal.clear()
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. One that has gone needs no mending.
fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        execute!(
            io::stdout(),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        )
        .ok();
        disable_raw_mode().ok();
    }
}

/// What a panic says must be readable, and what follows it typed in a usable terminal.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore();
            before(panic);
        }));
    });
}
