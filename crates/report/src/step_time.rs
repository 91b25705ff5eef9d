//! How long steps took.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::as_seconds;
use timeline::{Event, Kind, StepId};

/// One step of a play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTime {
    /// Which.
    pub step: StepId,
    /// From its start to its end.
    #[serde(rename = "seconds", with = "as_seconds")]
    pub elapsed: Duration,
}

impl StepTime {
    /// Of all steps that have ended, in the order in which they did.
    pub fn of(events: &[Event]) -> Vec<Self> {
        let mut began = BTreeMap::new();
        let mut ended = Vec::new();
        for event in events {
            match &event.kind {
                Kind::StepBegan { step } => drop(began.insert(step, event.t)),
                Kind::StepEnded { step, .. } => {
                    if let Some(began) = began.remove(step) {
                        // Reports say milliseconds; what is read back from one is the same.
                        let elapsed = event.t.saturating_sub(began) / 1_000_000;
                        ended.push(Self {
                            step: step.clone(),
                            elapsed: Duration::from_millis(elapsed),
                        });
                    }
                }
                _ => {}
            }
        }
        ended
    }
}
