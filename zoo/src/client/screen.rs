//! What the client prints: the only place that knows the format of its lines.

use std::fmt;
use std::io::{self, Write as _};

use super::face;
use crate::content::FileFacts;
use crate::line::{escape, listed};

/// One line of `docs/client-lines.md`.
pub(crate) enum Line<'a> {
    Disconnected { reason: &'a str },
    FileDelivered { to: &'a str, file: &'a FileFacts },
    FileReceived { from: &'a str, file: &'a FileFacts },
    Joined { who: &'a str },
    Left { who: &'a str, reason: &'a str },
    Message { from: &'a str, text: &'a str },
    Private { from: &'a str, text: &'a str },
    Ready { name: &'a str, with: &'a [String] },
    Refused { code: &'a str, text: &'a str },
    Sent { to: &'a str },
    SentAll { count: usize },
    Undelivered { to: &'a str },
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disconnected { reason } => write!(f, "disconnected {}", escape(reason)),
            Self::FileDelivered { to, file } => write!(f, "file-delivered {to} {file}"),
            Self::FileReceived { from, file } => write!(f, "file-received {from} {file}"),
            Self::Joined { who } => write!(f, "joined {who}"),
            Self::Left { who, reason } => write!(f, "left {who} {}", escape(reason)),
            Self::Message { from, text } => write!(f, "message {from} {}", escape(text)),
            Self::Private { from, text } => write!(f, "private {from} {}", escape(text)),
            Self::Ready { name, with } => write!(f, "ready {name} with {}", listed(with)),
            Self::Refused { code, text } => write!(f, "refused {code} {}", escape(text)),
            Self::Sent { to } => write!(f, "sent {to}"),
            Self::SentAll { count } => write!(f, "sent all {count}"),
            Self::Undelivered { to } => write!(f, "undelivered {to} not-connected"),
        }
    }
}

/// Prints a line at once.
///
/// # Errors
///
/// When nobody reads any more.
pub(crate) fn show(line: &Line<'_>) -> io::Result<()> {
    if face::is_for_people() {
        return line.for_people().map_or(Ok(()), |line| face::show(&line));
    }
    face::show(&line.to_string())
}

impl Line<'_> {
    /// As people read it; `None` for what needs no words.
    fn for_people(&self) -> Option<String> {
        Some(match self {
            Self::Disconnected { reason } => format!("! the relay is gone: {}", escape(reason)),
            Self::FileDelivered { to, file } => {
                format!("* {to} has {} ({} bytes)", escape(&file.name), file.size)
            }
            Self::FileReceived { from, file } => {
                let (name, size) = (escape(&file.name), file.size);
                format!("* {from} sent {name} ({size} bytes), saved")
            }
            Self::Joined { who } => format!("* {who} joined"),
            Self::Left { who, reason } => format!("* {who} left ({})", escape(reason)),
            Self::Message { from, text } => format!("{from}: {}", escape(text)),
            Self::Private { from, text } => format!("[private] {from}: {}", escape(text)),
            Self::Ready { name, with } => format!("* you are {name}; here: {}", listed(with)),
            Self::Refused { text, .. } => format!("! {}", escape(text)),
            Self::Sent { .. } | Self::SentAll { .. } => return None,
            Self::Undelivered { to } => format!("! not delivered to {to}: not-connected"),
        })
    }
}

/// Prints so often what says nothing.
///
/// # Errors
///
/// When nobody reads any more.
pub(crate) fn flood(noise: &str, times: usize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(noise.repeat(times).as_bytes())?;
    out.flush()
}
