//! The chat as a page in a browser on this machine.
//!
//! ```text
//! lines of the session ─┐
//! requests of the page ─┼─► Seat (pure) ──► state, as one stream of events ──► page
//!                       └─► lines for the session
//! ```
//!
//! [`session_guard`] lets in the one browser that opened the printed address. The page shows the state and nothing
//! else: whatever it is told last is everything it needs, so a page that is loaded again is as good as the first.

mod address;
mod ask;
mod outgoing;
mod routes;
mod seat;
mod state;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chat_protocol::Name;
use session_guard::SessionGuard;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::timeout;

use self::outgoing::Outgoing;
use self::seat::Seat;
use crate::exit_code::{Exit, Failure};
use crate::input::{Input, WAITING};
use crate::locale::Locale;
use crate::screen::Want;
use crate::session::{Line, Past, Progress};

/// How long a page may take to be told that the program ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Lines that one request may cause: so much must be free before it is taken.
const MOST_LINES: usize = 3;

/// What the page needs to be opened.
pub(crate) struct Around {
    pub(crate) me: Name,
    pub(crate) locale: Locale,
    pub(crate) blocked: BTreeSet<Name>,
    /// Where files lie until they are sent.
    pub(crate) outgoing: PathBuf,
    /// Where files from others are.
    pub(crate) downloads: PathBuf,
    /// Is told when somebody wants to leave.
    pub(crate) leaves: Arc<Notify>,
}

/// The page, for the threads that write to it and the one that serves it.
#[derive(Clone)]
pub struct ChatPage(Arc<Site>);

struct Site {
    seat: Mutex<Seat>,
    /// Counts what was published.
    published: watch::Sender<u64>,
    lines: mpsc::Sender<Input>,
    leaves: Arc<Notify>,
    downloads: PathBuf,
    /// Holds nothing as long as the page is served.
    served: watch::Receiver<()>,
}

impl fmt::Debug for ChatPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChatPage")
    }
}

impl ChatPage {
    /// Serves the page, on a thread of its own, and prints its address.
    pub(crate) fn open(around: Around) -> io::Result<(Self, mpsc::Receiver<Input>)> {
        let (lines, input) = mpsc::channel(WAITING);
        let outgoing = Outgoing::new(around.outgoing)?;
        let (serving, served) = watch::channel(());
        let page = Self(Arc::new(Site {
            seat: Mutex::new(Seat::new(
                around.me,
                around.locale,
                around.blocked,
                outgoing,
            )),
            downloads: around.downloads,
            published: watch::Sender::new(0),
            lines,
            leaves: around.leaves,
            served,
        }));
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let guard = Arc::new(SessionGuard::new("chat", listener.local_addr()?));
        address::offer(Arc::clone(&guard))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let site = page.clone();
        std::thread::Builder::new()
            .name("page".to_owned())
            .spawn(move || {
                // Whoever waits for the end of the page sees it when this goes.
                let _serving = serving;
                runtime.block_on(site.serve(listener, guard))
            })?;
        Ok((page, input))
    }

    async fn serve(
        self,
        listener: std::net::TcpListener,
        guard: Arc<SessionGuard>,
    ) -> io::Result<()> {
        let listener = TcpListener::from_std(listener)?;
        let routes = routes::of(self.clone(), guard);
        let ended = async move {
            let mut published = self.0.published.subscribe();
            // The sender lives as long as this.
            drop(published.wait_for(|_| self.seat().has_ended()).await);
        };
        axum::serve(listener, routes)
            .with_graceful_shutdown(ended)
            .await
    }

    pub(crate) fn show(&self, line: &Line, at: u64) {
        self.seat().take(line, at);
    }

    pub(crate) fn progress(&self, progress: &Progress) {
        self.seat().progress(progress);
    }

    pub(crate) fn remember(&self, past: Vec<Past>) {
        self.seat().remember(past);
    }

    /// Everything that was shown so far is for the page now.
    pub(crate) fn publish(&self) {
        let mut seat = self.seat();
        // Under one lock: two threads that ask at once would both count the same room.
        for line in seat.questions(self.0.lines.capacity()) {
            // There was room; where the client ends nobody reads.
            self.0.lines.try_send(Input::Line(line)).ok();
        }
        drop(seat);
        self.0.published.send_modify(|count| *count += 1);
    }

    /// Tells the page how the client ended, and waits until it knows, unless that takes too long.
    pub(crate) async fn end(&self, done: &Result<Exit, Failure>) {
        let locale = self.seat().view.locale();
        let text = match done {
            Ok(Exit::RelayGone) => locale.page_word("page_ended_gone", &[]),
            Ok(_) => locale.page_word("page_ended_left", &[]),
            Err(failure) => {
                let why = failure.in_locale(locale);
                locale.page_word("page_ended", &[("reason", &why)])
            }
        };
        self.seat().end(text);
        self.0.published.send_modify(|count| *count += 1);
        let mut served = self.0.served.clone();
        // An error says that the sender is gone, and that is what is waited for.
        drop(
            timeout(
                FAREWELL,
                async move { while served.changed().await.is_ok() {} },
            )
            .await,
        );
        self.seat().close();
    }

    /// Does what a request came to.
    fn carry_out(&self, wants: Vec<Want>) {
        for want in wants {
            match want {
                // There was room; where the client ends nobody reads.
                Want::Send(line) | Want::Tell(line) => {
                    drop(self.0.lines.try_send(Input::Line(line)));
                }
                Want::Leave => self.0.leaves.notify_one(),
                // Nobody asks a page for what a terminal does.
                Want::Suspend | Want::Repaint => {}
            }
        }
        self.publish();
    }

    /// Whether what a request comes to can be passed on.
    fn has_room(&self) -> bool {
        self.0.lines.capacity() >= MOST_LINES
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.0.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
