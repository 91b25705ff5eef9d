//! `fault`, `heal`: what happens to links.

use toml_language::shape::{Key, Table, ValueKind, join, may, must};
use toml_language::suggest::one_of;
use toml_language::{Node, Problem, closed};

use super::Verb;
use super::described::{Described, Site};
use super::fault::{Fault, FaultKind, FaultWord, Links, Parameters, Way, When};
use crate::check::Checker;
use crate::codes::scenario as code;

/// Stands for every client: no client can have this name.
const EVERYBODY: &str = "all";

/// The most bytes, frames and times that a fault can be about.
const MANY: i64 = 1_000_000;

const CLIENT: Key = must(
    "client",
    ValueKind::Text,
    "the client whose link is affected; `all` for every link",
);

// A link can have a fault before its client is there: neither verb names who takes part.

pub(super) static FAULT: Described = Described::new(
    "inject a fault into a link",
    ValueKind::Table(&FAULT_TABLE),
    fault,
);

static FAULT_TABLE: Table = Table::new(
    "fault",
    "It expects nothing by itself. It stays in effect from this step until it has run its course, or until `heal`.",
    &FAULT_KEYS,
);

static FAULT_KEYS: [Key; COMMON.len() + OWN.len()] = join(&[&COMMON, &OWN]);

const COMMON: [Key; 5] = [
    CLIENT,
    must(
        "kind",
        ValueKind::Word(closed::words::<FaultWord>),
        "what happens to the link",
    ),
    may(
        "direction",
        ValueKind::Word(closed::words::<Way>),
        "the direction of the affected traffic (default: `both`)",
    ),
    may(
        "frame",
        ValueKind::Text,
        "count frames of this type only, named as in the protocol",
    ),
    may(
        "after_frames",
        ValueKind::Integer(1, MANY),
        "let this many frames pass first (default: start at once)",
    ),
];

/// What only some kinds take.
const OWN: [Key; 8] = [
    may(
        "times",
        ValueKind::Integer(1, MANY),
        "how many consecutive frames are affected (default: 1)",
    ),
    may("by", ValueKind::Duration, "for `delay`: by how much"),
    may(
        "up_to",
        ValueKind::Duration,
        "for `jitter`: the maximum delay",
    ),
    may(
        "bytes_per_second",
        ValueKind::Integer(1, 1_000_000_000),
        "for `rate`: the limit",
    ),
    may(
        "bytes",
        ValueKind::Integer(1, MANY),
        "for `slice`: the size of a segment; for `truncate`: how many bytes are lost (default: 1)",
    ),
    may(
        "after_bytes",
        ValueKind::Integer(1, MANY),
        "for `cut`: how many bytes pass first (default: none)",
    ),
    may(
        "byte",
        ValueKind::Integer(0, MANY),
        "for `corrupt`: its offset in the frame's body, or in the next bytes if no frame is named (default: chosen by the seed)",
    ),
    may(
        "frames",
        ValueKind::Integer(2, 1000),
        "for `hold`: how many to collect",
    ),
];

pub(super) static HEAL: Described = Described::new(
    "remove all faults from a link",
    ValueKind::Table(&HEAL_TABLE),
    heal,
);

static HEAL_TABLE: Table = Table::new(
    "heal",
    "All faults of the link end: whatever was held back is delivered, and traffic flows normally again.",
    &[CLIENT],
);

fn fault(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let node = site.node()?;
    let links = links(&node, checker);
    let way = node.word("direction").unwrap_or_default();
    let when = When {
        frame: node.owned("frame"),
        after_frames: node.integer("after_frames").unwrap_or(0),
        times: node.integer("times").unwrap_or(1),
    };
    let kind = kind(&node, &when, checker)?;
    if kind == FaultKind::HalfOpen && way == Way::Both {
        let title = "`half-open` needs a direction";
        let problem = Problem::new(code::FAULT, &node.key_span("kind"), title);
        let help = "`direction = \"up\"` tells the relay; both ways it would be a `cut`";
        checker.report(problem.help(help));
    }
    let fault = Fault { way, kind, when };
    Some(Verb::Fault {
        links: links?,
        fault,
    })
}

fn heal(site: &Site<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    links(&site.node()?, checker).map(|links| Verb::Heal { links })
}

fn links(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Links> {
    let client = node.text("client")?;
    if client.text == EVERYBODY {
        return Some(Links::All);
    }
    checker
        .known(&client)
        .then(|| Links::One(client.text.to_owned()))
}

fn kind(node: &Node<'_, '_>, when: &When, checker: &mut Checker<'_>) -> Option<FaultKind> {
    let kind: FaultWord = node.word("kind")?;
    let word: &str = kind.into();
    let Parameters { needs, takes } = kind.parameters(when);
    let missing: Vec<&str> = needs.iter().copied().filter(|key| !node.has(key)).collect();
    for key in &missing {
        let title = format!("`{word}` needs `{key}`");
        let problem = Problem::new(code::FAULT, &node.key_span("kind"), title);
        checker.report(problem.help(format!("add `{key} = …`, as the reference page says")));
    }
    let known = |key: &str| needs.contains(&key) || takes.contains(&key);
    let own_keys = OWN.iter().map(|key| key.name);
    for key in own_keys.filter(|key| node.has(key) && !known(key)) {
        let title = format!("`{word}` takes no `{key}`");
        let problem = Problem::new(code::FAULT, &node.key_span(key), title);
        let own: Vec<&str> = needs.iter().chain(takes).copied().collect();
        let help = match own.as_slice() {
            [] => "it takes nothing of its own".to_owned(),
            _ if key == "times" && kind == FaultWord::Corrupt => {
                "of single frames only: add `frame` or `after_frames`".to_owned()
            }
            own => format!("it takes {}", one_of(own.iter().copied())),
        };
        checker.report(problem.help(help));
    }
    if !missing.is_empty() {
        return None;
    }
    kind.read(node)
}
