//! What programs did in a play.

use timeline::{Direction, Event, EventKind, Kind, Stream};

use crate::patterns::{Known, pattern};

/// A line of a client.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Who.
    pub who: String,
    /// What.
    pub text: String,
    /// The relay had sent it something before.
    pub(crate) is_after_relay: bool,
    /// Somebody had typed something before.
    pub(crate) is_after_typing: bool,
    /// How many steps had begun before.
    pub(crate) steps: usize,
}

/// What programs did in a play.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Lines of clients on their standard output.
    pub printed: Vec<Printed>,
    /// What clients wrote on their standard error.
    pub(crate) complaints: Vec<String>,
    /// All that the relay wrote.
    pub(crate) of_relay: Vec<String>,
    /// Who typed what.
    pub(crate) typed: Vec<(String, String)>,
    /// The relay got ready.
    pub(crate) relay_serves: bool,
    /// Why somebody did not.
    pub(crate) not_ready: Option<String>,
    /// Who was asked to end and did not.
    pub(crate) deaf: Vec<String>,
}

/// The number of lines of the clients, and of the relay, that are read.
const MOST_LINES: usize = 2000;

const RELAY: &str = "relay";

impl Observed {
    /// By the timeline of a play.
    pub fn read(events: &[Event]) -> Self {
        let mut observed = Self::default();
        let mut heard: Vec<&str> = Vec::new();
        let mut steps = 0;
        for event in events {
            match &event.kind {
                Kind::Ready { who } if who == RELAY => observed.relay_serves = true,
                Kind::NotReady { why, .. } => observed.not_ready = Some(why.clone()),
                Kind::Typed { who, line } => observed.typed.push((who.clone(), line.clone())),
                Kind::Deaf { who, .. } => observed.deaf.push(who.clone()),
                Kind::StepBegan { .. } => steps += 1,
                Kind::Wire {
                    link,
                    direction: Direction::Down,
                    ..
                } => heard.push(link),
                Kind::Line { who, text, .. } if who == RELAY => {
                    observed.of_relay.push(text.clone());
                }
                Kind::Line {
                    stream: Stream::Stderr,
                    text,
                    ..
                } => observed.complaints.push(text.clone()),
                Kind::Line { who, text, .. } => observed.printed.push(Printed {
                    who: who.clone(),
                    text: text.clone(),
                    is_after_relay: heard.contains(&who.as_str()),
                    is_after_typing: !observed.typed.is_empty(),
                    steps,
                }),
                _ => {}
            }
        }
        for lines in [&mut observed.complaints, &mut observed.of_relay] {
            lines.truncate(MOST_LINES);
        }
        observed.printed.truncate(MOST_LINES);
        observed
    }

    /// The lines of one client.
    pub(crate) fn of<'a>(&'a self, who: &'a str) -> impl Iterator<Item = &'a Printed> {
        self.printed.iter().filter(move |line| line.who == who)
    }

    /// The text that began so, as it was typed.
    pub(crate) fn text(&self, beginning: &str) -> Option<&str> {
        let mut typed = self.typed.iter();
        typed.find_map(|(_, line)| line.get(line.find(beginning)?..))
    }
}

impl Observed {
    /// The pattern of a line that somebody has pointed at: the other person follows from whose line it is, and the text from
    /// what was typed.
    ///
    /// Nothing for a line that is too long.
    pub fn pattern(&self, event: EventKind, line: &Printed) -> Option<String> {
        let other = if line.who == "alice" { "bob" } else { "alice" };
        let texts = self.typed.iter().filter_map(|(_, typed)| self.text(typed));
        let text = texts.into_iter().find(|text| line.text.contains(text));
        let mut known: Vec<Known<'_>> = Vec::new();
        match event {
            EventKind::Ready => known.push(Known::of("name", &line.who)),
            EventKind::Message | EventKind::Private => {
                known.extend(text.map(|text| Known::of("text", text)));
                known.push(Known::of("from", other));
            }
            _ => known.push(Known::of("who", other)),
        }
        pattern(&line.text, &known)
    }
}
