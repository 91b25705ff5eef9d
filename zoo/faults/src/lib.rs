//! What the chat of the zoo can leak, as data: names, sentences, and what must
//! become of a play. Code that lists, plays or judges faults needs no program that has them.

mod fault;
mod how;
mod kind;
mod stranger;
mod table;

pub use fault::{Expected, Fault, UnknownFault};
pub use how::How;
pub use kind::{Habit, Misdeed, Way, What};
pub use stranger::{Language, STRANGERS, Seen, Stranger, Writing};
