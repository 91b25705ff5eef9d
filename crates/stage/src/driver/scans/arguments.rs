//! Command lines and environments of the relay that were seen already.

use std::collections::BTreeSet;

/// Bytes of them that are kept. A program may change its own at any time.
const MOST: usize = 16 * 1024 * 1024;

/// What was seen, each once.
#[derive(Debug)]
pub(super) struct Arguments {
    seen: BTreeSet<Vec<u8>>,
    left: usize,
}

/// There is no room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has changed its arguments or environment so often that not all are kept")]
pub(super) struct TooMany;

impl Default for Arguments {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl Arguments {
    fn of(most: usize) -> Self {
        Self {
            seen: BTreeSet::new(),
            left: most,
        }
    }

    /// Nothing was seen.
    pub(super) fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Whether these were not seen before.
    pub(super) fn is_new(&mut self, bytes: &[u8]) -> Result<bool, TooMany> {
        if self.seen.contains(bytes) {
            return Ok(false);
        }
        self.left = self.left.checked_sub(bytes.len()).ok_or(TooMany)?;
        Ok(self.seen.insert(bytes.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, TooMany};

    #[test]
    fn who_changes_its_arguments_without_end_does_not_fill_the_memory() {
        let mut arguments = Arguments::of(10);
        assert_eq!(arguments.is_new(b"relay"), Ok(true));
        assert_eq!(arguments.is_new(b"relay"), Ok(false));
        assert_eq!(arguments.is_new(b"other"), Ok(true));
        assert_eq!(arguments.is_new(b"one more"), Err(TooMany));
        assert_eq!(arguments.is_new(b"relay"), Ok(false));
    }
}
