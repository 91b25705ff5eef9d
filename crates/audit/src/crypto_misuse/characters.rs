//! Each character, or each half of a byte, encrypted for itself: by a table, by textbook RSA, by
//! one block for each.
//!
//! The cipher need not be known: where characters of a text are equal, so are the pieces that
//! stand for them, and where they differ, those differ as well. Pieces are looked for as
//! numbers in a list, as words in a list, and as blocks of one size. The longer a text, the
//! fewer things have its pattern by chance: a piece of *b* bits repeats by luck with 2^-*b*,
//! and must do so as often as a character does.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::tokens::{bounded, decimals, words};
use super::traffic::Span;
use super::views::views;
use super::{Examined, Found, Transformation};

/// The number of characters, or half bytes, of a text that are searched for.
const MOST: usize = 48;

/// The number of texts of a client that are searched for: a program that encrypts like this always does.
const TEXTS: usize = 4;

/// A text with fewer characters that came before is like too many others: of pieces of
/// several bytes, and of single bytes.
const REPEATS: usize = 8;
const REPEATS_OF_BYTES: usize = 14;

/// As few different characters have dull patterns.
const DIFFERENT: usize = 6;

/// Bytes of the blocks that are tried.
const BLOCKS: [usize; 12] = [1, 8, 16, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/// Pieces from one to the next, where each is in a frame of its own.
const STRIDES: usize = 8;

/// Searches for the pattern of each text in what was sent for it.
pub(super) fn examine(spans: &[Span<'_>]) -> Examined {
    let mut examined = Examined::new(
        Transformation::PerCharacter,
        "no text is long enough and has repeated characters",
    );
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for span in spans {
        let readings = Text::readings(span.text);
        if readings.is_empty() {
            continue;
        }
        let before = texts.entry(span.link).or_default();
        if *before == TEXTS {
            continue;
        }
        *before += 1;
        examined.compared += 1;
        let bytes = bounded(span);
        let (decimals, words) = (decimals(bytes), words(bytes));
        let place = readings.iter().find_map(|text| {
            in_list(text, bytes, &decimals)
                .or_else(|| in_list(text, bytes, &words))
                .or_else(|| in_blocks(text, bytes))
        });
        if let Some(place) = place {
            examined.found(Found::of(span, place, Transformation::PerCharacter));
        }
    }
    examined
}

/// A text whose pattern says something.
struct Text {
    /// Its bytes, or the halves of each.
    symbols: Vec<u8>,
    /// The first symbol that came before, and where.
    first_repeat: (usize, usize),
    repeats: usize,
}

impl Text {
    /// By its bytes, and by the halves of each, whichever comes first.
    fn readings(text: &str) -> Vec<Self> {
        let halves = |order: fn(u8) -> [u8; 2]| Self::of(text.bytes().flat_map(order));
        let mut readings = vec![Self::of(text.bytes())];
        // The higher halves of letters are nearly all the same, and show nothing.
        let lower: Vec<u8> = text.bytes().map(|byte| byte & 15).take(MOST / 2).collect();
        if lower.len() - different(&lower) >= REPEATS {
            readings.push(halves(|byte| [byte >> 4, byte & 15]));
            readings.push(halves(|byte| [byte & 15, byte >> 4]));
        }
        readings.into_iter().flatten().collect()
    }

    fn of(symbols: impl Iterator<Item = u8>) -> Option<Self> {
        let symbols: Vec<u8> = symbols.take(MOST).collect();
        let different = different(&symbols);
        let repeats = symbols.len() - different;
        let first_repeat = symbols.iter().enumerate().find_map(|(at, symbol)| {
            let before = symbols
                .get(..at)?
                .iter()
                .position(|other| other == symbol)?;
            Some((before, at))
        })?;
        (repeats >= REPEATS && different >= DIFFERENT).then_some(Self {
            symbols,
            first_repeat,
            repeats,
        })
    }

    /// Whether pieces are equal exactly where the characters are; what stands for each then.
    fn matches<P: Ord + Copy>(
        &self,
        piece: impl Fn(usize) -> Option<P>,
    ) -> Option<BTreeMap<u8, P>> {
        // The cheapest comparison that fails nearly everywhere: most places are given up after it.
        let (one, other) = self.first_repeat;
        if piece(one)? != piece(other)? {
            return None;
        }
        let mut meaning: BTreeMap<u8, P> = BTreeMap::new();
        let mut pieces: BTreeSet<P> = BTreeSet::new();
        for (at, symbol) in self.symbols.iter().enumerate() {
            let here = piece(at)?;
            match meaning.entry(*symbol) {
                Entry::Occupied(known) if *known.get() != here => return None,
                Entry::Occupied(_) => {}
                // Different symbols must have different pieces, or zeros in a row would match any
                // text, and each place would be compared to the end.
                Entry::Vacant(_) if !pieces.insert(here) => return None,
                Entry::Vacant(new) => {
                    new.insert(here);
                }
            }
        }
        Some(meaning)
    }
}

fn different(symbols: &[u8]) -> usize {
    symbols.iter().collect::<BTreeSet<_>>().len()
}

/// Where a list begins whose items have the pattern.
fn in_list(text: &Text, bytes: &[u8], items: &[Range<usize>]) -> Option<usize> {
    let item = |at: usize| bytes.get(items.get(at)?.clone());
    (1..=STRIDES).find_map(|stride| {
        let begin = (0..items.len()).find(|begin| {
            let meaning = text.matches(|at| item(begin + at * stride));
            meaning.is_some_and(|meaning| !meaning.iter().all(|(byte, item)| is_code(*byte, item)))
        });
        Some(items.get(begin?)?.start)
    })
}

/// A way to write the symbol itself: the search for encodings finds those.
fn is_code(byte: u8, item: &[u8]) -> bool {
    let item = std::str::from_utf8(item).unwrap_or_default();
    let codes = [10, 2, 8, 16].map(|radix| u32::from_str_radix(item, radix));
    codes.contains(&Ok(u32::from(byte)))
}

/// Where blocks begin that have the pattern.
fn in_blocks(text: &Text, bytes: &[u8]) -> Option<usize> {
    views(bytes).iter().find_map(|view| {
        BLOCKS.into_iter().find_map(|size| {
            if size == 1 && text.repeats < REPEATS_OF_BYTES {
                return None;
            }
            let room = (view.bytes.len() + 1).checked_sub(text.symbols.len() * size)?;
            let begin = (0..room).find(|begin| {
                let block = |at: usize| view.bytes.get(begin + at * size..begin + (at + 1) * size);
                let meaning = text.matches(block);
                meaning.is_some_and(|meaning| size > 1 || !is_simple(&meaning))
            })?;
            Some(view.place(begin))
        })
    })
}

/// The text itself, in whatever case, its hexadecimal digits in either order, and what one number
/// makes of every byte: other detectors find those.
fn is_simple(meaning: &BTreeMap<u8, &[u8]>) -> bool {
    let pairs = || {
        let pairs = meaning.iter();
        pairs.filter_map(|(byte, block)| Some((*byte, *block.first()?)))
    };
    let all_same = |of: fn((u8, u8)) -> u8| {
        let mut all = pairs().map(of);
        let first = all.next();
        all.all(|one| Some(one) == first)
    };
    let letters = || pairs().filter(|(byte, _)| byte.is_ascii_alphabetic());
    let moved = |(byte, other): (u8, u8)| {
        let [byte, other] = [byte, other].map(|letter| letter.to_ascii_lowercase());
        (26 + i16::from(other) - i16::from(byte)) % 26
    };
    let mut moves = letters().map(moved);
    let first = moves.next();
    let is_caesar = first.is_some()
        && moves.all(|one| Some(one) == first)
        && letters().all(|(_, other)| other.is_ascii_alphabetic());
    is_caesar
        || pairs().all(|(byte, other)| is_code(byte, &[other]))
        || pairs().all(|(byte, other)| other == byte.rotate_left(4))
        || all_same(|(byte, other)| byte ^ other)
        || all_same(|(byte, other)| byte.wrapping_sub(other))
}
