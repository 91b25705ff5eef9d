//! The faults.

/// What is wrong with a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelayFault {
    /// Exits after it has passed on the second message.
    DiesMidway,
    /// Prints one line to standard error and exits before it is ready.
    DiesStarting,
    /// Delivers every message twice.
    Doubles,
    /// Acknowledges the second message and passes it on to nobody.
    Drops,
    /// Shows a private message to everyone.
    Gossips,
    /// Writes every text to its log.
    LogsText,
    /// Listens and serves, and never says that it is ready.
    NeverReady,
}

/// What is wrong with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientFault {
    /// Changes one byte of a received file before it saves it.
    CorruptsFile,
    /// Prints megabytes a second once it is ready.
    Floods,
    /// Ignores `/quit`, the end of its input and SIGTERM.
    Hangs,
    /// Leaves a process behind: in a session of its own, deaf to SIGTERM, without input or
    /// output.
    Orphans,
}
