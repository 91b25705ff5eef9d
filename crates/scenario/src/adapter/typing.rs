//! What to type for each verb: `[client.type]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{VariantArray, VariantNames};
use toml_language::shape::{Key, Table, alike};
use toml_language::{Node, Problem};

use super::check::Checker;
use super::template::Template;
use super::typed_lines::{self, TYPED_LINES, TypedLines, Written};
use crate::Capability;
use crate::codes::adapter as code;

closed_list! {
    /// Something that is done by typing a line, called as the verb that does it.
    pub enum Typed {
        /// a text for everyone
        Say,
        /// a text for one
        Msg,
        /// a file for one
        File,
        /// the recipient's consent to a file
        Accept,
        /// the way users quit it
        Quit,
        /// a new room
        #[serde(rename = "room_create")]
        #[strum(serialize = "room_create")]
        RoomCreate,
        /// a new member of a room
        #[serde(rename = "room_invite")]
        #[strum(serialize = "room_invite")]
        RoomInvite,
        /// the end of one's own membership
        #[serde(rename = "room_leave")]
        #[strum(serialize = "room_leave")]
        RoomLeave,
        /// the end of a membership
        #[serde(rename = "room_remove")]
        #[strum(serialize = "room_remove")]
        RoomRemove,
        /// a text for the members of a room
        #[serde(rename = "room_say")]
        #[strum(serialize = "room_say")]
        RoomSay,
    }
}

impl Typed {
    const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// As it is written.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The placeholders that its lines must hold, those that they may hold, and what the
    /// reference page says of it.
    const fn described(
        self,
    ) -> (
        &'static [&'static str],
        &'static [&'static str],
        &'static str,
    ) {
        match self {
            Self::Accept => (
                &[],
                &["from", "file"],
                "consent to a file that is offered; begins with an `await`, and may contain `{from}` and `{file}`",
            ),
            Self::File => (
                &["path"],
                &["to"],
                "with `{path}`, and `{to}` unless there are two people only",
            ),
            Self::Msg => (
                &["text"],
                &["to"],
                "with `{text}`, and `{to}` unless there are two people only",
            ),
            Self::Quit => (&[], &[], "the way users quit it"),
            Self::RoomCreate => (&["room"], &[], "with `{room}`"),
            Self::RoomInvite => (&["room", "who"], &[], "with `{room}` and `{who}`"),
            Self::RoomLeave => (&["room"], &[], "with `{room}`"),
            Self::RoomRemove => (&["room", "who"], &[], "with `{room}` and `{who}`"),
            Self::RoomSay => (&["room", "text"], &[], "with `{room}` and `{text}`"),
            Self::Say => (&["text"], &[], "with `{text}`"),
        }
    }

    /// What an implementation that cannot do it may say of itself.
    pub(crate) fn capability(self) -> Option<Capability> {
        match self {
            Self::File => Some(Capability::File),
            Self::Msg => Some(Capability::Msg),
            Self::RoomCreate
            | Self::RoomInvite
            | Self::RoomLeave
            | Self::RoomRemove
            | Self::RoomSay => Some(Capability::Rooms),
            Self::Accept | Self::Quit => None,
            Self::Say => Some(Capability::Say),
        }
    }
}

/// What to type for each verb; what the implementation cannot do is not there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Typed, Option<TypedLines<Template>>>")]
pub struct TypeSpec(pub BTreeMap<Typed, TypedLines<Template>>);

// Plans of earlier versions write `null` for what cannot be done.
impl From<BTreeMap<Typed, Option<TypedLines<Template>>>> for TypeSpec {
    fn from(lines: BTreeMap<Typed, Option<TypedLines<Template>>>) -> Self {
        let known = lines.into_iter();
        Self(
            known
                .filter_map(|(verb, line)| Some((verb, line?)))
                .collect(),
        )
    }
}

static KEYS: [Key; Typed::ALL.len()] = {
    let mut keys = alike(<Typed as VariantNames>::VARIANTS, TYPED_LINES, "");
    let (mut left, mut verbs) = (keys.as_mut_slice(), Typed::ALL);
    while let ([key, others @ ..], [verb, more @ ..]) = (left, verbs) {
        key.doc = verb.described().2;
        (left, verbs) = (others, more);
    }
    keys
};

/// The table, described.
pub(super) static TYPE: Table = Table::new(
    "type",
    "What to type for each verb; a verb without a line is not supported.",
    &KEYS,
);

impl TypeSpec {
    /// What is typed for a verb, where the implementation can do it.
    pub fn lines(&self, verb: Typed) -> Option<&TypedLines<Template>> {
        self.0.get(&verb)
    }

    pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Self {
        let mut all = BTreeMap::new();
        for verb in Typed::ALL {
            let Some(written) = typed_lines::read(node, verb.word(), checker) else {
                continue;
            };
            all.insert(*verb, templates(*verb, &written, checker));
        }
        Self(all)
    }
}

fn templates(
    verb: Typed,
    written: &Written<'_>,
    checker: &mut Checker<'_>,
) -> TypedLines<Template> {
    let (needed, allowed, _) = verb.described();
    let known: Vec<&str> = needed.iter().chain(allowed).copied().collect();
    let lines = written.lines.map(|line| checker.typed(line, &known));
    for name in needed {
        if !lines.lines().iter().any(|template| template.holds(name)) {
            let title = format!("the line typed for `{}` lacks `{{{name}}}`", verb.word());
            let problem = Problem::new(code::NO_TEXT, &written.span, title);
            let help = format!("add `{{{name}}}`");
            checker.problems.push(problem.help(help));
        }
    }
    let first = lines.each().into_iter().next();
    if verb == Typed::Accept && first.is_none_or(|first| first.r#await.is_none()) {
        let title = "nothing shows when a file is offered";
        let problem = Problem::new(code::DIALOGUE, &written.span, title);
        let help = "await the offer: `accept = [{ await = '…', type = \"…\" }]`";
        checker.problems.push(problem.help(help));
    }
    lines
}
