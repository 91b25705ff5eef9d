//! How measurements are shown.

use std::time::Duration;

use serde_json::json;

/// One comparison of two times, in which less is better.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) bench: &'static str,
    pub(crate) row: &'static str,
    /// Median.
    pub(crate) ours: Duration,
    pub(crate) reference: &'static str,
    /// Median.
    pub(crate) theirs: Duration,
    /// The most that `ours / theirs` may be.
    pub(crate) goal: f64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours.as_secs_f64() / self.theirs.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    pub(crate) fn is_met(&self) -> bool {
        self.ratio() <= self.goal
    }

    /// One line of JSON.
    pub(crate) fn json(&self) -> String {
        json!({
            "bench": self.bench,
            "row": self.row,
            "ours": rounded(milliseconds(self.ours)),
            "reference": self.reference,
            "theirs": rounded(milliseconds(self.theirs)),
            "unit": "ms",
            "ratio": rounded(self.ratio()),
            "goal": self.goal,
            "met": self.is_met(),
        })
        .to_string()
    }
}

/// The rows as a table with a heading.
pub(crate) fn lines(rows: &[Row]) -> Vec<String> {
    let heading = format!(
        "{:<44} {:>10} {:>10}  {:<10} {:>6} {:>6}",
        "what", "ours", "theirs", "reference", "ratio", "goal"
    );
    let line = |row: &Row| {
        let met = if row.is_met() { "met" } else { "MISSED" };
        format!(
            "{:<44} {:>7.2} ms {:>7.2} ms  {:<10} {:>6.2} {:>6.2}  {met}",
            row.row,
            milliseconds(row.ours),
            milliseconds(row.theirs),
            row.reference,
            row.ratio(),
            row.goal,
        )
    };
    std::iter::once(heading)
        .chain(rows.iter().map(line))
        .collect()
}

/// The median; nothing when nothing was measured.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: u64) -> Row {
        Row {
            bench: "harness",
            row: "a play",
            ours: Duration::from_millis(ours),
            reference: "by hand",
            theirs: Duration::from_millis(10),
            goal: 3.0,
        }
    }

    #[test]
    fn a_goal_is_met_up_to_its_ratio() {
        assert!(row(30).is_met());
        assert!(!row(31).is_met());
        assert!(lines(&[row(31)])[1].ends_with("MISSED"));
    }

    #[test]
    fn a_row_is_one_object() {
        let value: serde_json::Value = serde_json::from_str(&row(20).json()).unwrap();
        assert_eq!(value["ratio"], 2.0);
        assert_eq!(value["met"], true);
        assert_eq!(value["unit"], "ms");
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let times = [5, 1, 3].map(Duration::from_millis);
        assert_eq!(median(times.to_vec()), Duration::from_millis(3));
        assert_eq!(median(Vec::new()), Duration::ZERO);
    }
}
