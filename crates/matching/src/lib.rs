//! From lines to events, and from events to what was expected: one matcher for the stage, which
//! must know when to go on, and for the judge, who decides.

mod again;
mod compiled;
mod expecting;
mod pattern;
mod recognise;

pub use again::{Again, Steps};
pub use compiled::compiled;
pub use expecting::{Expecting, at_once, only_expects, opening, ready_id};
pub use pattern::CompiledPattern;
pub use recognise::{Recogniser, Recognisers};
