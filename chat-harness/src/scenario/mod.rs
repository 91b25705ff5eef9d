//! The scenario language: from a TOML file to a [`Scenario`] that cannot be wrong.
//!
//! `shape` is how a language is described, `language` describes this one; from it come the
//! checks of shape (`walk`), the schema and the reference page. `check` knows what a step
//! means where it stands.

pub(crate) mod braces;
mod capability;
mod check;
mod clients;
pub(crate) mod codes;
pub(crate) mod diagnostic;
pub(crate) mod fault;
pub(crate) mod language;
mod matrix;
mod model;
pub(crate) mod name;
pub(crate) mod page;
mod parse;
pub(crate) mod reference;
pub(crate) mod schema;
pub(crate) mod shape;
pub(crate) mod shape_codes;
mod steps;
pub(crate) mod suggest;
pub(crate) mod text;
pub(crate) mod value;
pub(crate) mod walk;
pub(crate) mod world;

pub use capability::Capability;
pub use codes::{codes, explain_code};
pub use diagnostic::{Code, Help, Problem, Problems};
pub use fault::{Fault, FaultKind, Links, Way, When};
pub use model::{
    Client, FileSource, Hearing, Join, Keys, LeaveHow, Load, Need, Outcome, Piece, RelayAction,
    Scenario, Step, Text, Verb, Want, What,
};
pub(crate) use name::bad_name;
pub use parse::{find, load, parse};
pub use reference::{reference, schema};
pub use text::{CANARY_LEAD, CANARY_LENGTH};
