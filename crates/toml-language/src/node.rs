//! Reads the values of a table that has been checked, each with its place.

use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::units;

/// A table that has been checked, with its place.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a, 'i> {
    table: &'a DeTable<'i>,
    start: usize,
    end: usize,
}

/// A text with its place, quotes included.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The text itself.
    pub text: &'a str,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// Where the innermost of these keys stands, and its value, in the text of a TOML file.
pub fn find(source: &str, keys: &[String]) -> Option<(Range<usize>, Range<usize>)> {
    let (document, _) = DeTable::parse_recoverable(source);
    let mut table = document.get_ref();
    let (last, outer) = keys.split_last()?;
    for key in outer {
        table = table.get(key.as_str())?.get_ref().as_table()?;
    }
    let (key, value) = table.get_key_value(last.as_str())?;
    Some((key.span(), value.span()))
}

impl<'a, 'i> Node<'a, 'i> {
    /// The table at this place of the file.
    pub fn new(table: &'a DeTable<'i>, span: Range<usize>) -> Self {
        Self {
            table,
            start: span.start,
            end: span.end,
        }
    }

    /// Its bytes in the file.
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where the key itself stands.
    pub fn key_span(&self, key: &str) -> Range<usize> {
        self.table
            .get_key_value(key)
            .map_or_else(|| self.span(), |(key, _)| key.span())
    }

    /// A text with its place.
    pub fn text(&self, key: &str) -> Option<Place<'a>> {
        place(self.table.get(key)?)
    }

    /// A text.
    pub fn owned(&self, key: &str) -> Option<String> {
        self.text(key).map(|place| place.text.to_owned())
    }

    /// One of the words of a closed list.
    pub fn word<T: FromStr>(&self, key: &str) -> Option<T> {
        self.text(key)?.text.parse().ok()
    }

    /// A truth value.
    pub fn bool(&self, key: &str) -> Option<bool> {
        self.table.get(key)?.get_ref().as_bool()
    }

    /// A whole number.
    pub fn integer(&self, key: &str) -> Option<u32> {
        let number = self.table.get(key)?.get_ref().as_integer()?;
        u32::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// A number of seconds, at most 60.
    pub fn seconds(&self, key: &str) -> Option<Duration> {
        seconds(self.table.get(key)?.get_ref(), 60)
    }

    /// A duration with its unit.
    pub fn duration(&self, key: &str) -> Option<Duration> {
        units::duration(self.text(key)?.text)
    }

    /// A size in bytes: a text with its unit, or a whole number.
    pub fn size(&self, key: &str) -> Option<u64> {
        match self.text(key) {
            Some(text) => units::size(text.text),
            None => self.integer(key).map(u64::from),
        }
    }

    /// A table.
    pub fn node(&self, key: &str) -> Option<Self> {
        node(self.table.get(key)?)
    }

    /// The items of an array; none where there is no array.
    pub fn items(&self, key: &str) -> &'a [Spanned<DeValue<'i>>] {
        let array = self
            .table
            .get(key)
            .and_then(|value| value.get_ref().as_array());
        array.map_or(&[], |array| array.as_ref())
    }

    /// The tables of an array.
    pub fn nodes(&self, key: &str) -> Vec<Self> {
        self.items(key).iter().filter_map(node).collect()
    }

    /// The texts of an array.
    pub fn texts(&self, key: &str) -> Vec<Place<'a>> {
        self.items(key).iter().filter_map(place).collect()
    }

    /// The texts of an array, without their places.
    pub fn owned_texts(&self, key: &str) -> Vec<String> {
        let texts = self.texts(key).into_iter();
        texts.map(|place| place.text.to_owned()).collect()
    }

    /// The words of an array.
    pub fn words<T: FromStr>(&self, key: &str) -> Vec<T> {
        let texts = self.texts(key).into_iter();
        texts.filter_map(|place| place.text.parse().ok()).collect()
    }

    /// The texts of a table with any keys: key, its place, value.
    pub fn entries(
        &self,
    ) -> impl Iterator<Item = (Place<'a>, &'a Spanned<DeValue<'i>>)> + use<'a, 'i> {
        self.table.iter().map(|(key, value)| {
            (
                Place {
                    text: key.get_ref(),
                    span: key.span(),
                },
                value,
            )
        })
    }
}

/// A text, where it is one.
pub fn place<'a>(value: &'a Spanned<DeValue<'_>>) -> Option<Place<'a>> {
    let text = value.get_ref().as_str()?;
    Some(Place {
        text,
        span: value.span(),
    })
}

/// A table, where it is one.
pub fn node<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Option<Node<'a, 'i>> {
    Some(Node::new(value.get_ref().as_table()?, value.span()))
}

/// A number of seconds: more than none, and at most so many.
pub(super) fn seconds(value: &DeValue<'_>, most: u32) -> Option<Duration> {
    let number: f64 = match value {
        DeValue::Float(number) => number.as_str().parse().ok()?,
        DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok()?,
        DeValue::Array(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Integer(_)
        | DeValue::String(_)
        | DeValue::Table(_) => return None,
    };
    let sensible = number > 0.0 && number <= f64::from(most);
    if sensible {
        Duration::try_from_secs_f64(number).ok()
    } else {
        None
    }
}
