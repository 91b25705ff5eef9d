//! The names by which events point into a plan.

use serde::{Deserialize, Serialize};

/// `3`, or `5.17` for the 17th of a `repeat` or `all` that is step 5.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub String);

/// Unique in the plan: `3/bob-shows`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExpectationId(pub String);
