//! What stood on a screen before it was painted again: of that, nothing is new.

use std::collections::BTreeMap;

/// The lines of a screen that is painted again, as often as each stood there.
#[derive(Debug, Default)]
pub(super) struct Repainting {
    stood: BTreeMap<String, usize>,
}

impl Repainting {
    /// These lines stood there.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l String>) -> Self {
        let mut stood = BTreeMap::new();
        for line in lines {
            *stood.entry(line.clone()).or_default() += 1;
        }
        Self { stood }
    }

    /// So did these, above the screen or on it.
    pub(super) fn and(&mut self, lines: impl Iterator<Item = String>) {
        let mut all: BTreeMap<String, usize> = BTreeMap::new();
        for line in lines {
            *all.entry(line).or_default() += 1;
        }
        for (line, times) in all {
            let stood = self.stood.entry(line).or_default();
            *stood = times.max(*stood);
        }
    }

    /// Whether a line that is painted stood there before, once for each time that it did.
    pub(super) fn takes(&mut self, line: &str) -> bool {
        match self.stood.get_mut(line) {
            Some(times) if *times > 0 => {
                *times -= 1;
                true
            }
            Some(_) | None => false,
        }
    }
}
