//! The tests of runs, in one binary.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod finding;
mod foreign;
mod merging;
