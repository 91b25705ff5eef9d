//! `cargo xtask bench` builds this and starts it: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bench::main()
}
