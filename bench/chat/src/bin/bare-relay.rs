//! The least that a relay can be: `cargo xtask bench relay` starts it beside the others.

use std::process::ExitCode;

fn main() -> ExitCode {
    chat_bench::bare_relay()
}
