//! An adapter file as a whole: described, and from its text to an adapter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use strum::VariantNames;
use timeline::Surface;
use toml_language::shape::{Key, Table, ValueKind, alike, may, must};
use toml_language::{Node, Problem, Problems, closed, place, walk};

use super::build::{self, BUILD, BuildSpec};
use super::capture::captured;
use super::check::Checker;
use super::client::{self, CLIENT, ClientSpec};
use super::program::{self, PROGRAM, Program, VARIABLES};
use super::relay::{self, RELAY, RelaySpec};
use super::template::Template;
use super::wire::{WIRE, WireSpec};
use crate::{Capability, codes, text_file};

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
    /// What is built before anything is played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildSpec>,
    /// How to handle the relay.
    pub relay: RelaySpec,
    /// How to handle a client.
    pub client: ClientSpec,
    /// What the tap may decode.
    pub wire: WireSpec,
    /// For each surface that can be searched, the string that a search must find there.
    pub controls: BTreeMap<Surface, Template>,
    /// What the implementation says it cannot do.
    pub cannot: Vec<Capability>,
}

impl Adapter {
    /// For each value that is captured only in the play its name, and what stands for it in
    /// a planned line.
    pub fn captured_later(&self) -> impl Iterator<Item = (String, String)> {
        let settings = [&self.relay.io, &self.client.io];
        let names = settings.into_iter().flat_map(|io| io.captures.keys());
        names.map(|name| (name.clone(), captured(name)))
    }
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

/// The whole file.
static ADAPTER: Table = Table::new(
    "adapter",
    "How to start and drive one implementation.",
    &[
        must("about", ValueKind::Text, "one line"),
        must(
            "programs",
            ValueKind::Map(&ValueKind::Table(&PROGRAM)),
            "its programs, by the names that templates use",
        ),
        may(
            "settings",
            VARIABLES,
            "values that templates use by name; `--set NAME=VALUE` overrides one for a run",
        ),
        may(
            "build",
            ValueKind::Table(&BUILD),
            "what is built before anything is played",
        ),
        must("relay", ValueKind::Table(&RELAY), "how to run the relay"),
        must("client", ValueKind::Table(&CLIENT), "how to run a client"),
        may(
            "wire",
            ValueKind::Table(&WIRE),
            "how its traffic can be decoded",
        ),
        may(
            "controls",
            ValueKind::Table(&CONTROLS),
            "for each surface, a string that a search must find there",
        ),
        may(
            "cannot",
            ValueKind::Array(&ValueKind::Word(closed::words::<Capability>), 0),
            "what it cannot do",
        ),
    ],
);

static CONTROLS: Table = Table::new(
    "controls",
    "Strings that show that a search works: finding nothing proves something only if the control is found.",
    &CONTROL_KEYS,
);

static CONTROL_KEYS: [Key; Surface::ALL.len()] = {
    let mut keys = alike(<Surface as VariantNames>::VARIANTS, ValueKind::Text, "");
    let (mut left, mut surfaces) = (keys.as_mut_slice(), Surface::ALL.as_slice());
    while let ([key, others @ ..], [surface, more @ ..]) = (left, surfaces) {
        key.doc = place_of_control(*surface);
        (left, surfaces) = (others, more);
    }
    keys
};

const fn place_of_control(surface: Surface) -> &'static str {
    match surface {
        Surface::Arguments => "in the relay's command line and environment",
        Surface::Files => "in files in the relay's scratch directory",
        Surface::Memory => "in the relay's memory, from when it is ready until it ends",
        Surface::Others => "in what a client prints; a canary meant for it counts as well",
        Surface::Output => "in what the relay prints",
        Surface::Wire => "in the traffic of the links",
    }
}

/// Reads an adapter file.
pub fn load(path: &Path) -> Result<Adapter, Problems> {
    let text = text_file::read(path)
        .map_err(|error| Problems::unreadable(path, codes::ADAPTER.unreadable, &error))?;
    parse(&text, path)
}

/// Reads the text of an adapter; paths in it are taken relative to the file's directory.
/// Every problem is in the answer.
pub fn parse(text: &str, path: &Path) -> Result<Adapter, Problems> {
    let (document, mut problems, whole) = walk::read(text, &ADAPTER, &codes::ADAPTER, |_| {});
    let file = Node::new(&document, 0..0);
    let mut checker = Checker::new(text, &file);
    let adapter = read(&file, path, &mut checker);
    if whole {
        problems.append(&mut checker.problems);
    }
    match adapter {
        Some(adapter) if problems.is_empty() => Ok(adapter),
        Some(_) | None => {
            if problems.is_empty() {
                problems.push(Problem::new(
                    codes::ADAPTER.missing_key,
                    &(0..0),
                    "this is not an adapter",
                ));
            }
            Err(Problems::new(path, text, problems))
        }
    }
}

/// The schema (draft-07) of adapter files.
pub fn schema() -> serde_json::Value {
    toml_language::schema::of(&ADAPTER, "Adapter")
}

/// The tables of the adapter language, in Markdown.
pub fn reference() -> String {
    toml_language::page::tables(&ADAPTER)
}

fn read(file: &Node<'_, '_>, path: &Path, checker: &mut Checker<'_>) -> Option<Adapter> {
    let here = path.parent().unwrap_or(Path::new(""));
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    // Each part is read before any is missed, so that all problems are found.
    let programs = file
        .node("programs")
        .map(|node| program::programs(&node, checker));
    let settings = file.node("settings").map(|node| settings(&node, checker));
    let build = file.node("build").map(|node| build::read(&node, checker));
    let relay = file
        .node("relay")
        .map(|node| relay::read(&node, here, checker));
    let client = file
        .node("client")
        .map(|node| client::read(&node, here, checker));
    let controls = file.node("controls").map(|node| controls(&node, checker));
    Some(Adapter {
        name,
        path: path.to_owned(),
        about: file.owned("about")?,
        programs: programs?,
        settings: settings.unwrap_or_default(),
        build: build.flatten(),
        relay: relay??,
        client: client??,
        wire: WireSpec::read(file.node("wire").as_ref()),
        controls: controls.unwrap_or_default(),
        cannot: file.words("cannot"),
    })
}

fn settings(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    for (name, value) in node.entries() {
        checker.placeholder_name(&name);
        if let Some(value) = place(value) {
            settings.insert(name.text.to_owned(), value.text.to_owned());
        }
    }
    settings
}

fn controls(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<Surface, Template> {
    let found = Surface::ALL.into_iter().filter_map(|surface| {
        let text = node.text(surface.word())?;
        Some((surface, checker.control(&text)))
    });
    found.collect()
}
