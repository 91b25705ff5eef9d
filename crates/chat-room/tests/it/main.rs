//! Tests of chat-room, in one binary.

// So that the lints know that helpers outside of a `#[test]` are tests as well.
#![cfg(test)]

mod interleavings;
mod people;
mod rules;
mod vectors;
