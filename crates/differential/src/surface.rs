//! What the plays had on one surface.

use std::collections::{BTreeMap, BTreeSet};

use crate::filter::Filter;
use crate::grams::{self, Detail, Gram};
use crate::pointers;
use crate::turn::Words;

/// Grams that only one of the first plays had and a later one has again, at most.
const MOST: usize = 1 << 20;

/// Facts, at most.
const MOST_FACTS: usize = 1 << 16;

/// Bytes that are known from the first plays as a whole, so that they need not be cut again.
pub(crate) const BLOCK: usize = 4096;

/// Bytes of a surface that are compared bit by bit, and in the shortest grams. Of those, more would
/// be equal by chance.
const BITS: u64 = 1 << 20;
const SHORT: u64 = 1 << 10;

/// Bytes of a surface that are cut in full; of what follows, one gram in so many is kept.
const LARGE: u64 = 2 << 20;
const SPARSE: u64 = 16;

/// Bytes that are kept around a gram: so many before its begin, and all.
pub(crate) const BEFORE: usize = 8;
const AROUND: usize = 32;

/// In which plays something was there: a bit for each.
pub(crate) type Plays = u64;

/// Where a gram was seen last.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) plays: Plays,
    /// It was there in some play before anything was said.
    pub(crate) was_before: bool,
    /// Number of its place.
    place: u32,
    pub(crate) at: u64,
    pub(crate) span: u32,
    around: [u8; AROUND],
    kept: u8,
}

impl Seen {
    /// Its bytes, up to eight before it, and where the first of them stands.
    pub(crate) fn around(&self) -> (u64, &[u8]) {
        let bytes = self
            .around
            .get(..usize::from(self.kept))
            .unwrap_or_default();
        (self.at.saturating_sub(BEFORE as u64), bytes)
    }
}

/// What is known of a surface.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What the first two plays had.
    first: [Filter; 2],
    /// What any play had before anything was said.
    before: Filter,
    /// Blocks that they had, and those of the current play.
    blocks: BTreeMap<u64, u8>,
    current: BTreeSet<u64>,
    /// What one of them had and the other had not, and was there in the second pair again.
    pub(crate) seen: BTreeMap<u64, Seen>,
    pub(crate) facts: BTreeMap<String, Plays>,
    places: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// Bytes and different grams of the plays so far.
    pub(crate) bytes: u64,
    pub(crate) grams: u64,
    /// Bytes of this play, and those of them that were cut: no others were the same.
    pub(crate) of_play: u64,
    cut: u64,
    /// Why something was left out.
    pub(crate) incomplete: Option<&'static str>,
}

/// Where a block was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// Number of the play, from 0.
    pub(crate) play: u32,
    pub(crate) place: u32,
    /// Of the block's first byte.
    pub(crate) at: u64,
    pub(crate) salt: u64,
    /// So many bytes in front of the block are context.
    pub(crate) context: usize,
    /// Bytes of the block, without what follows.
    pub(crate) starts: usize,
    pub(crate) is_memory: bool,
    /// Nothing has been said yet.
    pub(crate) is_before: bool,
}

impl State {
    pub(crate) fn begin(&mut self) {
        self.current.clear();
        self.of_play = 0;
        self.cut = 0;
    }

