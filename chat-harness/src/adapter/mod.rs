//! Adapters: how to start and drive an implementation, read from a TOML file.

mod capture;
mod check;
mod compiled;
mod console;
mod dialogue;
mod escape;
mod key_file;
mod language;
mod limits;
mod model;
mod parse;
mod recognise;
mod size;
mod template;

pub use capture::Capture;
pub(crate) use compiled::compiled;
pub use dialogue::{Branch, Item, Only};
pub use key_file::{KeyFile, KeyFormat};
pub use limits::Limits;
pub(crate) use model::captured;
pub use model::{
    Adapter, ClientManual, Console, Copy, Enter, Escapes, Framing, MemoryManual, NoSetting,
    Program, ReadyWhen, RelayManual, Stop, Template, Terminal, TypeManual, WireManual,
};
pub use parse::{load, parse, reference, schema};
pub use recognise::Recogniser;
pub use size::{Beyond, SizeRule};
pub use template::UnknownPlaceholder;
