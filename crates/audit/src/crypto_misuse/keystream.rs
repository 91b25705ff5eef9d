//! Two texts under one keystream (the same nonce twice in counter mode, a one-time pad used
//! twice): what was sent, without its text, is the same both times.
//!
//! No text is searched for: at every place of every message the keystream is computed that
//! would have made it of the known text. Random bytes give as many different ones as there are
//! places; a keystream that two different texts share is there twice.

use std::collections::BTreeMap;

use super::sieve::Sieve;
use super::traffic::Span;
use super::views::{View, views};
use super::{Examined, Found, Transformation};

/// Bytes of a keystream that must be the same.
const WINDOW: usize = 16;

/// Places in the text where a window begins.
const STEP: usize = 8;
const LAST: usize = 40;

/// So many characters of the two windows must differ: where texts are the same, headers give
/// the same keystream as well.
const DIFFERENT: usize = 6;

/// So many windows are compared with each other before anything is computed.
const WINDOWS: usize = 256;

/// Bytes of a message that are examined.
const MOST: usize = 16 * 1024;

/// Bytes that are examined in all; further texts are not compared.
const MOST_OF_ALL: usize = 128 * 1024;

/// A home-made cipher with a short key repeats after at most so many bytes; that is another
/// trace, and another detector's.
const SHORT_KEY: usize = 16;

/// Searches for a keystream that two different texts share.
pub(super) fn examine(spans: &[Span<'_>]) -> Examined {
    let mut examined = Examined::new(
        Transformation::KeystreamReuse,
        "no two different texts of 16 bytes or more were sent",
    );
    let mut total = 0;
    let spans = spans.iter().filter(|span| span.text.len() >= WINDOW);
    let spans: Vec<&Span<'_>> = spans
        .take_while(|span| {
            total += span.bytes.len().min(MOST);
            total <= MOST_OF_ALL
        })
        .collect();
    examined.compared = pairs(&spans);
    let views = spans.iter().enumerate().flat_map(|(number, span)| {
        let views = views(span.bytes.get(..MOST).unwrap_or(span.bytes));
        views
            .into_iter()
            .map(move |view| Message { number, span, view })
    });
    let messages: Vec<Message<'_>> = views.collect();
    for at in (0..=LAST).step_by(STEP) {
        for (message, place) in shared(&messages, at) {
            examined.found(Found::of(
                message.span,
                place,
                Transformation::KeystreamReuse,
            ));
        }
    }
    examined
}

/// How many pairs of different texts there are.
fn pairs(spans: &[&Span<'_>]) -> u64 {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for span in spans {
        *counts.entry(span.text).or_default() += 1;
    }
    let all: u64 = counts.values().sum();
    let ordered: u64 = counts.values().map(|count| count * (all - count)).sum();
    ordered / 2
}

/// One view of what was sent for a text.
struct Message<'a> {
    /// Of the span.
    number: usize,
    span: &'a Span<'a>,
    view: View<'a>,
}

impl Message<'_> {
    /// At each place, what makes a window of the text of what was sent there.
    fn keystreams(&self, at: usize) -> impl Iterator<Item = u128> + '_ {
        let text = window(self.span.text.as_bytes(), at);
        text.into_iter().flat_map(move |text| {
            let windows = self.view.bytes.array_windows::<WINDOW>();
            windows.map(move |sent| u128::from_le_bytes(*sent) ^ text)
        })
    }

    /// What makes the text of these bytes, as far as both go, when one place in the text is
    /// that place in the bytes.
    fn keystream(&self, place: usize, at: usize) -> Vec<u8> {
        let before = at.min(place);
        let text = self.span.text.as_bytes().get(at - before..);
        let sent = self.view.bytes.get(place - before..);
        let pairs = sent
            .unwrap_or_default()
            .iter()
            .zip(text.unwrap_or_default());
        pairs.map(|(a, b)| a ^ b).collect()
    }
}

/// Messages with a keystream that another text has as well, and where.
fn shared<'m, 'a>(messages: &'m [Message<'a>], at: usize) -> Vec<(&'m Message<'a>, usize)> {
    let twice = twice(messages, at);
    if twice.is_empty() {
        return Vec::new();
    }
    let mut places: Vec<(u128, usize, usize)> = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        let here = message.keystreams(at).enumerate();
        let known = here.filter(|(_, key)| twice.binary_search(key).is_ok());
        places.extend(known.map(|(place, key)| (key, number, place)));
    }
    places.sort_unstable();
    let mut found = Vec::new();
    for group in places.chunk_by(|one, other| one.0 == other.0) {
        for (n, (_, number, place)) in group.iter().enumerate() {
            let Some(message) = messages.get(*number) else {
                continue;
            };
            // A few are enough: all pairs of a keystream that many places share would take too long.
            let others = group.get(..n).unwrap_or_default().iter();
            let is_trace = others.rev().take(16).any(|(_, number, other)| {
                messages
                    .get(*number)
                    .is_some_and(|before| is_reuse((message, *place), (before, *other), at))
            });
            if is_trace {
                found.push((message, message.view.place(*place)));
            }
        }
    }
    found
}

/// All keystreams that different texts share, in order, and few others.
fn twice(messages: &[Message<'_>], at: usize) -> Vec<u128> {
    let mut same: BTreeMap<u128, Vec<&Message<'_>>> = BTreeMap::new();
    for message in messages {
        if let Some(window) = window(message.span.text.as_bytes(), at) {
            same.entry(window).or_default().push(message);
        }
    }
    let windows: Vec<&u128> = same.keys().take(WINDOWS).collect();
    let mut pairs = windows
        .iter()
        .enumerate()
        .flat_map(|(n, one)| windows.iter().take(n).map(move |other| (**one, **other)));
    if same.len() <= WINDOWS && !pairs.any(|(one, other)| differ(one, other)) {
        return Vec::new();
    }
    let mut sieve = Sieve::new();
    let mut twice = Vec::new();
    for messages in same.values() {
        let own = || messages.iter().flat_map(|message| message.keystreams(at));
        // What one text has twice, as headers and the text itself are, is no trace.
        twice.extend(own().filter(|key| sieve.may_have(*key)));
        own().for_each(|key| sieve.add(key));
    }
    twice.sort_unstable();
    twice.dedup();
    twice
}

/// The window of a text that begins there, as a number.
fn window(text: &[u8], at: usize) -> Option<u128> {
    let window = text.get(at..)?.first_chunk::<WINDOW>()?;
    Some(u128::from_le_bytes(*window))
}

/// Whether two equal keystreams mean anything.
fn is_reuse(one: (&Message<'_>, usize), other: (&Message<'_>, usize), at: usize) -> bool {
    let windows = [one, other].map(|(message, _)| window(message.span.text.as_bytes(), at));
    let [Some(first), Some(second)] = windows else {
        return false;
    };
    let (message, place) = one;
    message.number != other.0.number
        && differ(first, second)
        && !has_short_key(&message.keystream(place, at))
}

/// Whether two windows of text are different enough.
fn differ(one: u128, other: u128) -> bool {
    let different = (one ^ other).to_le_bytes();
    different.iter().filter(|byte| **byte != 0).count() >= DIFFERENT
}

/// Plaintext, and what a key of a few bytes makes of it.
fn has_short_key(keystream: &[u8]) -> bool {
    (1..=SHORT_KEY).any(|lag| {
        let behind = keystream.get(lag..).unwrap_or_default();
        // Four bytes are the same by luck once in four thousand million.
        behind.len() >= 4 && keystream.iter().zip(behind).all(|(a, b)| a == b)
    })
}
