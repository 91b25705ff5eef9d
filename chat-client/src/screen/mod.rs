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
#[cfg(feature = "window")]
mod shown;
mod typed;
mod view;
mod window;
mod wrap;

use std::fmt;
use std::io::{self, Write};
#[cfg(unix)]
use std::os::fd::AsFd as _;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_protocol::Name;
use chrono::{DateTime, Local, Offset as _};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::Print;
use tokio::sync::{Notify, mpsc};

pub use draw::draw;
pub(crate) use guard::{fits, is_stuck};
#[cfg(feature = "window")]
pub(crate) use shown::{Connection, ShownBar, ShownEntry, Submitted, Tab};
pub use typed::Want;
pub use view::{ChatView, Outside};
#[cfg(feature = "window")]
pub(crate) use window::With;

use crate::clock::unix_now;
use crate::input::Input;
use crate::locale::{Locale, sentences as say};
use crate::session::{Choices, Line, Past, Progress};

/// Texts of earlier times that a screen begins with.
pub const PAST: usize = 500;

/// Lines that one key may send.
const MOST_LINES: usize = 2;

/// The terminal with a view on it, for two threads: one that shows, and one that reads keys.
#[derive(Clone)]
pub struct Screen(Arc<Mutex<Painted>>);

struct Painted {
    view: ChatView,
    /// It alone is written to, so that there is one lock and no order of locks.
    terminal: Terminal<CrosstermBackend<Sink>>,
    has_bell: bool,
}

/// What takes the bytes for the terminal.
type Sink = Box<dyn Write + Send>;

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Screen")
    }
}

impl Screen {
    /// Takes the terminal. Whoever opens it closes it.
    pub(crate) fn open(me: Name, has_bell: bool, locale: Locale) -> io::Result<Self> {
        let mut out: Sink = Box::new(io::stdout());
        guard::take(&mut out)?;
        let terminal = Terminal::new(CrosstermBackend::new(out));
        let terminal = terminal.inspect_err(|_| guard::restore(&mut io::stdout()))?;
        let view = ChatView::new(me, outside(locale));
        let painted = Painted {
            view,
            terminal,
            has_bell,
        };
        Ok(Self(Arc::new(Mutex::new(painted))))
    }

    /// Gives the terminal back, and prints what is left to say. A terminal that does not take that in time gets its
    /// settings back, and nothing is written to it any more.
    pub(crate) fn close(&self, patience: Duration) {
        let screen = self.clone();
        let (sender, is_closed) = sync_channel(1);
        let closing = std::thread::Builder::new()
            .name("closing".to_owned())
            .spawn(move || {
                screen.lock().close();
                // Nobody waits for it where it took too long.
                sender.send(()).ok();
            });
        if closing.is_err() || is_closed.recv_timeout(patience).is_err() {
            guard::give_up();
        }
    }

