//! A rubric: what is played, what of it counts, and how much it is worth.

use std::path::{Path, PathBuf};
use std::time::Duration;

use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};
use timeline::Level;
use toml_language::shape::{Table, ValueKind, Word, may, must};
use toml_language::suggest::nearest;
use toml_language::{Node, Problem, Problems, closed, walk};

use crate::{codes, override_file};

/// How often what does not pass is played at most, where a rubric does not say.
const TRIES: u32 = 3;

/// How long the plays of one submission may take together, where a rubric does not say.
const BUDGET: Duration = Duration::from_secs(10 * 60);

/// The longest id of an item.
const LONGEST_ID: usize = 32;

/// One rubric file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rubric {
    /// The file.
    pub path: PathBuf,
    /// One line.
    pub title: String,
    /// How to drive every submission; without it, an adapter is proposed for each. One that a submission brings
    /// could let it submit somebody else's program, or keep the search from where it leaks.
    pub adapter: Option<PathBuf>,
    /// Nothing is graded below it.
    pub level: Level,
    /// How often what does not pass is played at most.
    pub tries: u32,
    /// How long the plays of one submission may take together.
    pub budget: Duration,
    /// What late submissions lose.
    pub late: Option<LatePolicy>,
    /// In the order of the file.
    pub items: Vec<RubricItem>,
}

/// One row of a rubric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RubricItem {
    /// Names it in grade sheets.
    pub id: String,
    /// One line, for students.
    pub title: String,
    /// What is played: an id, or a path.
    pub scenario: String,
    /// What it is worth.
    pub points: u32,
    /// Which checks of the play count.
    pub counts: Counts,
    /// Items that must be earned first.
    pub needs: Vec<String>,
    /// Who sees it, and when.
    pub visibility: Visibility,
    /// What is taken away where it goes wrong.
    pub penalty: u32,
    /// A part of the checks earns a part of the points, and costs a part of the penalty.
    pub partial: bool,
    /// It adds to the total, and not to what can be reached.
    pub extra: bool,
    /// What students should try.
    pub hint: Option<String>,
}

/// Which checks of a play count.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Counts {
    /// what the programs do and what the relay could read
    Everything,
    /// what the programs do, whether or not it is encrypted
    Behaviour,
    /// what the relay could read; worth nothing unless the texts arrive
    Secrecy,
}

/// Who sees the result of an item, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody, at once.
    Visible,
    /// Students never.
    Hidden,
    /// Students once the due date has passed.
    AfterDueDate,
    /// Students once grades are published.
    AfterPublished,
    /// A student who has handed in so many times.
    AfterTimes(u32),
}

/// What late submissions lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatePolicy {
    /// Days that cost nothing.
    pub free_days: u32,
    /// Of what was earned, for each day after those.
    pub percent_per_day: u32,
    /// At the most.
    pub most_percent: u32,
}

static RUBRIC: Table = Table::new(
    "rubric",
    "What is played with each submission, and what it is worth.",
    &[
        must("title", ValueKind::Text, "one line"),
        may(
            "adapter",
            ValueKind::Text,
            "the adapter that drives every submission, relative to the rubric; it has a setting \
             `submission` (default: one is proposed for each submission)",
        ),
        may(
            "level",
            ValueKind::Word(levels),
            "nothing is graded at a weaker isolation level (default: `namespaces`)",
        ),
        may(
            "tries",
            ValueKind::Integer(1, 9),
            "how often an item that does not pass is played; if the tries disagree, it is FLAKY \
             (default: 3)",
        ),
        may(
            "budget",
            ValueKind::Duration,
            "how long the build and the plays of one submission may take together (default: `10m`)",
        ),
        may(
            "late",
            ValueKind::Table(&LATE),
            "what late submissions lose",
        ),
        must(
            "items",
            ValueKind::Array(&ValueKind::Table(&ITEM), 1),
            "the rows of the rubric",
        ),
    ],
);

static LATE: Table = Table::new(
    "late",
    "What late submissions lose. The file of overrides says how late each one is.",
    &[
        may(
            "free_days",
            ValueKind::Integer(0, 365),
            "days that cost nothing (default: 0)",
        ),
        must(
            "percent_per_day",
            ValueKind::Integer(1, 100),
            "the percentage of the points earned that each further day costs",
        ),
        may(
            "most_percent",
            ValueKind::Integer(1, 100),
            "the largest deduction (default: 100)",
        ),
    ],
);

