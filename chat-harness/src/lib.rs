//! The engine: plays scenarios with real processes and judges what happened.
//!
//! ```text
//! scenario.toml ──┐
//! adapter.toml ───┼─► plan ──► stage ──► timeline ──► judge ──► verdicts ──► report
//! seed ───────────┘   (pure)  (processes, taps, scans)  (pure)               (pure)
//! ```
//!
//! Invariants, each checked by a test or by `cargo xtask tidy`:
//!
//! - Only [`stage`] starts processes, opens sockets and reads clocks, and [`run`] arranges
//!   plays and their files. Everything else is a
//!   function of its arguments.
//! - Only the stage appends to the timeline; the judge and every report read nothing else
//!   but the plan, so all of them can be made again from files.
//! - An implementation is known by its adapter file, its streams and the wire alone.
//! - A participant's failure is data; a failure of the engine is an error.

pub mod run;
pub mod stage;
