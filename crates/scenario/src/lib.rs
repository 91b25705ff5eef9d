//! What is to happen: from a TOML file to a [`Scenario`] that cannot be wrong, with an [`adapter`]
//! to a [`plan`].
//!
//! `language` describes it; from that come the checks of shape, the schema and the reference
//! page. `check` knows what a step means where it stands.

pub mod adapter;
mod capability;
mod check;
mod clients;
mod codes;
mod fault;
mod language;
mod matrix;
mod model;
mod name;
mod parse;
pub mod plan;
mod reference;
mod steps;
mod text;
mod world;

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
