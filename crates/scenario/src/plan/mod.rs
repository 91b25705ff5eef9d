//! Plans: everything that a play will do, decided before a process starts.
//!
//! Same scenario, adapter and seed, same plan. It is kept as `plan.json` beside the
//! timeline; with both, a play can be judged again without a process.

mod build;
mod canary;
mod cast;
mod content;
mod derive;
mod explain;
mod fault;
mod fence;
mod load;
mod model;
mod outcome;
mod pass_phrases;
mod private;
mod reconcile;
mod tally;
mod verbs;
mod words;

pub use build::{Unsupported, build, build_twin};
pub use cast::Cast;
pub use explain::explain;
pub use load::{LeftOut, LoadPlan, LoadShape, Round};
pub use model::{
    Action, AuditPlan, Canary, Closing, Expectation, Fence, Mode, PassPhrase, Pattern, Plan,
    PlannedClient, PlannedFile, PlannedStep, ScenarioRef, Sent, WireText,
};

/// A text without a canary that is shorter than this, in bytes, may be seen by chance.
const RARE_LENGTH: usize = 16;
