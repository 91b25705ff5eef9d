//! A participant of a running play.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::captured::Catches;
use crate::participant::dialogue_matcher::{Asked, DialogueMatcher, Question};
use crate::participant::downloads::Downloads;
use crate::participant::handle::ProcessHandle;
use crate::participant::process::HELD_OPEN;
use crate::participant::reading::{EchoFilter, Reading};
use crate::participant::terminal::LineTooLong;
use crate::participant::usage::Usage;
use scenario::adapter::IoSettings;
use timeline::{Ended, Stream};

/// Why a line cannot be typed, in words that follow the name of the participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::driver) enum TypeLineError {
    #[error("was never started")]
    NeverStarted,
    /// What was typed before fills all that waits for it; or its input was ended.
    #[error("does not read its input")]
    DoesNotRead,
    #[error(transparent)]
    TooLong(#[from] LineTooLong),
}

/// A participant, through all of its starts.
#[derive(Debug, Default)]
pub(in crate::driver) struct Participant {
    /// How often it was started.
    pub(super) starts: u32,
    pub(super) process: Option<Box<dyn ProcessHandle>>,
    /// How its last process ended, and when; `None` while it runs or before it was started.
    pub(super) ended: Option<(Ended, Instant)>,
    /// Its end was recorded: all that it printed stands before it.
    pub(super) is_silent: bool,
    /// The most that was seen of what it uses.
    pub(super) usage: Usage,
    /// It has exceeded a limit, and was ended for it.
    pub(super) is_over: bool,
    stdout: Reading,
    stderr: Reading,
    /// What is left out of its lines.
    pub(super) echo_filter: EchoFilter,
    /// What it has shown that may be awaited; `None` when nothing is.
    pub(super) questions: Option<DialogueMatcher>,
    /// What others need of its lines.
    pub(super) catches: Catches,
    /// When what it has printed stands still, unless it prints more.
    pub(super) still_at: Option<Instant>,
    /// Streams that have not ended.
    pub(super) open: BTreeSet<Stream>,
    /// When the next line may be typed to it, where its adapter says how fast it reads.
    pub(super) next_line: Option<Instant>,
    /// What is known of its downloads.
    pub(super) downloads: Downloads,
    /// They could not be reached, and are not asked for again.
    pub(super) hides_downloads: bool,
}

impl Participant {
    /// A new process takes the place of the last one.
    pub(super) fn started(&mut self, process: Box<dyn ProcessHandle>, io: &IoSettings) {
        let terminal = io.terminal.as_ref();
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
        self.echo_filter = EchoFilter::new(io.prompt.as_deref());
        self.questions = (!io.dialogue.is_empty()).then(DialogueMatcher::default);
        self.catches = Catches::new(io);
    }

    /// Its process runs.
    pub(super) fn is_running(&self) -> bool {
        self.process.is_some() && self.ended.is_none()
    }

    /// As the harness sees its last process.
    pub(super) fn pid(&self) -> Option<i32> {
        self.process.as_ref().map(|process| process.pid())
    }

    /// When its end can be recorded at the latest, if it has ended and was not yet recorded.
    pub(super) fn end_due(&self) -> Option<Instant> {
        let (_, at) = self.ended.filter(|_| !self.is_silent)?;
        Some(if self.open.is_empty() {
            at
        } else {
            at + HELD_OPEN
        })
    }

    /// What is read of a stream.
    pub(super) fn reading(&mut self, stream: Stream) -> &mut Reading {
        match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        }
    }

    /// The last question to its terminal that was not answered.
    pub(super) fn unanswered(&self) -> Option<&str> {
        self.stdout.unanswered()
    }

    /// The line that it has begun and not ended; empty when there is none.
    pub(super) fn partial(&self) -> String {
        let shown = self.stdout.partial();
        if shown.is_empty() {
            return self.stderr.partial();
        }
        shown
    }

    /// It has completed a line, which may be a question.
    pub(super) fn add_line(&mut self, line: &str) {
        if let Some(questions) = &mut self.questions {
            questions.line(line);
        }
    }

    /// The first of these questions that it has asked.
    pub(super) fn answers_to<'a>(&mut self, questions: &[Asked<'a>]) -> Option<Question<'a>> {
        let mut partials = vec![(Stream::Stdout, self.stdout.partial())];
        // A question may end where the cursor is, and may stand around it.
        let around = self.stdout.cursor_line();
        partials.extend(around.map(|line| (Stream::Stdout, line)));
        partials.push((Stream::Stderr, self.stderr.partial()));
        self.questions.as_mut()?.find(questions, &partials)
    }

    /// Types a line.
    pub(in crate::driver) fn type_line(&mut self, line: &str) -> Result<(), TypeLineError> {
        self.type_line_at(line, || ()).map(drop)
    }

    /// Types a line, and asks what time it is before the program can have read it.
    pub(super) fn type_line_at<T>(
        &mut self,
        line: &str,
        time: impl FnOnce() -> T,
    ) -> Result<T, TypeLineError> {
        let process = self.process.as_ref();
        let process = process.ok_or(TypeLineError::NeverStarted)?;
        let keys = process.keys(line)?;
        let began = time();
        if !process.send(keys) {
            return Err(TypeLineError::DoesNotRead);
        }
        if process.echoes() {
            self.echo_filter.typed(line);
        }
        Ok(began)
    }

    /// Bytes that were typed and that the program has not read.
    pub(super) fn unread(&self) -> u64 {
        self.process.as_ref().map_or(0, |process| process.unread())
    }

    /// Answers what the program has asked its terminal.
    pub(super) fn answer(&mut self) {
        let answers = self.stdout.take_answers();
        if let Some(process) = self.process.as_ref().filter(|_| !answers.is_empty()) {
            // A full queue is the program's own affair: that it does not read shows in what it does.
            process.send(answers);
        }
    }
}
