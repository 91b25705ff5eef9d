//! Languages of TOML tables: one description of a language gives the checks of shape with their
//! problems, the JSON Schema for editors and the reference page.
//!
//! `shape` is how a language is described, `closed` its lists of words; `walk` checks a file by it,
//! `node` reads what is there. It knows no language: what a scenario or an adapter means stands
//! where they are.

pub mod braces;
pub mod closed;
pub mod codes;
mod diagnostic;
mod node;
pub mod page;
pub mod schema;
pub mod shape;
pub mod suggest;
pub mod units;
pub mod walk;

pub use codes::ShapeCodes;
pub use diagnostic::{Code, Help, Problem, Problems, warning};
pub use node::{Node, Place, find, node, place};
