//! Walks a TOML document along its description and reports everything that does not fit.
//! What fits can be read afterwards with [`super::Node`], which never complains a second time.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::Problem;
use super::node::seconds;
use super::shape::{Key, Table, ValueKind, Word};
use super::suggest::{nearest, one_of};
use crate::codes::ShapeCodes;
use crate::units;

/// Reads the text and lets `fill` change it; every slip of syntax and of shape is in the list. The table holds what
/// could be read all the same.
pub fn read<'i>(
    source: &'i str,
    shape: &'static Table,
    codes: &'static ShapeCodes,
    fill: impl FnOnce(&mut DeTable<'i>),
) -> (DeTable<'i>, Vec<Problem>, bool) {
    let (document, errors) = DeTable::parse_recoverable(source);
    let mut walker = Walker {
        codes,
        problems: Vec::new(),
    };
    let mut document = document.into_inner();
    fill(&mut document);
    walker.table(&document, &(0..0), shape);
    if errors.is_empty() {
        return (document, walker.problems, true);
    }
    // A slip of syntax can make anything look missing or out of place. What a single value
    // says about itself stays true.
    let sure = [codes.unknown_word, codes.bad_duration, codes.bad_size];
    walker
        .problems
        .retain(|problem| sure.contains(&problem.code));
    walker.problems.extend(errors.iter().map(|error| {
        let span = error.span().unwrap_or(0..0);
        let mut lines = error.message().lines();
        let problem = Problem::new(codes.syntax, &span, lines.next().unwrap_or("not TOML"));
        let problem = if is_escape(source, &span) {
            problem.help(
                "write a regular expression in single quotes: backslashes stay as they are there",
            )
        } else {
            problem
        };
        lines.fold(problem, Problem::help)
    }));
    (document, walker.problems, false)
}

/// Whether the reader got lost at or behind a backslash.
fn is_escape(source: &str, span: &Range<usize>) -> bool {
    let before = source.get(..span.start).unwrap_or_default();
    let from = source.get(span.start..).unwrap_or_default();
    before.ends_with('\\') || from.starts_with('\\')
}

struct Walker {
    codes: &'static ShapeCodes,
    problems: Vec<Problem>,
}

impl Walker {
    fn table(&mut self, table: &DeTable<'_>, span: &Range<usize>, shape: &'static Table) {
        // Where a misspelt key is reported, a report that the right one is missing would only
        // confuse.
        let mut suggestion = Vec::new();
        for (key, value) in table {
            match shape.key(key.get_ref()) {
                None => suggestion.extend(self.unknown_key(key, table, shape)),
                Some(known) => self.value(value, known),
            }
        }
        let missing = shape
            .keys
            .iter()
            .filter(|key| key.required && !table.contains_key(key.name));
        for key in missing.filter(|key| !suggestion.contains(&key.name)) {
            let title = format!("`{}` is missing in `{}`", key.name, shape.name);
            let problem = Problem::new(self.codes.missing_key, span, title);
            let help = format!("add `{} = …`: {}, {}", key.name, key.kind.words(), key.doc);
            self.problems.push(problem.help(help));
        }
        if !shape.one_of.iter().any(|one| suggestion.contains(one)) {
            self.exactly_one(table, span, shape);
        }
    }

