//! `beat`: a pause for the audience.

use toml_language::shape::{Table, ValueKind, must};

use super::Verb;
use super::described::{Described, Site};
use super::nested::no_nesting;
use crate::check::Checker;

pub(super) static BEAT: Described = Described::new(
    "pause a demo for the audience; skipped elsewhere",
    ValueKind::Table(&BEAT_TABLE),
    beat,
);

static BEAT_TABLE: Table = Table::new(
    "beat",
    "It expects nothing.",
    &[must(
        "seconds",
        ValueKind::Seconds(60),
        "how long to pause, at most 60 seconds",
    )],
);

fn beat(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    no_nesting(site, checker);
    site.node()?.seconds("seconds").map(Verb::Beat)
}
