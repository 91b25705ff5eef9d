//! What Gradescope says of a submission: how late it is, and how often it was handed in.

use chrono::{DateTime, FixedOffset};
use grading::{HandedIn, Lateness, Overrides};
use serde::Deserialize;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Why it says nothing.
#[derive(Debug, thiserror::Error)]
#[error("submission_metadata.json cannot be read: {0}")]
pub struct BadMetadata(#[from] serde_json::Error);

/// `submission_metadata.json`, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    created_at: Moment,
    assignment: Assignment,
    #[serde(default)]
    previous_submissions: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Assignment {
    due_date: Option<Moment>,
}

/// A date and a time with its offset.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Moment(DateTime<FixedOffset>);

impl TryFrom<String> for Moment {
    type Error = chrono::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        DateTime::parse_from_rfc3339(&text).map(Self)
    }
}

/// How late it is, in days that have begun, and how often it was handed in: as if an instructor had written it.
///
/// # Errors
///
/// When it is no metadata.
pub fn handed_in(metadata: &str, submission: &str) -> Result<Overrides, BadMetadata> {
    let metadata: Metadata = serde_json::from_str(metadata)?;
    let due = metadata.assignment.due_date;
    let late = due.map_or(0, |due| {
        (metadata.created_at.0 - due.0).num_seconds().max(0)
    });
    let before = u32::try_from(metadata.previous_submissions.len()).unwrap_or(u32::MAX);
    Ok(Overrides {
        points: Vec::new(),
        late: vec![Lateness {
            submission: submission.to_owned(),
            days: u32::try_from(late.div_euclid(DAY) + i64::from(late % DAY > 0))
                .unwrap_or(u32::MAX),
        }],
        handed_in: vec![HandedIn {
            submission: submission.to_owned(),
            times: before.saturating_add(1),
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::handed_in;

    /// Days late and times of a submission that was created then.
    fn of(created: &str, due: &str, before: &str) -> Option<(u32, u32)> {
        let metadata = format!(
            r#"{{ "id": 1, "created_at": {created}, "users": [{{ "email": "a@example.org" }}],
                  "assignment": {{ "due_date": {due}, "total_points": "20.0" }},
                  "previous_submissions": [{before}] }}"#
        );
        let known = handed_in(&metadata, "ada").ok()?;
        Some((known.days_late("ada"), known.times("ada")))
    }

    #[test]
    fn a_day_that_has_begun_counts_and_every_earlier_submission() {
        let due = r#""2026-07-31T23:00:00.000000-07:00""#;
        let at = |time: &str| of(&format!("\"{time}\""), due, "").map(|known| known.0);
        assert_eq!(at("2026-07-31T22:59:59.9-07:00"), Some(0));
        assert_eq!(at("2026-08-01T06:00:00Z"), Some(0));
        assert_eq!(at("2026-08-01T06:00:01Z"), Some(1));
        assert_eq!(at("2026-08-02T06:00:00Z"), Some(1));
        assert_eq!(at("2026-08-02T06:00:01Z"), Some(2));
        let now = r#""2026-08-02T06:00:01Z""#;
        let before = r#"{ "score": 1.0 }, { "results": {}, "autograder_error": true }"#;
        assert_eq!(of(now, "null", before), Some((0, 3)));
        for bad in ["\"yesterday\"", "null", "7"] {
            assert_eq!(of(bad, due, ""), None);
        }
    }
}