    /// Reports an unknown key; the one that it resembles, where there is one that is
    /// not there already.
    fn unknown_key(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        table: &DeTable<'_>,
        shape: &'static Table,
    ) -> Option<&'static str> {
        let (span, word) = (key.span(), key.get_ref());
        let names = || shape.keys.iter().map(|key| key.name);
        let title = format!("`{word}` is not a key of `{}`", shape.name);
        let problem = Problem::new(self.codes.unknown_key, &span, title).label("unknown key");
        let suggestion = nearest(word, names().filter(|name| !table.contains_key(*name)));
        self.problems.push(match suggestion {
            Some(suggestion) => {
                problem.replace(format!("did you mean `{suggestion}`?"), &span, suggestion)
            }
            None => problem.help(format!("known here: {}", one_of(names()))),
        });
        suggestion
    }

    fn exactly_one(&mut self, table: &DeTable<'_>, span: &Range<usize>, shape: &'static Table) {
        let mut found: Vec<_> = table
            .keys()
            .filter(|key| shape.one_of.contains(&key.get_ref().as_ref()))
            .collect();
        found.sort_by_key(|key| key.span().start);
        match found.as_slice() {
            [_] => {}
            [] if shape.one_of.is_empty() => {}
            [] => {
                let title = match shape.one_is {
                    "" => format!("`{}` says nothing", shape.name),
                    one => format!("this {} has no {one}", shape.name),
                };
                let problem = Problem::new(self.codes.none_of, span, title);
                let help = format!("add one of {}", one_of(shape.one_of.iter().copied()));
                self.problems.push(problem.help(help));
            }
            [first, rest @ ..] => {
                let one = if shape.one_is.is_empty() {
                    "of these"
                } else {
                    shape.one_is
                };
                for second in rest {
                    let title = format!("`{}` has more than one {one}", shape.name);
                    let problem = Problem::new(self.codes.several_of, &second.span(), title);
                    let problem = problem
                        .label("a second one")
                        .context(&first.span(), "the first one");
                    self.problems.push(problem.help("keep one of them here"));
                }
            }
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, key: &'static Key) {
        if !self.kind(value, &key.kind) {
            let title = format!("`{}` must be {}", key.name, key.kind.words());
            let problem = Problem::new(self.codes.wrong_kind, &value.span(), title);
            let example = key.kind.example();
            self.problems.push(
                problem
                    .label(format!("this is {}", type_of(value.get_ref())))
                    .help(format!("write `{} = {example}`: {}", key.name, key.doc)),
            );
        }
    }

    /// Checks a value; false when its very type is another one.
    fn kind(&mut self, value: &Spanned<DeValue<'_>>, kind: &'static ValueKind) -> bool {
        let span = value.span();
        match (kind, value.get_ref()) {
            (ValueKind::Array(each, least), DeValue::Array(array)) => {
                self.array(array, &span, each, *least);
                true
            }
            (ValueKind::Either(kinds), _) => {
                let fitting = kinds.iter().find(|kind| fits(kind, value.get_ref()));
                fitting.is_some_and(|kind| self.kind(value, kind))
            }
            (ValueKind::Integer(from, to), DeValue::Integer(number)) => {
                let known = i64::from_str_radix(number.as_str(), number.radix()).ok();
                if !known.is_some_and(|number| (from..=to).contains(&&number)) {
                    self.number(&span, &kind.words());
                }
                true
            }
            (ValueKind::Map(each), DeValue::Table(table)) => {
                for value in table.values() {
                    if !self.kind(value, each) {
                        let problem = Problem::new(
                            self.codes.wrong_kind,
                            &value.span(),
                            format!("this must be {}", each.words()),
                        );
                        self.problems
                            .push(problem.label(format!("this is {}", type_of(value.get_ref()))));
                    }
                }
                true
            }
            (ValueKind::Seconds(most), DeValue::Integer(_) | DeValue::Float(_)) => {
                if seconds(value.get_ref(), *most).is_none() {
                    self.number(&span, &format!("more than 0 and at most {most} seconds"));
                }
                true
            }
            (
                ValueKind::Duration | ValueKind::Size | ValueKind::Text | ValueKind::Word(_),
                DeValue::String(text),
            ) => {
                self.text(text, &span, kind);
                true
            }
            (ValueKind::Table(shape), DeValue::Table(table)) => {
                self.table(table, &span, shape);
                true
            }
            (ValueKind::Bool, DeValue::Boolean(_)) => true,
            _ => false,
        }
    }

    fn array(
        &mut self,
        array: &[Spanned<DeValue<'_>>],
        span: &Range<usize>,
        each: &'static ValueKind,
        least: usize,
    ) {
        if array.len() < least {
            let problem = Problem::new(self.codes.too_few, span, "this array is empty");
            self.problems.push(problem.label("at least one is needed"));
        }
        for item in array {
            if !self.kind(item, each) {
                let title = format!("each item must be {}", each.words());
                let problem = Problem::new(self.codes.wrong_kind, &item.span(), title);
                self.problems
                    .push(problem.label(format!("this is {}", type_of(item.get_ref()))));
            }
        }
    }

    fn number(&mut self, span: &Range<usize>, allowed: &str) {
        let problem = Problem::new(self.codes.out_of_range, span, "this number is out of range");
        self.problems
            .push(problem.label(format!("must be {allowed}")));
    }

    fn text(&mut self, text: &str, span: &Range<usize>, kind: &'static ValueKind) {
        match kind {
            ValueKind::Duration if units::duration(text).is_none() => {
                let title = format!("`{text}` is not a duration");
                let problem = Problem::new(self.codes.bad_duration, span, title);
                self.problems
                    .push(problem.label(format!("must be {}", kind.words())));
            }
            ValueKind::Size if units::size(text).is_none() => {
                let title = format!("`{text}` is not a size");
                let problem = Problem::new(self.codes.bad_size, span, title);
                let most = units::MAX_MADE / (1024 * 1024);
                self.problems.push(
                    problem
                        .label(format!("must be {}", kind.words()))
                        .help(format!("at most {most}MiB")),
                );
            }
            ValueKind::Word(words) => self.word(text, span, &words()),
            ValueKind::Duration
            | ValueKind::Size
            | ValueKind::Text
            | ValueKind::Array(..)
            | ValueKind::Bool
            | ValueKind::Either(_)
            | ValueKind::Integer(..)
            | ValueKind::Map(_)
            | ValueKind::Seconds(_)
            | ValueKind::Table(_) => {}
        }
    }

    fn word(&mut self, text: &str, span: &Range<usize>, words: &[Word]) {
        let known = || words.iter().map(|word| word.word);
        if known().any(|word| word == text) {
            return;
        }
        let title = format!("`{text}` is not a known value");
        let problem = Problem::new(self.codes.unknown_word, span, title);
        self.problems.push(match nearest(text, known()) {
            Some(suggestion) => problem.label("unknown value").replace(
                format!("did you mean `{suggestion}`?"),
                span,
                format!("\"{suggestion}\""),
            ),
            None => problem.label(format!("must be {}", one_of(known()))),
        });
    }
}

fn fits(kind: &ValueKind, value: &DeValue<'_>) -> bool {
    match kind {
        ValueKind::Array(..) => value.is_array(),
        ValueKind::Bool => value.is_bool(),
        ValueKind::Duration | ValueKind::Size | ValueKind::Text | ValueKind::Word(_) => {
            value.is_str()
        }
        ValueKind::Either(kinds) => kinds.iter().any(|kind| fits(kind, value)),
        ValueKind::Integer(..) => value.is_integer(),
        ValueKind::Map(_) | ValueKind::Table(_) => value.is_table(),
        ValueKind::Seconds(_) => value.is_integer() || value.is_float(),
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Array(_) => "an array",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Float(_) => "a decimal number",
        DeValue::Integer(_) => "a number",
        DeValue::String(_) => "a string",
        DeValue::Table(_) => "a table",
    }
}
