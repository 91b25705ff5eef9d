//! A started process, as the driver uses it: in tests a script is here.

use std::fmt::Debug;

use rustix::process::Signal;

use crate::participant::terminal::LineTooLong;

/// A process that was started: how it is typed to and stopped.
pub(crate) trait ProcessHandle: Debug + Send + Sync {
    /// As the harness sees it.
    fn pid(&self) -> i32;

    /// What a line and Enter are to the program, where its terminal takes the whole line.
    fn keys(&self, line: &str) -> Result<Vec<u8>, LineTooLong>;

    /// Whether what is typed may be shown again.
    fn echoes(&self) -> bool;

    /// Sends bytes as they are. False when it has long stopped reading.
    fn send(&self, bytes: Vec<u8>) -> bool;

    /// Bytes that were typed and that it has not read, as far as its terminal or pipe tells.
    fn unread(&self) -> u64;

    /// Ends its input, after what was typed.
    fn end_input(&mut self);

    /// Sends a signal; nothing happens when it has ended.
    fn signal(&self, signal: Signal);
}
