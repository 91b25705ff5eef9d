//! Bars for files, on standard error, where that is a terminal.

use std::collections::BTreeMap;

use chat_protocol::FileId;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::escape::escape;
use crate::session::Progress;

/// Smaller files are through before a bar is seen.
const WORTH_A_BAR: u64 = 1024 * 1024;

/// One bar for each file on its way.
#[derive(Debug)]
pub(super) struct Bars {
    all: MultiProgress,
    bars: BTreeMap<FileId, ProgressBar>,
}

impl Bars {
    pub(super) fn new() -> Self {
        Self {
            all: MultiProgress::new(),
            bars: BTreeMap::new(),
        }
    }

    /// Takes the bars away while something is written.
    pub(super) fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        if self.bars.is_empty() {
            write()
        } else {
            self.all.suspend(write)
        }
    }

    pub(super) fn update(&mut self, progress: &Progress) {
        match progress {
            Progress::Started { file, label, size } if *size >= WORTH_A_BAR => {
                let bar = self.all.add(ProgressBar::new(*size));
                bar.set_style(style());
                bar.set_message(escape(label));
                self.bars.insert(*file, bar);
            }
            Progress::Started { .. } => {}
            Progress::At { file, done } => {
                if let Some(bar) = self.bars.get(file) {
                    bar.set_position(*done);
                }
            }
            Progress::Over { file } => {
                if let Some(bar) = self.bars.remove(file) {
                    bar.finish_and_clear();
                    self.all.remove(&bar);
                }
            }
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg} [{bar:24}] {percent:>3}% {binary_bytes_per_sec} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
