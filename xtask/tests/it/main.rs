//! The command line as it is typed, and what becomes of what it starts.

#![cfg(test)]

mod browser;
mod chatting;
mod closed_world;
mod confined;
mod detectors;
mod dialogue;
mod flaky;
mod foreign;
mod grading;
mod hostile;
mod judged_again;
mod last_screen;
mod link_table;
mod load;
mod machine_limits;
mod mail;
mod network;
mod newcomer;
mod not_shown;
mod peer;
mod platforms;
mod proposed;
mod running;
mod runs;
mod scale;
mod screen;
mod sown;
mod stage_keys;
mod stage_mutants;
mod stores;
mod survivors;
mod terminal_stage;
mod torture;
mod typed;
mod workspace_hack;
mod zoo;
