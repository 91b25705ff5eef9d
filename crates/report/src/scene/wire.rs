//! What the relay gets to see: records on their way up.

use super::super::live::Bytes;
use scenario::plan::{Plan, PlannedStep};
use timeline::{Direction, Event, Kind, Seen, visible};

/// Bytes of one record that are kept to be shown.
const KEPT: usize = 2048;

/// Bytes of one record that are searched.
const SEARCHED: u64 = 512 * 1024;

/// A text that is shorter may stand in random bytes.
const RARE: usize = 8;

/// One record that a client gave to the relay: a frame, or a piece where the implementation
/// declares no framing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Counts from 1.
    pub number: usize,
    /// Whose link.
    pub link: String,
    /// For whom, where that stands on it.
    pub to: Option<String>,
    /// Type of the frame, or `bytes`.
    pub kind: String,
    /// Length with everything, in bytes.
    pub len: u64,
    /// File below the play's directory, and offset in it.
    pub place: (String, u64),
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// Its last ones, which are sealed where it is sealed.
    pub tail: Vec<u8>,
    /// Whether the text stands in it.
    pub text: TextIn,
    /// What the sender typed, in the step's words.
    pub sent: Option<String>,
    /// Who has shown what of it.
    pub shown: Vec<(String, String)>,
}

/// Whether what a step sends stands in the bytes that the relay got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextIn {
    /// Nothing was looked for: the step sends no text, or a very short one.
    NotLookedFor,
    /// This stands nowhere in it, as it is.
    No(String),
    /// This stands in it, as it is.
    Yes(String),
}

impl Passed {
    /// The record in an event; `None` for other events, and for what goes with every message.
    pub(super) fn of(
        event: &Event,
        plan: &Plan,
        step: Option<&PlannedStep>,
        bytes: Bytes<'_>,
    ) -> Option<Self> {
        let (link, at, len, kind, to) = match &event.kind {
            Kind::Frame {
                link,
                direction: Direction::Up,
                at,
                len,
                r#type,
                fields,
                body,
            } if *body > 0 => {
                let wire = &plan.adapter_of(link).wire;
                if wire.background.contains(r#type) {
                    return None;
                }
                (link, *at, *len, r#type.as_str(), fields.get("to"))
            }
            Kind::Wire {
                link,
                direction: Direction::Up,
                at,
                len,
            } if !is_framed(plan, link) => (link, *at, *len, "bytes", None),
            _ => return None,
        };
        let file = format!("wire/{link}.up");
        let whole = bytes(&file, at, len.min(SEARCHED));
        let tail = whole.len().saturating_sub(16);
        Some(Self {
            number: 0,
            link: link.clone(),
            to: to.map(|to| visible(to)),
            kind: visible(kind),
            len,
            place: (file, at),
            bytes: whole.get(..whole.len().min(KEPT))?.to_vec(),
            tail: whole.get(tail..)?.to_vec(),
            text: text_in(&whole, plan, step),
            sent: step.and_then(|step| Some(visible(&step.sent.as_ref()?.text))),
            shown: Vec::new(),
        })
    }

    /// Whether a line that a client has shown may tell of it.
    pub(super) fn is_shown_by(&self, who: &str, plan: &Plan, seen: &Seen) -> bool {
        let from = seen.captures.get("from").map(String::as_str);
        let for_them = match &self.to {
            Some(to) => plan.login(who) == to,
            None => self.link != who,
        };
        for_them
            && from == Some(plan.login(&self.link))
            && self.shown.iter().all(|(other, _)| other != who)
    }
}

fn is_framed(plan: &Plan, link: &str) -> bool {
    plan.adapter_of(link).wire.framing != scenario::adapter::Framing::None
}

/// Looks for the canary of a text, or for the whole of it where it has none.
fn text_in(whole: &[u8], plan: &Plan, step: Option<&PlannedStep>) -> TextIn {
    let sent = step.and_then(|step| step.sent.as_ref());
    let Some(sent) = sent.filter(|sent| sent.text.len() >= RARE) else {
        return TextIn::NotLookedFor;
    };
    let mut canaries = plan.audit.canaries.iter();
    let canary = canaries.find(|canary| sent.text.contains(&canary.text));
    let needle = canary.map_or(sent.text.as_str(), |canary| canary.text.as_str());
    let holds = |needle: &str| {
        let mut windows = whole.windows(needle.len());
        windows.any(|window| window == needle.as_bytes())
    };
    if holds(needle) || holds(&sent.text) {
        TextIn::Yes(visible(needle))
    } else {
        TextIn::No(visible(needle))
    }
}
