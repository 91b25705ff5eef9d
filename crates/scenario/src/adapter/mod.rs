//! Adapters: how to start and drive an implementation, read from a TOML file.
//!
//! Each file describes one table of the language, holds what it says and reads it: a new key is
//! written in one file. `parse` is the file as a whole.

mod build;
mod capture;
mod check;
mod client;
mod client_ready;
mod dialogue;
mod escape;
mod io_settings;
mod key_file;
mod limits;
mod line_patterns;
mod parse;
mod people;
mod program;
mod ready;
mod relay;
mod size;
mod template;
mod terminal;
mod typed_lines;
mod typing;
mod wire;

pub use build::BuildSpec;
pub use capture::{Capture, captured};
pub use check::whole_line;
pub use client::ClientSpec;
pub use client_ready::{ClientReady, READY_WITHIN};
pub use dialogue::{Branch, Item, Only};
pub use escape::Escapes;
pub use io_settings::IoSettings;
pub use key_file::{KeyFile, KeyFormat};
pub use limits::Limits;
pub use line_patterns::LinePatterns;
pub use parse::{Adapter, NoSetting, load, parse, reference, schema};
pub use people::PeopleFace;
pub use program::{Copy, Program};
pub use ready::ReadyWhen;
pub use relay::{MemoryReading, RelaySpec, Stop};
pub use size::{Beyond, SizeRule};
pub use template::{Template, UnknownPlaceholder};
pub use terminal::{Enter, Terminal};
pub use typed_lines::{TypedLine, TypedLines};
pub use typing::TypeSpec;
pub use wire::{Framing, Transport, WireSpec};

pub use crate::verbs::Typed;
