//! Reports: what people and machines read. None of them judges; each is a function of what
//! was planned, recorded and judged.
//!
//! ```text
//! events ──► scene ──► narrator, web, page; the stage in a terminal, its recordings
//! report ──► terminal, github, page, json, junit
//! ```

mod alike;
mod as_seconds;
mod asked;
pub mod github;
pub mod json;
pub mod junit;
pub mod load;
pub mod narrator;
mod not_played;
pub mod page;
mod provenance;
pub mod recording;
mod result;
pub mod scene;
mod schema;
mod searches;
mod step_time;
pub mod terminal;
mod used;
pub mod web;
mod words;

pub use asked::{Asked, REFERENCE, Tries, on_a_command_line, quoted, repeat, to_type};
pub use load::LoadReport;
pub use provenance::Provenance;
pub use result::{PlayReport, RunReport, Tried, exit_code};
pub use schema::schema;
pub use searches::{Searched, Searches, Trace, grouped};
pub use step_time::StepTime;
pub use used::Used;
pub use words::{Badge, seen_in_words};
