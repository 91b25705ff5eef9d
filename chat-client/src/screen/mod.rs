//! The screen of the chat on a terminal: who talks with whom, what has become of it, and a line to type.
//!
//! ```text
//! lines of the session ─┐
//! keys ─────────────────┼─► ChatView (pure) ──► draw (pure) ──► terminal
//!                       └─► lines for the session
//! ```

mod complete;
mod draw;
mod guard;
mod typed;
mod view;
mod window;
mod wrap;

use std::fmt;
use std::io::{self, Stdout, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_protocol::Name;
use chrono::{DateTime, Local, Offset as _};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::Print;
use tokio::sync::{Notify, mpsc};

pub use draw::draw;
pub(crate) use guard::fits;
pub use typed::Want;
pub use view::{ChatView, Outside};

use crate::clock::unix_now;
use crate::input::Input;
use crate::session::{Line, Past, Progress};

/// Texts of earlier times that a screen begins with.
pub const PAST: usize = 500;

/// Lines that one key may send.
const MOST_LINES: usize = 2;

/// The terminal with a view on it, for two threads: one that shows, and one that reads keys.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<Painted>>);

struct Painted {
    view: ChatView,
    terminal: Terminal<CrosstermBackend<Stdout>>,
    has_bell: bool,
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

impl Screen {
    /// Takes the terminal. Whoever opens it closes it.
    pub(crate) fn open(me: Name, has_bell: bool) -> io::Result<Self> {
        guard::take()?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()));
        let terminal = terminal.inspect_err(|_| guard::restore())?;
        let view = ChatView::new(me, outside());
        let painted = Painted {
            view,
            terminal,
            has_bell,
        };
        Ok(Self(Arc::new(Mutex::new(painted))))
    }

    /// Gives the terminal back, and prints what is left to say.
    pub(crate) fn close(&self) {
        guard::restore();
        let mut out = io::stdout().lock();
        for line in self.lock().view.farewell() {
            // A terminal that has gone needs no farewell.
            writeln!(out, "{line}").ok();
        }
    }

    /// Reads keys on a thread of its own; `leaves` is told when somebody wants to leave.
    pub(crate) fn read_keys(&self, leaves: Arc<Notify>) -> io::Result<mpsc::Receiver<Input>> {
        let (sender, receiver) = mpsc::channel(crate::input::WAITING);
        let screen = self.clone();
        std::thread::Builder::new()
            .name("keys".to_owned())
            .spawn(move || {
                while let Ok(event) = event::read() {
                    if screen.take(event, &sender, &leaves).is_err() {
                        break;
                    }
                }
                // Without a terminal nobody can type or read.
                leaves.notify_one();
            })?;
        Ok(receiver)
    }

    pub(crate) fn show(&self, line: &Line, at: u64) {
        self.lock().view.take(line, at);
    }

    pub(crate) fn progress(&self, progress: &Progress) {
        self.lock().view.progress(progress);
    }

    pub(crate) fn remember(&self, past: Vec<Past>) {
        self.lock().view.remember(past);
    }

    pub(crate) fn paint(&self) -> io::Result<()> {
        self.lock().paint()
    }

    fn take(&self, event: Event, lines: &mpsc::Sender<Input>, leaves: &Notify) -> io::Result<()> {
        let mut painted = self.lock();
        let wants = match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => return Ok(()),
            Event::Key(key) if key.code == KeyCode::Enter && lines.capacity() < MOST_LINES => {
                painted
                    .view
                    .hint("too much waits to be sent: press Enter again later");
                Vec::new()
            }
            Event::Key(key) => painted.view.key(key, unix_now()),
            Event::Paste(text) => {
                painted.view.paste(&text);
                Vec::new()
            }
            _ => Vec::new(),
        };
        for want in wants {
            match want {
                Want::Send(line) => lines
                    .try_send(Input::Line(line))
                    .map_err(io::Error::other)?,
                Want::Leave => leaves.notify_one(),
                Want::Suspend => painted.suspend()?,
                Want::Repaint => painted.terminal.clear()?,
            }
        }
        painted.paint()
    }

    fn lock(&self) -> MutexGuard<'_, Painted> {
        // Whoever has panicked has given the terminal back.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Painted {
    fn paint(&mut self) -> io::Result<()> {
        if guard::is_taken() {
            let view = &mut self.view;
            self.terminal.draw(|frame| draw(view, frame))?;
            if self.view.takes_ring() && self.has_bell {
                execute!(io::stdout(), Print('\x07'))?;
            }
        }
        Ok(())
    }

    /// Stops this program until its shell lets it go on.
    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        guard::restore();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
        guard::take()?;
        self.terminal.clear()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}

fn outside() -> Outside {
    Outside {
        zone: |at| {
            let at = i64::try_from(at).ok();
            let time = at.and_then(|at| DateTime::from_timestamp(at, 0));
            time.map_or(0, |time| {
                let here = time.with_timezone(&Local);
                i64::from(here.offset().fix().local_minus_utc())
            })
        },
        list,
        home: std::env::home_dir(),
        has_colours: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// A folder that cannot be read has nothing to offer.
fn list(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| {
        let is_folder = entry.path().is_dir();
        let name = entry.file_name().into_string().ok()?;
        Some(if is_folder { name + "/" } else { name })
    });
    names.take(10_000).collect()
}
