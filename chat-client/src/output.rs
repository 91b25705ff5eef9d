//! The terminal and what must be durable, on a thread of their own: however long they take, the client
//! answers the relay.

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::time::Duration;

use chat_protocol::Name;
use crash_test::{Point, reach};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::clock::unix_now;
use crate::exit_code::{Exit, Failure};
use crate::face::Face;
use crate::home::{History, Journal};
use crate::locale::{Sentence, sentences as say};
use crate::session::{Effect, Line, Refusal, Sought, stored_first};

/// Above so many effects that wait, nothing more is read from anybody.
const FULL: usize = 1024;

/// How long the last lines may take.
const FAREWELL: Duration = Duration::from_secs(10);

/// The near end: effects go in, confirmations come out, in their order.
#[derive(Debug)]
pub(crate) struct Output {
    waiting: VecDeque<Effect>,
    batches: mpsc::Sender<Vec<Effect>>,
    done: mpsc::Receiver<Result<(), Failure>>,
}

/// The far end.
pub(crate) struct Desk {
    pub(crate) journal: Journal,
    /// `None` where the user wants none.
    pub(crate) history: Option<History>,
    /// Nothing that was said with them is remembered for the face.
    pub(crate) blocked: BTreeSet<Name>,
    pub(crate) face: Face,
}

impl Output {
    pub(crate) fn start(desk: Desk) -> io::Result<Self> {
        let (batches, work) = mpsc::channel(1);
        let (confirm, done) = mpsc::channel(FULL);
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || desk.run(work, &confirm))?;
        Ok(Self {
            waiting: VecDeque::new(),
            batches,
            done,
        })
    }

    /// Puts an effect behind what waits.
    pub(crate) fn push(&mut self, effect: Effect) {
        self.waiting.push_back(effect);
    }

    /// Whether enough waits.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= FULL
    }

    /// Hands over what waits, as soon as the thread takes it; then waits for the next confirmation. Safe to be
    /// cancelled.
    pub(crate) async fn confirmation(&mut self) -> Result<(), Failure> {
        loop {
            tokio::select! {
                Ok(permit) = self.batches.reserve(), if !self.waiting.is_empty() => {
                    permit.send(self.waiting.drain(..).collect());
                }
                done = self.done.recv() => return done.unwrap_or_else(|| Err(gone())),
            }
        }
    }

    /// Lets everything be stored and shown, unless that takes too long.
    pub(crate) async fn finish(self) -> Result<(), Failure> {
        let Self {
            waiting,
            batches,
            mut done,
        } = self;
        let finish = async {
            // A thread that has ended says below why.
            batches.send(waiting.into()).await.ok();
            drop(batches);
            while let Some(confirmed) = done.recv().await {
                confirmed?;
            }
            Ok(())
        };
        timeout(FAREWELL, finish).await.unwrap_or(Ok(()))
    }
}

fn gone() -> Failure {
    Failure::new(Exit::Fault, say::writer_ended())
}

impl Desk {
    fn run(
        mut self,
        mut work: mpsc::Receiver<Vec<Effect>>,
        done: &mpsc::Sender<Result<(), Failure>>,
    ) {
        if let Err(failure) = self.begin() {
            // Nobody waits for it where the client ends already.
            done.blocking_send(Err(failure)).ok();
            return;
        }
        while let Some(batch) = work.blocking_recv() {
            if let Err(failure) = self.carry_out(batch, done) {
                // Nobody waits for it where the client ends already.
                done.blocking_send(Err(failure)).ok();
                return;
            }
        }
    }

    /// The face, with what was said before where it wants that.
    fn begin(&mut self) -> Result<(), Failure> {
        let wanted = self.face.wants_past();
        if wanted > 0
            && let Some(history) = &self.history
        {
            let sought = Sought {
                without: std::mem::take(&mut self.blocked),
                ..Sought::last(wanted)
            };
            self.face.remember(history.find(&sought)?);
        }
        self.flush()
    }

    /// All records of a batch are stored at once, before anything is shown.
    fn carry_out(
        &mut self,
        batch: Vec<Effect>,
        done: &mpsc::Sender<Result<(), Failure>>,
    ) -> Result<(), Failure> {
        for effect in stored_first(batch) {
            match effect {
                Effect::SaveContacts(json) => self.journal.home().write_contacts(&json)?,
                Effect::Remember(past) => {
                    if let Some(history) = &mut self.history {
                        reach(Point::ClientHistoryUnwritten);
                        history.append(&past)?;
                        reach(Point::ClientHistoryWritten);
                    }
                }
                Effect::Record(records) => {
                    reach(Point::ClientJournalUnwritten);
                    self.journal.append(&records, unix_now())?;
                    reach(Point::ClientJournalWritten);
                }
                Effect::Show(line) => {
                    self.show(&line)?;
                    if matches!(line, Line::Message { .. }) {
                        reach(Point::ClientShown);
                    }
                }
                Effect::Recall(sought) => self.recall(&sought)?,
                Effect::Progress(progress) => self.face.progress(&progress),
                Effect::Confirm if done.blocking_send(Ok(())).is_err() => return Err(gone()),
                _ => {}
            }
        }
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.face.flush().map_err(|error| not_written(&error))
    }

    fn recall(&mut self, sought: &Sought) -> Result<(), Failure> {
        let Some(history) = &self.history else {
            let refusal = Refusal::new("no-history", say::no_history());
            return self.show(&Line::Refused(refusal));
        };
        let past = history.find(sought)?;
        let count = past.len();
        for entry in past {
            self.show(&Line::Past(entry))?;
        }
        self.show(&Line::Pasts { count })
    }

    fn show(&mut self, line: &Line) -> Result<(), Failure> {
        self.face.show(line).map_err(|error| not_written(&error))
    }
}

fn not_written(error: &io::Error) -> Failure {
    let why = Sentence::from(error);
    Failure::new(Exit::Fault, say::cannot_write_output(why))
}
