//! The protocol's codecs: total, exact, and the same however bytes arrive.

mod envelopes;
mod frames;
mod messages;
mod names;
