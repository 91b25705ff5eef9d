//! Strangers who come and go: where there are very many they are counted instead of named, so that nobody
//! can flood a screen with names.

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
    Instead(&'static str),
    /// It is only counted.
    Count,
}

impl Strangers {
    pub(crate) fn take(&mut self, line: &Line) -> Turn {
        match line {
            Line::Joined {
                first_contact: true,
                ..
            } => self.came += 1,
            Line::Left { stranger: true, .. } => self.went += 1,
            _ => return Turn::Show(self.sum()),
        }
        match self.came + self.went {
            0..=NAMED => Turn::Show(None),
            number if number == NAMED + 1 => Turn::Instead(
                "* many people whom you have never seen are coming and going: from now on they \
                 are only counted. /who lists who is here, and what you say to everyone goes to them as well",
            ),
            _ => Turn::Count,
        }
    }

    /// What was counted and not told.
    fn sum(&mut self) -> Option<String> {
        let Self { came, went } = std::mem::take(self);
        (came + went > NAMED).then(|| format!("* {came} of them joined and {went} left"))
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
            match strangers.take(&joined(number, true)) {
                Turn::Show(None) => shown += 1,
                Turn::Show(Some(sum)) => panic!("nothing else was shown: {sum}"),
                Turn::Instead(text) => told.push(text),
                Turn::Count => {}
            }
        }
        assert_eq!((shown, told.len()), (NAMED, 1));
        let other = strangers.take(&Line::Contacts { count: 1 });
        assert_eq!(
            other,
            Turn::Show(Some("* 1000 of them joined and 0 left".to_owned()))
        );
        assert_eq!(strangers.take(&joined(1, true)), Turn::Show(None), "anew");
    }

    #[test]
    fn those_who_are_known_are_always_named() {
        let mut strangers = Strangers::default();
        let turns = (0..100).map(|number| strangers.take(&joined(number, false)));
        assert!(turns.into_iter().all(|turn| turn == Turn::Show(None)));
    }
}
