//! The program `chat-client`.

use std::process::ExitCode;

fn main() -> ExitCode {
    chat_client::run()
}
