//! What an adapter file says, after every check.

use std::collections::BTreeMap;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::capture::Capture;
use super::dialogue::Item;
use super::key_file::KeyFile;
use super::limits::Limits;
use super::size::SizeRule;
use crate::Capability;
use timeline::{EventKind, Surface};

/// A text with `{placeholders}`, filled in when its values are known. Known to all:
/// `{work}` (the participant's scratch directory), `{control}`, and every program by its
/// name in `[programs]`. For the relay also `{keepalive}`; for clients `{port}` (their link
/// to the relay), `{name}` (login name); in `[client.type]` also `{to}`, `{text}`, `{path}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub String);

/// One adapter file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Adapter {
    /// The file's name without extension.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// One line.
    pub about: String,
    /// Programs by the name that templates use.
    pub programs: BTreeMap<String, Program>,
    /// Values by the name that templates use.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// How to handle the relay.
    pub relay: RelayManual,
    /// How to handle a client.
    pub client: ClientManual,
    /// What the tap may decode.
    pub wire: WireManual,
    /// For each surface that can be searched, the string that a search must find there.
    pub controls: BTreeMap<Surface, Template>,
    /// What the implementation says it cannot do.
    pub cannot: Vec<Capability>,
}

impl Adapter {
    /// For each value that is captured only in the play its name, and what stands for it in
    /// a planned line.
    pub fn captured_later(&self) -> impl Iterator<Item = (String, String)> {
        let consoles = [&self.relay.console, &self.client.console];
        let names = consoles
            .into_iter()
            .flat_map(|console| console.captures.keys());
        names.map(|name| (name.clone(), captured(name)))
    }
}

/// What stands in a planned line for a value that is captured only in the play.
pub fn captured(name: &str) -> String {
    format!("{{captured:{name}}}")
}

/// Where a program comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// A binary of this workspace, by its name.
    Cargo(String),
    /// A path, relative to the adapter file, or a name to be found on `PATH`.
    Path(String),
}

/// How to start and stop the relay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RelayManual {
    /// Command line.
    pub run: Vec<Template>,
    /// Added to the clean environment.
    pub env: BTreeMap<String, Template>,
    /// What to copy before the start.
    pub copy: Vec<Copy>,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// How one talks with it.
    pub console: Console,
    /// When it can serve.
    pub ready: ReadyWhen,
    /// How it stops.
    pub stop: Stop,
    /// How its memory is read.
    #[serde(default)]
    pub memory: MemoryManual,
    /// Its keep-alive when a scenario does not say another one.
    pub keepalive: Duration,
    /// Files below its `{work}` with private keys of its own.
    #[serde(default)]
    pub keys: Vec<KeyFile>,
}

/// How to start and drive a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientManual {
    /// Command line.
    pub run: Vec<Template>,
    /// Added to the clean environment.
    pub env: BTreeMap<String, Template>,
    /// What to copy before the start.
    pub copy: Vec<Copy>,
    /// Run instead of copying from pools, in scenarios that are about making keys.
    pub prepare: Vec<Vec<Template>>,
    /// How one talks with it.
    pub console: Console,
    /// Where received files appear, below `{work}`.
    pub downloads: Option<Template>,
    /// How text is written in lines, both ways.
    pub escapes: Escapes,
    /// The port that it connects to, where that is fixed in its code.
    #[serde(default)]
    pub port: Option<u16>,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
    /// What to type.
    pub r#type: TypeManual,
    /// Regular expressions over whole lines of standard output; named groups are the
    /// captures. `ready` is what makes a client ready, where there is one; else the end of
    /// its dialogue does.
    pub events: BTreeMap<EventKind, String>,
    /// The program ends by itself when its relay is gone, rather than reconnecting.
    pub exits_when_relay_gone: bool,
    /// Files below its `{work}` with private keys that nobody else may have.
    #[serde(default)]
    pub keys: Vec<KeyFile>,
    /// What opens its own store when it has ended; empty where nothing does.
    #[serde(default)]
    pub open_keys: Vec<Template>,
}

