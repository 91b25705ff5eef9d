//! A participant of a running play.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use crate::driver::captured::Catches;
use crate::links::tap::Tap;
use crate::participant::dialogue_matcher::{Asked, Heard, Hearing};
use crate::participant::process::Process;
use crate::participant::reading::{Chaff, Reading};
use crate::participant::usage::Usage;
use scenario::adapter::Console;
use timeline::{Ended, Stream};

/// How long an ended process' streams may stay open: something that it left behind may hold
/// them.
pub(crate) const HELD_OPEN: Duration = Duration::from_millis(500);

/// A participant, through all of its starts.
#[derive(Debug, Default)]
pub(crate) struct Member {
    /// How often it was started.
    pub(crate) turn: u32,
    pub(crate) process: Option<Process>,
    /// How its last process ended, and when; `None` while it runs or before it was started.
    pub(crate) ended: Option<(Ended, Instant)>,
    /// Its end was recorded: all that it printed stands before it.
    pub(crate) is_silent: bool,
    /// The most that was seen of what it uses.
    pub(crate) usage: Usage,
    /// It has exceeded a limit, and was ended for it.
    pub(crate) is_over: bool,
    stdout: Reading,
    stderr: Reading,
    /// What is left out of its lines.
    pub(crate) chaff: Chaff,
    /// What it has shown that may be a question; `None` when it asks nothing any more.
    pub(crate) hearing: Option<Hearing>,
    /// What others need of its lines.
    pub(crate) catches: Catches,
    /// Streams that have not ended.
    pub(crate) open: BTreeSet<Stream>,
    /// A client's link.
    pub(crate) tap: Option<Tap>,
    /// Files in its downloads that were digested already.
    pub(crate) received: BTreeSet<PathBuf>,
}

impl Member {
    /// A new process takes the place of the last one.
    pub(crate) fn started(&mut self, process: Process, console: &Console) {
        let terminal = console.terminal.as_ref();
        self.process = Some(process);
        self.ended = None;
        self.is_silent = false;
        self.usage = Usage::default();
        self.is_over = false;
        self.open = BTreeSet::from([Stream::Stdout]);
        if terminal.is_none() {
            self.open.insert(Stream::Stderr);
        }
        self.stdout = terminal.map(Reading::screen).unwrap_or_default();
        self.stderr = Reading::default();
        self.chaff = Chaff::new(console.prompt.as_deref());
        self.hearing = (!console.dialogue.is_empty()).then(Hearing::default);
        self.catches = Catches::new(console);
    }

    /// Its process runs.
    pub(crate) fn is_running(&self) -> bool {
        self.process.is_some() && self.ended.is_none()
    }

    /// When its end can be recorded at the latest, if it has ended and was not yet recorded.
    pub(crate) fn end_due(&self) -> Option<Instant> {
        let (_, at) = self.ended.filter(|_| !self.is_silent)?;
        Some(if self.open.is_empty() {
            at
        } else {
            at + HELD_OPEN
        })
    }

    /// What is read of a stream.
    pub(crate) fn reading(&mut self, stream: Stream) -> &mut Reading {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// The line that it has begun and not ended; empty when there is none.
    pub(crate) fn partial(&self) -> String {
        let shown = self.stdout.partial();
        if shown.is_empty() {
            return self.stderr.partial();
        }
        shown
    }

    /// It has completed a line, which may be a question.
    pub(crate) fn heard(&mut self, line: &str) {
        if let Some(hearing) = &mut self.hearing {
            hearing.line(line);
        }
    }

    /// The first of these questions that it has asked.
    pub(crate) fn hears<'a>(&mut self, questions: &[Asked<'a>]) -> Option<Heard<'a>> {
        let partials = [
            (Stream::Stdout, self.stdout.partial()),
            (Stream::Stderr, self.stderr.partial()),
        ];
        self.hearing.as_mut()?.find(questions, &partials)
    }

    /// Types a line; `Err` says why it cannot be.
    pub(crate) fn type_line(&mut self, line: &str) -> Result<(), String> {
        self.type_line_at(line, || ()).map(drop)
    }

    /// Types a line, and asks what time it is before the program can have read it.
    pub(crate) fn type_line_at<T>(
        &mut self,
        line: &str,
        time: impl FnOnce() -> T,
    ) -> Result<T, String> {
        let process = self
            .process
            .as_ref()
            .ok_or_else(|| "was never started".to_owned())?;
        let keys = process.keys(line)?;
        let began = time();
        if !process.send(keys) {
            return Err("does not read its input".to_owned());
        }
        if process.manners().is_some_and(|manners| manners.echoes) {
            self.chaff.typed(line);
        }
        Ok(began)
    }

    /// Answers what the program has asked its terminal.
    pub(crate) fn answer(&mut self) {
        let answers = self.stdout.take_answers();
        if let Some(process) = self.process.as_ref().filter(|_| !answers.is_empty()) {
            // A program that does not read is not told; that shows in what it does.
            process.send(answers);
        }
    }
}
