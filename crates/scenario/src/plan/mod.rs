//! Plans: everything that a play will do, decided before a process starts.
//!
//! Same scenario, adapter and seed, same plan. It is kept as `plan.json` beside the
//! timeline; with both, a play can be judged again without a process.

mod action;
mod audit;
mod build;
mod builder;
mod canary;
mod conflicts;
mod content;
mod counters;
mod derive;
mod expectation;
mod explain;
mod fault;
mod fence;
mod implementations;
mod line;
mod load;
mod logins;
mod model;
mod outbox;
mod outcome;
mod pass_phrases;
mod private;
mod rare;
mod steps;
mod unsupported;
mod wanted;
mod words;

pub use action::{Action, Answer, PREPARE, PlannedStep, Sent};
pub use audit::{AuditPlan, PassPhrase, WireText, around_called, text_called};
pub use build::{OtherWords, build, build_with};
pub use canary::{CANARY_BITS, Canary};
pub use content::PlannedFile;
pub use expectation::{Expectation, Mode, Pattern};
pub use explain::explain;
pub use implementations::Implementations;
pub use line::line;
pub use load::{LeftOut, LoadPlan, LoadShape, Round};
pub use model::{Closing, Fence, Plan, PlannedClient, ScenarioRef};
pub use rare::rare_pieces;
pub use unsupported::{NotUnderLoad, Unsupported};
