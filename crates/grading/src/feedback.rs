//! What people read of one submission: a page and a text for its author, and a page with everything for
//! the instructor.

use askama::Template;

use report::page::{STYLE, policy};
use timeline::visible;

use crate::audience::Audience;
use crate::gradescope::gradescope;
use crate::marks::{Mark, Marks, Standing};
use crate::overview::escaped;
use crate::rubric::Rubric;

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
    let at_home = marks.at_home();
    Ok(vec![
        ("feedback.html", page(rubric, &at_home, students)?),
        ("feedback.md", markdown(rubric, &at_home, students)),
        (
            "instructor.html",
            page(rubric, marks, Audience::Instructor)?,
        ),
        (
            "results.json",
            format!("{:#}\n", gradescope(rubric, marks, None)),
        ),
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

/// The points of what this audience sees: a total of all would tell what is hidden.
fn sum(rubric: &Rubric, marks: &Marks, audience: Audience) -> String {
    let seen = || audience.seen(rubric, marks);
    if seen().count() == marks.marks.len() {
        return format!("{} of {} points", marks.total, marks.maximum);
    }
    let points: i64 = seen().map(|(_, mark)| mark.adds()).sum();
    let points = points.max(0);
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
    let who = (audience, marks.times);
    let seen = audience.seen(rubric, marks);
    seen.map(|(item, mark)| {
        let (class, shape) = badge(mark);
        let extra = if item.extra { " extra" } else { "" };
        let evidence = mark.evidence.as_ref();
        let evidence = evidence.filter(|_| audience == Audience::Instructor);
        Row {
            class,
            shape,
            word: word(mark),
            points: format!("{} of {}{extra}{}", mark.points, mark.of, taken(mark)),
            title: visible(&item.title),
            sentence: sentence_for(rubric, who, &mark.standing),
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

/// What is taken away, where something is.
pub(crate) fn taken(mark: &Mark) -> String {
    match mark.lost {
        0 => String::new(),
        1 => ", 1 point deducted".to_owned(),
        lost => format!(", {lost} points deducted"),
    }
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

pub(crate) fn sentence(standing: &Standing) -> String {
    match standing {
        Standing::Earned => "Everything went right.".to_owned(),
        Standing::Partly { held, of } => format!("{held} of {of} parts succeeded."),
        Standing::Missed => "This failed.".to_owned(),
        Standing::Skipped { needs } => {
            format!("Not tried: it needs “{needs}”, which was not earned.")
        }
        Standing::NotSupported(why) => {
            format!(
                "Not tried: the program does not support what this needs ({}).",
                visible(why)
            )
        }
        Standing::DoesNotBuild(why) => {
            format!("Not tried: the program does not build. {}", visible(why))
        }
        Standing::OutOfTime => {
            "Not tried: its build, or the plays before it, used up the time for this submission."
                .to_owned()
        }
        Standing::CannotGrade(why) => format!(
            "This could not be graded, through no fault of the submission: {}",
            visible(why)
        ),
        Standing::Flaky { passed, tries } => {
            format!("It succeeded in {passed} of {tries} tries. An instructor decides.")
        }
    }
}

/// Without the name of an item that this audience does not see.
pub(crate) fn sentence_for(
    rubric: &Rubric,
    (audience, times): (Audience, u32),
    standing: &Standing,
) -> String {
    let is_seen = |id: &str| {
        let item = rubric.item(id);
        item.is_some_and(|item| audience.sees(item, times))
    };
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