static ITEM: Table = Table::new(
    "item",
    "One row of the rubric.",
    &[
        must("id", ValueKind::Text, "its name in grade sheets"),
        must("title", ValueKind::Text, "one line, for students"),
        must(
            "scenario",
            ValueKind::Text,
            "what is played: the id of a scenario, or a path relative to the rubric",
        ),
        must("points", ValueKind::Integer(0, 10_000), "what it is worth"),
        may(
            "penalty",
            ValueKind::Integer(1, 10_000),
            "points deducted if it failed, or time ran out before it; a total is never below 0 (default: none)",
        ),
        may(
            "counts",
            ValueKind::Word(closed::words::<Counts>),
            "which checks of the play count (default: `everything`)",
        ),
        may(
            "needs",
            ValueKind::Array(&ValueKind::Text, 0),
            "items above this one that must be earned in full first; otherwise this one is \
             skipped",
        ),
        may(
            "visibility",
            ValueKind::Either(&[ValueKind::Word(moments), ValueKind::Table(&AFTER_TIMES)]),
            "who sees the result, and when (default: `visible`)",
        ),
        may(
            "partial",
            ValueKind::Bool,
            "award points, and take a penalty, in proportion to the steps that succeeded \
             (default: `false`)",
        ),
        may(
            "extra",
            ValueKind::Bool,
            "extra credit: it adds to the total but not to the maximum (default: `false`)",
        ),
        may(
            "hint",
            ValueKind::Text,
            "what a student who misses points should try",
        ),
    ],
);

static AFTER_TIMES: Table = Table::new(
    "after_times",
    "For a result that must not help students to find the mistake by trial and error.",
    &[must(
        "after_times",
        ValueKind::Integer(2, 1000),
        "a student sees it after handing in this many times; the file of overrides or the \
         platform says how often",
    )],
);

/// When results are seen, in words.
const MOMENTS: [(Visibility, &str, &str); 4] = [
    (Visibility::Visible, "visible", "students see it at once"),
    (Visibility::Hidden, "hidden", "students never see it"),
    (
        Visibility::AfterDueDate,
        "after-due-date",
        "students see it once the due date has passed",
    ),
    (
        Visibility::AfterPublished,
        "after-published",
        "students see it once grades are published",
    ),
];

/// Isolation levels, their words and what these mean.
const LEVELS: [(Level, &str, &str); 3] = [
    (
        Level::None,
        "none",
        "only processes that were started directly are stopped",
    ),
    (
        Level::Reaper,
        "reaper",
        "processes left behind are found and killed",
    ),
    (
        Level::Namespaces,
        "namespaces",
        "every play has its own network and process namespaces",
    ),
];

fn moments() -> Vec<Word> {
    words(&MOMENTS)
}

fn levels() -> Vec<Word> {
    words(&LEVELS)
}

fn words<T>(all: &[(T, &'static str, &'static str)]) -> Vec<Word> {
    let words = all.iter().map(|(_, word, doc)| Word {
        word,
        doc: (*doc).to_owned(),
    });
    words.collect()
}

/// What the word under this key means.
fn keyword<T: Copy>(node: &Node<'_, '_>, key: &str, all: &[(T, &str, &str)]) -> Option<T> {
    let word = node.text(key)?.text;
    let found = all.iter().find(|(_, known, _)| *known == word);
    found.map(|(keyword, ..)| *keyword)
}

impl Rubric {
    /// Reads a rubric file.
    ///
    /// # Errors
    ///
    /// Every problem, with its place.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problems::unreadable(path, codes::RUBRIC.unreadable, &error))?;
        Self::parse(&text, path)
    }

    /// Reads the text of a rubric; paths in it are relative to the file's directory.
    ///
    /// # Errors
    ///
    /// Every problem, with its place.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Problems> {
        let (document, mut problems, whole) = walk::read(text, &RUBRIC, &codes::RUBRIC, |_| {});
        let file = Node::new(&document, 0..0);
        let items = items(&file, &mut problems);
        if !whole || !problems.is_empty() {
            return Err(Problems::new(path, text, problems));
        }
        let here = path.parent().unwrap_or(Path::new(""));
        Ok(Self {
            path: path.to_owned(),
            title: file.owned("title").unwrap_or_default(),
            adapter: file.owned("adapter").map(|adapter| here.join(adapter)),
            level: keyword(&file, "level", &LEVELS).unwrap_or(Level::Namespaces),
            tries: file.integer("tries").unwrap_or(TRIES),
            budget: file.duration("budget").unwrap_or(BUDGET),
            late: file.node("late").as_ref().map(LatePolicy::read),
            items,
        })
    }

    /// What can be reached without extra credit.
    pub fn maximum(&self) -> u32 {
        let counted = self.items.iter().filter(|item| !item.extra);
        counted.map(|item| item.points).sum()
    }

    /// The item with this id.
    pub fn item(&self, id: &str) -> Option<&RubricItem> {
        self.items.iter().find(|item| item.id == id)
    }
}

