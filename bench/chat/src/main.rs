//! `cargo xtask bench chat` and `bench relay` build this and start it: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    chat_bench::main()
}
