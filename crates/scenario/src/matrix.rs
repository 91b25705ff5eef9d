//! Scenarios with a matrix: the same steps, once for each combination of values.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes::scenario as code;
use toml_language::Problem;

/// The most combinations of one file.
const MAX_CELLS: usize = 256;

/// One combination of values, by axis, in the order of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell<'i>(Vec<(String, DeValue<'i>)>);

/// Every combination that a file asks for, at least one; and what is wrong with its matrix
/// beside its shape, which is checked with the rest of the file.
pub(super) fn cells(source: &str) -> (Vec<Cell<'_>>, Vec<Problem>) {
    let (document, _) = DeTable::parse_recoverable(source);
    let Some(matrix) = document.get_ref().get("matrix") else {
        return (vec![Cell::default()], Vec::new());
    };
    let mut problems = Vec::new();
    let mut axes: Vec<_> = matrix.get_ref().as_table().into_iter().flatten().collect();
    axes.sort_by_key(|(name, _)| name.span().start);
    let mut cells = vec![Cell::default()];
    for (name, values) in axes {
        let values: Vec<_> = values.get_ref().as_array().into_iter().flatten().collect();
        problems.extend(twice(&values));
        problems.extend(unused(source, name));
        let longer = cells
            .iter()
            .flat_map(|cell| values.iter().map(|value| cell.with(name.get_ref(), value)));
        // An empty axis is reported by its shape; it must not hide the rest.
        let longer: Vec<Cell<'_>> = longer.take(MAX_CELLS + 1).collect();
        if !longer.is_empty() {
            cells = longer;
        }
    }
    if cells.len() > MAX_CELLS {
        let title = format!("this matrix has more than {MAX_CELLS} combinations");
        let problem = Problem::new(code::MATRIX, &matrix.span(), title);
        problems.push(problem.help("split it into several files"));
        cells.truncate(1);
    }
    (cells, problems)
}

/// Values that would make two scenarios of one name.
fn twice(values: &[&Spanned<DeValue<'_>>]) -> Vec<Problem> {
    let earlier = |n: usize, value: &Spanned<DeValue<'_>>| {
        let mut before = values.iter().take(n);
        before
            .find(|other| slug(other.get_ref()) == slug(value.get_ref()))
            .map(|other| other.span())
    };
    let pairs = values
        .iter()
        .enumerate()
        .filter_map(|(n, value)| Some((value, earlier(n, value)?)));
    pairs
        .map(|(value, before)| {
            let title = "two values of this axis would get the same name";
            let problem = Problem::new(code::MATRIX, &value.span(), title);
            problem
                .label("the second one")
                .context(&before, "the first one")
                .help("remove one; names keep only letters, digits, `.`, `_` and `-`")
        })
        .collect()
}

fn unused(source: &str, name: &Spanned<Cow<'_, str>>) -> Option<Problem> {
    let placeholder = placeholder(name.get_ref());
    (!source.contains(&placeholder)).then(|| {
        let title = format!("nothing uses the axis `{}`", name.get_ref());
        let problem = Problem::new(code::MATRIX, &name.span(), title);
        problem.help(format!("use `{placeholder}` in a string"))
    })
}

fn placeholder(name: &str) -> String {
    format!("{{matrix:{name}}}")
}

impl<'i> Cell<'i> {
    fn with(&self, name: &str, value: &Spanned<DeValue<'i>>) -> Self {
        let mut cell = self.clone();
        cell.0.push((name.to_owned(), value.get_ref().clone()));
        cell
    }

    /// What follows the id of the file: `@64KiB,kill`; nothing without a matrix.
    pub(super) fn suffix(&self) -> String {
        let values: Vec<String> = self.0.iter().map(|(_, value)| slug(value)).collect();
        if values.is_empty() {
            String::new()
        } else {
            format!("@{}", values.join(","))
        }
    }

    /// Puts the values where their placeholders stand. One that is all of a text makes way
    /// for the value itself, whatever its type.
    pub(super) fn fill(&self, document: &mut DeTable<'i>) {
        if self.0.is_empty() {
            return;
        }
        for (key, value) in document.iter_mut() {
            if key.get_ref() != "matrix" {
                self.fill_value(value.get_mut());
            }
        }
    }

    fn fill_value(&self, value: &mut DeValue<'i>) {
        match value {
            DeValue::Array(items) => items
                .iter_mut()
                .for_each(|item| self.fill_value(item.get_mut())),
            DeValue::Table(table) => table
                .iter_mut()
                .for_each(|(_, inner)| self.fill_value(inner.get_mut())),
            DeValue::String(text) => {
                if let Some(filled) = self.filled(text) {
                    *value = filled;
                }
            }
            DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Float(_)
            | DeValue::Integer(_) => {}
        }
    }

    fn filled(&self, text: &str) -> Option<DeValue<'i>> {
        let whole = self.0.iter().find(|(name, _)| text == placeholder(name));
        if let Some((_, value)) = whole {
            return Some(value.clone());
        }
        let replaced = self.0.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&placeholder(name), &in_text(value))
        });
        (replaced != text).then_some(DeValue::String(Cow::Owned(replaced)))
    }
}

fn in_text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        // Of another shape, which is reported.
        DeValue::Array(_) | DeValue::Datetime(_) | DeValue::Float(_) | DeValue::Table(_) => {
            String::new()
        }
    }
}

/// A value as a part of a file's name.
fn slug(value: &DeValue<'_>) -> String {
    let keep = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
            c
        } else {
            '-'
        }
    };
    in_text(value).chars().map(keep).collect()
}
