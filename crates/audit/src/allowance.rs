//! How much of a surface is scanned for nested data, and what was left out.

use timeline::Surface;

/// Bytes of a surface that are scanned in a play, at most: first come, first served. A file of
/// 8 MiB fits that goes up and down in hexadecimal.
const MOST: usize = 40 * 1024 * 1024;

/// The same of memory, where less is searched for.
const MOST_OF_MEMORY: usize = 512 * 1024 * 1024;

/// Bytes that are unpacked from what a surface holds, at most.
const UNPACKED: usize = 32 * 1024 * 1024;

/// What attempts to unpack may cost, at most, in bytes that they read and make: most come to
/// nothing, and a file can hold as many false beginnings as it has bytes.
const ATTEMPTED: usize = 64 * 1024 * 1024;

/// What each attempt costs beside these.
const ATTEMPT: usize = 128;

/// Which nested data is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everything.
    Whole,
    /// Of memory, which is large: compression that has a header, and keys of one byte.
    Memory,
}

/// What may be scanned of one surface in one play, and what became of it.
#[derive(Debug)]
pub struct Allowance {
    pub(super) scope: Scope,
    most: usize,
    left: usize,
    unpacked: usize,
    attempted: usize,
    left_out: u64,
    is_cut: bool,
    /// Canaries and pieces of texts, where not all were searched for: how many were, and how many
    /// there are.
    strings: Option<(usize, usize)>,
}

impl Allowance {
    /// All of it.
    pub fn of(surface: Surface) -> Self {
        let (scope, most) = match surface {
            Surface::Memory => (Scope::Memory, MOST_OF_MEMORY),
            Surface::Arguments
            | Surface::Files
            | Surface::Others
            | Surface::Output
            | Surface::Wire => (Scope::Whole, MOST),
        };
        Self {
            scope,
            most,
            left: most,
            unpacked: UNPACKED,
            attempted: ATTEMPTED,
            left_out: 0,
            is_cut: false,
            strings: None,
        }
    }

    /// Takes so many bytes, of which `again` were taken before; how many there were.
    pub(super) fn take(&mut self, bytes: usize, again: usize) -> usize {
        let taken = bytes.min(self.left);
        self.left -= taken;
        self.left_out += (bytes - taken).min(bytes.saturating_sub(again)) as u64;
        taken
    }

    /// Bytes that may still be unpacked.
    pub(super) fn to_unpack(&self) -> usize {
        self.unpacked
    }

    /// Takes so many bytes that were unpacked; false when it is too much.
    pub(super) fn unpack(&mut self, bytes: usize) -> bool {
        // Once it is overdrawn nothing more is unpacked: a bomb must not cost a little each time.
        let left = self.unpacked.checked_sub(bytes);
        self.is_cut |= left.is_none();
        self.unpacked = left.unwrap_or_default();
        left.is_some()
    }

    /// Whether another attempt to unpack something may be made.
    pub(super) fn may_attempt(&self) -> bool {
        self.attempted > 0
    }

    /// Takes what an attempt has cost: bytes that it read and bytes that it made.
    pub(super) fn attempted(&mut self, bytes: usize) {
        self.attempted = self.attempted.saturating_sub(ATTEMPT.saturating_add(bytes));
    }

    /// Notes that only some of all strings are searched for.
    pub(super) fn limit_strings(&mut self, some: usize, all: usize) {
        self.strings = (some < all).then_some((some, all));
    }

    /// What was left out, and why, in words; `None` when nothing was.
    pub fn left_out(&self) -> Option<String> {
        let mut why = Vec::new();
        if self.left_out > 0 {
            let (bytes, most) = (self.left_out, self.most >> 20);
            why.push(format!(
                "{bytes} bytes were left out: the limit is {most} MiB"
            ));
        }
        if self.is_cut {
            let most = UNPACKED >> 20;
            why.push(format!("unpacking stopped at {most} MiB"));
        }
        if !self.may_attempt() {
            let most = ATTEMPTED >> 20;
            why.push(format!("attempts to decompress stopped after {most} MiB"));
        }
        if let Some((some, all)) = self.strings {
            why.push(format!(
                "only {some} of {all} canaries and pieces of texts were searched for"
            ));
        }
        (!why.is_empty()).then(|| why.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTEMPT, ATTEMPTED, Allowance, MOST, UNPACKED};
    use timeline::Surface;

    #[test]
    fn what_a_bound_leaves_out_is_said() {
        let mut wire = Allowance::of(Surface::Wire);
        assert_eq!(wire.take(MOST - 10, 0), MOST - 10);
        assert_eq!(wire.left_out(), None);
        assert_eq!(wire.take(30, 5), 10);
        assert_eq!(
            wire.left_out().as_deref(),
            Some("20 bytes were left out: the limit is 40 MiB")
        );
        assert_eq!(wire.take(7, 7), 0);
        assert_eq!(wire.left_out, 20);
        assert!(wire.unpack(UNPACKED));
        assert!(!wire.unpack(1));
        let reason = wire.left_out().unwrap();
        assert!(reason.ends_with("unpacking stopped at 32 MiB"), "{reason}");
        let mut files = Allowance::of(Surface::Files);
        files.attempted(ATTEMPTED - ATTEMPT - 1);
        assert!(files.may_attempt());
        files.attempted(0);
        assert!(!files.may_attempt());
        let reason = files.left_out().unwrap();
        assert!(
            reason.contains("decompress stopped after 64 MiB"),
            "{reason}"
        );
        let mut output = Allowance::of(Surface::Output);
        output.limit_strings(512, 512);
        assert_eq!(output.left_out(), None);
        output.limit_strings(512, 600);
        let reason = output.left_out().unwrap();
        assert!(reason.contains("512 of 600"), "{reason}");
    }
}
