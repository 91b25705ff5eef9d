//! Adapters: how to start and drive an implementation, read from a TOML file.

mod check;
mod escape;
mod language;
mod model;
mod parse;
mod recognise;
mod template;

pub use model::{
    Adapter, Capability, ClientManual, Copy, Escapes, Framing, Program, ReadyWhen, RelayManual,
    Stop, Surface, Template, TypeManual, WireManual,
};
pub use parse::{load, parse, reference, schema};
pub use recognise::Recogniser;
pub use template::UnknownPlaceholder;
