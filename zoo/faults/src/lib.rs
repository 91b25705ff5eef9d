//! What the chat of the zoo can give away, as data: names, sentences, and what must
//! become of a play. Who lists, plays or judges faults needs no program that has them.

mod fault;
mod how;

pub use fault::{Expected, Fault, Habit, Misdeed, UnknownFault, Way, What};
pub use how::How;
