//! JUnit of a class, for whoever runs `grade` on a CI server: a suite for each submission, a case for
//! each item. It holds what the document of a run holds (`report::junit`).

use report::junit::{Escaped, NO_TIME, Quoted};

use crate::feedback::{badge, taken, word};
use crate::marks::{Mark, Marks, Standing};
use crate::rubric::Rubric;

/// The document.
pub fn junit(rubric: &Rubric, all: &[&Marks]) -> String {
    let suites = all.iter().enumerate();
    let suites: String = suites.map(|(id, marks)| suite(rubric, id, marks)).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{suites}</testsuites>\n")
}

fn suite(rubric: &Rubric, id: usize, marks: &Marks) -> String {
    let elements: Vec<&str> = marks.marks.iter().map(element).collect();
    let count = |wanted: &str| elements.iter().filter(|one| **one == wanted).count();
    let name = Quoted(&marks.submission);
    let cases: String = marks.marks.iter().map(|mark| case(marks, mark)).collect();
    let properties = [
        ("rubric", rubric.title.clone()),
        ("seed", marks.seed.to_string()),
        ("points", marks.total.to_string()),
        ("maximum", marks.maximum.to_string()),
    ];
    let properties = properties.map(|(key, value)| {
        format!(
            "      <property name=\"{key}\" value={}/>\n",
            Quoted(&value)
        )
    });
    format!(
        "  <testsuite name={name} package=\"\" id=\"{id}\" timestamp=\"{NO_TIME}\" \
         hostname=\"localhost\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" \
         time=\"0.000\">\n    <properties>\n{}    </properties>\n{cases}    <system-out/>\n    \
         <system-err/>\n  </testsuite>\n",
        elements.len(),
        count("failure"),
        count("error"),
        count("skipped"),
        properties.concat(),
    )
}

/// What could not be graded is an error, and no failure of the submission.
fn element(mark: &Mark) -> &'static str {
    match &mark.standing {
        _ if mark.is_full() => "",
        Standing::CannotGrade(_) | Standing::Flaky { .. } if mark.is_open() => "error",
        Standing::Skipped { .. } => "skipped",
        _ => "failure",
    }
}

fn case(marks: &Marks, mark: &Mark) -> String {
    let (name, class) = (Quoted(&mark.item), Quoted(&marks.submission));
    let head = format!("    <testcase name={name} classname={class} time=\"0.000\"");
    let (_, shape) = badge(mark);
    let message = format!(
        "{shape} {}: {} of {} points{}",
        word(mark),
        mark.points,
        mark.of,
        taken(mark)
    );
    let message = Quoted(&message);
    match element(mark) {
        "" => format!("{head}/>\n"),
        "skipped" => format!("{head}>\n      <skipped message={message}/>\n    </testcase>\n"),
        element => {
            let reasons = mark.reasons.iter();
            let lines: Vec<String> = reasons
                .map(|reason| format!("{}\n{}\n", reason.check, reason.got))
                .chain(mark.repeat.clone())
                .collect();
            let (kind, body) = (word(mark).to_lowercase(), lines.concat());
            format!(
                "{head}>\n      <{element} type={} message={message}>{}</{element}>\n    </testcase>\n",
                Quoted(&kind),
                Escaped(&body)
            )
        }
    }
}
