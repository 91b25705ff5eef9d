//! What is shown and what keys mean. Pure: time comes as ticks, and what keys ask for is
//! returned.

use report::narrator::Narrator;
use report::scene::{Participant, ParticipantState, Scene, Show, StoryKind};
use report::{Badge, PlayReport};
use scenario::plan::Plan;
use timeline::{ControlCommand, Event, Kind, visible};

/// Checks that did not pass and are shown.
const RED: usize = 3;

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
    pub fn of(report: &PlayReport, page: &str) -> Self {
        let red = report.red().take(RED);
        let red = red.map(|check| visible(&format!("{}: {}", check.name, check.evidence.got)));
        let mut lines: Vec<String> = red.collect();
        lines.push(visible(&report.searches.sentence()));
        lines.push(format!("as a page: {page}"));
        Self {
            verdict: Badge::of(&report.verdicts.play).to_string(),
            lines,
            is_fine: report.verdicts.play.is_fine(),
        }
    }
}

/// Gives bytes of a file below the play's directory: name, offset, length.
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

/// What lies over the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Panel {
    None,
    /// One participant, large; 0 is the relay.
    Zoom(usize),
    /// The bytes of one record.
    Bytes(usize),
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
            hint: None,
            is_leaving: false,
            is_streaming: false,
            reader,
            narrator: Narrator::new(plan, 80),
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

    /// What is looked at: now, or a step before.
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
