//! The zoo's programs talk as the honest ones do, and each shows its fault.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cast;
mod expected;
mod faults;
mod honest;
