//! A scenario file as a whole, described.

use toml_language::closed;
use toml_language::shape::{Table, ValueKind, may, must};

use super::clients::CLIENTS;
use super::hostile::RELAY;
use super::load::LOAD;
use super::model::{Keys, Need};
use super::verbs::STEP;

/// The whole file.
pub(crate) static SCENARIO: Table = Table::new(
    "scenario",
    "One scenario: the clients of one relay, and the steps they take, in order.",
    &[
        must("title", ValueKind::Text, "one line"),
        may(
            "lesson",
            ValueKind::Text,
            "the takeaway; shown at the end of a demo",
        ),
        may("about", ValueKind::Text, "why the scenario exists"),
        may(
            "cites",
            ValueKind::Array(&ValueKind::Text, 0),
            "what it is based on: specifications, papers, claims",
        ),
        may(
            "tags",
            ValueKind::Array(&ValueKind::Text, 0),
            "tags for selecting scenarios with `--tag`",
        ),
        may(
            "needs",
            ValueKind::Array(&ValueKind::Word(Need::words), 0),
            "what it requires; without it the scenario is UNSUPPORTED or SKIP",
        ),
        may(
            "xfail",
            ValueKind::Text,
            "why it is expected to fail; if it passes, that counts as a failure",
        ),
        may(
            "matrix",
            ValueKind::Map(&VALUES),
            "axes by name, each with its values: the file is played once for each combination, \
             and `{matrix:NAME}` is replaced by the value",
        ),
        may(
            "keys",
            ValueKind::Word(closed::words::<Keys>),
            "where the clients' keys come from (default: `pool`)",
        ),
        may(
            "keepalive",
            ValueKind::Duration,
            "the relay's keep-alive (default: the adapter's)",
        ),
        may(
            "relay",
            ValueKind::Table(&RELAY),
            "a hostile relay, and what it does (default: an honest relay)",
        ),
        may(
            "background",
            ValueKind::Array(&ValueKind::Text, 0),
            "frame types whose count depends on timing in this scenario; left out of the protocol \
             record, like those of the adapter",
        ),
        may(
            "load",
            ValueKind::Table(&LOAD),
            "defaults for `cargo xtask load`",
        ),
        must(
            "clients",
            CLIENTS,
            "the participants, in the order in which they start",
        ),
        must(
            "steps",
            ValueKind::Array(&ValueKind::Table(&STEP), 1),
            "what happens, in order",
        ),
    ],
);

const VALUES: ValueKind = ValueKind::Array(
    &ValueKind::Either(&[
        ValueKind::Text,
        ValueKind::Integer(i64::MIN, i64::MAX),
        ValueKind::Bool,
    ]),
    1,
);
