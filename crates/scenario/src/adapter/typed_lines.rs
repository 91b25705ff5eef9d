//! The lines that are typed for a verb: mostly one, or a small dialogue.

use std::convert::Infallible;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml_language::shape::{Table, ValueKind, may};
use toml_language::{Node, Place, node, place};

use super::check::Checker;

/// What is typed for a verb: one line, or several with what is awaited before each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TypedLines<T> {
    /// One line.
    One(T),
    /// A small dialogue.
    Dialogue(Vec<TypedLine<T>>),
}

/// One line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedLine<T> {
    /// A regular expression that the program shows before the line is typed, found anywhere in a
    /// line, or in a line without end.
    #[serde(default)]
    pub r#await: Option<String>,
    /// How long is waited after that.
    #[serde(default)]
    pub pause: Duration,
    /// The line; `None` where something is only awaited.
    pub r#type: Option<T>,
}

impl<T> TypedLines<T> {
    /// Line by line, in order.
    pub fn each(&self) -> Vec<TypedLine<&T>> {
        match self {
            Self::One(line) => vec![TypedLine {
                r#await: None,
                pause: Duration::ZERO,
                r#type: Some(line),
            }],
            Self::Dialogue(lines) => lines
                .iter()
                .map(|one| TypedLine {
                    r#await: one.r#await.clone(),
                    pause: one.pause,
                    r#type: one.r#type.as_ref(),
                })
                .collect(),
        }
    }

    /// What is typed, without what is awaited.
    pub fn lines(&self) -> Vec<&T> {
        let each = self.each().into_iter();
        each.filter_map(|one| one.r#type).collect()
    }

    /// The same with each line made into another one.
    pub fn map<U>(&self, mut make: impl FnMut(&T) -> U) -> TypedLines<U> {
        let made = self.try_map(|line| Ok::<U, Infallible>(make(line)));
        match made {
            Ok(lines) => lines,
            Err(never) => match never {},
        }
    }

    /// The same, where a line may not be made.
    ///
    /// # Errors
    ///
    /// The first that `make` has.
    pub fn try_map<U, E>(
        &self,
        mut make: impl FnMut(&T) -> Result<U, E>,
    ) -> Result<TypedLines<U>, E> {
        Ok(match self {
            Self::One(line) => TypedLines::One(make(line)?),
            Self::Dialogue(lines) => {
                let lines = lines.iter().map(|one| {
                    Ok(TypedLine {
                        r#await: one.r#await.clone(),
                        pause: one.pause,
                        r#type: one.r#type.as_ref().map(&mut make).transpose()?,
                    })
                });
                TypedLines::Dialogue(lines.collect::<Result<_, E>>()?)
            }
        })
    }
}

/// A line, or a list of lines and tables.
pub(super) const TYPED_LINES: ValueKind = ValueKind::Either(&[
    ValueKind::Text,
    ValueKind::Array(
        &ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&LINE)]),
        1,
    ),
]);

static LINE: Table = Table::new(
    "line",
    "One line of what is typed for a verb.",
    &[
        may(
            "await",
            ValueKind::Text,
            "a regular expression that it shows first, found anywhere in a line, even before its line break",
        ),
        may(
            "pause",
            ValueKind::Duration,
            "how long to wait after that (default: not at all)",
        ),
        may(
            "type",
            ValueKind::Text,
            "the line; without it, something is only awaited",
        ),
    ],
);

/// A verb's line as it is written: where each line stands.
pub(super) struct Written<'a> {
    /// The lines of it.
    pub(super) lines: TypedLines<Place<'a>>,
    /// Where it stands as a whole.
    pub(super) span: std::ops::Range<usize>,
}

/// Reads what is typed for a verb.
pub(super) fn read<'a>(
    types: &Node<'a, '_>,
    verb: &str,
    checker: &mut Checker<'_>,
) -> Option<Written<'a>> {
    if let Some(line) = types.text(verb) {
        let span = line.span.clone();
        let lines = TypedLines::One(line);
        return Some(Written { lines, span });
    }
    if !types.has(verb) {
        return None;
    }
    let lines = types.items(verb).iter().filter_map(|item| {
        if let Some(line) = place(item) {
            return Some(TypedLine {
                r#await: None,
                pause: Duration::ZERO,
                r#type: Some(line),
            });
        }
        let item = node(item)?;
        let awaited = item.text("await");
        if let Some(awaited) = &awaited {
            checker.pattern(awaited, &[]);
        }
        Some(TypedLine {
            r#await: awaited.map(|awaited| awaited.text.to_owned()),
            pause: item.duration("pause").unwrap_or_default(),
            r#type: item.text("type"),
        })
    });
    Some(Written {
        lines: TypedLines::Dialogue(lines.collect()),
        span: types.key_span(verb),
    })
}
