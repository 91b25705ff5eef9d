//! What was searched in a whole run, by surface.

use crate::searches::{Searched, grouped};
use timeline::visible;

/// One row of the table.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) bytes: String,
    pub(super) below: String,
    pub(super) left_out: Option<String>,
    pub(super) strings: String,
    pub(super) transformations: u64,
    pub(super) control: String,
}

impl Row {
    pub(super) fn of(searched: &Searched) -> Self {
        Self {
            name: searched.surface.in_words(),
            bytes: grouped(searched.bytes),
            below: grouped(searched.below),
            left_out: searched.left_out.as_deref().map(visible),
            strings: grouped(searched.strings),
            transformations: searched.transformations,
            control: searched.control(),
        }
    }
}
