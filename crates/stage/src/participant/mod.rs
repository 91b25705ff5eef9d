//! One program of a participant: how it is started, typed to and watched, what it prints, what
//! it uses and leaves behind.

pub(crate) mod adopter;
mod characters;
pub(crate) mod dialogue_matcher;
pub(crate) mod downloads;
pub(crate) mod fixtures;
pub(crate) mod handle;
pub(crate) mod interpreter;
pub(crate) mod kept;
pub(crate) mod limits;
pub(crate) mod lines;
pub(crate) mod opener;
pub(crate) mod orphans;
pub(crate) mod proc;
pub(crate) mod process;
pub mod programs;
pub(crate) mod reading;
pub(crate) mod scratch;
pub(crate) mod screen;
pub mod spawn;
pub(crate) mod terminal;
pub(crate) mod tree;
pub(crate) mod typing;
pub(crate) mod usage;
