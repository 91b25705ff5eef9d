//! The instructor's page: submissions down, items across, and what went wrong most often.

use std::collections::BTreeMap;

use askama::Template;

use report::page::{STYLE, policy};
use timeline::visible;

use crate::feedback::{badge, word};
use crate::marks::{Mark, Marks, Standing};
use crate::rubric::Rubric;

/// The commonest causes that are shown.
const CAUSES: usize = 10;

/// The address says which rows are shown: `index.html#decide`.
const FILTERS: &str = "body:has(#decide:target) tr.one:not(.decide), body:has(#missing:target) tr.one:not(.missing) { display: none }";

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    style: &'static str,
    filters: &'static str,
    policy: String,
    title: String,
    sum: String,
    heads: Vec<(String, String)>,
    rows: Vec<Row>,
    medians: Vec<String>,
    causes: Vec<(usize, String)>,
}

struct Row {
    /// What filters it.
    class: &'static str,
    submission: String,
    link: String,
    total: u32,
    cells: Vec<Cell>,
}

struct Cell {
    class: &'static str,
    shape: &'static str,
    word: String,
    points: i64,
}

/// `index.html` of all submissions.
///
/// # Errors
///
/// When the page cannot be written to a text, which is a fault of the harness.
pub fn overview(rubric: &Rubric, all: &[&Marks]) -> Result<String, askama::Error> {
    let open = all.iter().filter(|marks| marks.is_open()).count();
    let median_total = median(all.iter().map(|marks| i64::from(marks.total)));
    let page = Page {
        style: STYLE,
        filters: FILTERS,
        policy: policy::of(&[STYLE, FILTERS], &[]),
        title: visible(&rubric.title),
        sum: format!(
            "{} graded, {open} to decide; median {median_total} of {} points",
            of(all.len(), "submission"),
            rubric.maximum()
        ),
        heads: rubric
            .items
            .iter()
            .map(|item| (item.id.clone(), visible(&item.title)))
            .collect(),
        rows: all.iter().map(|marks| row(marks)).collect(),
        medians: (0..rubric.items.len())
            .map(|place| {
                let marks = all.iter().filter_map(|marks| marks.marks.get(place));
                median(marks.map(Mark::adds))
            })
            .collect(),
        causes: causes(all),
    };
    page.render()
}

fn row(marks: &Marks) -> Row {
    let is_missing = marks.marks.iter().any(|mark| !mark.is_full());
    Row {
        class: match (marks.is_open(), is_missing) {
            (true, _) => "one decide missing",
            (false, true) => "one missing",
            (false, false) => "one",
        },
        submission: visible(&marks.submission),
        link: format!("submissions/{}/instructor.html", escaped(&marks.submission)),
        total: marks.total,
        cells: marks.marks.iter().map(cell).collect(),
    }
}

fn cell(mark: &Mark) -> Cell {
    let (class, shape) = badge(mark);
    Cell {
        class,
        shape,
        word: word(mark),
        points: mark.adds(),
    }
}

/// Of two in the middle, the lower one.
fn median(points: impl Iterator<Item = i64>) -> String {
    let mut points: Vec<i64> = points.collect();
    points.sort_unstable();
    let middle = points.len().saturating_sub(1) / 2;
    points.get(middle).map_or("–".to_owned(), i64::to_string)
}

/// Why an item earned nothing; the other items say the same of what does not build.
fn cause(mark: &Mark) -> Option<&str> {
    match &mark.standing {
        Standing::DoesNotBuild(why) => Some(why),
        _ => mark.reasons.first().map(|reason| reason.got.as_str()),
    }
}

/// How many submissions have the same first cause, the most frequent first.
fn causes(all: &[&Marks]) -> Vec<(usize, String)> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for marks in all {
        for cause in marks.marks.iter().filter_map(cause) {
            let cause = without_details(cause).replace(&marks.dir, "…");
            *counted.entry(cause).or_default() += 1;
        }
    }
    let mut causes: Vec<(usize, String)> = counted
        .into_iter()
        .map(|(cause, times)| (times, cause))
        .collect();
    causes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    causes.truncate(CAUSES);
    causes
}

/// What two submissions can have in common: not where it stood, and not what came after it.
fn without_details(cause: &str) -> &str {
    let ends = [";", ", after step", " at byte ", " at address "];
    let end = ends.iter().filter_map(|end| cause.find(end)).min();
    cause.get(..end.unwrap_or(cause.len())).unwrap_or(cause)
}

/// A name as a part of an address.
pub(crate) fn escaped(name: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let each = name.bytes().map(|byte| {
        if safe(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    each.collect()
}

fn of(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
