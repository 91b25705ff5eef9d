//! What is shown and what keys mean. Pure: time comes as ticks, and what keys ask for is
//! returned.

use std::time::Duration;

use report::narrator::Narrator;
use report::scene::{Participant, ParticipantState, Record, Scene, Show, StoryKind};
use report::{Badge, PlayReport, seen_in_words};
use scenario::plan::Plan;
use timeline::{ControlCommand, Event, Kind, visible};

/// Checks that did not pass and are shown.
const RED: usize = 3;

/// Bytes of a record that can be inspected.
const INSPECTED: u64 = 64 * 1024;

/// A line is typed for the eye in so many ticks.
const TICKS: usize = 24;

/// Where a play comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It goes on now.
    Live,
    /// It was played then.
    Recorded(String),
    /// It was played then, and is shown in place of one that goes on now.
    StandIn(String),
}

/// How a play went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// `✔ PASS`
    pub verdict: String,
    /// What a reader should know, most important first.
    pub lines: Vec<String>,
    /// It went as it should.
    pub is_fine: bool,
}

impl Ending {
    /// What a report says, and where its page lies.
    pub fn of(report: &PlayReport, lesson: Option<&str>, page: &str) -> Self {
        let red = report.red().take(RED);
        let red = red.map(|check| visible(&seen_in_words(check)));
        let lesson = lesson.map(|lesson| report.lesson(lesson));
        let mut lines: Vec<String> = lesson.into_iter().chain(red).collect();
        lines.push(visible(&report.searches.sentence()));
        lines.push(format!("as a page: {page}"));
        Self {
            verdict: Badge::of(&report.verdicts.play).to_string(),
            lines,
            is_fine: report.verdicts.play.is_fine(),
        }
    }
}

/// Gives bytes of a file in the play's directory: name, offset, length.
pub struct Reader(pub Box<Read>);

/// As the reader does it.
pub type Read = dyn Fn(&str, u64, u64) -> Vec<u8> + Send;

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

/// What a key asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Something of the play.
    ControlCommand(ControlCommand),
    /// The play ends at once.
    Cancel,
    /// The screen is left.
    Leave,
    /// Lines instead of the screen, or the screen again.
    Stream(bool),
    /// A saved play in place of this one, or the one that goes on again; on the screen.
    StandIn,
}

/// What makes a play go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each key.
    Keys,
    /// Time, and each key.
    Time,
    /// Each key, until time does again.
    Paused,
}

/// What is over the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    None,
    /// One pane, large, scrolled up by so many rows.
    Zoom {
        pane: usize,
        up: usize,
    },
    /// The bytes of one record.
    Bytes(OpenRecord),
    /// What the keys do.
    Keys,
    /// Something that needs more than a line.
    Said {
        title: &'static str,
        text: String,
    },
    /// Who is to be taken over.
    Choose(usize),
    /// A client is driven by hand.
    ByHand {
        client: usize,
        line: String,
    },
}

/// A record that is being inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenRecord {
    /// Its place among those that passed.
    pub(crate) record: usize,
    /// Its first bytes.
    pub(crate) bytes: Vec<u8>,
    /// The row at the top, of [`rows`].
    pub(crate) row: usize,
}

/// Bytes in a row that is scrolled.
pub(crate) const ROW: u64 = 16;

/// Where the rows of a record begin. What is sealed begins a row.
pub(crate) fn rows(record: &Record) -> Vec<u64> {
    let sealed = record.body_from();
    let step = usize::try_from(ROW).unwrap_or(1);
    let head = (0..sealed).step_by(step);
    head.chain((sealed..record.len).step_by(step)).collect()
}

/// What can be enlarged: the relay's view, each client, and what stands around them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    RelayView,
    /// Its place among the participants; 0 is what the relay prints.
    Participant(usize),
    Meaning,
    Story,
}

/// All panes, in the order of TAB.
pub(crate) fn panes(scene: &Scene) -> Vec<Pane> {
    let clients = (1..scene.participants.len()).map(Pane::Participant);
    let others = [Pane::Participant(0), Pane::Meaning, Pane::Story];
    std::iter::once(Pane::RelayView)
        .chain(clients)
        .chain(others)
        .collect()
}

/// The screen as data.
#[derive(Debug)]
pub struct Model {
    pub(crate) source: Source,
    pub(crate) show: Show,
    pub(crate) pace: Pace,
    /// The view was stepped back to the end of this step.
    pub(crate) past: Option<(usize, Box<Scene>)>,
    pub(crate) panel: Panel,
    /// Letters of the line to be typed that are shown.
    pub(crate) letters: usize,
    pub(crate) ending: Option<Ending>,
    /// How long nothing has happened since.
    pub(crate) idle: Duration,
    /// What a key could not do.
    pub(crate) hint: Option<String>,
    pub(crate) is_leaving: bool,
    pub(crate) is_streaming: bool,
    pub(crate) reader: Reader,
    narrator: Narrator,
    /// The play as lines, for who leaves the screen to them.
    streamable: Vec<String>,
    streamed: usize,
}

