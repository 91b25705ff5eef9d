//! How to start and stop the relay: `[relay]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml_language::shape::{Key, Table, ValueKind, join, may, must};
use toml_language::{Node, closed};

use super::check::Checker;
use super::client_ready::{self, WITHIN};
use super::io_settings::{self, IO_SETTINGS, IoSettings};
use super::key_file::{KEYS, KeyFile};
use super::limits::{LIMITS, Limits};
use super::program::{self, ARGUMENTS, COPIES, Copy, VARIABLES};
use super::ready::{self, READY, ReadyWhen};
use super::template::Template;

/// How to start and stop the relay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RelaySpec {
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
    #[serde(rename = "console")]
    pub io: IoSettings,
    /// When it can serve.
    pub ready: ReadyWhen,
    /// How long it may take until then.
    #[serde(default = "client_ready::usual")]
    pub ready_within: Duration,
    /// How it stops.
    pub stop: Stop,
    /// How its memory is read.
    #[serde(default)]
    pub memory: MemoryReading,
    /// Its keep-alive when a scenario does not say another one.
    pub keepalive: Duration,
    /// Files in its `{work}` with private keys of its own.
    #[serde(default)]
    pub keys: Vec<KeyFile>,
}

impl RelaySpec {
    /// Whether what fills this placeholder reaches it.
    pub(crate) fn hears(&self, placeholder: &str) -> bool {
        let answers = self.io.dialogue.iter().flat_map(|item| &item.any);
        let answers = answers.filter_map(|branch| branch.r#type.as_ref());
        let mut all = self.run.iter().chain(self.env.values()).chain(answers);
        all.any(|template| template.holds(placeholder))
    }
}

closed_list! {
    /// How a relay stops.
    pub enum Stop {
        /// close its input
        Eof,
        /// SIGINT
        Int,
        /// SIGTERM
        Term,
    }
}

impl Stop {
    /// What the relay is given.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Eof => "the end of its input",
            Self::Int => "SIGINT",
            Self::Term => "SIGTERM",
        }
    }
}

closed_list! {
    /// How the memory of a relay is read. By default it is not stopped for that: stopping a
    /// process makes some programs fail, whose system calls it interrupts.
    #[derive(Default)]
    pub enum MemoryReading {
        /// not at all
        Off,
        /// while it runs
        #[default]
        Running,
        /// while it runs, and once more while it is suspended, before it is shut down
        Stop,
    }
}

/// The table, described.
pub(super) static RELAY: Table =
    Table::new("relay", "How to start and stop the relay.", &KEYS_OF_RELAY);

static KEYS_OF_RELAY: [Key; START.len() + IO_SETTINGS.len() + END.len()] =
    join(&[&START, &IO_SETTINGS, &END]);

const START: [Key; 6] = [
    must("run", ARGUMENTS, "the command line, one item per argument"),
    may(
        "env",
        VARIABLES,
        "environment variables, added to a clean environment",
    ),
    may(
        "copy",
        COPIES,
        "files to put into its scratch directory before it starts",
    ),
    must(
        "ready",
        ValueKind::Table(&READY),
        "how to tell that it accepts clients; the harness never connects to find out",
    ),
    WITHIN,
    may("limits", ValueKind::Table(&LIMITS), "resource limits"),
];

const END: [Key; 4] = [
    may(
        "stop",
        ValueKind::Word(closed::words::<Stop>),
        "how to shut it down (default: `term`)",
    ),
    may(
        "memory",
        ValueKind::Word(closed::words::<MemoryReading>),
        "how its memory is scanned (default: `running`)",
    ),
    must(
        "keepalive",
        ValueKind::Duration,
        "how long a link may stay silent, unless a scenario says otherwise",
    ),
    may(
        "keys",
        KEYS,
        "files with its own private keys, which it may hold",
    ),
];

/// Reads the table.
pub(super) fn read(
    node: &Node<'_, '_>,
    here: &Path,
    checker: &mut Checker<'_>,
) -> Option<RelaySpec> {
    const KNOWN: &[&str] = &["does", "keepalive", "seed"];
    let run = program::command(node, "run", KNOWN, checker);
    let env = program::environment(node, KNOWN, checker);
    let [captured, _] = checker.captured();
    let captured = captured.iter().map(String::as_str);
    let known: Vec<&str> = KNOWN.iter().copied().chain(captured).collect();
    let io = io_settings::read(node, &known, checker);
    let ready = node
        .node("ready")
        .and_then(|ready| ready::read(&ready, !io.dialogue.is_empty(), checker));
    Some(RelaySpec {
        run,
        env,
        copy: program::copies(node, here, checker),
        limits: Limits::read(node.node("limits").as_ref()),
        io,
        ready: ready?,
        ready_within: client_ready::within(node),
        stop: node.word("stop").unwrap_or(Stop::Term),
        memory: node.word("memory").unwrap_or_default(),
        keepalive: node
            .duration("keepalive")
            .filter(|time| *time > Duration::ZERO)?,
        keys: KeyFile::read(node, checker),
    })
}
