//! Equal texts that look equal on the wire: encryption without fresh randomness.
//!
//! An honest program repeats bytes as well: headers, recipients, the identifier of a
//! session, the length of the text, a second of the clock. So three messages of one client
//! to one recipient are compared: the text, another one of the same length, and the text
//! again. What the outer two share and the inner one lacks can only come from the text:
//! whatever stays the same over time stayed the same in between as well.

use std::collections::BTreeMap;

use super::traffic::Span;
use super::{Examined, Found, Transformation, distinct};

/// Bytes that must repeat.
const SHARED: usize = 16;

/// Bytes in a row that no other message may have: longer than a number in a header.
const OWN: usize = 6;

/// So many messages before and behind one are compared with it: all of them would cost the square
/// of a play's length.
const AROUND: usize = 256;

/// Bytes of a message that are examined.
const MOST: usize = 64 * 1024;

/// Compares every two equal texts that have another one of their length between them.
pub(super) fn examine(spans: &[Span<'_>]) -> Examined {
    let mut examined = Examined::new(
        Transformation::EqualCiphertexts,
        "no client sent one text twice to the same recipient with another text of its length in between",
    );
    let mut by_link: BTreeMap<&str, Vec<&Span<'_>>> = BTreeMap::new();
    let mut places = Vec::new();
    for span in spans {
        let link = by_link.entry(span.link).or_default();
        places.push(link.len());
        link.push(span);
    }
    for (last, place) in spans.iter().zip(places) {
        let link = by_link.get(last.link).map_or(&[][..], |link| link);
        let near = place.saturating_sub(AROUND)..link.len().min(place + AROUND);
        let before = link.get(near.start..place).unwrap_or_default();
        let Some((first, other)) = sandwich(before, last) else {
            continue;
        };
        examined.compared += 1;
        let contrast = contrast(link.get(near).unwrap_or_default(), last, other);
        if let Some(at) = shared(first.bytes, last.bytes, &contrast) {
            examined.found(Found::of(last, at, Transformation::EqualCiphertexts));
        }
    }
    examined
}

/// The nearest equal text before this one that has another one of its length behind it.
fn sandwich<'s, 'a>(
    before: &[&'s Span<'a>],
    last: &Span<'_>,
) -> Option<(&'s Span<'a>, &'s Span<'a>)> {
    let mut other: Option<&'s Span<'a>> = None;
    let same_way = before.iter().rev().filter(|span| span.to == last.to);
    for &span in same_way {
        let is_apart = |later: &Span<'_>| span.range().end <= later.range().start;
        if span.text == last.text {
            if let Some(other) = other.filter(|other| is_apart(other)) {
                return Some((span, other));
            }
        } else if span.text.len() == last.text.len() && is_apart(last) {
            other = other.or(Some(span));
        }
    }
    None
}

/// Every few bytes of what this client sent for other texts; the one in between whole.
fn contrast(link: &[&Span<'_>], last: &Span<'_>, other: &Span<'_>) -> Vec<[u8; OWN]> {
    let others = link
        .iter()
        .filter(|span| span.text != last.text && span.range() != other.range());
    // A few are enough to know what all headers have.
    let others = others.rev().copied().take(8);
    let pieces = others.chain([other]).flat_map(|span| {
        let bytes = span.bytes.get(..MOST).unwrap_or(span.bytes);
        bytes.array_windows::<OWN>().copied()
    });
    let mut all: Vec<[u8; OWN]> = pieces.collect();
    all.sort_unstable();
    all
}

/// Where the second has bytes that the first has and nothing else does.
fn shared(first: &[u8], second: &[u8], contrast: &[[u8; OWN]]) -> Option<usize> {
    let first = first.get(..MOST).unwrap_or(first);
    let second = second.get(..MOST).unwrap_or(second);
    let mut known: Vec<&[u8; SHARED]> = first.array_windows().collect();
    known.sort_unstable();
    second.array_windows::<SHARED>().position(|window| {
        known.binary_search(&window).is_ok()
            && !is_plain(window)
            && window
                .array_windows::<OWN>()
                .all(|piece| contrast.binary_search(piece).is_err())
    })
}

/// Padding and filling: a few bytes again and again.
fn is_plain(window: &[u8; SHARED]) -> bool {
    distinct(window) < 6
}