    /// The number of a place.
    pub(crate) fn place(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        self.places.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    pub(crate) fn name(&self, seen: &Seen) -> &str {
        let place = usize::try_from(seen.place).unwrap_or(usize::MAX);
        self.places.get(place).map_or("", String::as_str)
    }

    /// Adds a block, with the bytes that its last grams reach into.
    pub(crate) fn block(&mut self, bytes: &[u8], spot: Spot) {
        let before = self.of_play;
        self.of_play += spot.starts as u64;
        self.bytes += spot.starts as u64;
        let mut block = bytes.get(spot.context..).unwrap_or_default();
        let without;
        if spot.is_memory {
            pointers::rows(block, spot.starts, spot.salt, |gram| {
                self.gram(gram, bytes, spot);
            });
            without = pointers::without(block);
            block = &without;
        }
        let detail = match self.of_play {
            _ if spot.is_memory => Detail::Memory,
            bytes if bytes <= SHORT => Detail::Short,
            _ if before <= BITS => Detail::Bits,
            _ => Detail::Bytes,
        };
        let one_in = if self.cut < LARGE { 1 } else { SPARSE };
        let digest = grams::digest(block, spot.salt ^ detail as u64);
        let known = self.blocks.get(&digest).copied().unwrap_or_default();
        if known == 0b11 || !self.current.insert(digest) {
            return;
        }
        if spot.play < 2 {
            self.blocks.insert(digest, known | 1 << spot.play);
        }
        self.cut += spot.starts as u64;
        grams::cut(block, spot.starts, spot.salt, detail, |gram| {
            if (gram.hash >> 16).is_multiple_of(one_in) {
                self.gram(gram, bytes, spot);
            }
        });
    }

    #[inline]
    fn gram(&mut self, gram: Gram, bytes: &[u8], spot: Spot) {
        if spot.is_before {
            self.before.insert(gram.hash);
        }
        if let (0 | 1, Some(filter)) = (spot.play, self.first.get_mut(spot.play as usize)) {
            self.grams += u64::from(filter.insert(gram.hash));
            return;
        }
        let [one, two] = &self.first;
        let first = match (one.has(gram.hash), two.has(gram.hash)) {
            (true, false) => 0b01,
            (false, true) => 0b10,
            _ => return,
        };
        self.again(first, gram, bytes, spot);
    }

    /// Only one of the first plays had it.
    #[inline(never)]
    fn again(&mut self, first: Plays, gram: Gram, bytes: &[u8], spot: Spot) {
        let play = 1 << spot.play;
        let was_before = self.before.has(gram.hash);
        if let Some(seen) = self.seen.get_mut(&gram.hash) {
            if seen.plays & play == 0 {
                *seen = found(seen.plays | play, gram, bytes, spot);
            }
            seen.was_before = was_before;
            return;
        }
        // Whatever depends on the words is in the first pair and in the second.
        if spot.play > 3 {
            return;
        }
        if self.seen.len() >= MOST {
            self.incomplete = Some("too much of it differs from play to play to be compared");
            return;
        }
        let mut new = found(first | play, gram, bytes, spot);
        new.was_before = was_before;
        self.seen.insert(gram.hash, new);
    }

    /// Something that is not bytes.
    pub(crate) fn fact(&mut self, play: u32, fact: String) {
        if self.facts.len() >= MOST_FACTS && !self.facts.contains_key(&fact) {
            self.incomplete = Some("too many names and sizes differ to be compared");
            return;
        }
        *self.facts.entry(fact).or_default() |= 1 << play;
    }

    /// Forgets what goes with no words, of these plays.
    pub(crate) fn end(&mut self, is_possible: impl Fn(Plays) -> bool, is_past_first: bool) {
        if is_past_first {
            self.seen.retain(|_, seen| is_possible(seen.plays));
        }
        self.facts.retain(|_, plays| is_possible(*plays));
        if self.first.iter().any(Filter::is_overfull) {
            self.incomplete = Some("it is too large to be compared");
        }
    }
}

fn found(plays: Plays, gram: Gram, bytes: &[u8], spot: Spot) -> Seen {
    let at = spot.context + gram.at;
    let from = at.saturating_sub(BEFORE);
    let there = bytes.get(from..).unwrap_or_default();
    let mut around = [0; AROUND];
    // Fewer before it only where the place begins.
    for (to, byte) in around.iter_mut().zip(there) {
        *to = *byte;
    }
    Seen {
        plays,
        was_before: false,
        place: spot.place,
        at: spot.at + gram.at as u64,
        span: u32::try_from(gram.span).unwrap_or(u32::MAX),
        around,
        kept: u8::try_from(there.len().min(AROUND)).unwrap_or_default(),
    }
}

/// The plays in which words were used.
pub(crate) fn plays_with(words: Words, of: impl Iterator<Item = Words>) -> Plays {
    let plays = of.enumerate().filter(|(_, one)| *one == words);
    plays.fold(0, |plays, (play, _)| plays | 1 << play)
}
