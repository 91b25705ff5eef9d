//! The scenario language: from a TOML file to a [`Scenario`] that cannot be wrong.
//!
//! `language` describes it; from that come the checks of shape, the schema and the reference
//! page. `check` knows what a step means where it stands.

mod capability;
mod check;
mod clients;
pub(crate) mod codes;
pub(crate) mod fault;
pub(crate) mod language;
mod matrix;
mod model;
pub(crate) mod name;
mod parse;
pub(crate) mod reference;
mod steps;
pub(crate) mod text;
pub(crate) mod world;

pub use capability::Capability;
pub use codes::{codes, explain_code};
pub use fault::{Fault, FaultKind, Links, Way, When};
pub use model::{
    Client, FileSource, Hearing, Join, Keys, LeaveHow, Load, Need, Outcome, Piece, RelayAction,
    Scenario, Step, Text, Verb, Want, What,
};
pub(crate) use name::bad_name;
pub use parse::{find, load, parse};
pub use reference::{reference, schema};
pub use text::{CANARY_LEAD, CANARY_LENGTH};
