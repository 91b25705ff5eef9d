//! Whether a scan goes on: a process can hold up whoever reads its memory for as long as it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts up while something is searched.
#[derive(Clone, Debug, Default)]
pub(in crate::driver) struct ScanProgress(Arc<AtomicU64>);

impl ScanProgress {
    pub(super) fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How far it has come.
    pub(in crate::driver) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
