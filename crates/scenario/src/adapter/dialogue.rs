//! What a program asks before it is ready, and what it gets as an answer.

use serde::{Deserialize, Serialize};

use super::check::Checker;
use super::template::Template;
use crate::codes::adapter as code;
use toml_language::shape::{Key, Table, ValueKind, Word, may, must};
use toml_language::{Node, Problem, closed};

/// One question that a program asks before it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it may ask, at least one; the first that it does counts.
    pub any: Vec<Branch>,
    /// It may go on to what follows without having asked.
    pub optional: bool,
    /// Which clients it asks.
    pub only: Only,
}

impl Item {
    /// Something that is only awaited.
    pub fn awaited(pattern: &str) -> Self {
        Self {
            any: vec![Branch {
                r#await: pattern.to_owned(),
                r#type: None,
                secret: false,
                pass_phrase: false,
            }],
            optional: false,
            only: Only::All,
        }
    }
}

/// One question, and the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// A regular expression that is found anywhere in a line, or in a line without end.
    pub r#await: String,
    /// What is typed then; `None` when it is only awaited.
    pub r#type: Option<Template>,
    /// The timeline tells the template and not what was typed.
    pub secret: bool,
    /// It opens the client's keys: the relay must not see it, and the audit searches for it.
    #[serde(default)]
    pub pass_phrase: bool,
}

closed_list! {
    /// Which clients of a play are asked.
    #[derive(Default)]
    pub enum Only {
        /// each of them
        #[default]
        All,
        /// the client that was started first
        First,
        /// all other clients
        Later,
    }
}

impl Only {
    /// As it is written: that all are asked is said by leaving it out.
    fn words() -> Vec<Word> {
        let some = [Self::First, Self::Later];
        some.into_iter().map(closed::word).collect()
    }

    /// Whether it asks a client.
    pub fn asks(self, is_first: bool) -> bool {
        match self {
            Self::All => true,
            Self::First => is_first,
            Self::Later => !is_first,
        }
    }
}

/// One item of a dialogue, described.
pub(super) static ITEM: Table = Table::new(
    "dialogue",
    "One question that a program asks before it is ready.",
    &[
        may("await", ValueKind::Text, AWAIT),
        TYPE,
        SECRET,
        PASS_PHRASE,
        may(
            "any",
            ValueKind::Array(&ValueKind::Table(&BRANCH), 1),
            "alternative questions: the first one that appears counts",
        ),
        may(
            "optional",
            ValueKind::Bool,
            "it may skip this question (default: `false`)",
        ),
        may(
            "only",
            ValueKind::Word(Only::words),
            "which clients are asked (default: all)",
        ),
    ],
)
.exactly_one(&["await", "any"], "question");

static BRANCH: Table = Table::new(
    "alternative",
    "One of several alternative questions.",
    &[
        must("await", ValueKind::Text, AWAIT),
        TYPE,
        SECRET,
        PASS_PHRASE,
    ],
);

const AWAIT: &str = "a regular expression, found anywhere in a line, even before its line break";
const TYPE: Key = may(
    "type",
    ValueKind::Text,
    "the answer to type; without it, the question is only awaited",
);
const SECRET: Key = may(
    "secret",
    ValueKind::Bool,
    "record the template instead of what was typed (default: `false`)",
);
const PASS_PHRASE: Key = may(
    "passphrase",
    ValueKind::Bool,
    "it unlocks the client's keys, so the audit searches for it; may contain `{name}` and settings",
);

/// Reads the list; templates may use what is `known`.
pub(super) fn read(node: &Node<'_, '_>, known: &[&str], checker: &mut Checker<'_>) -> Vec<Item> {
    let nodes = node.nodes("dialogue");
    let items = nodes.iter().map(|item| read_item(item, known, checker));
    let items: Vec<Item> = items.collect();
    if let (Some(last), Some(node)) = (items.last(), nodes.last())
        && last.optional
    {
        let title = "the last item of a dialogue must not be optional";
        let problem = Problem::new(code::DIALOGUE, &node.key_span("optional"), title);
        checker.problems.push(
            problem.help("nothing would show that it is not coming: await something after it"),
        );
    }
    items
}

fn read_item(item: &Node<'_, '_>, known: &[&str], checker: &mut Checker<'_>) -> Item {
    let mut branches = item.nodes("any");
    if item.has("await") {
        branches.push(*item);
    } else {
        for key in ["type", "secret", "passphrase"]
            .into_iter()
            .filter(|key| item.has(key))
        {
            let title = format!("`{key}` belongs inside one of the alternatives");
            let problem = Problem::new(code::DIALOGUE, &item.key_span(key), title);
            checker
                .problems
                .push(problem.help("each item of `any` has an `await` and a `type` of its own"));
        }
    }
    Item {
        any: branches
            .iter()
            .filter_map(|branch| read_branch(branch, known, checker))
            .collect(),
        optional: item.bool("optional").unwrap_or(false),
        only: item.word("only").unwrap_or_default(),
    }
}

fn read_branch(node: &Node<'_, '_>, known: &[&str], checker: &mut Checker<'_>) -> Option<Branch> {
    let awaited = node.text("await")?;
    checker.pattern(&awaited, &[]);
    let pass_phrase = node.bool("passphrase").unwrap_or(false);
    let typed = node.text("type").map(|text| {
        if pass_phrase {
            checker.pass_phrase(&text)
        } else {
            checker.template(&text, known)
        }
    });
    // Who logs in under a name is a client.
    if pass_phrase && (typed.is_none() || !known.contains(&"name")) {
        let title = "only a client types a passphrase";
        let problem = Problem::new(code::DIALOGUE, &node.key_span("passphrase"), title);
        checker
            .problems
            .push(problem.help("the audit looks for it wherever the relay could see it"));
    }
    Some(Branch {
        r#await: awaited.text.to_owned(),
        r#type: typed,
        secret: pass_phrase || node.bool("secret").unwrap_or(false),
        pass_phrase,
    })
}
