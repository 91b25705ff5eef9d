//! That an outcome which a step asks for can be seen.

use super::unsupported::Unsupported;
use crate::Outcome;
use crate::adapter::Adapter;
use timeline::EventKind;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    File,
    /// A text for one.
    Private,
    /// A text for everyone.
    Public,
}

/// Whether the implementations of those who are to show the outcome show it at all: where one
/// has no pattern for it, the step would hold whatever happened.
///
/// # Errors
/// When one does not, with what its adapter lacks.
pub(super) fn must_be_shown(
    outcome: Outcome,
    thing: Thing,
    from: &Adapter,
    to: &[&Adapter],
) -> Result<(), Unsupported> {
    let sender = [from];
    let (by, any): (&[&Adapter], &'static [EventKind]) = match (outcome, thing) {
        // What has arrived is compared itself.
        (Outcome::Delivered, Thing::File) | (Outcome::Lost, _) => return Ok(()),
        (Outcome::Offered, Thing::File) => (to, &[EventKind::FileOffered]),
        (Outcome::Delivered | Outcome::Offered, Thing::Private) => (to, &[EventKind::Private]),
        (Outcome::Delivered | Outcome::Offered, Thing::Public) => (to, &[EventKind::Message]),
        (Outcome::Refused, _) => (&sender, &[EventKind::Refused]),
        (Outcome::Undelivered, Thing::File) => {
            (&sender, &[EventKind::FileFailed, EventKind::Undelivered])
        }
        (Outcome::Undelivered, _) => (&sender, &[EventKind::Undelivered]),
    };
    let shows = |adapter: &Adapter| {
        let events = &adapter.client.events;
        any.iter().any(|event| events.contains_key(event))
    };
    match by.iter().find(|adapter| !shows(adapter)) {
        None => Ok(()),
        Some(lacking) => Err(Unsupported::Unseen {
            adapter: lacking.name.clone(),
            events: any,
            outcome,
        }),
    }
}
