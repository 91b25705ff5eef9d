//! Lines for people, in their language. What others wrote is escaped here as well.

use chat_protocol::{Conversation, Name};
use chrono::DateTime;

use super::{files, rooms};
use crate::escape::escape;
use crate::locale::{Locale, Sentence, sentences as say};
use crate::session::{Line, Past};

/// The line for people; `None` for what needs no words.
pub fn render(line: &Line, locale: Locale) -> Option<String> {
    match line {
        Line::Message {
            from,
            conversation,
            text,
            flagged,
        } => {
            let private = matches!(conversation, Conversation::Private);
            let private = private.then(say::private);
            let untrusted = flagged.then(say::untrusted);
            let marks = untrusted.into_iter().chain(private);
            let marks = marks.map(|mark| format!("[{}] ", mark.in_locale(locale)));
            let marks = marks.collect::<String>();
            Some(format!("{marks}{from}: {}", escape(text)))
        }
        Line::Room(line) => Some(rooms::for_people(line, locale)),
        Line::Past(past) => Some(remembered(past, locale)),
        Line::Help { text } => Some(format!("  {}", escape(&text.in_locale(locale)))),
        Line::Refused(refusal) => {
            let text = refusal.text.in_locale(locale);
            Some(format!("! {}", escape(&text)))
        }
        line => {
            let (sign, sentence) = notice(line)?;
            Some(format!("{sign} {}", sentence.in_locale(locale)))
        }
    }
}

/// A notice, and the sign before it: a star, an exclamation mark for what one should know, a blank for part of a list.
fn notice(line: &Line) -> Option<(&'static str, Sentence)> {
    match line {
        Line::Ready { .. }
        | Line::Joined { .. }
        | Line::Left { .. }
        | Line::Contact { .. }
        | Line::Contacts { .. } => presence(line),
        Line::FileAsks { .. }
        | Line::FileAsked { .. }
        | Line::FileAnswered { .. }
        | Line::File(_)
        | Line::Files { .. }
        | Line::FileOffered { .. }
        | Line::FileWaiting { .. }
        | Line::FileReceived { .. }
        | Line::FileDelivered { .. }
        | Line::FileFailed { .. } => files::for_people(line),
        Line::KeyChanged { .. }
        | Line::Trusted { .. }
        | Line::Blocked { .. }
        | Line::Unblocked { .. }
        | Line::Forgot { .. }
        | Line::Verified { .. }
        | Line::Safety { .. } => identity(line),
        Line::SentAll { .. }
        | Line::Sent { .. }
        | Line::Delivered { .. }
        | Line::Unconfirmed { .. }
        | Line::Undelivered { .. } => fate(line),
        Line::Missing { .. } | Line::Late { .. } | Line::Anew { .. } | Line::Forked { .. } => {
            order(line)
        }
        Line::Relay { key, address } => Some(("*", say::relay(key, escape(address)))),
        Line::Pasts { count } => Some(("*", say::pasts(*count))),
        Line::Rejected { from, code } => Some(("!", say::rejected(from, say::word(*code)))),
        Line::Disconnected { reason } => Some(("!", say::disconnected(say::word(escape(reason))))),
        // A screen shows these beside the texts, and lines below each other cannot.
        Line::Read { .. } | Line::Typing { .. } => None,
        Line::Message { .. }
        | Line::Room(_)
        | Line::Past(_)
        | Line::Help { .. }
        | Line::Refused(_) => None,
    }
}

/// Who is here, who has come and who has gone.
fn presence(line: &Line) -> Option<(&'static str, Sentence)> {
    let notice = match line {
        Line::Ready {
            me,
            with,
            first_contacts,
            relay_known_at,
            ..
        } => {
            let here = say::you_are(me, here(with, first_contacts));
            // What makes a relay suspicious that is at this address for the first time.
            let address = relay_known_at.as_ref().map(|address| escape(address));
            let relay = address.map(say::known_relay);
            let all = [Some(here), relay, Some(say::ready_help())];
            ("*", Sentence::joined(all.into_iter().flatten(), " "))
        }
        Line::Joined {
            name,
            first_contact: true,
        } => ("*", say::joined_first(name)),
        Line::Joined { name, .. } => ("*", say::joined(name)),
        Line::Left { name, reason, .. } => ("*", say::left(name, say::word(escape(reason)))),
        Line::Contact { name, state } => (" ", say::contact(name, say::word(*state))),
        Line::Contacts { count } => ("*", say::contacts(*count)),
        _ => return None,
    };
    Some(notice)
}

fn here(with: &[Name], first_contacts: &[Name]) -> Sentence {
    if with.is_empty() {
        return say::nobody_here();
    }
    let names = with.iter().map(|name| {
        if first_contacts.contains(name) {
            say::new_here(name)
        } else {
            Sentence::verbatim(name.as_str())
        }
    });
    say::here(Sentence::joined(names, ", "))
}

/// Who somebody is, and what the user thinks of it.
fn identity(line: &Line) -> Option<(&'static str, Sentence)> {
    let notice = match line {
        Line::KeyChanged { name } => ("!", say::key_changed(name)),
        Line::Trusted { name } => ("*", say::trusted(name)),
        Line::Blocked { name } => ("*", say::blocked(name)),
        Line::Unblocked { name, .. } => ("*", say::unblocked(name)),
        Line::Forgot { name } => ("*", say::forgot(name)),
        Line::Verified { name } => ("*", say::verified(name)),
        Line::Safety {
            name,
            state,
            number,
        } => {
            let number = say::safety(name, say::word(*state), number.as_str());
            let both = [number, say::safety_compare(name)];
            ("*", Sentence::joined(both, "\n  "))
        }
        _ => return None,
    };
    Some(notice)
}

/// What has become of a text of ours.
fn fate(line: &Line) -> Option<(&'static str, Sentence)> {
    let notice = match line {
        Line::SentAll { accepted: 0, .. } => ("*", say::nobody_has_it()),
        Line::Delivered { to, .. } => (" ", say::delivered(to)),
        Line::Unconfirmed { to, count } => ("!", say::unconfirmed(to, *count)),
        Line::Undelivered { to, reason, .. } => {
            ("!", say::undelivered(to, say::meaning(escape(reason))))
        }
        _ => return None,
    };
    Some(notice)
}

/// Where the next message stands among those before it.
fn order(line: &Line) -> Option<(&'static str, Sentence)> {
    let sentence = match line {
        Line::Missing { from, count } => say::missing(from, *count),
        Line::Late { from } => say::late(from),
        Line::Anew { from } => say::anew(from),
        Line::Forked { from } => say::forked(from),
        _ => return None,
    };
    Some(("!", sentence))
}

fn remembered(past: &Past, locale: Locale) -> String {
    let to = match (&past.room, &past.to) {
        (Some(room), _) => Some(say::past_in(room)),
        (None, to) => to.as_ref().map(say::past_to),
    };
    let to = to.map_or_else(String::new, |to| format!(" {}", to.in_locale(locale)));
    let flag = if past.flagged {
        format!("[{}] ", say::untrusted().in_locale(locale))
    } else {
        String::new()
    };
    let text = escape(&past.text);
    format!("  {} {flag}{}{to}: {text}", utc(past.at), past.from)
}

/// A time for people, such as `2026-11-29 18:40Z`.
fn utc(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    time.unwrap_or_default()
        .format("%Y-%m-%d %H:%MZ")
        .to_string()
}
