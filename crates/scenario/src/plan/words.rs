//! What happens, in plain words.

use timeline::EventKind;
use toml_language::closed::meaning;

use super::expectation::Pattern;
use crate::adapter::Typed;
use crate::{Join, LeaveHow, Outcome, RelayAction};

/// Characters of a text that a sentence quotes.
const LONGEST: usize = 120;

/// A text in quotation marks, on one line and not too long.
pub(super) fn quoted(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut short: String = line.chars().take(LONGEST).collect();
    if line.chars().count() > LONGEST {
        short.push('…');
    }
    format!("\u{201c}{short}\u{201d}")
}

pub(super) fn message(from: &str, to: Option<&str>, text: &str, outcome: Outcome) -> String {
    let to = to.map_or_else(|| "everyone".to_owned(), |to| format!("{to} alone"));
    format!("{from} says to {to}: {}{}", quoted(text), ending(outcome))
}

/// `what` is whom it is done to, or what is said.
pub(super) fn in_room(client: &str, room: &str, verb: Typed, what: &str) -> String {
    match verb {
        Typed::RoomCreate => format!("{client} makes the room {room}"),
        Typed::RoomInvite => format!("{client} adds {what} to the room {room}"),
        Typed::RoomRemove => format!("{client} removes {what} from the room {room}"),
        Typed::RoomLeave => format!("{client} leaves the room {room}"),
        _ => format!("{client} says in the room {room}: {}", quoted(what)),
    }
}

pub(super) fn file(from: &str, to: &str, name: &str, outcome: Outcome) -> String {
    format!("{from} sends {to} the file {name}{}", ending(outcome))
}

fn ending(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "",
        Outcome::Lost => ", which must be lost on the way",
        Outcome::Offered => ", which is being sent",
        Outcome::Refused => ", which must be refused",
        Outcome::Undelivered => ", which must not arrive",
    }
}

pub(super) fn join(client: &str, login: &str, outcome: Join) -> String {
    let name = if client == login {
        String::new()
    } else {
        format!(" as {login}")
    };
    match outcome {
        Join::Ready => format!("{client} joins{name}"),
        Join::Refused => format!("{client} tries to join{name}, which must be refused"),
    }
}

pub(super) fn leave(client: &str, how: LeaveHow) -> String {
    match how {
        LeaveHow::Eof => format!("the input of {client} ends"),
        LeaveHow::Kill => format!("the program of {client} is killed"),
        LeaveHow::Quit => format!("{client} quits"),
        LeaveHow::Reset => format!("the connection of {client} is reset"),
        LeaveHow::Vanish => format!("the network of {client} is gone"),
    }
}

pub(super) fn relay(action: RelayAction) -> &'static str {
    match action {
        RelayAction::Freeze => "the relay is suspended",
        RelayAction::Kill => "the relay is killed",
        RelayAction::Restart => "the relay is stopped and started again",
        RelayAction::Start => "the relay is started",
        RelayAction::Stop => "the relay is stopped",
        RelayAction::Thaw => "the relay resumes",
    }
}

/// What is searched for, as the end of a sentence: `shows …`.
pub(super) fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Contains(text) => format!("a line with {}", quoted(text)),
        Pattern::Event { event, captures } => {
            let who = captures.get("who").filter(|_| captures.len() == 1);
            match (event, who) {
                (EventKind::Joined, Some(who)) => return format!("that {who} has joined"),
                (EventKind::Left, Some(who)) => return format!("that {who} has left"),
                (EventKind::Disconnected, None) if captures.is_empty() => {
                    return "that the relay is gone".to_owned();
                }
                _ => {}
            }
            let captures: Vec<String> = captures
                .iter()
                .map(|(name, value)| format!("{name} {}", quoted(value)))
                .collect();
            let colon = if captures.is_empty() { "" } else { ": " };
            format!(
                "the event `{}` ({}){colon}{}",
                event.word(),
                meaning(*event),
                captures.join(", ")
            )
        }
        Pattern::Exits => "the end of its program".to_owned(),
        Pattern::Line(line) => format!("the line {}", quoted(line)),
        Pattern::Matches(regex) => format!("a line that matches /{regex}/"),
        Pattern::SameFile { from, name } => format!("the file {name} of {from}"),
    }
}
