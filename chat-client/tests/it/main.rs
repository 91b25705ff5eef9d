//! The client, without I/O where that says enough, and as a program where it does not.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what stands around the tests may fail as loudly as they do"
)]

mod again;
mod away;
mod commands;
mod consent;
mod delivery;
mod escapes;
mod faces;
mod file_lines;
mod file_names;
mod files;
mod german_screen;
mod hall;
mod homes;
mod hostile;
mod hostile_files;
mod languages;
mod login;
mod people;
mod places;
mod program;
mod promises;
mod relays;
mod rooms;
mod rotation;
mod screen;
mod silence;
mod simulated;
mod talk;
#[cfg(feature = "tls")]
mod tls;
mod trust;
#[cfg(feature = "window")]
mod window;
mod writing;
