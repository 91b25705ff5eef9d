//! Tests of chat-crypto, in one binary. Identities come from the public test keys, since
//! making RSA keys takes a second.

// So that the lints know that helpers outside of a `#[test]` are tests as well.
#![cfg(test)]

mod by_hand;
mod certificates;
mod file_vectors;
mod files;
mod history;
mod hostile;
mod padding;
mod people;
mod replay;
mod rotation;
mod secrets;
mod sessions;
mod store;
mod vectors;
mod wycheproof;
