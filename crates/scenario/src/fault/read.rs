//! Reads `fault` and `heal`, and checks that what a fault is told fits its kind.

use super::super::check::Checker;
use super::super::codes::scenario as code;
use super::super::model::Verb;
use super::{Fault, FaultKind, Links, Way, When};
use toml_language::Problem;
use toml_language::suggest::one_of;
use toml_language::walk::Node;

/// Stands for every client: no client can have this name.
const EVERYBODY: &str = "all";

/// What only some kinds take.
const OWN: [&str; 8] = [
    "times",
    "by",
    "up_to",
    "bytes_per_second",
    "bytes",
    "after_bytes",
    "byte",
    "frames",
];

/// Reads a `fault`.
pub(in super::super) fn fault(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let links = links(node, checker);
    let way = match node.text("direction").map(|word| word.text) {
        Some("up") => Way::Up,
        Some("down") => Way::Down,
        Some(_) | None => Way::Both,
    };
    let when = When {
        frame: node.owned("frame"),
        after_frames: node.integer("after_frames").unwrap_or(0),
        times: node.integer("times").unwrap_or(1),
    };
    let kind = kind(node, &when, checker)?;
    if kind == FaultKind::HalfOpen && way == Way::Both {
        let title = "`half-open` needs a direction";
        let problem = Problem::new(code::FAULT, &node.key_span("kind"), title);
        let help = "`direction = \"up\"`: the relay is told; both ways it would be a `cut`";
        checker.report(problem.help(help));
    }
    let fault = Fault { way, kind, when };
    Some(Verb::Fault {
        links: links?,
        fault,
    })
}

/// Reads a `heal`.
pub(in super::super) fn heal(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    links(node, checker).map(|links| Verb::Heal { links })
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
    let word = node.text("kind")?.text;
    let (needs, takes) = parameters(word, when)?;
    let missing: Vec<&str> = needs.iter().copied().filter(|key| !node.has(key)).collect();
    for key in &missing {
        let title = format!("`{word}` needs `{key}`");
        let problem = Problem::new(code::FAULT, &node.key_span("kind"), title);
        checker.report(problem.help(format!("add `{key} = …`, as the reference page says")));
    }
    let known = |key: &str| needs.contains(&key) || takes.contains(&key);
    for key in OWN.iter().filter(|key| node.has(key) && !known(key)) {
        let title = format!("`{word}` takes no `{key}`");
        let problem = Problem::new(code::FAULT, &node.key_span(key), title);
        let own: Vec<&str> = needs.iter().chain(takes).copied().collect();
        let help = match own.as_slice() {
            [] => "it takes nothing of its own".to_owned(),
            _ if *key == "times" && word == "corrupt" => {
                "of single frames only: add `frame` or `after_frames`".to_owned()
            }
            own => format!("it takes {}", one_of(own.iter().copied())),
        };
        checker.report(problem.help(help));
    }
    if !missing.is_empty() {
        return None;
    }
    of_word(word, node)
}

/// What a kind needs, and what else it takes; nothing of a word that is none.
fn parameters(
    word: &str,
    when: &When,
) -> Option<(&'static [&'static str], &'static [&'static str])> {
    Some(match word {
        "corrupt" if when.counts_frames() => (&[], &["byte", "times"]),
        "corrupt" => (&[], &["byte"]),
        "cut" => (&[], &["after_bytes"]),
        "delay" => (&["by"], &[]),
        "drop" | "duplicate" | "reorder" | "replay" | "splice" => (&[], &["times"]),
        "hold" => (&["frames"], &[]),
        "jitter" => (&["up_to"], &[]),
        "rate" => (&["bytes_per_second"], &[]),
        "slice" => (&["bytes"], &[]),
        "truncate" => (&[], &["bytes", "times"]),
        "blackhole" | "half-open" | "reset" => (&[], &[]),
        _ => return None,
    })
}

/// Nothing where a parameter is not what it must be, which has been reported.
fn of_word(word: &str, node: &Node<'_, '_>) -> Option<FaultKind> {
    Some(match word {
        "blackhole" => FaultKind::Blackhole,
        "corrupt" => FaultKind::Corrupt {
            byte: node.integer("byte").map(u64::from),
        },
        "cut" => FaultKind::Cut {
            after_bytes: node.integer("after_bytes").map_or(0, u64::from),
        },
        "delay" => FaultKind::Delay {
            by: node.duration("by")?,
        },
        "drop" => FaultKind::Drop,
        "duplicate" => FaultKind::Duplicate,
        "half-open" => FaultKind::HalfOpen,
        "hold" => FaultKind::Hold {
            frames: node.integer("frames")?,
        },
        "jitter" => FaultKind::Jitter {
            up_to: node.duration("up_to")?,
        },
        "rate" => FaultKind::Rate {
            bytes_per_second: node.integer("bytes_per_second")?,
        },
        "reorder" => FaultKind::Reorder,
        "replay" => FaultKind::Replay,
        "reset" => FaultKind::Reset,
        "slice" => FaultKind::Slice {
            bytes: node.integer("bytes")?,
        },
        "splice" => FaultKind::Splice,
        "truncate" => FaultKind::Truncate {
            bytes: node.integer("bytes").unwrap_or(1),
        },
        _ => return None,
    })
}
