//! What people read of one submission: a page and a text for its author, a page with everything for
//! the instructor, and the file that Gradescope reads.
//!
//! What students must not see is left out before anything is written, and not hidden by style.

use askama::Template;
use serde_json::{Value, json};

use report::page::{STYLE, policy};
use timeline::visible;

use crate::marks::{Mark, Marks, Standing};
use crate::overview::escaped;
use crate::rubric::{Rubric, RubricItem, Visibility};

/// What stands for the place of a submission where its author reads it.
const AT_HOME: &str = "YOUR-SUBMISSION";

/// Whom something is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Students, before the due date.
    Students,
    /// Students, once grades are published.
    Published,
    /// The instructor.
    Instructor,
}

/// A page for one submission.
#[derive(Template)]
#[template(path = "feedback.html")]
struct Page<'a> {
    style: &'static str,
    policy: String,
    title: String,
    submission: String,
    sum: String,
    notes: Vec<String>,
    rows: Vec<Row<'a>>,
}

/// One item, as people read it.
struct Row<'a> {
    class: &'static str,
    shape: &'static str,
    word: String,
    points: String,
    title: String,
    sentence: String,
    overridden: Option<String>,
    hint: Option<String>,
    mark: &'a Mark,
    evidence: Option<String>,
}

/// The files of one submission, by name: those for students as they may see them now.
///
/// # Errors
///
/// When a page cannot be written to a text, which is a fault of the harness.
pub fn files(
    rubric: &Rubric,
    marks: &Marks,
    students: Audience,
) -> Result<Vec<(&'static str, String)>, askama::Error> {
    let json = |value: &Value| format!("{value:#}\n");
    let at_home = Marks {
        marks: marks
            .marks
            .iter()
            .map(|mark| mark.with(&marks.dir, AT_HOME))
            .collect(),
        ..marks.clone()
    };
    Ok(vec![
        ("feedback.html", page(rubric, &at_home, students)?),
        ("feedback.md", markdown(rubric, &at_home, students)),
        (
            "instructor.html",
            page(rubric, marks, Audience::Instructor)?,
        ),
        ("results.json", json(&gradescope(rubric, &at_home))),
    ])
}

fn page(rubric: &Rubric, marks: &Marks, audience: Audience) -> Result<String, askama::Error> {
    let page = Page {
        style: STYLE,
        policy: policy::of(&[STYLE], &[]),
        title: visible(&rubric.title),
        submission: visible(&marks.submission),
        sum: sum(rubric, marks, audience),
        notes: notes(rubric, marks, audience),
        rows: rows(rubric, marks, audience),
    };
    page.render()
}

/// The same for a terminal or a merge request.
fn markdown(rubric: &Rubric, marks: &Marks, audience: Audience) -> String {
    let mut text = format!(
        "# {}: {}\n\n{}\n",
        code(&visible(&rubric.title)),
        code(&visible(&marks.submission)),
        sum(rubric, marks, audience)
    );
    for note in notes(rubric, marks, audience) {
        text.push_str(&format!("\n{note}\n"));
    }
    for row in rows(rubric, marks, audience) {
        text.push_str(&format!(
            "\n## {} {}, {}\n\n{}\n",
            row.shape,
            code(&row.title),
            row.points,
            plain(&row.sentence)
        ));
        for reason in &row.mark.reasons {
            let lines = [
                ("expected", reason.check.as_str()),
                ("", reason.expected.as_str()),
                ("got", reason.got.as_str()),
                ("", reason.difference.as_deref().unwrap_or_default()),
            ];
            let lines = lines.into_iter().filter(|(_, line)| !line.is_empty());
            let lines = lines.map(|(head, line)| format!("{head:9}{line}"));
            let before = reason
                .just_before
                .iter()
                .map(|line| format!("         {line}"));
            text.push_str(&block(lines.chain(before)));
        }
        let overridden = row
            .overridden
            .map(|why| format!("Set by hand: {}", code(&why)));
        let hint = row.hint.map(|hint| format!("Try this: {}", code(&hint)));
        for line in [overridden, hint].into_iter().flatten() {
            text.push_str(&format!("\n{line}\n"));
        }
        if let Some(repeat) = &row.mark.repeat {
            text.push_str("\nPlay it again:\n");
            text.push_str(&block(std::iter::once(repeat.clone())));
        }
    }
    text
}