/// How one talks with a program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Console {
    /// The terminal that it runs on; pipes where there is none.
    pub terminal: Option<Terminal>,
    /// A regular expression: what stands before a line without being a part of it.
    pub prompt: Option<String>,
    /// What it asks before it is ready, in order.
    pub dialogue: Vec<Item>,
    /// What others need of it, by the names that templates use.
    pub captures: BTreeMap<String, Capture>,
}

/// A pseudo-terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// Characters in a row.
    pub columns: NonZeroU16,
    /// Rows of the screen.
    pub rows: NonZeroU16,
    /// What ends a typed line.
    pub enter: Enter,
}

impl Default for Terminal {
    fn default() -> Self {
        Self {
            columns: NonZeroU16::MIN.saturating_add(199),
            rows: NonZeroU16::MIN.saturating_add(49),
            enter: Enter::Cr,
        }
    }
}

/// What the Enter key sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enter {
    /// A carriage return, as on a keyboard.
    Cr,
    /// A line feed.
    Lf,
}

/// What to type for each verb; `None` where the implementation cannot do it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as the verbs")]
pub struct TypeManual {
    pub say: Option<Template>,
    pub msg: Option<Template>,
    pub file: Option<Template>,
    pub quit: Option<Template>,
}

/// A file to put into a participant's scratch directory before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// A file; or, with `pool`, a directory of which the nth client gets the nth file.
    pub from: PathBuf,
    /// `from` is a pool.
    pub pool: bool,
    /// Below `{work}`.
    pub to: PathBuf,
}

/// When a relay can serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadyWhen {
    /// A line of standard output matches; its group `port`, where there is one, is the port.
    Line(String),
    /// A socket of it listens on this port; asked of the kernel, never by connecting.
    Listens(u16),
    /// The last thing that its dialogue awaits has come; it serves on this port.
    AfterDialogue(u16),
}

impl ReadyWhen {
    /// What is awaited of the relay, in words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Line(pattern) => format!(
                "the relay gets ready, by a line that matches /{pattern}/ and tells its port"
            ),
            Self::Listens(port) => format!("the relay gets ready, by listening on port {port}"),
            Self::AfterDialogue(port) => {
                format!("the relay gets ready for port {port}, at the end of its dialogue")
            }
        }
    }
}

/// How a relay stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// End of its input.
    Eof,
    /// SIGINT.
    Int,
    /// SIGTERM.
    Term,
}

/// How the memory of a relay is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryManual {
    /// Not at all.
    Off,
    /// While it runs. What an adapter gets that does not say: stopping a process makes some
    /// programs fail, whose system calls it interrupts.
    #[default]
    Running,
    /// While it runs, and once while it stands still, before it is asked to stop.
    Stop,
}

/// How text is written in the lines of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Escapes {
    /// As it stands. A text with a line break cannot be typed.
    Raw,
    /// `\\ \n \r \t \u{1b}`, see `docs/client-lines.md`.
    Backslash,
}

/// What the tap may decode.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WireManual {
    /// How frames are cut.
    pub framing: Framing,
    /// Frame types that come and go with timing; left out of the protocol record.
    pub background: Vec<String>,
    /// So many bytes two messages of the same length may differ in size.
    #[serde(default)]
    pub jitter: u64,
    /// The sizes that bodies of frames may have.
    #[serde(default)]
    pub sizes: Vec<SizeRule>,
}

/// How frames are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// As `chat-protocol` does.
    Chat,
    /// Unknown: the protocol record is left out.
    None,
}

/// A setting that an adapter does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the adapter `{adapter}` has no setting `{name}`; it has {}", known.join(", "))]
pub struct NoSetting {
    /// Which adapter.
    pub adapter: String,
    /// What was asked for.
    pub name: String,
    /// What there is; `none`, when there is none.
    pub known: Vec<String>,
}

impl Adapter {
    /// Changes a setting for a run.
    ///
    /// # Errors
    ///
    /// When there is no such setting.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), NoSetting> {
        if let Some(setting) = self.settings.get_mut(name) {
            value.clone_into(setting);
            return Ok(());
        }
        let mut known: Vec<String> = self.settings.keys().cloned().collect();
        if known.is_empty() {
            known.push("none".to_owned());
        }
        Err(NoSetting {
            adapter: self.name.clone(),
            name: name.to_owned(),
            known,
        })
    }
}
