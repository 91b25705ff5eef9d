//! `result.json`, which Classroom 50 publishes with a submission and collects.
//!
//! A student reads it, so it holds what students see and nothing else. The format knows neither extra credit nor
//! points that are taken away from one test: extra credit counts in the maximum, and no score is below 0.

use serde_json::{Value, json};
use timeline::visible;

use crate::audience::Audience;
use crate::marks::{Marks, Standing};
use crate::rubric::Rubric;

/// The name of the format.
const FORMAT: &str = "classroom50/result/v1";

/// What the platform calls a submission, as the environment of its autograder says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classroom50 {
    classroom: String,
    assignment: String,
    mode: &'static str,
    owner: String,
    submission: String,
    commit: String,
    release: String,
    review: String,
    datetime: String,
}

/// Why a submission has no name there.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotNamed {
    /// A variable is not set.
    #[error("Classroom 50 sets {0}, and it is not set")]
    Missing(&'static str),
    /// The tag is none of theirs.
    #[error("SUBMISSION_TAG is {0:?}, and not submit/ with a date and a time")]
    Tag(String),
    /// Neither one nor the other.
    #[error("ASSIGNMENT_TYPE is {0:?}, and neither `individual` nor `group`")]
    Mode(String),
}

impl Classroom50 {
    /// Of these variables.
    ///
    /// # Errors
    ///
    /// For the first that is missing or means nothing.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, NotNamed> {
        let optional = |name: &str| variable(name).filter(|value| !value.is_empty());
        let of = |name: &'static str| optional(name).ok_or(NotNamed::Missing(name));
        let submission = of("SUBMISSION_TAG")?;
        let datetime = datetime(&submission).ok_or_else(|| NotNamed::Tag(submission.clone()))?;
        let mode = match optional("ASSIGNMENT_TYPE").as_deref() {
            None | Some("individual") => "individual",
            Some("group") => "group",
            Some(other) => return Err(NotNamed::Mode(other.to_owned())),
        };
        let commit = of("COMMIT_URL")?;
        Ok(Self {
            classroom: of("CLASSROOM")?,
            assignment: of("ASSIGNMENT")?,
            mode,
            owner: optional("OWNER").map_or_else(|| of("USERNAME"), Ok)?,
            submission,
            release: of("RELEASE_URL")?,
            review: optional("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
            datetime,
        })
    }

    /// What the platform publishes and collects.
    pub fn result(&self, rubric: &Rubric, marks: &Marks, students: Audience) -> Value {
        let seen = || students.seen(rubric, marks);
        let tests = seen().map(|(item, mark)| {
            // What could not be graded counts neither for nor against anybody.
            let is_graded = !matches!(mark.standing, Standing::CannotGrade(_)) || !mark.is_open();
            let of = if is_graded { mark.of } else { 0 };
            json!({
                "test-name": visible(&item.title),
                "passed": mark.is_full(),
                "score": mark.points.min(of),
                "max-score": of,
            })
        });
        let tests: Vec<Value> = tests.collect();
        let of = |key: &str| -> u64 { tests.iter().filter_map(|test| test[key].as_u64()).sum() };
        let lost: u64 = seen().map(|(_, mark)| u64::from(mark.lost)).sum();
        json!({
            "schema": FORMAT,
            "classroom": self.classroom,
            "assignment": self.assignment,
            "assignment_type": self.mode,
            "owner": self.owner,
            "submission": self.submission,
            "commit": self.commit,
            "release": self.release,
            "review": self.review,
            "datetime": self.datetime,
            "score": of("score").saturating_sub(lost),
            "max-score": of("max-score"),
            "tests": tests,
        })
    }
}

/// When it was handed in: the tag begins with it, with or without marks between the numbers.
fn datetime(tag: &str) -> Option<String> {
    let digits: String = tag
        .strip_prefix("submit/")?
        .chars()
        .filter(char::is_ascii_digit)
        .take(14)
        .collect();
    let part = |from: usize, to: usize| digits.get(from..to);
    let (date, time) = (
        [part(0, 4)?, part(4, 6)?, part(6, 8)?].join("-"),
        [part(8, 10)?, part(10, 12)?, part(12, 14)?].join(":"),
    );
    Some(format!("{date}T{time}Z"))
}

/// The schema (draft-07) of the `result.json` that are written.
pub fn classroom50_schema() -> Value {
    let text = |what: &str| json!({ "description": what, "type": "string", "minLength": 1 });
    let points = |what: &str| json!({ "description": what, "type": "integer", "minimum": 0 });
    let test = json!({
        "description": "One item of the rubric that students see.",
        "type": "object",
        "properties": {
            "test-name": text("Its title."),
            "passed": { "type": "boolean" },
            "score": points("Points earned."),
            "max-score": points("What it is worth; 0 where it could not be graded."),
        },
        "required": ["test-name", "passed", "score", "max-score"],
        "additionalProperties": false,
    });
    let properties = json!({
        "schema": { "const": FORMAT },
        "classroom": text("Short name of the classroom."),
        "assignment": text("Short name of the assignment."),
        "assignment_type": { "enum": ["individual", "group"] },
        "owner": text("Who owns the repository."),
        "submission": { "description": "The tag that was graded.", "type": "string", "pattern": "^submit/" },
        "commit": text("Link to the commit."),
        "release": text("Link to the release."),
        "review": text("Link to what has changed."),
        "datetime": {
            "description": "When it was handed in, in UTC: the same whenever it is graded again.",
            "type": "string",
            "pattern": "^\\d{4}-\\d{2}-\\d{2}T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$",
        },
        "score": points("Points of all tests together, after penalties."),
        "max-score": points("What all tests are worth together."),
        "tests": { "type": "array", "items": test },
    });
    let names: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Classroom 50 result",
        "description": "result.json of a submission, as Classroom 50 reads it.",
        "type": "object",
        "required": names,
        "properties": properties,
        "additionalProperties": false,
    })
}
