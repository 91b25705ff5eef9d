//! What is shown and what keys mean. Pure: time comes as ticks, and what keys ask for is
//! returned.

use judge::Verdict;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use report::narrator::Narrator;
use report::scene::{Participant, Scene, Show, Status, StoryKind};
use report::{Badge, PlayReport};
use scenario::plan::Plan;
use timeline::{Ask, Event, Kind, visible};

/// Checks that did not pass and are told.
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
        let red = report.verdicts.checks.iter();
        let red = red.filter(|check| check.verdict != Verdict::Pass);
        let mut lines: Vec<String> = red
            .take(RED)
            .map(|check| visible(&format!("{}: {}", check.name, check.evidence.got)))
            .collect();
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
    Ask(Ask),
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
    Hand {
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
    is_streaming: bool,
    reader: Reader,
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

    /// What a key does.
    pub fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.hint = None;
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && key.code == KeyCode::Char('c') {
            return Some(Effect::Cancel);
        }
        match std::mem::replace(&mut self.panel, Panel::None) {
            Panel::Hand { client, line } => self.key_by_hand(client, line, key, is_control),
            Panel::Choose(chosen) => self.key_of_choice(chosen, key.code),
            Panel::Bytes(record) => self.key_of_bytes(record, key.code),
            Panel::Zoom(participant) => self.key_of_zoom(participant, key.code),
            Panel::Keys if matches!(key.code, KeyCode::Char('?' | 'h')) => None,
            Panel::Keys | Panel::Said { .. } | Panel::None => self.key_of_stage(key.code),
        }
    }

    fn key_of_stage(&mut self, code: KeyCode) -> Option<Effect> {
        match code {
            KeyCode::Char(' ') | KeyCode::Enter | KeyCode::Right => self.go_on(),
            KeyCode::Char('b') | KeyCode::Left | KeyCode::Backspace => self.back(),
            KeyCode::Char('a') => self.pause(),
            KeyCode::Char('r') => self.ask_live(Ask::Repeat),
            KeyCode::Char('t') => {
                if self.can_interfere() {
                    self.panel = Panel::Choose(1);
                }
                None
            }
            KeyCode::Char('x') => {
                match self.scene().passed.len().checked_sub(1) {
                    Some(last) => self.panel = Panel::Bytes(last),
                    None => self.hint("nothing has passed the relay yet"),
                }
                None
            }
            KeyCode::Char('z') => {
                self.panel = Panel::Zoom(0);
                None
            }
            KeyCode::Char('s') => {
                self.is_streaming = !self.is_streaming;
                Some(Effect::Stream(self.is_streaming))
            }
            KeyCode::Char('f') => self.change_places(),
            KeyCode::Char('?' | 'h') => {
                self.panel = Panel::Keys;
                None
            }
            KeyCode::Char('q') => self.quit(),
            _ => None,
        }
    }

    fn go_on(&mut self) -> Option<Effect> {
        if self.past.take().is_some() {
            return None;
        }
        if self.ending.is_some() {
            self.hint("the play is over: q quits");
            return None;
        }
        Some(Effect::Ask(Ask::Next))
    }

    /// What to ask for so that nothing goes on by itself.
    pub(crate) fn stand_still(&mut self) -> Option<Ask> {
        let goes_on = self.pace == Pace::Time && self.ending.is_none();
        goes_on.then(|| {
            self.pace = Pace::Paused;
            Ask::Pause
        })
    }

    /// Stops what goes on by itself, or lets it go on.
    fn pause(&mut self) -> Option<Effect> {
        if self.ending.is_some() {
            self.hint("the play is over: q quits");
            return None;
        }
        let (pace, ask) = match self.pace {
            Pace::Keys => {
                self.hint("it waits for SPACE anyway; `--auto 2s` goes on by itself");
                return None;
            }
            Pace::Time => (Pace::Paused, Ask::Pause),
            Pace::Paused => (Pace::Time, Ask::Resume),
        };
        self.pace = pace;
        Some(Effect::Ask(ask))
    }

    fn back(&mut self) -> Option<Effect> {
        let now = self.show.steps();
        let at = self.past.as_ref().map_or(now, |(at, _)| *at);
        let Some(earlier) = at.checked_sub(1) else {
            self.hint("this is where it began");
            return None;
        };
        let past = self.show.at(earlier, &self.reader.0);
        self.past = Some((earlier, Box::new(past)));
        None
    }

    fn change_places(&mut self) -> Option<Effect> {
        if matches!(self.source, Source::Recorded(_)) {
            self.hint("this is a recording, and nothing else goes on");
            return None;
        }
        self.is_streaming = false;
        Some(Effect::StandIn)
    }

    fn quit(&mut self) -> Option<Effect> {
        match &self.source {
            Source::StandIn(_) => return self.change_places(),
            Source::Live if self.ending.is_none() => {}
            Source::Recorded(_) | Source::Live => return Some(Effect::Leave),
        }
        if self.is_leaving {
            return Some(Effect::Cancel);
        }
        self.is_leaving = true;
        Some(Effect::Ask(Ask::Stop))
    }

    fn can_interfere(&mut self) -> bool {
        match (&self.source, &self.ending) {
            (Source::Recorded(_) | Source::StandIn(_), _) => {
                self.hint("this is a recording: nobody can change it");
            }
            (Source::Live, Some(_)) => self.hint("the play is over"),
            (Source::Live, None) => {
                self.past = None;
                return true;
            }
        }
        false
    }

    fn ask_live(&mut self, ask: Ask) -> Option<Effect> {
        self.can_interfere().then_some(Effect::Ask(ask))
    }

    fn key_of_choice(&mut self, chosen: usize, code: KeyCode) -> Option<Effect> {
        let last = self.show.now.clients().len().max(1);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Right => Panel::Choose(chosen % last + 1),
            KeyCode::BackTab | KeyCode::Up | KeyCode::Left => {
                Panel::Choose(chosen.checked_sub(1).filter(|one| *one > 0).unwrap_or(last))
            }
            KeyCode::Enter => hand(chosen),
            KeyCode::Char(digit) => match digit.to_digit(10).map(|digit| digit as usize) {
                Some(client) if (1..=last).contains(&client) => hand(client),
                _ => Panel::Choose(chosen),
            },
            _ => Panel::None,
        };
        // The script waits for whoever has taken a client over.
        let has_taken = matches!(self.panel, Panel::Hand { .. });
        let ask = has_taken.then(|| self.stand_still())?;
        ask.map(Effect::Ask)
    }

    fn key_by_hand(
        &mut self,
        client: usize,
        mut line: String,
        key: KeyEvent,
        is_control: bool,
    ) -> Option<Effect> {
        let who = self.show.now.participants.get(client)?.name.clone();
        let mut effect = None;
        match key.code {
            KeyCode::Esc => return None,
            KeyCode::Enter => {
                let line = std::mem::take(&mut line);
                effect = Some(Effect::Ask(Ask::Type { client: who, line }));
            }
            KeyCode::Backspace => drop(line.pop()),
            KeyCode::Char('k') if is_control => {
                effect = Some(Effect::Ask(Ask::Kill { client: who }));
            }
            KeyCode::Char('d') if is_control => {
                effect = Some(Effect::Ask(Ask::Disconnect { client: who }));
            }
            KeyCode::Char(letter) if !is_control => line.push(letter),
            _ => {}
        }
        self.panel = Panel::Hand { client, line };
        effect
    }

    fn key_of_bytes(&mut self, record: usize, code: KeyCode) -> Option<Effect> {
        let last = self.scene().passed.len().saturating_sub(1);
        let record = record.min(last);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Right => Panel::Bytes((record + 1).min(last)),
            KeyCode::BackTab | KeyCode::Up | KeyCode::Left => {
                Panel::Bytes(record.saturating_sub(1))
            }
            KeyCode::Char('x') | KeyCode::Esc => Panel::None,
            _ => return self.key_of_stage(code),
        };
        None
    }

    fn key_of_zoom(&mut self, participant: usize, code: KeyCode) -> Option<Effect> {
        let participants = self.show.now.participants.len().max(1);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down => Panel::Zoom((participant + 1) % participants),
            KeyCode::BackTab | KeyCode::Up => {
                Panel::Zoom((participant + participants - 1) % participants)
            }
            KeyCode::Char('z') | KeyCode::Esc => Panel::None,
            _ => {
                let effect = self.key_of_stage(code);
                if self.panel == Panel::None {
                    self.panel = Panel::Zoom(participant);
                }
                return effect;
            }
        };
        None
    }

    /// Somebody died, something did not come, or the verdict is red.
    pub(crate) fn has_failure(&self) -> bool {
        let now = &self.show.now;
        let is_dead = |participant: &Participant| matches!(participant.status, Status::Dead(_));
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

fn hand(client: usize) -> Panel {
    Panel::Hand {
        client,
        line: String::new(),
    }
}
