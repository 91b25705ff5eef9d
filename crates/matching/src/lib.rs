//! From lines to events, and from lines to what was expected: one matcher for the stage, which
//! must know when to go on, and for the judge, who decides.

mod compiled;
mod pattern;
mod recognise;

pub use compiled::compiled;
pub use pattern::CompiledPattern;
pub use recognise::Recogniser;
