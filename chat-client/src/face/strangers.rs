//! Strangers who come and go: where there are very many they are counted instead of named, so that nobody
//! can flood a screen with names.

use crate::locale::{Locale, sentences as say};
use crate::session::Line;

/// Strangers in a row whose coming and going is told by name.
const NAMED: usize = 8;

/// How many have come and gone since the last line about anything else.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    came: usize,
    went: usize,
}

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is shown, after this line where there is one.
    Show(Option<String>),
    /// This is shown instead of it.
    Instead(String),
    /// It is only counted.
    Count,
}

impl Strangers {
    pub(crate) fn take(&mut self, line: &Line, locale: Locale) -> Turn {
        match line {
            Line::Joined {
                first_contact: true,
                ..
            } => self.came += 1,
            Line::Left { stranger: true, .. } => self.went += 1,
            _ => return Turn::Show(self.sum(locale)),
        }
        match self.came + self.went {
            0..=NAMED => Turn::Show(None),
            number if number == NAMED + 1 => {
                Turn::Instead(format!("* {}", say::many_strangers().in_locale(locale)))
            }
            _ => Turn::Count,
        }
    }

    /// What was counted and not told.
    fn sum(&mut self, locale: Locale) -> Option<String> {
        let Self { came, went } = std::mem::take(self);
        let sum = || say::strangers(came, went).in_locale(locale);
        (came + went > NAMED).then(|| format!("* {}", sum()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(number: usize, first_contact: bool) -> Line {
        Line::Joined {
            name: format!("user{number}").parse().unwrap(),
            first_contact,
        }
    }

    #[test]
    fn a_flood_of_strangers_is_told_once_and_then_counted() {
        let mut strangers = Strangers::default();
        let mut shown = 0;
        let mut told = Vec::new();
        for number in 0..1_000 {
            match strangers.take(&joined(number, true), Locale::English) {
                Turn::Show(None) => shown += 1,
                Turn::Show(Some(sum)) => panic!("nothing else was shown: {sum}"),
                Turn::Instead(text) => told.push(text),
                Turn::Count => {}
            }
        }
        assert_eq!((shown, told.len()), (NAMED, 1));
        let other = strangers.take(&Line::Contacts { count: 1 }, Locale::English);
        assert_eq!(
            other,
            Turn::Show(Some("* 1000 of them joined and 0 left".to_owned()))
        );
        let again = strangers.take(&joined(1, true), Locale::English);
        assert_eq!(again, Turn::Show(None), "anew");
    }

    #[test]
    fn those_who_are_known_are_always_named() {
        let mut strangers = Strangers::default();
        let turns = (0..100).map(|number| strangers.take(&joined(number, false), Locale::German));
        assert!(turns.into_iter().all(|turn| turn == Turn::Show(None)));
    }
}
