//! What a comparison with a stored snapshot says.

use serde::{Deserialize, Serialize};

/// A text against the stored one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Another text is stored.
    Different {
        /// The stored text.
        stored: String,
    },
    /// None is stored.
    Missing,
    /// As stored, or accepted just now.
    Same,
}
