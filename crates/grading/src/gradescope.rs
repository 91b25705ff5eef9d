//! `results.json`, which Gradescope reads.

use serde_json::{Value, json};
use timeline::visible;

use crate::audience::Audience;
use crate::feedback::sentence_for;
use crate::marks::{Mark, Marks, Standing};
use crate::rubric::{Rubric, RubricItem, Visibility};

/// What Gradescope reads. What is hidden has no title and no output there. The instructor reads the warning.
pub fn gradescope(rubric: &Rubric, marks: &Marks, warning: Option<&str>) -> Value {
    let marks = marks.at_home();
    let all = rubric.items.iter().zip(&marks.marks);
    let tests: Vec<Value> = all
        .map(|(item, mark)| test(rubric, (item, mark), marks.times))
        .collect();
    let mut known = json!({ "seed": marks.seed, "deduction": marks.deduction });
    if let (Some(known), Some(warning)) = (known.as_object_mut(), warning) {
        known.insert("warning".to_owned(), json!(warning));
    }
    json!({
        "score": marks.total,
        "output": notes(rubric, &marks).join("\n"),
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": known,
    })
}

fn test(rubric: &Rubric, (item, mark): (&RubricItem, &Mark), times: u32) -> Value {
    let when = when(item, times);
    let (name, output) = if when == "hidden" {
        (&item.id, String::new())
    } else {
        (&item.title, output(rubric, mark, times))
    };
    let mut test = json!({
        "name": visible(name),
        "name_format": "text",
        "output": output,
        "output_format": "text",
        "visibility": when,
    });
    // What could not be graded has no points, and not none.
    let graded = !matches!(mark.standing, Standing::CannotGrade(_)) || !mark.is_open();
    if let Some(test) = test.as_object_mut().filter(|_| graded) {
        let points = [
            ("score", json!(mark.adds())),
            ("max_score", json!(if item.extra { 0 } else { mark.of })),
            (
                "status",
                json!(if mark.is_full() { "passed" } else { "failed" }),
            ),
        ];
        test.extend(points.map(|(key, value)| (key.to_owned(), value)));
    }
    test
}

/// The platform knows due dates, and nothing of how often something was handed in.
fn when(item: &RubricItem, times: u32) -> &'static str {
    match item.visibility {
        Visibility::Visible => "visible",
        Visibility::Hidden => "hidden",
        Visibility::AfterDueDate => "after_due_date",
        Visibility::AfterPublished => "after_published",
        Visibility::AfterTimes(needed) if times >= needed => "visible",
        Visibility::AfterTimes(_) => "hidden",
    }
}

/// What the student's summary says: what could not be judged.
fn notes(rubric: &Rubric, marks: &Marks) -> Vec<String> {
    let seen = Audience::Students.seen(rubric, marks);
    let open = seen.filter(|(_, mark)| {
        matches!(mark.standing, Standing::CannotGrade(_)) && mark.overridden.is_none()
    });
    let titles: Vec<String> = open.map(|(item, _)| visible(&item.title)).collect();
    if titles.is_empty() {
        return Vec::new();
    }
    let note = format!(
        "Could not be judged here, so your instructor does it later; the score does not include it \
         yet: {}.",
        titles.join("; ")
    );
    vec![note]
}

/// Why points are missing, in lines.
fn output(rubric: &Rubric, mark: &Mark, times: u32) -> String {
    let mut lines = vec![sentence_for(
        rubric,
        (Audience::Students, times),
        &mark.standing,
    )];
    for reason in &mark.reasons {
        let got = [reason.check.as_str(), reason.got.as_str()];
        lines.push(got.join(": "));
        lines.extend(reason.difference.clone());
    }
    if let Some(why) = &mark.overridden {
        lines.push(format!("Set by hand: {}", visible(why)));
    }
    let repeat = mark.repeat.as_ref().filter(|_| !mark.is_full());
    lines.extend(repeat.map(|line| format!("Play it again: {line}")));
    lines.join("\n")
}

/// The schema (draft-07) of the `results.json` that are written, which is a part of what Gradescope allows.
pub fn gradescope_schema() -> Value {
    let text = |what: &str| json!({ "description": what, "type": "string" });
    let plain = json!({ "description": "What programs print is plain text.", "const": "text" });
    let test = json!({
        "description": "One item of the rubric. Without `score`, it could not be graded.",
        "type": "object",
        "properties": {
            "name": text("Its title; its id where it is hidden."),
            "name_format": plain,
            "output": text("Why points are missing; empty where it is hidden."),
            "output_format": plain,
            "visibility": { "enum": ["visible", "hidden", "after_due_date", "after_published"] },
            "score": { "description": "Points, after penalties.", "type": "integer" },
            "max_score": { "description": "What it is worth; 0 for extra credit.", "type": "integer", "minimum": 0 },
            "status": { "enum": ["passed", "failed"] },
        },
        "required": ["name", "name_format", "output", "output_format", "visibility"],
        "dependencies": { "score": ["max_score", "status"], "max_score": ["score"], "status": ["score"] },
        "additionalProperties": false,
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Gradescope results",
        "description": "results.json of a submission, as Gradescope reads it.",
        "type": "object",
        "properties": {
            "score": { "description": "Points, after the deduction for lateness.", "type": "integer", "minimum": 0 },
            "output": text("What applies to all items."),
            "output_format": plain,
            "stdout_visibility": { "description": "Students do not see what the grader printed.", "const": "hidden" },
            "tests": { "description": "In the order of the rubric.", "type": "array", "items": test },
            "extra_data": {
                "description": "For the instructor.",
                "type": "object",
                "properties": {
                    "seed": { "description": "With it, the plays can be repeated.", "type": "integer", "minimum": 0 },
                    "deduction": { "description": "The deduction for lateness, in points.", "type": "integer", "minimum": 0 },
                    "warning": text("What this container does not keep from a submission."),
                },
                "required": ["seed", "deduction"],
                "additionalProperties": false,
            },
        },
        "required": ["score", "output", "output_format", "stdout_visibility", "tests", "extra_data"],
        "additionalProperties": false,
    })
}