impl Model {
    /// Before the first event of a play; its files are read through the reader.
    pub fn new(plan: &Plan, source: Source, reader: Reader) -> Self {
        // A stream has no banner.
        let streamable = match &source {
            Source::Live => Vec::new(),
            Source::Recorded(when) | Source::StandIn(when) => vec![format!("RECORDED {when}")],
        };
        Self {
            source,
            show: Show::new(plan),
            pace: Pace::Keys,
            past: None,
            panel: Panel::None,
            letters: 0,
            ending: None,
            idle: Duration::ZERO,
            hint: None,
            is_leaving: false,
            is_streaming: false,
            reader,
            // Whoever selects lines to copy wants them whole.
            narrator: Narrator::new(plan, usize::from(u16::MAX)),
            streamable,
            streamed: 0,
        }
    }

    /// The same, of a play that goes on by itself.
    #[must_use]
    pub fn by_itself(self) -> Self {
        let pace = Pace::Time;
        Self { pace, ..self }
    }

    /// One event more.
    pub fn event(&mut self, event: Event) {
        if matches!(event.kind, Kind::Composed { .. }) {
            self.letters = 0;
        }
        self.idle = Duration::ZERO;
        let bytes = &*self.reader.0;
        self.show.add(event, &bytes);
        let lines = self
            .show
            .last()
            .map(|event| self.narrator.lines(&self.show.now, event));
        self.streamable.extend(lines.unwrap_or_default());
    }

    /// The play is over.
    pub fn end(&mut self, ending: Ending) {
        self.streamable.push(ending.verdict.clone());
        self.streamable.extend(ending.lines.iter().cloned());
        // What could not be done while it went on says nothing any more.
        self.hint = None;
        self.ending = Some(ending);
    }

    /// So long nothing has come: the clock of a play that goes on now runs all the same.
    pub fn pass(&mut self, length: Duration) {
        if self.source == Source::Live && self.ending.is_none() {
            self.idle += length;
        }
    }

    /// How far the play on the screen is.
    pub(crate) fn clock(&self) -> Duration {
        let idle = if self.past.is_some() {
            Duration::ZERO
        } else {
            self.idle
        };
        Duration::from_nanos(self.scene().t) + idle
    }

    /// Opens a record for inspection, at the start of its sealed part.
    pub(crate) fn open_record(&mut self, record: usize) {
        let Some(passed) = self.scene().passed.get(record) else {
            self.hint("nothing has passed the relay yet");
            return;
        };
        let (file, at) = &passed.record.place;
        let bytes = (self.reader.0)(file, *at, passed.record.len.min(INSPECTED));
        let sealed = passed.record.body_from();
        let row = rows(&passed.record).iter().position(|at| *at == sealed);
        self.panel = Panel::Bytes(OpenRecord {
            record,
            bytes,
            row: row.unwrap_or_default(),
        });
    }

    /// A moment has passed for the eye.
    pub fn tick(&mut self) {
        let coming = self
            .show
            .now
            .participants
            .iter()
            .filter_map(|participant| participant.coming.as_ref());
        let longest = coming.map(|line| line.chars().count()).max().unwrap_or(0);
        self.letters = longest.min(self.letters + longest.div_ceil(TICKS));
    }

    /// The line to be typed is shown whole at once.
    pub(crate) fn show_whole_line(&mut self) {
        self.letters = usize::MAX;
    }

    /// What is on the screen: now, or a step before.
    pub fn scene(&self) -> &Scene {
        self.past.as_ref().map_or(&self.show.now, |(_, past)| past)
    }

    /// Lines that were not streamed yet, where they are streamed.
    pub fn to_stream(&mut self) -> Vec<String> {
        if !self.is_streaming {
            return Vec::new();
        }
        let lines = self
            .streamable
            .get(self.streamed..)
            .unwrap_or_default()
            .to_vec();
        self.streamed = self.streamable.len();
        lines
    }

    /// Somebody died, something did not come, or the verdict is red.
    pub(crate) fn has_failure(&self) -> bool {
        let now = &self.show.now;
        let is_dead =
            |participant: &Participant| matches!(participant.status, ParticipantState::Dead(_));
        now.participants.iter().any(is_dead)
            || now
                .story
                .iter()
                .any(|entry| entry.kind == StoryKind::Failed)
            || self.ending.as_ref().is_some_and(|ending| !ending.is_fine)
    }

    /// Says what needs more than a line, over the stage.
    pub(crate) fn say(&mut self, title: &'static str, text: String) {
        self.panel = Panel::Said { title, text };
    }

    /// Says why a key did nothing.
    pub(crate) fn hint(&mut self, hint: &str) {
        self.hint = Some(hint.to_owned());
    }
}
