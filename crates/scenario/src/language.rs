//! A scenario file as a whole, described.

use toml_language::closed;
use toml_language::shape::{Kind, Table, may, must};

use super::clients::CLIENTS;
use super::load::LOAD;
use super::model::{Keys, Need};
use super::verbs::STEP;

/// The whole file.
pub(crate) static SCENARIO: Table = Table::new(
    "scenario",
    "One scenario: clients of one relay, and steps that they take in order.",
    &[
        must("title", Kind::Text, "one line"),
        may(
            "lesson",
            Kind::Text,
            "what a class takes home; shown at the end of a demo",
        ),
        may("about", Kind::Text, "why the scenario exists"),
        may(
            "cites",
            Kind::Array(&Kind::Text, 0),
            "what it is founded on: pages, papers, promises",
        ),
        may(
            "tags",
            Kind::Array(&Kind::Text, 0),
            "words to choose scenarios by, with `--tag`",
        ),
        may(
            "needs",
            Kind::Array(&Kind::Word(Need::words), 0),
            "what it cannot be played without; where that lacks, the scenario is UNSUPPORTED or SKIP",
        ),
        may(
            "xfail",
            Kind::Text,
            "why it must fail as yet; if it passes all the same, that is a failure",
        ),
        may(
            "matrix",
            Kind::Map(&VALUES),
            "axes by name, each with its values: the file is played once for each combination, \
             with `{matrix:NAME}` standing for the value",
        ),
        may(
            "keys",
            Kind::Word(closed::words::<Keys>),
            "where the clients' keys come from; `pool` when left out",
        ),
        may(
            "keepalive",
            Kind::Duration,
            "the relay's keep-alive, where it is not the adapter's",
        ),
        may(
            "background",
            Kind::Array(&Kind::Text, 0),
            "frame types whose number depends on timing here; left out of the protocol record, \
             with those of the adapter",
        ),
        may(
            "load",
            Kind::Table(&LOAD),
            "how `cargo xtask load` plays it, where the command line does not say",
        ),
        must(
            "clients",
            CLIENTS,
            "who takes part, in the order of starting",
        ),
        must(
            "steps",
            Kind::Array(&Kind::Table(&STEP), 1),
            "what happens, in order",
        ),
    ],
);

const VALUES: Kind = Kind::Array(
    &Kind::Either(&[Kind::Text, Kind::Integer(i64::MIN, i64::MAX), Kind::Bool]),
    1,
);
