//! The command line as it is typed.

mod survivors;
mod typed;
mod zoo;
