//! Exit codes. Where several hold, the order is 101, 3, 1, 4.

use stage::Blame;

/// Every check passed.
pub(crate) const FINE: u8 = 0;

/// A check failed; also: an implementation under test never got ready.
pub(crate) const FAILED: u8 = 1;

/// Wrong usage, or a file that does not parse. `clap` ends with it, too.
pub(crate) const USAGE: u8 = 2;

/// The environment: a tool is missing, or our own binaries cannot be built.
pub(crate) const ENVIRONMENT: u8 = 5;

/// A fault of the harness itself.
pub(crate) const HARNESS: u8 = 101;

/// Interrupted by Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// Ended by SIGTERM, or its terminal has gone.
pub(crate) const TERMINATED: u8 = 143;

/// That of an error which is this one's fault.
pub(crate) fn of(blame: Blame) -> u8 {
    match blame {
        Blame::Author => USAGE,
        Blame::Implementation => FAILED,
        Blame::Machine => ENVIRONMENT,
        Blame::Ours => HARNESS,
        Blame::User => INTERRUPTED,
    }
}

/// For the documentation: every code that a command can end with.
pub(crate) const ALL: &[(u8, &str)] = &[
    (FINE, "every check passed"),
    (
        FAILED,
        "a check failed, or an implementation under test never got ready",
    ),
    (USAGE, "wrong usage, or a file that does not parse"),
    (
        3,
        "plaintext was found, or what the relay kept depends on what was said",
    ),
    (
        4,
        "cannot tell: a required check could not have failed, or nothing could be played",
    ),
    (
        ENVIRONMENT,
        "the environment: a tool is missing, or our own binaries cannot be built",
    ),
    (HARNESS, "a fault of the harness itself"),
    (
        INTERRUPTED,
        "interrupted; nothing that it started is still running",
    ),
    (
        TERMINATED,
        "ended by SIGTERM; nothing that it started is still running",
    ),
];
