//! What is to happen: from a TOML file to a [`Scenario`] that cannot be wrong, with an [`adapter`]
//! to a [`plan`].
//!
//! `language` and `verbs` describe the files; from that come the checks of shape, the schema and the
//! reference page. `check` knows what a step means where it stands. Each file of this crate names
//! only those above it in this list.

#[macro_use]
mod closed_list;

mod capability;
mod codes;
mod examples;
mod inside;
mod name;
mod pattern;
mod text;
mod text_file;

mod model;
mod world;

mod check;
mod clients;
mod hostile;
mod load;
mod matrix;
mod verbs;

mod find;
mod language;
mod parse;
mod reference;

pub mod adapter;
pub mod plan;

pub use capability::Capability;
pub use codes::{codes, explain_code};
pub use examples::example;
pub use find::{BadName, CELL, Location, find};
pub use hostile::RelayDoes;
pub use load::{Hearing, Load};
pub use model::{Client, FileSource, Join, Keys, LeaveHow, Need, Outcome, RelayAction, Want, What};
pub use parse::{Scenario, load, parse};
pub use reference::{reference, schema};
pub use text::{CANARY_LEAD, CANARY_LENGTH, Piece, Text};
pub use verbs::{Fault, FaultKind, FaultWord, InRoom, Links, RoomWord, Step, Verb, Way, When};
