//! Crashes on purpose: the points at which relay and client can be made to die, and the rules for what they leave.
//!
//! The relay and the client call [`reach`] at each [`Point`]. Without debug assertions, as in every release,
//! that is nothing at all: the code that reads [`VARIABLE`] is not compiled.

mod files;
mod history;
mod point;

pub use files::{FileFault, Files};
pub use history::{History, TextFault};
pub use point::{Point, VARIABLE, reach};
