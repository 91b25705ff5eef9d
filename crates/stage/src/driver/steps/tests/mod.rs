//! What each kind of step does, with participants of a script and a clock that jumps.

mod commands;
mod leaving;
mod limit;
mod load;
mod opening;
mod relay;
mod stopping;
mod typing;
mod vain;
