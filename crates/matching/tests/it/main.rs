//! The tests of the matcher, in one binary.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod expecting;
mod recognising;
