//! One participant, as those who watch see it.

use scenario::adapter::Terminal;
use timeline::{Stream, visible};

/// Lines of a participant that are kept.
const LINES: usize = 400;

/// A participant.
#[derive(Debug)]
pub struct Participant {
    /// A client's name, or `relay`.
    pub name: String,
    /// How it is.
    pub status: ParticipantState,
    /// What it shows.
    pub face: Face,
    /// What it is about to type, and has not typed yet.
    pub coming: Option<String>,
    /// The last line on its standard error, where there was one.
    complaint: Option<String>,
}

/// How a participant is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParticipantState {
    /// It was not started yet.
    Absent,
    /// Started, and not ready yet.
    Starting,
    /// It can serve, or be driven.
    Ready,
    /// Its process has ended as it should, with how.
    Gone(String),
    /// Its process has ended or does not get ready, with why: nobody wanted that.
    Dead(String),
}

impl ParticipantState {
    /// In words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Absent => "not started".to_owned(),
            Self::Starting => "starting".to_owned(),
            Self::Ready => "ready".to_owned(),
            Self::Gone(how) => how.clone(),
            Self::Dead(why) => format!("DIED: {why}"),
        }
    }
}

/// What a participant shows.
pub enum Face {
    /// What went through its pipes, the latest last.
    Lines(Vec<Entry>),
    /// Its terminal.
    Terminal(Box<vt100::Parser>),
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lines(lines) => f.debug_tuple("Lines").field(lines).finish(),
            Self::Terminal(parser) => {
                let contents = parser.screen().contents();
                f.debug_tuple("Terminal").field(&contents).finish()
            }
        }
    }
}

/// One thing on a participant's face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What.
    pub kind: EntryKind,
    /// Without anything that would drive a terminal.
    pub text: String,
}

/// Who has put it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The scenario typed it.
    Typed,
    /// A person typed it.
    ByHand,
    /// The program printed it.
    Shown,
    /// The program printed it on standard error.
    Complained,
    /// Something happened to the program.
    Happened,
    /// The program ended as it should.
    Left,
}

impl Participant {
    /// Nobody has started it yet.
    pub(super) fn new(name: &str, terminal: Option<&Terminal>) -> Self {
        let face = match terminal {
            Some(terminal) => Face::Terminal(Box::new(vt100::Parser::new(
                terminal.rows,
                terminal.columns,
                0,
            ))),
            None => Face::Lines(Vec::new()),
        };
        Self {
            name: name.to_owned(),
            status: ParticipantState::Absent,
            face,
            coming: None,
            complaint: None,
        }
    }

    /// Bytes for its terminal; those of a pipe come as lines.
    pub(super) fn output(&mut self, bytes: &[u8]) {
        if let Face::Terminal(parser) = &mut self.face {
            parser.process(bytes);
        }
    }

    /// It runs on a terminal.
    pub(super) fn has_terminal(&self) -> bool {
        matches!(self.face, Face::Terminal(_))
    }

    /// A line that it has printed.
    pub(super) fn print(&mut self, stream: Stream, text: &str) {
        let kind = match stream {
            Stream::Stdout => EntryKind::Shown,
            Stream::Stderr => EntryKind::Complained,
        };
        if stream == Stream::Stderr && !text.trim().is_empty() {
            self.complaint = Some(text.to_owned());
        }
        self.push(kind, text);
    }

    /// A line of it. A terminal shows what is typed and printed by itself.
    pub(super) fn push(&mut self, kind: EntryKind, text: &str) {
        let text = visible(&short_paths(text));
        match (&mut self.face, kind) {
            (Face::Lines(lines), _) => {
                if lines.len() == LINES {
                    lines.remove(0);
                }
                lines.push(Entry { kind, text });
            }
            (Face::Terminal(parser), EntryKind::Happened) => {
                parser.process(format!("\r\n\x1b[7m{text}\x1b[m\r\n").as_bytes());
            }
            (Face::Terminal(parser), EntryKind::Left) => {
                parser.process(format!("\r\n\x1b[2m{text}\x1b[m\r\n").as_bytes());
            }
            (Face::Terminal(_), _) => {}
        }
    }

    /// Its process has ended; `because` says what made it, where something did.
    pub(super) fn ended(&mut self, how: &str, because: Option<String>) {
        let complaint = self.complaint.as_deref();
        self.status = match (because, complaint) {
            (Some(because), _) => ParticipantState::Gone(format!("{how}, {because}")),
            (None, Some(complaint)) => {
                ParticipantState::Dead(format!("{how}: {}", visible(complaint)))
            }
            (None, None) => ParticipantState::Dead(how.to_owned()),
        };
        self.coming = None;
        let kind = match self.status {
            ParticipantState::Gone(_) => EntryKind::Left,
            _ => EntryKind::Happened,
        };
        let text = self.status.in_words();
        self.push(kind, &text);
    }
}

/// Scratch directories have long names that say nothing.
fn short_paths(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.rfind("/outbox/") {
        Some(at) if word.starts_with('/') => format!("…{}", word.get(at..).unwrap_or_default()),
        _ => word.to_owned(),
    });
    words.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::short_paths;

    #[test]
    fn the_way_to_an_outbox_is_left_out_and_nothing_else() {
        assert_eq!(
            short_paths("/file manager /tmp/play/bob/outbox/plan.pdf"),
            "/file manager …/outbox/plan.pdf"
        );
        assert_eq!(short_paths("/say a /b  c"), "/say a /b  c");
    }
}