    /// Reads keys on a thread of its own; `leaves` is told when somebody wants to leave.
    pub(crate) fn read_keys(&self, leaves: Arc<Notify>) -> io::Result<mpsc::Receiver<Input>> {
        let (sender, receiver) = mpsc::channel(crate::input::WAITING);
        let screen = self.clone();
        #[cfg(unix)]
        {
            let leaves = Arc::clone(&leaves);
            std::thread::Builder::new()
                .name("hang-up".to_owned())
                .spawn(move || {
                    // Where that cannot be seen, keys are read all the same.
                    if guard::wait_for_hang_up(io::stdin().as_fd()).is_ok() {
                        leaves.notify_one();
                    }
                })?;
        }
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

    pub(crate) fn choose(&self, choices: Choices) {
        self.lock().view.choose(choices);
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
        if !guard::is_taken() {
            return Err(io::Error::other("the screen is closed"));
        }
        let wants = match event {
            Event::Key(key) if key.kind == KeyEventKind::Release => return Ok(()),
            Event::Key(key) if key.code == KeyCode::Enter && lines.capacity() < MOST_LINES => {
                painted.view.hint(&say::too_much_waits());
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
                Want::Tell(line) => drop(lines.try_send(Input::Line(line))),
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
                execute!(self.terminal.backend_mut(), Print('\x07'))?;
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let out = self.terminal.backend_mut();
        guard::restore(out);
        for line in self.view.farewell() {
            // A terminal that has gone needs no farewell.
            writeln!(out, "{line}").ok();
        }
        out.flush().ok();
    }

    /// Stops this program until its shell lets it go on.
    #[cfg(unix)]
    fn suspend(&mut self) -> io::Result<()> {
        guard::restore(self.terminal.backend_mut());
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
        guard::take(self.terminal.backend_mut())?;
        self.terminal.clear()
    }

    #[cfg(not(unix))]
    fn suspend(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}

fn outside(locale: Locale) -> Outside {
    Outside {
        locale,
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender};

    use ratatui::crossterm::event::{KeyEvent, KeyModifiers};
    use ratatui::layout::Rect;
    use ratatui::{TerminalOptions, Viewport};

    use super::*;

    /// There is one terminal, and each test has it for itself.
    static TERMINAL: Mutex<()> = Mutex::new(());

    fn screen(out: impl Write + Send + 'static) -> Screen {
        guard::pretend_taken();
        let options = TerminalOptions {
            viewport: Viewport::Fixed(Rect::new(0, 0, 60, 10)),
        };
        let backend = CrosstermBackend::new(Box::new(out) as Sink);
        let painted = Painted {
            view: ChatView::new("alice".parse().unwrap(), outside(Locale::English)),
            terminal: Terminal::with_options(backend, options).unwrap(),
            has_bell: false,
        };
        Screen(Arc::new(Mutex::new(painted)))
    }

    fn press(screen: &Screen, code: KeyCode, modifiers: KeyModifiers) -> io::Result<()> {
        let (sender, _receiver) = mpsc::channel(crate::input::WAITING);
        let key = Event::Key(KeyEvent::new(code, modifiers));
        screen.take(key, &sender, &Notify::new())
    }

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_is_drawn_on_a_terminal_that_was_given_back() {
        let _alone = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = Kept::default();
        let screen = screen(kept.clone());
        press(&screen, KeyCode::Char('a'), KeyModifiers::NONE).unwrap();
        press(&screen, KeyCode::Enter, KeyModifiers::NONE).unwrap();
        screen.close(Duration::MAX);
        let written = kept.0.lock().unwrap().clone();
        let text = String::from_utf8_lossy(&written).into_owned();
        assert!(text.ends_with("unanswered texts: 1\n"), "{text}");
        press(&screen, KeyCode::Char('l'), KeyModifiers::CONTROL).unwrap_err();
        press(&screen, KeyCode::Char('b'), KeyModifiers::NONE).unwrap_err();
        screen.paint().unwrap();
        assert_eq!(*kept.0.lock().unwrap(), written);
    }

    /// A terminal that takes nothing: tells of the first write, and holds it up.
    struct Stuck(SyncSender<()>, Receiver<()>);

    impl Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.0.send(()).ok();
            self.1.recv().ok();
            Err(io::Error::other("gone"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_that_takes_nothing_does_not_hold_up_the_end() {
        let _alone = TERMINAL.lock().unwrap_or_else(PoisonError::into_inner);
        let (begin, has_begun) = sync_channel(1);
        let (free, is_free) = sync_channel(0);
        let screen = screen(Stuck(begin, is_free));
        let drawing = screen.clone();
        let drawing = std::thread::spawn(move || drawing.paint());
        has_begun.recv().unwrap();
        screen.close(Duration::ZERO);
        assert!(is_stuck());
        drop(free);
        drawing.join().unwrap().unwrap_err();
        // Whoever closes it late would give back the terminal of the next test: the last one to hold it is done.
        drop(screen);
        while has_begun.recv().is_ok() {}
    }
}
