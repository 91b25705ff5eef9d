//! How to start and drive a client: `[client]`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use timeline::EventKind;
use toml_language::shape::{Key, Table, ValueKind, join, may, must};
use toml_language::{Node, closed, place};

use super::check::Checker;
use super::client_ready::{self, CLIENT_READY, ClientReady};
use super::escape::Escapes;
use super::io_settings::{self, IO_SETTINGS, IoSettings};
use super::key_file::{KEYS, KeyFile};
use super::limits::{LIMITS, Limits};
use super::line_patterns::{self, EVENTS, LinePatterns};
use super::people::{self, PEOPLE, PeopleFace};
use super::program::{self, ARGUMENTS, COPIES, Copy, VARIABLES};
use super::template::Template;
use super::typing::{TYPE, TypeSpec};
use crate::Keys;

/// How to start and drive a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClientSpec {
    /// Command line.
    pub run: Vec<Template>,
    /// Added to the clean environment.
    pub env: BTreeMap<String, Template>,
    /// What to copy before the start.
    pub copy: Vec<Copy>,
    /// Run instead of copying from pools, in scenarios that are about making keys.
    pub prepare: Vec<Vec<Template>>,
    /// How one talks with it.
    #[serde(rename = "console")]
    pub io: IoSettings,
    /// What shows that it can be driven.
    #[serde(default)]
    pub ready: ClientReady,
    /// How long it may take until then.
    #[serde(default = "client_ready::usual")]
    pub ready_within: Duration,
    /// How long it is left alone after that.
    #[serde(default)]
    pub settle: Duration,
    /// Where received files appear, in `{work}`.
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
    pub r#type: TypeSpec,
    /// How many lines a second it can read; as fast as they come where there is none.
    #[serde(default)]
    pub lines_per_second: Option<u32>,
    /// Regular expressions over whole lines of standard output; named groups are the
    /// captures.
    pub events: BTreeMap<EventKind, LinePatterns>,
    /// The face that people have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleFace>,
    /// Regular expressions over whole lines that count as no event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Regular expressions over paths in its downloads that are no received files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore_files: Vec<String>,
    /// It writes received files under their final names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub writes_in_place: bool,
    /// It shows people their own texts as it shows those of others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeats_own: bool,
    /// It shows earlier texts again when it comes back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeats_history: bool,
    /// The program ends by itself when its relay is gone, rather than reconnecting.
    pub exits_when_relay_gone: bool,
    /// Files in its `{work}` with private keys that nobody else may have.
    #[serde(default)]
    pub keys: Vec<KeyFile>,
    /// What opens its own store when it has ended; empty where nothing does.
    #[serde(default)]
    pub open_keys: Vec<Template>,
}

impl ClientSpec {
    /// What is copied before it starts: of pools nothing where it makes its keys itself.
    pub fn copies(&self, keys: Keys) -> Vec<Copy> {
        let copies = self.copy.iter();
        let copies = copies.filter(|one| !one.pool || keys == Keys::Pool);
        copies.cloned().collect()
    }
}

/// The table, described.
pub(super) static CLIENT: Table = Table::new(
    "client",
    "How to start and drive a client.",
    &KEYS_OF_CLIENT,
);

static KEYS_OF_CLIENT: [Key; START.len() + IO_SETTINGS.len() + CLIENT_READY.len() + DRIVE.len()] =
    join(&[&START, &IO_SETTINGS, &CLIENT_READY, &DRIVE]);

const START: [Key; 4] = [
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
    may(
        "prepare",
        ValueKind::Array(&ARGUMENTS, 0),
        "commands to run instead of copying from pools, in scenarios about key generation",
    ),
];

