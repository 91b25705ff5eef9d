//! Tests of chat-identity, in one binary.

// So that the lints know that helpers outside of a `#[test]` are tests as well.
#![cfg(test)]

mod key_policy;
mod moduli;
mod safety_number;
mod statement;
