//! How the zoo is shown.

use std::time::Duration;

use serde_json::json;
use zoo_faults::{Expected, Fault, Seen, Stranger};

use super::outcome::Outcome;
use crate::output::{BAD, FAINT, GOOD};

/// One play.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) fault: Fault,
    pub(super) outcome: Outcome,
    pub(super) elapsed: Duration,
}

impl Row {
    /// Fault, surface, how it was caught, time.
    pub(super) fn line(&self) -> String {
        let (style, word) = match &self.outcome {
            Outcome::Caught(_) => (GOOD, "caught"),
            Outcome::Missed(_) => (BAD, "MISSED"),
            Outcome::Quiet => (GOOD, "quiet"),
            Outcome::FalseAlarm(_) => (BAD, "FALSE ALARM"),
        };
        let surface = surface(self.fault.expected());
        format!(
            "{style}{word:<11}{style:#} {:<26} {surface:<10} {FAINT}{:>7.3} s{FAINT:#}  {}",
            self.fault.name(),
            self.elapsed.as_secs_f64(),
            self.how()
        )
    }

    /// One line of JSON.
    pub(super) fn json(&self) -> String {
        let outcome = match &self.outcome {
            Outcome::Caught(_) => "caught",
            Outcome::Missed(_) => "missed",
            Outcome::Quiet => "quiet",
            Outcome::FalseAlarm(_) => "false-alarm",
        };
        json!({
            "fault": self.fault.name(),
            "does": self.fault.sentence(),
            "surface": surface(self.fault.expected()),
            "outcome": outcome,
            "how": self.how(),
            "seconds": self.elapsed.as_secs_f64(),
        })
        .to_string()
    }

    fn how(&self) -> &str {
        match &self.outcome {
            Outcome::Caught(how) | Outcome::Missed(how) | Outcome::FalseAlarm(how) => how,
            Outcome::Quiet => "harmless",
        }
    }
}

/// Where it must be found; `-` for what is found in no place.
pub(super) fn surface(expected: Expected) -> &'static str {
    match expected {
        Expected::Finding { surface, .. }
        | Expected::Distinguishable(surface)
        | Expected::CannotTell(surface) => surface,
        Expected::Fails(_) => "behaviour",
        Expected::Passes => "-",
    }
}

/// Every fault, what it does and how it must be caught, as Markdown.
pub(crate) fn page() -> String {
    let mut page = "| fault | what it does | surface | caught as |\n|---|---|---|---|\n".to_owned();
    for fault in Fault::all() {
        let expected = fault.expected();
        let caught = match &expected {
            Expected::Finding { transformation, .. } => format!("`{transformation}`"),
            Expected::Distinguishable(_) => "by comparison only".to_owned(),
            Expected::Fails(name) => format!("the check \u{201c}{name}\u{201d}"),
            Expected::CannotTell(_) => "CANNOT TELL".to_owned(),
            Expected::Passes => passes(fault),
        };
        let (name, does) = (fault.name(), fault.sentence());
        let surface = surface(expected);
        page.push_str(&format!("| `{name}` | {does} | {surface} | {caught} |\n"));
    }
    page
}

/// Why nothing is found.
fn passes(fault: Fault) -> String {
    match fault {
        Fault::Stranger(Stranger {
            seen: Seen::ByNobody(why),
            ..
        }) => format!("by none: {why}"),
        _ => "nothing: it must pass".to_owned(),
    }
}

/// `60 caught, 0 missed, 12 harmless, 0 false alarms`.
pub(super) fn sum(rows: &[Row]) -> String {
    let count = |is: fn(&Outcome) -> bool| rows.iter().filter(|row| is(&row.outcome)).count();
    format!(
        "{} caught, {} missed, {} harmless, {} false alarms",
        count(|outcome| matches!(outcome, Outcome::Caught(_))),
        count(|outcome| matches!(outcome, Outcome::Missed(_))),
        count(|outcome| matches!(outcome, Outcome::Quiet | Outcome::FalseAlarm(_))),
        count(|outcome| matches!(outcome, Outcome::FalseAlarm(_))),
    )
}
