//! What one person wrote to another, and what became of it: whether anything was lost, doubled or made up.

use std::collections::BTreeSet;
use std::fmt;

/// One direction of a conversation. Texts are numbered as they are typed.
#[derive(Debug, Default)]
pub struct History {
    /// The number of the last text that was typed.
    pub typed: u64,
    /// Those that were reported to their sender as accepted.
    pub accepted: BTreeSet<u64>,
    /// Those that the recipient was shown, in this order.
    pub shown: Vec<u64>,
    /// Those in the recipient's history, in this order.
    pub remembered: Vec<u64>,
}

/// What must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Accepted, and not in the recipient's history.
    Lost(u64),
    /// Shown, and not in the recipient's history.
    Forgotten(u64),
    /// Shown more than once.
    ShownTwice(u64),
    /// In the history more than once.
    RememberedTwice(u64),
    /// Never typed.
    Invented(u64),
    /// In the history behind one that was typed later.
    OutOfOrder(u64),
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, number) = match self {
            Self::Lost(number) => ("accepted and lost", number),
            Self::Forgotten(number) => ("shown and not remembered", number),
            Self::ShownTwice(number) => ("shown twice", number),
            Self::RememberedTwice(number) => ("remembered twice", number),
            Self::Invented(number) => ("never typed", number),
            Self::OutOfOrder(number) => ("out of order", number),
        };
        write!(f, "text {number} was {what}")
    }
}

impl History {
    /// Everything about it that must not be.
    pub fn faults(&self) -> Vec<TextFault> {
        let remembered: BTreeSet<u64> = self.remembered.iter().copied().collect();
        let missing = |numbers: &BTreeSet<u64>| -> Vec<u64> {
            numbers.difference(&remembered).copied().collect()
        };
        let shown: BTreeSet<u64> = self.shown.iter().copied().collect();
        let lost = missing(&self.accepted).into_iter().map(TextFault::Lost);
        let forgotten = missing(&shown).into_iter().map(TextFault::Forgotten);
        let shown_twice = repeated(&self.shown).into_iter().map(TextFault::ShownTwice);
        let twice = repeated(&self.remembered).into_iter();
        let all = remembered.union(&shown).copied();
        let invented = all.filter(|number| !(1..=self.typed).contains(number));
        let mut faults: Vec<TextFault> = lost.chain(forgotten).chain(shown_twice).collect();
        faults.extend(twice.map(TextFault::RememberedTwice));
        faults.extend(invented.map(TextFault::Invented));
        let mut latest = 0;
        for &number in &self.remembered {
            if number < latest {
                faults.push(TextFault::OutOfOrder(number));
            }
            latest = latest.max(number);
        }
        faults
    }
}

/// Those that come more than once.
fn repeated(numbers: &[u64]) -> BTreeSet<u64> {
    let mut seen = BTreeSet::new();
    let again = numbers.iter().filter(|number| !seen.insert(**number));
    again.copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(accepted: &[u64], shown: &[u64], remembered: &[u64]) -> Vec<TextFault> {
        let history = History {
            typed: 4,
            accepted: accepted.iter().copied().collect(),
            shown: shown.to_vec(),
            remembered: remembered.to_vec(),
        };
        history.faults()
    }

    #[test]
    fn what_may_happen_is_no_fault() {
        assert_eq!(history(&[1, 2, 4], &[1, 4], &[1, 2, 4]), []);
        assert_eq!(history(&[], &[], &[3]), [], "accepted, and nobody heard it");
    }

    #[test]
    fn what_must_not_happen_is_found() {
        assert_eq!(history(&[1, 2], &[1], &[1]), [TextFault::Lost(2)]);
        assert_eq!(history(&[], &[1], &[]), [TextFault::Forgotten(1)]);
        assert_eq!(history(&[], &[1, 1], &[1]), [TextFault::ShownTwice(1)]);
        assert_eq!(history(&[], &[], &[1, 1]), [TextFault::RememberedTwice(1)]);
        assert_eq!(history(&[], &[], &[1, 5]), [TextFault::Invented(5)]);
        assert_eq!(history(&[], &[], &[1, 3, 2]), [TextFault::OutOfOrder(2)]);
    }
}
