//! From the text of a file to an adapter.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::check::Checker;
use super::console;
use super::key_file::KeyFile;
use super::language::ADAPTER;
use super::limits::Limits;
use super::model::{
    Adapter, ClientManual, Copy, Escapes, Framing, MemoryManual, Program, ReadyWhen, RelayManual,
    Stop, Template, TypeManual, WireManual,
};
use super::size::SizeRule;
use crate::{Capability, codes};
use timeline::Surface;
use toml_language::walk::{self, Node};
use toml_language::{Problem, Problems};

/// Reads an adapter file.
pub fn load(path: &Path) -> Result<Adapter, Problems> {
    let text = std::fs::read_to_string(path)
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
                    "this is no adapter",
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
    let programs = file.node("programs").map(|node| programs(&node, checker));
    let settings = file.node("settings").map(|node| settings(&node, checker));
    let relay = file.node("relay").map(|node| relay(&node, here, checker));
    let client = file.node("client").map(|node| client(&node, here, checker));
    let controls = file.node("controls").map(|node| controls(&node, checker));
    Some(Adapter {
        name,
        path: path.to_owned(),
        about: file.owned("about")?,
        programs: programs?,
        settings: settings.unwrap_or_default(),
        relay: relay??,
        client: client??,
        wire: wire(file.node("wire").as_ref()),
        controls: controls.unwrap_or_default(),
        cannot: file
            .texts("cannot")
            .iter()
            .filter_map(|word| Capability::from_word(word.text))
            .collect(),
    })
}

