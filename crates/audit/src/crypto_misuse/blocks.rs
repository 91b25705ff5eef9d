//! Block by block encryption without chaining (ECB): where a text repeats itself, so does
//! what is sent of it.
//!
//! A run in which a text repeats itself after `lag` bytes, a multiple of the block, gives
//! blocks that repeat after as many bytes, wherever the blocks begin: two whole ones at the
//! least, when the run is long enough. What is sent is examined as it is and decoded.

use std::collections::BTreeMap;

use super::traffic::Span;
use super::views::{View, Written, views};
use super::{Examined, Found, Transformation, distinct};

/// Bytes of a block: AES, and what came before it.
const BLOCKS: [usize; 2] = [16, 8];

/// The longest distance of two repeats in a text.
const MOST_LAG: usize = 512;

/// Other messages that are asked whether they have the same blocks: a few are enough to know what
/// all headers have, and all of them would cost the square of a play's length.
const OTHERS: usize = 16;

/// Runs of a message that are compared with these.
const RUNS: usize = 256;

/// Bytes of a message that are examined.
const MOST: usize = 256 * 1024;

/// Searches for repeating blocks in what was sent for texts that repeat themselves.
pub(super) fn examine(spans: &[Span<'_>]) -> Examined {
    let mut examined = Examined::new(
        Transformation::Ecb,
        "no text repeats itself over 48 bytes or more",
    );
    let mut by_link: BTreeMap<&str, Vec<&Span<'_>>> = BTreeMap::new();
    for span in spans {
        by_link.entry(span.link).or_default().push(span);
    }
    for span in spans {
        let lags: Vec<(usize, usize)> = BLOCKS
            .into_iter()
            .filter_map(|block| Some((block, lag(span.text.as_bytes(), block)?)))
            .collect();
        if lags.is_empty() {
            continue;
        }
        examined.compared += 1;
        let bytes = span.bytes.get(..MOST).unwrap_or(span.bytes);
        let link = by_link.get(span.link).into_iter().flatten();
        let others = link.filter(|other| other.text != span.text);
        let others: Vec<&[u8]> = others
            .take(OTHERS)
            .map(|other| other.bytes.get(..MOST).unwrap_or(other.bytes))
            .collect();
        let place = views(bytes)
            .iter()
            .find_map(|view| lags.iter().find_map(|lag| repeats(view, *lag, &others)));
        if let Some(place) = place {
            examined.found(Found::of(span, place, Transformation::Ecb));
        }
    }
    examined
}

/// After how many bytes, a multiple of the block, a text repeats itself for so long that two
/// whole blocks do.
fn lag(text: &[u8], block: usize) -> Option<usize> {
    let multiples = (block..=MOST_LAG).step_by(block);
    multiples.into_iter().find(|lag| {
        let longest = equal_runs(text, *lag).map(|(_, length)| length).max();
        // Blocks may begin anywhere in the text: a run needs up to `block - 1` bytes before the first
        // boundary, and two whole blocks behind it.
        longest.is_some_and(|length| length >= 3 * block - 1)
    })
}

/// Runs in which each byte is the same as the one so many behind it: begin and length.
fn equal_runs(bytes: &[u8], lag: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
    let behind = bytes.get(lag..).unwrap_or_default();
    let mut pairs = bytes.iter().zip(behind).enumerate();
    std::iter::from_fn(move || {
        let (begin, _) = pairs.find(|(_, (one, other))| one == other)?;
        let rest = pairs
            .by_ref()
            .take_while(|(_, (one, other))| one == other)
            .count();
        Some((begin, rest + 1))
    })
}

/// Where two blocks repeat that look like ciphertext, and that no other text has.
fn repeats(view: &View<'_>, (block, lag): (usize, usize), others: &[&[u8]]) -> Option<usize> {
    let runs = equal_runs(&view.bytes, lag).filter(|(begin, length)| {
        let run = view.bytes.get(*begin..begin + length).unwrap_or_default();
        *length >= 2 * block
            && is_random(run, block)
            && (view.written != Written::Raw || !is_text(run))
    });
    let mut runs = runs.take(RUNS);
    let begin = runs.find(|(begin, _)| !others.iter().any(|other| has(other, view, *begin, block)));
    begin.map(|(begin, _)| view.place(begin))
}

/// Whether another message has the same bytes as they were written: a header.
fn has(bytes: &[u8], view: &View<'_>, begin: usize, block: usize) -> bool {
    let Some(piece) = view.bytes.get(begin..begin + block) else {
        return false;
    };
    match view.written {
        Written::Raw => memchr::memmem::find(bytes, piece).is_some(),
        Written::Base64 | Written::Hex => views(bytes)
            .iter()
            .any(|other| memchr::memmem::find(&other.bytes, piece).is_some()),
    }
}

/// Every block of it has about as many different bytes as random ones would.
fn is_random(run: &[u8], block: usize) -> bool {
    let mut blocks = run.windows(block);
    // Padding and filling repeat a few bytes; random ones seldom repeat so much.
    blocks.all(|block| distinct(block) * 8 >= block.len() * 5)
}

fn is_text(run: &[u8]) -> bool {
    run.iter()
        .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
}
