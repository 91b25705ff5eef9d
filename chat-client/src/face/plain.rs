//! `--plain`: one event a line. `docs/client-lines.md` is the contract.

use chat_protocol::{Conversation, Name};

use super::{files, rooms};
use crate::escape::escape;
use crate::session::{Line, Past, Refusal};

/// The line for programs: fields separated by one space, the last one escaped.
pub fn render(line: &Line) -> String {
    match line {
        Line::Ready { me, with, .. } => format!("ready {me} with {}", names(with)),
        Line::Joined { name, .. } => format!("joined {name}"),
        Line::Left { name, reason, .. } => format!("left {name} {reason}"),
        Line::Message {
            from,
            conversation,
            text,
            flagged,
        } => {
            let kind = match (flagged, conversation) {
                (false, Conversation::All) => "message",
                (false, Conversation::Private) => "private",
                (true, Conversation::All) => "flagged-message",
                (true, Conversation::Private) => "flagged-private",
            };
            format!("{kind} {from} {}", escape(text))
        }
        Line::SentAll {
            tag,
            room,
            accepted,
        } => {
            let whom = room.as_ref().map_or("all".to_owned(), ToString::to_string);
            format!("sent {}{whom} {accepted}", number(*tag))
        }
        Line::Room(line) => rooms::plain(line),
        Line::Sent { tag, to } => format!("sent {}{to}", number(*tag)),
        Line::Delivered { tag, to } => format!("delivered {}{to}", number(*tag)),
        Line::Read { tag, to } => format!("read {}{to}", number(*tag)),
        Line::Typing { name, active: true } => format!("typing {name}"),
        Line::Typing { name, .. } => format!("typing-over {name}"),
        Line::Unconfirmed { to, count } => format!("unconfirmed {to} {count}"),
        Line::Missing { from, count } => format!("missing {from} {count}"),
        Line::Late { from } => format!("late {from}"),
        Line::Anew { from } => format!("anew {from}"),
        Line::Forked { from } => format!("forked {from}"),
        Line::Undelivered { tag, to, reason } => {
            format!("undelivered {}{to} {reason}", number(*tag))
        }
        Line::FileAsks { .. }
        | Line::FileAsked { .. }
        | Line::FileAnswered { .. }
        | Line::File(_)
        | Line::Files { .. }
        | Line::FileOffered { .. }
        | Line::FileWaiting { .. }
        | Line::FileReceived { .. }
        | Line::FileDelivered { .. }
        | Line::FileFailed { .. } => files::plain(line).unwrap_or_default(),
        Line::Refused(Refusal { tag, code, text }) => {
            let text = text.for_programs();
            format!("refused {}{code} {}", number(*tag), escape(&text))
        }
        Line::KeyChanged { name } => format!("key-changed {name}"),
        Line::Trusted { name } => format!("trusted {name}"),
        Line::Blocked { name } => format!("blocked {name}"),
        Line::Unblocked { name, .. } => format!("unblocked {name}"),
        Line::Forgot { name } => format!("forgot {name}"),
        Line::Verified { name } => format!("verified {name}"),
        Line::Safety {
            name,
            state,
            number,
        } => format!("safety {name} {state} {number}"),
        Line::Contact { name, state } => format!("contact {name} {state}"),
        Line::Contacts { count } => format!("contacts {count}"),
        Line::Relay { key, address } => format!("relay {key} {}", escape(address)),
        Line::Past(past) => remembered(past),
        Line::Pasts { count } => format!("pasts {count}"),
        Line::Help { text } => format!("help {}", escape(&text.for_programs())),
        Line::Rejected { from, code } => format!("rejected {from} {code}"),
        Line::Disconnected { reason } => format!("disconnected {reason}"),
    }
}

/// The number of what is answered, where it has one: it stands behind the first word.
fn number(tag: Option<u64>) -> String {
    tag.map_or_else(String::new, |tag| format!("{tag} "))
}

fn names(names: &[Name]) -> String {
    if names.is_empty() {
        return "nobody".to_owned();
    }
    let names: Vec<_> = names.iter().map(Name::as_str).collect();
    names.join(",")
}

fn remembered(past: &Past) -> String {
    let to = past.to.as_ref().map_or("*".to_owned(), Name::to_string);
    let to = past.room.as_ref().map_or(to, ToString::to_string);
    let kind = if past.flagged { "flagged-past" } else { "past" };
    format!(
        "{kind} {} {} {to} {}",
        past.at,
        past.from,
        escape(&past.text)
    )
}
