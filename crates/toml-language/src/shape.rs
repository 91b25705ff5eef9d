//! How a language of TOML tables is described. One description gives the checks of shape,
//! the JSON Schema and the reference page, so that they cannot disagree.

use super::suggest::one_of;

/// A table: its keys, and what holds between them.
#[derive(Debug)]
pub struct Table {
    /// Names it in the schema and in messages: `step`.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// In the order of the reference page.
    pub keys: &'static [Key],
    /// Exactly one of these must be there; empty for no such rule.
    pub one_of: &'static [&'static str],
    /// What one of these is called: `verb`; empty where there is no word for it.
    pub one_is: &'static str,
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What its value must be.
    pub kind: ValueKind,
    /// It must be there.
    pub required: bool,
    /// One sentence, without a period.
    pub doc: &'static str,
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// An array of at least so many.
    Array(&'static Self, usize),
    /// `true` or `false`.
    Bool,
    /// `5s`, `400ms`, `2m`.
    Duration,
    /// One of these, distinguished by the type of the value.
    Either(&'static [Self]),
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// A table with any keys, all of one kind.
    Map(&'static Self),
    /// A number of seconds, at most so many.
    Seconds(u32),
    /// `1000B`, `64KiB`, `8MiB`.
    Size,
    /// A table.
    Table(&'static Table),
    /// Any text.
    Text,
    /// One of these words; [`super::closed::words`] has those of an enum.
    Word(fn() -> Vec<Word>),
}

/// A word of a closed list.
#[derive(Clone, Debug)]
pub struct Word {
    /// As it is written.
    pub word: &'static str,
    /// A phrase, without a period.
    pub doc: String,
}

impl Table {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl ValueKind {
    /// In words, with an article: `a duration like "5s"`.
    pub fn words(&self) -> String {
        match self {
            Self::Array(..) => "an array".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Duration => {
                "a duration like \"5s\", \"400ms\" or \"2m\", from 1ms to 60m".to_owned()
            }
            Self::Either(kinds) => kinds
                .iter()
                .map(Self::words)
                .collect::<Vec<_>>()
                .join(" or "),
            Self::Integer(from, to) => format!("a whole number from {from} to {to}"),
            Self::Map(_) => "a table".to_owned(),
            Self::Seconds(_) => "a number of seconds".to_owned(),
            Self::Size => "a size like \"1000B\", \"64KiB\" or \"8MiB\"".to_owned(),
            Self::Table(table) => format!("a table {}", table.example()),
            Self::Text => "a string".to_owned(),
            Self::Word(words) => one_of(words().iter().map(|word| word.word)),
        }
    }
}

impl ValueKind {
    /// A value as it is written.
    pub(crate) fn example(&self) -> String {
        match self {
            Self::Array(each, _) => format!("[{}]", each.example()),
            Self::Bool => "true".to_owned(),
            Self::Duration => "\"5s\"".to_owned(),
            Self::Either(kinds) => kinds.first().map(Self::example).unwrap_or_default(),
            Self::Integer(from, _) => from.to_string(),
            Self::Map(each) => format!("{{ NAME = {} }}", each.example()),
            Self::Seconds(_) => "0.5".to_owned(),
            Self::Size => "\"64KiB\"".to_owned(),
            Self::Table(table) => table.example(),
            Self::Text => "\"…\"".to_owned(),
            Self::Word(words) => {
                let first = words().first().map(|word| word.word);
                format!("\"{}\"", first.unwrap_or_default())
            }
        }
    }
}

impl Table {
    /// How it is written: `{ from = …, text = … }`.
    fn example(&self) -> String {
        let required: Vec<&str> = self
            .keys
            .iter()
            .filter(|key| key.required)
            .map(|key| key.name)
            .collect();
        let shown = if required.is_empty() {
            self.keys.iter().take(2).map(|key| key.name).collect()
        } else {
            required
        };
        let pairs: Vec<String> = shown.iter().map(|name| format!("{name} = …")).collect();
        format!("{{ {} }}", pairs.join(", "))
    }
}

/// A key that may be left out.
pub const fn may(name: &'static str, kind: ValueKind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        required: false,
        doc,
    }
}

/// A key that must be there.
pub const fn must(name: &'static str, kind: ValueKind, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        required: true,
        doc,
    }
}

impl Table {
    /// A table in which any keys may stand together.
    pub const fn new(name: &'static str, doc: &'static str, keys: &'static [Key]) -> Self {
        Self {
            name,
            doc,
            keys,
            one_of: &[],
            one_is: "",
        }
    }

    /// The same, with exactly one of some keys, which are called so.
    pub const fn exactly_one(
        mut self,
        one_of: &'static [&'static str],
        one_is: &'static str,
    ) -> Self {
        self.one_of = one_of;
        self.one_is = one_is;
        self
    }
}

/// Several lists of keys, one behind the other, as one. `N` is how many there are.
pub const fn join<const N: usize>(lists: &[&[Key]]) -> [Key; N] {
    let mut all = [may("", ValueKind::Bool, ""); N];
    let (mut left, mut lists) = (all.as_mut_slice(), lists);
    while let [list, rest @ ..] = lists {
        let (now, later) = left.split_at_mut(list.len());
        now.copy_from_slice(list);
        (left, lists) = (later, rest);
    }
    assert!(left.is_empty(), "a list of keys is shorter");
    all
}

/// Keys of one kind that may all be left out. `N` is how many there are.
pub const fn alike<const N: usize>(
    names: &'static [&'static str],
    kind: ValueKind,
    doc: &'static str,
) -> [Key; N] {
    assert!(names.len() == N, "as many keys as names");
    let mut keys = [may("", kind, doc); N];
    let (mut left, mut names) = (keys.as_mut_slice(), names);
    while let ([key, others @ ..], [name, more @ ..]) = (left, names) {
        key.name = name;
        (left, names) = (others, more);
    }
    keys
}
