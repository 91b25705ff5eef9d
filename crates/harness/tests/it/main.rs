//! The tests of the engine, in one binary.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod amiss;
mod reports;
mod run_sums;
mod tape;
mod unscripted;
mod verdicts;
mod verdicts_searches;