const DRIVE: [Key; 16] = [
    may(
        "downloads",
        ValueKind::Text,
        "where received files are stored",
    ),
    may(
        "escapes",
        ValueKind::Word(closed::words::<Escapes>),
        "how text is escaped in its lines, in both directions (default: `raw`)",
    ),
    may(
        "exits_when_relay_gone",
        ValueKind::Bool,
        "it exits when it loses the relay (default: `false`)",
    ),
    may(
        "repeats_own",
        ValueKind::Bool,
        "it shows people their own texts in the same way as those of others (default: `false`)",
    ),
    may(
        "repeats_history",
        ValueKind::Bool,
        "when it comes back, it shows earlier texts again (default: `false`)",
    ),
    may(
        "writes_in_place",
        ValueKind::Bool,
        "it writes received files directly under their final names, so that partial files can be seen there (default: `false`)",
    ),
    may(
        "ignore",
        ValueKind::Array(&ValueKind::Text, 0),
        "regular expressions for whole lines that count as no event, whatever pattern they match",
    ),
    may(
        "ignore_files",
        ValueKind::Array(&ValueKind::Text, 0),
        "regular expressions for whole paths in its downloads that are not received files",
    ),
    may(
        "port",
        ValueKind::Integer(1, 65_535),
        "the port it connects to, if hard-coded; requires level `namespaces`",
    ),
    may("limits", ValueKind::Table(&LIMITS), "resource limits"),
    may(
        "keys",
        KEYS,
        "files with its private keys, which are searched for on every surface",
    ),
    may(
        "open_keys",
        ARGUMENTS,
        "a command that opens its key store after it has exited and prints its message and session keys",
    ),
    may(
        "lines_per_second",
        ValueKind::Integer(1, 1_000),
        "how fast lines are typed to it (default: at once)",
    ),
    must(
        "type",
        ValueKind::Table(&TYPE),
        "what to type for each verb",
    ),
    must(
        "events",
        ValueKind::Table(&EVENTS),
        "patterns that recognize events in its output",
    ),
    may(
        "people",
        ValueKind::Table(&PEOPLE),
        "the interface that people use: `demo` shows it if the scenario allows; tests drive the one above",
    ),
];

/// Reads the table.
pub(super) fn read(
    node: &Node<'_, '_>,
    here: &Path,
    checker: &mut Checker<'_>,
) -> Option<ClientSpec> {
    const KNOWN: &[&str] = &["port", "name"];
    let captured = checker.captured().concat();
    let captured = captured.iter().map(String::as_str);
    let known: Vec<&str> = KNOWN.iter().copied().chain(captured).collect();
    let run = program::command(node, "run", &known, checker);
    // The port means nothing any more when it is run.
    let open_keys = program::command(node, "open_keys", &["name"], checker);
    let env = program::environment(node, &known, checker);
    let prepare = node.items("prepare").iter().map(|command| {
        let texts = command
            .get_ref()
            .as_array()
            .into_iter()
            .flat_map(|array| array.iter());
        texts
            .filter_map(place)
            .map(|text| checker.template(&text, KNOWN))
            .collect()
    });
    let prepare = prepare.collect();
    let downloads = node
        .text("downloads")
        .inspect(|text| checker.own_path(text))
        .map(|text| checker.template(&text, KNOWN));
    let io = io_settings::read(node, &known, checker);
    let ready = client_ready::read(node, !io.dialogue.is_empty(), checker);
    let events = node
        .node("events")
        .map(|events| line_patterns::read(&events, checker));
    let ignore = line_patterns::ignored(node, "ignore", checker);
    let ignore_files = line_patterns::ignored(node, "ignore_files", checker);
    let r#type = node
        .node("type")
        .map(|table| TypeSpec::read(&table, checker));
    Some(ClientSpec {
        run,
        env,
        copy: program::copies(node, here, checker),
        prepare,
        io,
        ready,
        ready_within: client_ready::within(node),
        settle: node.duration("settle").unwrap_or_default(),
        downloads,
        escapes: node.word("escapes").unwrap_or_default(),
        port: node
            .integer("port")
            .and_then(|port| u16::try_from(port).ok()),
        limits: Limits::read(node.node("limits").as_ref()),
        r#type: r#type?,
        lines_per_second: node.integer("lines_per_second"),
        events: events?,
        people: people::read(node, &known, checker),
        ignore,
        ignore_files,
        writes_in_place: node.bool("writes_in_place").unwrap_or(false),
        repeats_own: node.bool("repeats_own").unwrap_or(false),
        repeats_history: node.bool("repeats_history").unwrap_or(false),
        exits_when_relay_gone: node.bool("exits_when_relay_gone").unwrap_or(false),
        keys: KeyFile::read(node, checker),
        open_keys,
    })
}