/// What Gradescope reads. What is hidden has no name and no output there.
fn gradescope(rubric: &Rubric, marks: &Marks) -> Value {
    let tests = items(rubric, marks).map(|(item, mark)| {
        let hidden = item.visibility == Visibility::Hidden;
        let lines = if hidden {
            String::new()
        } else {
            output(rubric, mark)
        };
        let name = if hidden { &item.id } else { &item.title };
        json!({
            "name": visible(name),
            "name_format": "text",
            "score": mark.points,
            "max_score": if item.extra { 0 } else { mark.of },
            "status": if mark.is_full() { "passed" } else { "failed" },
            "output": lines,
            "output_format": "text",
            "visibility": item.visibility,
        })
    });
    json!({
        "score": marks.total,
        "stdout_visibility": "hidden",
        "tests": tests.collect::<Vec<_>>(),
        "extra_data": { "seed": marks.seed, "deduction": marks.deduction },
    })
}

/// Why points are missing, in lines.
fn output(rubric: &Rubric, mark: &Mark) -> String {
    let mut lines = vec![sentence_for(rubric, Audience::Students, &mark.standing)];
    for reason in &mark.reasons {
        let got = [reason.check.as_str(), reason.got.as_str()];
        lines.push(got.join(": "));
        lines.extend(reason.difference.clone());
    }
    if let Some(why) = &mark.overridden {
        lines.push(format!("Set by hand: {}", visible(why)));
    }
    lines.join("\n")
}

fn items<'a>(
    rubric: &'a Rubric,
    marks: &'a Marks,
) -> impl Iterator<Item = (&'a RubricItem, &'a Mark)> {
    rubric.items.iter().zip(&marks.marks)
}

fn sees(audience: Audience, item: &RubricItem) -> bool {
    match (audience, item.visibility) {
        (Audience::Instructor, _) | (_, Visibility::Visible) => true,
        (_, Visibility::Hidden) => false,
        (audience, Visibility::AfterDueDate | Visibility::AfterPublished) => {
            audience == Audience::Published
        }
    }
}

/// The points of what this audience sees: a total of all would tell what is hidden.
fn sum(rubric: &Rubric, marks: &Marks, audience: Audience) -> String {
    let seen = || items(rubric, marks).filter(|(item, _)| sees(audience, item));
    if seen().count() == marks.marks.len() {
        return format!("{} of {} points", marks.total, marks.maximum);
    }
    let points: u32 = seen().map(|(_, mark)| mark.points).sum();
    let of = seen().filter(|(item, _)| !item.extra);
    let of: u32 = of.map(|(_, mark)| mark.of).sum();
    format!("{points} of {of} points in the items shown here")
}

fn notes(rubric: &Rubric, marks: &Marks, audience: Audience) -> Vec<String> {
    let mut notes = Vec::new();
    if marks.days_late > 0 {
        let days = marks.days_late;
        let plural = if days == 1 { "" } else { "s" };
        notes.push(match audience {
            Audience::Instructor => {
                let lost = marks.deduction;
                format!("Handed in {days} day{plural} late: {lost} points less.")
            }
            Audience::Students | Audience::Published => {
                let percent = rubric.late.map_or(0, |late| late.percent(days));
                format!("Handed in {days} day{plural} late: {percent} % less.")
            }
        });
    }
    if audience == Audience::Instructor {
        notes.push(format!("Seed {}.", marks.seed));
    }
    notes
}

fn rows<'a>(rubric: &'a Rubric, marks: &'a Marks, audience: Audience) -> Vec<Row<'a>> {
    let seen = items(rubric, marks).filter(|(item, _)| sees(audience, item));
    seen.map(|(item, mark)| {
        let (class, shape) = badge(mark);
        let extra = if item.extra { " extra" } else { "" };
        let evidence = mark.evidence.as_ref();
        let evidence = evidence.filter(|_| audience == Audience::Instructor);
        Row {
            class,
            shape,
            word: word(mark),
            points: format!("{} of {}{extra}", mark.points, mark.of),
            title: visible(&item.title),
            sentence: sentence_for(rubric, audience, &mark.standing),
            overridden: mark.overridden.as_deref().map(visible),
            hint: item
                .hint
                .as_deref()
                .filter(|_| !mark.is_full())
                .map(visible),
            evidence: evidence.map(|dir| {
                let parts: Vec<String> = dir.split('/').map(escaped).collect();
                format!("../../{}/report.html", parts.join("/"))
            }),
            mark,
        }
    })
    .collect()
}

