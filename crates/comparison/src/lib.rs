//! What was measured, beside what it is compared with: the ratio, the goal for it, and how both are shown.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// How long it took.
    Time(Duration),
    /// How much memory it took.
    Bytes(f64),
}

impl From<Duration> for Amount {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl Amount {
    /// In the unit of [`Self::unit`]: milliseconds or kilobytes.
    pub fn number(self) -> f64 {
        match self {
            Self::Time(time) => time.as_secs_f64() * 1e3,
            Self::Bytes(bytes) => bytes / 1e3,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Time(_) => "ms",
            Self::Bytes(_) => "kB",
        }
    }
}

/// For people: what takes less than a tenth of a millisecond is in microseconds.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Time(time) if *time < Duration::from_micros(100) => {
                format!("{:.2} µs", time.as_secs_f64() * 1e6)
            }
            Self::Time(_) | Self::Bytes(_) => format!("{:.2} {}", self.number(), self.unit()),
        };
        f.pad(&text)
    }
}

/// One comparison of two amounts, in which less is better.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The area.
    pub bench: &'static str,
    /// What was measured.
    pub row: &'static str,
    /// Median.
    pub ours: Amount,
    /// What it is compared with.
    pub reference: &'static str,
    /// Median.
    pub theirs: Amount,
    /// The most that `ours / theirs` may be.
    pub goal: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours.number() / self.theirs.number().max(f64::MIN_POSITIVE)
    }

    /// Whether the goal is met.
    pub fn is_met(&self) -> bool {
        self.ratio() <= self.goal
    }

    /// `met`, or by how much of the goal it is missed.
    fn outcome(&self) -> String {
        if self.is_met() {
            return "met".to_owned();
        }
        format!(
            "MISSED by {:.0} %",
            (self.ratio() / self.goal - 1.0) * 100.0
        )
    }

    /// One line of JSON.
    fn json(&self) -> String {
        json!({
            "bench": self.bench,
            "row": self.row,
            "ours": exactly(self.ours.number()),
            "reference": self.reference,
            "theirs": exactly(self.theirs.number()),
            "unit": self.ours.unit(),
            "ratio": rounded(self.ratio()),
            "goal": self.goal,
            "met": self.is_met(),
        })
        .to_string()
    }
}

/// Prints the rows, as a table or one JSON object each; fails if a goal is missed.
pub fn print(rows: &[Row], json: bool) -> ExitCode {
    let lines = if json {
        rows.iter().map(Row::json).collect()
    } else {
        lines(rows)
    };
    let mut stdout = io::stdout().lock();
    for line in lines {
        // A reader that has closed the pipe wants no more.
        writeln!(stdout, "{line}").ok();
    }
    if rows.iter().all(Row::is_met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The rows as a table with a heading.
fn lines(rows: &[Row]) -> Vec<String> {
    let heading = format!(
        "{:<44} {:>10} {:>10}  {:<10} {:>6} {:>6}",
        "what", "ours", "theirs", "reference", "ratio", "goal"
    );
    let line = |row: &Row| {
        format!(
            "{:<44} {:>10} {:>10}  {:<10} {:>6.2} {:>6.2}  {}",
            row.row,
            row.ours,
            row.theirs,
            row.reference,
            row.ratio(),
            row.goal,
            row.outcome(),
        )
    };
    std::iter::once(heading)
        .chain(rows.iter().map(line))
        .collect()
}

/// The median; nothing when nothing was measured.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// To nanoseconds, or to hundredths of a byte.
fn exactly(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: u64) -> Row {
        Row {
            bench: "harness",
            row: "a play",
            ours: Duration::from_millis(ours).into(),
            reference: "by hand",
            theirs: Duration::from_millis(10).into(),
            goal: 3.0,
        }
    }

    #[test]
    fn a_goal_is_met_up_to_its_ratio() {
        assert!(row(30).is_met());
        assert!(!row(31).is_met());
        assert!(lines(&[row(30)])[1].ends_with("met"));
        assert!(lines(&[row(36)])[1].ends_with("MISSED by 20 %"));
    }

    #[test]
    fn a_row_is_one_object() {
        let value: serde_json::Value = serde_json::from_str(&row(20).json()).unwrap();
        assert_eq!(value["ratio"], 2.0);
        assert_eq!(value["met"], true);
        assert_eq!(value["unit"], "ms");
    }

    #[test]
    fn amounts_have_their_own_units() {
        let micro: Amount = Duration::from_nanos(5_310).into();
        assert_eq!(micro.to_string(), "5.31 µs");
        let milli: Amount = Duration::from_micros(5_310).into();
        assert_eq!(milli.to_string(), "5.31 ms");
        assert_eq!(Amount::Bytes(8_192.0).to_string(), "8.19 kB");
        let row = Row {
            ours: micro,
            theirs: micro,
            ..row(1)
        };
        let value: serde_json::Value = serde_json::from_str(&row.json()).unwrap();
        assert_eq!(value["ours"], 0.005_31);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let times = [5, 1, 3].map(Duration::from_millis);
        assert_eq!(median(times.to_vec()), Duration::from_millis(3));
        assert_eq!(median(Vec::new()), Duration::ZERO);
    }
}
