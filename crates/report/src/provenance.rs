//! When and where a run took place, and at which commit.

use serde::{Deserialize, Serialize};

/// Of a run; written down when it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// When it began, in UTC: `2026-11-21T07:41:51`; empty if unknown.
    pub began: String,
    /// The machine's name; empty if unknown.
    pub host: String,
    /// The commit of the workspace, where it has one.
    pub commit: Option<String>,
}
