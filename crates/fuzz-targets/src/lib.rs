//! What is fuzzed, and what must hold of any bytes that others may have written.
//!
//! Each function takes bytes and panics when a promise is broken. `cargo xtask fuzz` gives them bytes that libFuzzer
//! makes, for minutes or hours; the tests of this crate give them the stored corpus, and variations of it, in seconds.

mod chat;
mod harness;
mod protocol;
mod stores;

pub use chat::{files, identities, terminal_text};
pub use harness::{scenarios, timelines};
pub use protocol::{contents, envelopes, frames, headers, names};
pub use stores::{client_stores, relay_stores};

/// A function to fuzz, and the directory of its corpus in `fuzz/corpus/`.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 12] = [
    ("client-stores", client_stores),
    ("contents", contents),
    ("envelopes", envelopes),
    ("files", files),
    ("frames", frames),
    ("headers", headers),
    ("identities", identities),
    ("names", names),
    ("relay-stores", relay_stores),
    ("scenarios", scenarios),
    ("terminal-text", terminal_text),
    ("timelines", timelines),
];
