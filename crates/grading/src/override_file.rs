//! What an instructor decides by hand: points with a reason, how late submissions are, and how often
//! they were handed in. It is kept apart from the results, so that grading again keeps it.

use std::path::Path;

use toml_language::shape::{Table, ValueKind, may, must};
use toml_language::{Node, Problems, walk};

use crate::codes;
use crate::rubric::Rubric;

/// One file of overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Points set by hand.
    pub points: Vec<Override>,
    /// Submissions that came late.
    pub late: Vec<Lateness>,
    /// Submissions that were handed in more than once.
    pub handed_in: Vec<HandedIn>,
}

/// Points set by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Whose.
    pub submission: String,
    /// Of which item.
    pub item: String,
    /// Instead of those that were worked out.
    pub points: u32,
    /// Students read it, where they see the item.
    pub reason: String,
}

/// A late submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lateness {
    /// Which one.
    pub submission: String,
    /// By how many days, begun ones included.
    pub days: u32,
}

/// A submission that was handed in more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedIn {
    /// Which one.
    pub submission: String,
    /// How often, this time included.
    pub times: u32,
}

static OVERRIDES: Table = Table::new(
    "overrides",
    "What an instructor decides by hand. It survives regrading.",
    &[
        may(
            "points",
            ValueKind::Array(&ValueKind::Table(&POINTS), 0),
            "points set by hand",
        ),
        may(
            "late",
            ValueKind::Array(&ValueKind::Table(&LATE), 0),
            "late submissions",
        ),
        may(
            "handed_in",
            ValueKind::Array(&ValueKind::Table(&HANDED_IN), 0),
            "submissions that were handed in more than once",
        ),
    ],
);

static POINTS: Table = Table::new(
    "points",
    "Points set by hand.",
    &[
        must("submission", ValueKind::Text, "whose"),
        must("item", ValueKind::Text, "the id of the item"),
        must("points", ValueKind::Integer(0, 10_000), "the points"),
        must(
            "reason",
            ValueKind::Text,
            "why; shown wherever the points are",
        ),
    ],
);

static LATE: Table = Table::new(
    "lateness",
    "A late submission.",
    &[
        must("submission", ValueKind::Text, "which one"),
        must(
            "days",
            ValueKind::Integer(0, 3650),
            "by how many days; part of a day counts as a whole day",
        ),
    ],
);

static HANDED_IN: Table = Table::new(
    "handed_in",
    "A submission that was handed in more than once.",
    &[
        must("submission", ValueKind::Text, "which one"),
        must(
            "times",
            ValueKind::Integer(1, 10_000),
            "how many times, including this one",
        ),
    ],
);

/// The schema (draft-07) of files of overrides.
pub fn overrides_schema() -> serde_json::Value {
    toml_language::schema::of(&OVERRIDES, "Overrides")
}

/// The tables of the language, in Markdown.
pub(crate) fn tables() -> String {
    toml_language::page::tables(&OVERRIDES)
}

impl Overrides {
    /// Points set by hand that are more than their item is worth, with what that is.
    pub fn beyond<'a>(&'a self, rubric: &'a Rubric) -> impl Iterator<Item = (&'a Override, u32)> {
        let worth = |one: &'a Override| Some((one, rubric.item(&one.item)?.points));
        let all = self.points.iter().filter_map(worth);
        all.filter(|(one, worth)| one.points > *worth)
    }

    /// Reads a file of overrides.
    ///
    /// # Errors
    ///
    /// Every problem, with its place.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problems::unreadable(path, codes::OVERRIDES.unreadable, &error))?;
        Self::parse(&text, path)
    }

    /// Reads the text of one.
    ///
    /// # Errors
    ///
    /// Every problem, with its place.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Problems> {
        let (document, problems, _) = walk::read(text, &OVERRIDES, &codes::OVERRIDES, |_| {});
        if !problems.is_empty() {
            return Err(Problems::new(path, text, problems));
        }
        let file = Node::new(&document, 0..0);
        let points = file.nodes("points").into_iter().filter_map(|node| {
            Some(Override {
                submission: node.owned("submission")?,
                item: node.owned("item")?,
                points: node.integer("points")?,
                reason: node.owned("reason")?,
            })
        });
        let late = file.nodes("late").into_iter().filter_map(|node| {
            Some(Lateness {
                submission: node.owned("submission")?,
                days: node.integer("days")?,
            })
        });
        let handed_in = file.nodes("handed_in").into_iter().filter_map(|node| {
            Some(HandedIn {
                submission: node.owned("submission")?,
                times: node.integer("times")?,
            })
        });
        Ok(Self {
            points: points.collect(),
            late: late.collect(),
            handed_in: handed_in.collect(),
        })
    }

    /// What was decided of an item of a submission. The last word counts.
    pub fn of(&self, submission: &str, item: &str) -> Option<&Override> {
        let mut all = self.points.iter().rev();
        all.find(|one| one.submission == submission && one.item == item)
    }

    /// By how many days a submission was late.
    pub fn days_late(&self, submission: &str) -> u32 {
        let mut all = self.late.iter().rev();
        let late = all.find(|one| one.submission == submission);
        late.map_or(0, |late| late.days)
    }

    /// How often a submission was handed in.
    pub fn times(&self, submission: &str) -> u32 {
        let mut all = self.handed_in.iter().rev();
        let known = all.find(|one| one.submission == submission);
        known.map_or(1, |known| known.times)
    }

    /// Submissions that it names and that are not there.
    pub fn strangers(&self, is_there: impl Fn(&str) -> bool) -> Vec<&str> {
        let named = self.points.iter().map(|one| one.submission.as_str());
        let late = self.late.iter().map(|one| one.submission.as_str());
        let handed_in = self.handed_in.iter().map(|one| one.submission.as_str());
        let named = named.chain(late).chain(handed_in);
        let mut strangers: Vec<&str> = named.filter(|name| !is_there(name)).collect();
        strangers.sort_unstable();
        strangers.dedup();
        strangers
    }
}
