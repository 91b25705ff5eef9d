//! What is told of files, for programs and for people.

use chat_protocol::Name;

use crate::escape::escape;
use crate::locale::{Sentence, sentences as say};
use crate::session::{FileState, Line, hex};

/// The line for programs; `None` for what is not about a file.
pub(super) fn plain(line: &Line) -> Option<String> {
    let text = match line {
        Line::FileAsks {
            number,
            from,
            size,
            sha256,
            name,
        } => ended(&format!("file-asks {number}"), from, *size, sha256, name),
        Line::FileAsked {
            number,
            to,
            what,
            name,
        } => format!("file-{what} {number} {to} {}", escape(name)),
        Line::FileAnswered {
            number,
            with,
            answer,
            name,
        } => format!("file-{answer} {number} {with} {}", escape(name)),
        Line::File(file) => {
            let FileState {
                number,
                with,
                state,
                ..
            } = file;
            let way = if file.outgoing { "to" } else { "from" };
            let size = file.size.map_or("-".to_owned(), |size| size.to_string());
            let name = escape(&file.name);
            format!("file {number} {way} {with} {state} {size} {name}")
        }
        Line::Files { count } => format!("files {count}"),
        Line::FileOffered { from, size, name } => {
            format!("file-offered {from} {size} {}", escape(name))
        }
        Line::FileWaiting { to, name } => format!("file-waiting {to} {}", escape(name)),
        Line::FileReceived {
            from,
            size,
            sha256,
            name,
        } => ended("file-received", from, *size, sha256, name),
        Line::FileDelivered {
            to,
            size,
            sha256,
            name,
        } => ended("file-delivered", to, *size, sha256, name),
        Line::FileFailed { with, reason, name } => {
            format!("file-failed {with} {reason} {}", escape(name))
        }
        _ => return None,
    };
    Some(text)
}

fn ended(event: &str, with: &Name, size: u64, sha256: &[u8; 32], name: &str) -> String {
    format!("{event} {with} {size} {} {}", hex(sha256), escape(name))
}

/// The line for people, and the sign before it; `None` for what is not about a file.
pub(super) fn for_people(line: &Line) -> Option<(&'static str, Sentence)> {
    let notice = match line {
        Line::FileAsks {
            number,
            from,
            size,
            name,
            ..
        } => ("*", say::file_asks(from, escape(name), *size, *number)),
        Line::FileAsked {
            number,
            to,
            what: "checking",
            name,
        } => ("*", say::file_checking(to, escape(name), *number)),
        Line::FileAsked {
            number, to, name, ..
        } => ("*", say::file_asked(to, escape(name), *number)),
        Line::FileAnswered {
            with, answer, name, ..
        } => {
            let answer = say::word(*answer);
            ("*", say::file_answered(with, escape(name), answer))
        }
        Line::File(file) => (" ", listed(file)),
        Line::Files { count } => ("*", say::files(*count)),
        Line::FileOffered { from, size, name } => {
            ("*", say::file_offered(from, escape(name), *size))
        }
        Line::FileWaiting { to, name } => ("*", say::file_waiting(to, escape(name))),
        Line::FileReceived {
            from, size, name, ..
        } => ("*", say::file_received(from, escape(name), *size)),
        Line::FileDelivered { to, size, name, .. } => {
            ("*", say::file_delivered(to, escape(name), *size))
        }
        Line::FileFailed { with, reason, name } => {
            let reason = say::word(escape(reason));
            ("!", say::file_failed(with, escape(name), reason))
        }
        _ => return None,
    };
    Some(notice)
}

fn listed(file: &FileState) -> Sentence {
    let (number, with, name) = (file.number, &file.with, escape(&file.name));
    let (state, size) = (say::word(file.state), file.size);
    match (file.outgoing, size) {
        (true, Some(size)) => say::file_to(number, with, name, state, size),
        (true, None) => say::file_unread(number, with, name, state),
        (false, size) => say::file_from(number, with, name, state, size.unwrap_or_default()),
    }
}
