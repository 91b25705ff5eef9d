//! `relay`: something happens to it.

use toml_language::closed;
use toml_language::shape::ValueKind;

use super::Verb;
use super::described::{Described, Site};
use crate::check::Checker;
use crate::model::RelayAction;

pub(super) static RELAY: Described = Described::new(
    "do something to the relay",
    ValueKind::Word(closed::words::<RelayAction>),
    relay,
);

fn relay(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let action = site.step.word(site.word)?;
    checker.relay(action, &site.step.text(site.word)?.span);
    Some(Verb::Relay(action))
}
