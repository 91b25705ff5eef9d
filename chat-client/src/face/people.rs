//! Lines for people. What others wrote is escaped here as well.

use chat_protocol::{Conversation, Name, RelayKey};
use chrono::DateTime;

use super::rooms;
use crate::escape::escape;
use crate::session::{Line, Past};

/// The line for people; `None` for what needs no words.
pub fn render(line: &Line) -> Option<String> {
    let text = match line {
        Line::Ready {
            me,
            with,
            first_contacts,
            relay_known_at,
            ..
        } => {
            let here = here(with, first_contacts);
            let relay = relay(relay_known_at.as_deref());
            format!("* you are {me}; {here}.{relay} /help lists the commands")
        }
        Line::Joined {
            name,
            first_contact: true,
        } => format!("* {name} joined, for the first time: /verify {name} shows who it is"),
        Line::Joined { name, .. } => format!("* {name} joined"),
        Line::Left { name, reason, .. } => format!("* {name} left ({reason})"),
        Line::Message {
            from,
            conversation,
            text,
            flagged,
        } => message(from, *conversation, text, *flagged),
        Line::Room(line) => rooms::for_people(line),
        Line::SentAll { .. }
        | Line::Sent { .. }
        | Line::Delivered { .. }
        | Line::Unconfirmed { .. }
        | Line::Undelivered { .. } => return fate(line),
        Line::Missing { .. } | Line::Late { .. } | Line::Anew { .. } | Line::Forked { .. } => {
            return order(line);
        }
        Line::FileOffered { .. }
        | Line::FileWaiting { .. }
        | Line::FileReceived { .. }
        | Line::FileDelivered { .. }
        | Line::FileFailed { .. } => return file(line),
        Line::Refused(refusal) => format!("! {}", escape(&refusal.text)),
        Line::KeyChanged { name } => format!(
            "! THE IDENTITY OF {name} HAS CHANGED. It may be another person. Nothing is sent to \
             {name} until you compare numbers with /verify {name} and type /trust {name} NUMBER"
        ),
        Line::Trusted { name } => format!("* the new identity of {name} is trusted"),
        Line::Blocked { name } => {
            format!("* {name} is blocked: nothing is shown from {name} or sent to {name}")
        }
        Line::Unblocked { name, .. } => format!("* {name} is no longer blocked"),
        Line::Forgot { name } => format!("* {name} is forgotten"),
        Line::Verified { name } => format!("* {name} is verified"),
        Line::Safety {
            name,
            state,
            number,
        } => format!(
            "* safety number with {name} ({state}): {number}\n  if you both see the same number: \
             /verify {name} yes. If not, somebody is between you"
        ),
        Line::Contact { name, state } => format!("  {name} ({state})"),
        Line::Contacts { count } => format!("* {count} here"),
        Line::Relay { key, address } => relay_key(key, address),
        Line::Past(past) => remembered(past),
        Line::Pasts { count } => format!("* {count} texts"),
        Line::Help { text } => format!("  {}", escape(text)),
        Line::Rejected { from, code } => format!("! a message from {from} was rejected: {code}"),
        Line::Disconnected { reason } => format!("! the relay is gone: {}", escape(reason)),
    };
    Some(text)
}

/// Before what somebody wrote whose identity had changed.
const UNTRUSTED: &str = "[identity changed, not trusted] ";

fn message(from: &Name, conversation: Conversation, text: &str, flagged: bool) -> String {
    let private = match conversation {
        Conversation::All => "",
        Conversation::Private => "[private] ",
    };
    let flag = if flagged { UNTRUSTED } else { "" };
    format!("{flag}{private}{from}: {}", escape(text))
}

fn remembered(past: &Past) -> String {
    let to = past
        .to
        .as_ref()
        .map_or(String::new(), |to| format!(" to {to}"));
    let room = past.room.as_ref();
    let to = room.map_or(to, |room| format!(" in {room}"));
    let flag = if past.flagged { UNTRUSTED } else { "" };
    let text = escape(&past.text);
    format!("  {} {flag}{}{to}: {text}", utc(past.at), past.from)
}

fn file(line: &Line) -> Option<String> {
    let text = match line {
        Line::FileOffered { from, size, name } => {
            format!("* {from} sends {} ({size} bytes)", escape(name))
        }
        Line::FileWaiting { to, name } => {
            format!(
                "* {} waits: other files are on their way to {to}",
                escape(name)
            )
        }
        Line::FileReceived {
            from, size, name, ..
        } => format!("* {from} sent {} ({size} bytes), saved", escape(name)),
        Line::FileDelivered { to, size, name, .. } => {
            format!("* {to} has {} ({size} bytes)", escape(name))
        }
        Line::FileFailed { with, reason, name } => {
            format!("! file {} with {with} failed: {reason}", escape(name))
        }
        _ => return None,
    };
    Some(text)
}

/// What has become of a text of ours.
fn fate(line: &Line) -> Option<String> {
    let text = match line {
        Line::SentAll { accepted: 0, .. } => "* nobody has it".to_owned(),
        Line::SentAll { .. } | Line::Sent { .. } => return None,
        Line::Delivered { to, .. } => format!("  ({to} has it)"),
        Line::Unconfirmed { to, count } => {
            format!("! {to} has not confirmed your last texts: {count}")
        }
        Line::Undelivered { to, reason, .. } => {
            format!("! not delivered to {to}: {}", meaning(reason))
        }
        _ => return None,
    };
    Some(text)
}

/// What a reason means, where the word alone does not say it.
pub(crate) fn meaning(reason: &str) -> &str {
    match reason {
        "expired" => "expired: nobody fetched it in time",
        "full" => "full: the relay has no room for more mail from you",
        "refused" => "refused: it does not open there",
        other => other,
    }
}

/// Where the next message stands among those before it.
fn order(line: &Line) -> Option<String> {
    let text = match line {
        Line::Missing { from, count } => {
            format!("! missing messages from {from}: {count}")
        }
        Line::Late { from } => format!("! {from} wrote this earlier; it arrived late:"),
        Line::Anew { from } => {
            format!(
                "! {from} has lost count of earlier messages to you, or somebody replays old ones:"
            )
        }
        Line::Forked { from } => format!(
            "! this contradicts what {from} wrote before; others may have been told something else:"
        ),
        _ => return None,
    };
    Some(text)
}

/// A time for people, such as `2026-11-29 18:40Z`.
fn utc(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.unwrap_or_default()
        .format("%Y-%m-%d %H:%MZ")
        .to_string()
}

fn relay_key(key: &RelayKey, address: &str) -> String {
    let address = escape(address);
    format!("* the relay at {address} has the key {key}: compare it with its log")
}

/// What makes a relay suspicious that is at this address for the first time.
fn relay(known_at: Option<&str>) -> String {
    let Some(address) = known_at else {
        return String::new();
    };
    let address = escape(address);
    format!(" This relay was at {address} before: check the address, /relay shows the key.")
}

fn here(with: &[Name], first_contacts: &[Name]) -> String {
    if with.is_empty() {
        return "nobody else is here".to_owned();
    }
    let names = with.iter().map(|name| {
        let is_new = first_contacts.contains(name);
        let new = if is_new { " (for the first time)" } else { "" };
        format!("{name}{new}")
    });
    format!("here: {}", names.collect::<Vec<_>>().join(", "))
}