fn programs(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<String, Program> {
    let mut programs = BTreeMap::new();
    for (name, value) in node.entries() {
        checker.placeholder_name(&name);
        let Some(origin) = walk::node(value) else {
            continue;
        };
        let program = match (origin.owned("cargo"), origin.owned("path")) {
            (Some(binary), _) => Program::Cargo(binary),
            (None, Some(path)) => Program::Path(path),
            (None, None) => continue,
        };
        programs.insert(name.text.to_owned(), program);
    }
    programs
}

fn settings(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    for (name, value) in node.entries() {
        checker.placeholder_name(&name);
        if let Some(value) = walk::place(value) {
            settings.insert(name.text.to_owned(), value.text.to_owned());
        }
    }
    settings
}

fn relay(node: &Node<'_, '_>, here: &Path, checker: &mut Checker<'_>) -> Option<RelayManual> {
    const KNOWN: &[&str] = &["keepalive"];
    let run = command(node, "run", KNOWN, checker);
    let env = environment(node, KNOWN, checker);
    let [captured, _] = checker.captured();
    let known: Vec<&str> = [KNOWN, &as_texts(&captured)].concat();
    let console = console::read(node, &known, checker);
    let ready = node
        .node("ready")
        .and_then(|ready| ready_when(&ready, !console.dialogue.is_empty(), checker));
    Some(RelayManual {
        run,
        env,
        copy: copies(node, here),
        limits: Limits::read(node.node("limits").as_ref()),
        console,
        ready: ready?,
        stop: match node.text("stop").map(|word| word.text) {
            Some("eof") => Stop::Eof,
            Some("int") => Stop::Int,
            Some(_) | None => Stop::Term,
        },
        memory: match node.text("memory").map(|word| word.text) {
            Some("off") => MemoryManual::Off,
            Some("stop") => MemoryManual::Stop,
            Some(_) | None => MemoryManual::Running,
        },
        keepalive: node
            .duration("keepalive")
            .filter(|time| *time > Duration::ZERO)?,
        keys: KeyFile::read(node),
    })
}

fn as_texts(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

fn ready_when(
    node: &Node<'_, '_>,
    has_dialogue: bool,
    checker: &mut Checker<'_>,
) -> Option<ReadyWhen> {
    if let Some(line) = node.text("line") {
        checker.pattern(&line, &["port"]);
        return Some(ReadyWhen::Line(line.text.to_owned()));
    }
    let port = |key| node.integer(key).and_then(|port| u16::try_from(port).ok());
    if node.has("after_dialogue") && !has_dialogue {
        checker.no_dialogue(&node.key_span("after_dialogue"));
    }
    port("listens")
        .map(ReadyWhen::Listens)
        .or_else(|| port("after_dialogue").map(ReadyWhen::AfterDialogue))
}

fn client(node: &Node<'_, '_>, here: &Path, checker: &mut Checker<'_>) -> Option<ClientManual> {
    const KNOWN: &[&str] = &["port", "name"];
    let captured = checker.captured().concat();
    let known: Vec<&str> = [KNOWN, &as_texts(&captured)].concat();
    let run = command(node, "run", &known, checker);
    // The port means nothing any more when it is run.
    let open_keys = command(node, "open_keys", &["name"], checker);
    let env = environment(node, &known, checker);
    let prepare = node.items("prepare").iter().map(|command| {
        let texts = command
            .get_ref()
            .as_array()
            .into_iter()
            .flat_map(|array| array.iter());
        texts
            .filter_map(walk::place)
            .map(|text| checker.template(&text, KNOWN))
            .collect()
    });
    let prepare = prepare.collect();
    let downloads = node
        .text("downloads")
        .map(|text| checker.template(&text, KNOWN));
    let console = console::read(node, &known, checker);
    checker.ready(node, !console.dialogue.is_empty());
    let events = node.node("events").map(|events| checker.events(&events));
    let r#type = node.node("type").map(|table| type_manual(&table, checker));
    Some(ClientManual {
        run,
        env,
        copy: copies(node, here),
        prepare,
        console,
        downloads,
        escapes: match node.text("escapes").map(|word| word.text) {
            Some("backslash") => Escapes::Backslash,
            Some(_) | None => Escapes::Raw,
        },
        port: node
            .integer("port")
            .and_then(|port| u16::try_from(port).ok()),
        limits: Limits::read(node.node("limits").as_ref()),
        r#type: r#type?,
        events: events?,
        exits_when_relay_gone: node.bool("exits_when_relay_gone").unwrap_or(false),
        keys: KeyFile::read(node),
        open_keys,
    })
}

fn type_manual(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> TypeManual {
    let mut line =
        |key: &str, needed: &[&str]| node.text(key).map(|text| checker.typed(&text, key, needed));
    TypeManual {
        say: line("say", &["text"]),
        msg: line("msg", &["to", "text"]),
        file: line("file", &["to", "path"]),
        quit: line("quit", &[]),
    }
}

fn command(
    node: &Node<'_, '_>,
    key: &str,
    known: &[&str],
    checker: &mut Checker<'_>,
) -> Vec<Template> {
    node.texts(key)
        .iter()
        .map(|text| checker.template(text, known))
        .collect()
}

fn environment(
    node: &Node<'_, '_>,
    known: &[&str],
    checker: &mut Checker<'_>,
) -> BTreeMap<String, Template> {
    let Some(variables) = node.node("env") else {
        return BTreeMap::new();
    };
    let pairs = variables.entries().filter_map(|(name, value)| {
        Some((
            name.text.to_owned(),
            checker.template(&walk::place(value)?, known),
        ))
    });
    pairs.collect()
}

fn copies(node: &Node<'_, '_>, here: &Path) -> Vec<Copy> {
    let copies = node.nodes("copy").into_iter().filter_map(|copy| {
        Some(Copy {
            from: here.join(copy.owned("from")?),
            pool: copy.bool("pool").unwrap_or(false),
            to: copy.owned("to")?.into(),
        })
    });
    copies.collect()
}

fn wire(node: Option<&Node<'_, '_>>) -> WireManual {
    let framing = node.and_then(|node| node.owned("framing"));
    let background = node
        .map(|node| node.texts("background"))
        .unwrap_or_default();
    WireManual {
        framing: match framing.as_deref() {
            Some("chat") => Framing::Chat,
            Some(_) | None => Framing::None,
        },
        jitter: node
            .and_then(|node| node.integer("jitter"))
            .map_or(0, u64::from),
        sizes: node.map(SizeRule::read).unwrap_or_default(),
        background: background.iter().map(|text| text.text.to_owned()).collect(),
    }
}

fn controls(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> BTreeMap<Surface, Template> {
    let found = Surface::ALL.into_iter().filter_map(|surface| {
        let text = node.text(surface.word())?;
        Some((surface, checker.control(&text)))
    });
    found.collect()
}
