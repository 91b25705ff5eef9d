//! The tests of the engine, in one binary.

mod language;
mod verdicts;
