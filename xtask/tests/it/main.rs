//! The command line as it is typed.

mod typed;
