//! Adapters: how to start and drive an implementation, read from a TOML file.

mod capture;
mod check;
mod console;
mod dialogue;
mod escape;
mod key_file;
mod language;
mod limits;
mod model;
mod parse;
mod size;
mod template;

pub use capture::Capture;
pub use check::whole_line;
pub use dialogue::{Branch, Item, Only};
pub use key_file::{KeyFile, KeyFormat};
pub use limits::Limits;
pub use model::captured;
pub use model::{
    Adapter, ClientManual, Console, Copy, Enter, Escapes, Framing, MemoryManual, NoSetting,
    Program, ReadyWhen, RelayManual, Stop, Template, Terminal, TypeManual, WireManual,
};
pub use parse::{load, parse, reference, schema};
pub use size::{Beyond, SizeRule};
pub use template::UnknownPlaceholder;