/// A class for its colour, and a shape for those who see none.
pub(crate) fn badge(mark: &Mark) -> (&'static str, &'static str) {
    if mark.overridden.is_some() {
        return ("pass", "✎");
    }
    match mark.standing {
        Standing::Earned => ("pass", "✔"),
        Standing::Partly { .. } => ("unsure", "◐"),
        Standing::Missed | Standing::DoesNotBuild(_) | Standing::OutOfTime => ("fail", "✘"),
        Standing::Skipped { .. } => ("skip", "–"),
        Standing::NotSupported(_) => ("skip", "○"),
        Standing::CannotGrade(_) => ("unsure", "▲"),
        Standing::Flaky { .. } => ("unsure", "≈"),
    }
}

/// In capitals.
pub(crate) fn word(mark: &Mark) -> String {
    if mark.overridden.is_some() {
        return "SET BY HAND".to_owned();
    }
    match &mark.standing {
        Standing::Earned => "EARNED".to_owned(),
        Standing::Partly { .. } => "PARTLY".to_owned(),
        Standing::Missed => "MISSED".to_owned(),
        Standing::Skipped { .. } => "SKIPPED".to_owned(),
        Standing::NotSupported(_) => "NOT SUPPORTED".to_owned(),
        Standing::DoesNotBuild(_) => "DOES NOT BUILD".to_owned(),
        Standing::OutOfTime => "OUT OF TIME".to_owned(),
        Standing::CannotGrade(_) => "CANNOT GRADE".to_owned(),
        Standing::Flaky { passed, tries } => format!("FLAKY {passed}/{tries}"),
    }
}

fn sentence(standing: &Standing) -> String {
    match standing {
        Standing::Earned => "Everything went right.".to_owned(),
        Standing::Partly { held, of } => format!("{held} of {of} parts went right."),
        Standing::Missed => "This did not go right.".to_owned(),
        Standing::Skipped { needs } => {
            format!("Not tried: it needs “{needs}”, which was not earned.")
        }
        Standing::NotSupported(why) => {
            format!(
                "Not tried: the program does not do what this needs ({}).",
                visible(why)
            )
        }
        Standing::DoesNotBuild(why) => {
            format!("Not tried: the program does not build. {}", visible(why))
        }
        Standing::OutOfTime => {
            "Not tried: the plays before it used up the time for this submission.".to_owned()
        }
        Standing::CannotGrade(why) => format!(
            "This could not be graded, through no fault of the submission: {}",
            visible(why)
        ),
        Standing::Flaky { passed, tries } => {
            format!("It went right in {passed} of {tries} tries. An instructor decides.")
        }
    }
}

/// Without the name of an item that this audience does not see.
fn sentence_for(rubric: &Rubric, audience: Audience, standing: &Standing) -> String {
    let is_seen = |id: &str| rubric.item(id).is_some_and(|item| sees(audience, item));
    match standing {
        Standing::Skipped { needs } if !is_seen(needs) => {
            "Not tried: an item that it needs was not earned.".to_owned()
        }
        standing => sentence(standing),
    }
}

/// A sentence in Markdown: what others have written in it means nothing.
fn plain(sentence: &str) -> String {
    let special = |c: char| c.is_ascii_punctuation() && !",.:;()'\"/%".contains(c);
    let each = sentence
        .chars()
        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]));
    each.collect()
}

/// Text of others in Markdown, as code: nothing in it means anything.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Lines of others in Markdown, indented: nothing ends such a block but a line that is not.
fn block(lines: impl Iterator<Item = String>) -> String {
    let lines = lines.map(|line| format!("    {line}\n"));
    format!("\n{}", lines.collect::<String>())
}
