//! That an outcome which a step asks for can be seen.

use super::build::Unsupported;
use crate::adapter::Adapter;
use crate::scenario::{EventKind, Outcome};

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    File,
    Message,
}

/// Whether the implementation of the one who would be told shows the outcome at all: where
/// it has no pattern for that, the step would hold whatever happened. That all goes well is
/// seen in other ways, too.
///
/// # Errors
/// When it does not, with what the adapter lacks.
pub(super) fn must_be_told(
    outcome: Outcome,
    thing: Thing,
    (from, to): (&Adapter, &Adapter),
) -> Result<(), Unsupported> {
    let (adapter, any): (&Adapter, &[EventKind]) = match (outcome, thing) {
        (Outcome::Delivered, _) | (Outcome::Offered, Thing::Message) => return Ok(()),
        (Outcome::Offered, Thing::File) => (to, &[EventKind::FileOffered]),
        (Outcome::Refused, _) => (from, &[EventKind::Refused]),
        (Outcome::Undelivered, Thing::Message) => (from, &[EventKind::Undelivered]),
        (Outcome::Undelivered, Thing::File) => {
            (from, &[EventKind::FileFailed, EventKind::Undelivered])
        }
    };
    let events = &adapter.client.events;
    if any.iter().any(|event| events.contains_key(event)) {
        return Ok(());
    }
    let words: Vec<String> = any
        .iter()
        .map(|event| format!("`{}`", event.word()))
        .collect();
    let words = words.join(" or ");
    let name = &adapter.name;
    Err(Unsupported(format!(
        "`{name}` has no pattern for the event {words}, so that `outcome = \"{}\"` could not be \
         seen: add it to its [client.events]",
        word(outcome)
    )))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::Offered => "offered",
        Outcome::Refused => "refused",
        Outcome::Undelivered => "undelivered",
    }
}