/// The schema (draft-07) of rubrics.
pub fn schema() -> serde_json::Value {
    toml_language::schema::of(&RUBRIC, "Rubric")
}

/// The tables of rubrics, and then of files of overrides, in Markdown.
pub fn reference() -> String {
    let rubric = toml_language::page::tables(&RUBRIC);
    format!("{}\n\n{}", rubric.trim_end(), override_file::tables())
}

fn items(file: &Node<'_, '_>, problems: &mut Vec<Problem>) -> Vec<RubricItem> {
    let mut items: Vec<RubricItem> = Vec::new();
    for node in file.nodes("items") {
        let Some(id) = node.text("id") else {
            continue;
        };
        if !is_id(id.text) {
            let title = format!("`{}` is not a valid id", id.text);
            let label = "1 to 32 characters of a-z, 0-9, `_` and `-`";
            problems.push(Problem::new(codes::BAD_ID, &id.span, title).label(label));
        }
        if items.iter().any(|item| item.id == id.text) {
            let title = format!("two items are called `{}`", id.text);
            problems.push(Problem::new(codes::SAME_ID, &id.span, title).label("again here"));
        }
        for need in node.texts("needs") {
            if items.iter().any(|item| item.id == need.text) {
                continue;
            }
            let title = format!("no item above this one is called `{}`", need.text);
            let problem = Problem::new(codes::UNKNOWN_NEED, &need.span, title);
            let ids = items.iter().map(|item| item.id.as_str());
            problems.push(match nearest(need.text, ids) {
                Some(id) => {
                    let with = format!("\"{id}\"");
                    problem.replace(format!("did you mean `{id}`?"), &need.span, with)
                }
                None => problem.help("move the item that it needs above it"),
            });
        }
        items.push(RubricItem::read(&node, id.text));
    }
    items
}

/// It becomes a directory, and a column that people type.
fn is_id(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(allowed)
}

impl RubricItem {
    /// What the programs do in one play, for a point.
    pub(crate) fn of_one_point(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: String::new(),
            scenario: String::new(),
            points: 1,
            penalty: 0,
            counts: Counts::Behaviour,
            needs: Vec::new(),
            visibility: Visibility::Visible,
            partial: false,
            extra: false,
            hint: None,
        }
    }

    fn read(node: &Node<'_, '_>, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: node.owned("title").unwrap_or_default(),
            scenario: node.owned("scenario").unwrap_or_default(),
            points: node.integer("points").unwrap_or_default(),
            counts: node.word("counts").unwrap_or(Counts::Everything),
            needs: node.owned_texts("needs"),
            penalty: node.integer("penalty").unwrap_or_default(),
            visibility: Visibility::read(node),
            partial: node.bool("partial").unwrap_or_default(),
            extra: node.bool("extra").unwrap_or_default(),
            hint: node.owned("hint"),
        }
    }
}

impl Visibility {
    fn read(item: &Node<'_, '_>) -> Self {
        let times = item.node("visibility");
        match times.and_then(|table| table.integer("after_times")) {
            Some(times) => Self::AfterTimes(times),
            None => keyword(item, "visibility", &MOMENTS).unwrap_or(Self::Visible),
        }
    }
}

impl LatePolicy {
    fn read(node: &Node<'_, '_>) -> Self {
        Self {
            free_days: node.integer("free_days").unwrap_or_default(),
            percent_per_day: node.integer("percent_per_day").unwrap_or_default(),
            most_percent: node.integer("most_percent").unwrap_or(100),
        }
    }

    /// What so many days cost, in percent of what was earned.
    pub fn percent(self, days: u32) -> u32 {
        let charged = days.saturating_sub(self.free_days);
        let percent = charged.saturating_mul(self.percent_per_day);
        percent.min(self.most_percent).min(100)
    }
}
