//! Whether a file has changed since it was last opened.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, SystemTime};

/// A change may leave the time of the last one as it is, when it comes so soon: kernels tell
/// the time of changes in ticks of up to ten milliseconds.
pub(crate) const TICK: Duration = Duration::from_millis(20);

/// A file as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    size: u64,
    /// When its content or anything else of it was changed last; no program can set it.
    changed: SystemTime,
    /// The next change differs from the last one.
    is_settled: bool,
}

impl Version {
    /// Its device and inode, and how it is now.
    pub(crate) fn of(metadata: &Metadata) -> ((u64, u64), Self) {
        let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
        let nanoseconds = u64::try_from(metadata.ctime_nsec()).unwrap_or_default();
        let since = Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds);
        let key = (metadata.dev(), metadata.ino());
        let changed = SystemTime::UNIX_EPOCH + since;
        (key, Self::at(SystemTime::now(), changed, metadata.len()))
    }

    fn at(now: SystemTime, changed: SystemTime, size: u64) -> Self {
        Self {
            size,
            changed,
            is_settled: changed + TICK < now,
        }
    }

    /// It has not changed since it was so.
    pub(crate) fn is(&self, known: &Self) -> bool {
        known.is_settled && self.looks_like(known)
    }

    /// Nothing shows that it has changed.
    pub(crate) fn looks_like(&self, known: &Self) -> bool {
        self.size == known.size && self.changed == known.changed
    }

    /// It has not changed since then.
    pub(crate) fn is_before(&self, began: SystemTime) -> bool {
        self.changed + TICK < began
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Version;

    /// Seen so many milliseconds after the last change.
    fn seen(after: u64, size: u64) -> Version {
        let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        Version::at(changed + Duration::from_millis(after), changed, size)
    }

    #[test]
    fn a_file_is_as_it_was_only_when_a_later_change_would_show() {
        assert!(seen(500, 7).is(&seen(100, 7)));
        assert!(!seen(500, 8).is(&seen(100, 7)));
        assert!(
            !seen(500, 7).is(&seen(5, 7)),
            "changed again in the same tick"
        );
    }

    #[test]
    fn what_has_changed_just_before_the_play_may_have_changed_in_it() {
        let began = |after: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000 + after);
        assert!(seen(500, 7).is_before(began(100)));
        assert!(!seen(500, 7).is_before(began(10)));
    }
}
