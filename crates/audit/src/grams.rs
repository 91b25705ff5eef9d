//! Many strings in one pass, as fast as memory is read: every few bytes, six are looked up in a
//! filter that knows all strings. Where it says *perhaps*, the strings are compared.

/// Bytes that are looked up at once. With fewer, what is searched for could be looked up further
/// apart, but is also taken for what everybody writes.
const GRAM: usize = 6;

/// The bits of that many bytes.
const MASK: u64 = (1 << (8 * GRAM)) - 1;

/// Lookups lie no further apart, in bytes.
const MOST_STRIDE: usize = 32;

/// Bits of the filter for each entry: one lookup in thirty-two is in vain. It may be one in a
/// hundred and twenty-eight, as long as the filter stays in the processor's nearest cache.
const BITS: usize = 32;
const MOST_BITS: usize = 128;
const NEAR_WORDS: usize = 2048;

/// Spreads the bits of a gram over the whole word.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A string to search for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) bytes: Vec<u8>,
    /// So many bytes of it, or more, are found for certain.
    pub(super) enough: usize,
}

/// A string, or a part of one, that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// Its place in the list.
    pub(super) string: usize,
    /// Where it begins in the text.
    pub(super) at: usize,
    /// Bytes of it that are there, at least [`Wanted::enough`].
    pub(super) length: usize,
}

/// Where a text is only a part of what is searched. What runs into such an edge is seen whole,
/// or as far as it goes, by another search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edges {
    pub(super) front: bool,
    pub(super) back: bool,
}

impl Edges {
    /// The text is all that there is.
    pub(super) const NONE: Self = Self {
        front: false,
        back: false,
    };
}

/// Strings, prepared for the search.
#[derive(Debug)]
pub(super) struct Grams {
    strings: Vec<Wanted>,
    /// One bit for each gram.
    filter: Vec<u64>,
    /// Where the entries of each word of the filter begin; one more for the end.
    buckets: Vec<u32>,
    entries: Vec<Entry>,
    /// Bits that no gram has: of random bytes, most have one of them.
    never: u64,
    /// Every so many bytes of a text a gram is looked up.
    stride: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    gram: u64,
    /// Which string, and where in it the gram stands.
    string: u32,
    offset: u32,
}

/// A gram that the filter knows, or one that it takes for such.
struct Seen {
    at: usize,
    gram: u64,
    /// Its word of the filter.
    word: usize,
}

impl Wanted {
    /// Only the whole of it counts.
    pub(super) fn whole(bytes: Vec<u8>) -> Self {
        let enough = bytes.len();
        Self { bytes, enough }
    }

    /// How far apart grams may be looked up so that one of them falls into any `enough` bytes.
    fn stride(&self) -> Option<usize> {
        Some(self.enough.min(self.bytes.len()).checked_sub(GRAM)? + 1)
    }

    /// Where runs of `stride` neighbouring grams begin, so that any `enough` bytes hold a whole
    /// run.
    fn runs(&self, stride: usize) -> impl Iterator<Item = usize> {
        let length = self.bytes.len();
        let enough = self.enough.min(length);
        let apart = (enough + 2).saturating_sub(stride + GRAM).max(1);
        (0..length - enough + apart).step_by(apart)
    }
}

impl Grams {
    /// Prepares the search for these strings. Those of less than six bytes are never found. The
    /// fewer bytes are enough of any of them, the slower the search.
    pub(super) fn new(strings: Vec<Wanted>) -> Self {
        let strides = strings.iter().filter_map(Wanted::stride);
        let stride = strides.min().unwrap_or(1).min(MOST_STRIDE);
        let entries = entries(&strings, stride);
        let near = (entries.len() * MOST_BITS / 64).min(NEAR_WORDS);
        // Two at least: words are chosen by the highest bits, of which there must be one.
        let words = near
            .max(entries.len() * BITS / 64)
            .next_power_of_two()
            .max(2);
        let mut grams = Self {
            strings,
            filter: vec![0; words],
            buckets: vec![0; words + 1],
            never: MASK & !entries.iter().fold(0, |all, entry| all | entry.gram),
            entries,
            stride,
        };
        grams.index();
        grams
    }

    /// Bytes of the longest string.
    pub(super) fn longest(&self) -> usize {
        let lengths = self.strings.iter().map(|string| string.bytes.len());
        lengths.max().unwrap_or_default()
    }

    /// Puts the entries of each word of the filter together: counted first, then laid where their
    /// count says.
    fn index(&mut self) {
        let shift = self.shift();
        for entry in &self.entries {
            let spread = spread(entry.gram);
            let word = word(spread, shift);
            if let Some(bits) = self.filter.get_mut(word) {
                *bits |= 1 << bit(spread);
            }
            if let Some(count) = self.buckets.get_mut(word + 1) {
                *count += 1;
            }
        }
        // A counting sort: the counts become the bounds of the buckets, then each entry goes to the
        // next free place of its own.
        let mut sum = 0;
        for count in &mut self.buckets {
            sum += *count;
            *count = sum;
        }
        let mut next = self.buckets.clone();
        let unsorted = self.entries.clone();
        for entry in unsorted {
            let place = next.get_mut(word(spread(entry.gram), shift));
            let slot = place.and_then(|place| {
                *place += 1;
                self.entries.get_mut(*place as usize - 1)
            });
            if let Some(slot) = slot {
                *slot = entry;
            }
        }
    }

    #[inline]
    fn shift(&self) -> u32 {
        64 - self.filter.len().trailing_zeros()
    }

    /// Calls with every string, or part of one, that is in the text; with some of them
    /// several times, in no order; of places that overlap, with one at least. Of several that share what is there, it is the one of which
    /// most is there, and of those the first.
    pub(super) fn find(&self, text: &[u8], edges: Edges, mut found: impl FnMut(Hit)) {
        let mut at = 0;
        while let Some(seen) = self.perhaps(text, at) {
            if let Some(hit) = self.confirm(text, edges, &seen) {
                found(hit);
            }
            at = seen.at + self.stride;
        }
    }

    /// The next lookup, from this one on, at which a string may stand. By itself, so that the loop
    /// has the registers for itself.
    #[inline(never)]
    fn perhaps(&self, text: &[u8], mut at: usize) -> Option<Seen> {
        let shift = self.shift();
        let check = |at, gram| {
            // One AND spares most lookups in random bytes.
            if gram & self.never != 0 {
                return None;
            }
            let spread = spread(gram);
            let word = word(spread, shift);
            let bits = self.filter.get(word).copied().unwrap_or_default();
            (bits >> bit(spread) & 1 == 1).then_some(Seen { at, gram, word })
        };
        // Without asking each time whether there are more bytes. What is left then, or lies too
        // near together, is looked up below.
        for step in text.get(at..)?.chunks_exact(self.stride) {
            let Some(wide) = step.first_chunk() else {
                break;
            };
            if let Some(seen) = check(at, u64::from_le_bytes(*wide) & MASK) {
                return Some(seen);
            }
            at += self.stride;
        }
        while let Some(gram) = text.get(at..).and_then(gram) {
            if let Some(seen) = check(at, gram) {
                return Some(seen);
            }
            at += self.stride;
        }
        None
    }

    #[inline(never)]
    fn confirm(&self, text: &[u8], edges: Edges, seen: &Seen) -> Option<Hit> {
        let Seen { at, gram, word } = *seen;
        let bound = |word: usize| self.buckets.get(word).map_or(0, |bound| *bound as usize);
        let bucket = self.entries.get(bound(word)..bound(word + 1))?;
        let (before, behind) = text.split_at_checked(at)?;
        let hits = bucket.iter().filter(|entry| entry.gram == gram);
        let hits = hits.filter_map(|entry| {
            let string = self.strings.get(entry.string as usize)?;
            let (front, back) = string.bytes.split_at_checked(entry.offset as usize)?;
            let left = alike(front.iter().rev(), before.iter().rev());
            let right = alike(back.iter(), behind.iter());
            // What runs into an edge may be longer than it looks here: the neighbouring search sees all
            // of it, and reports it.
            let cut = (edges.front && left == before.len() && left < front.len())
                || (edges.back && right == behind.len() && right < back.len());
            let hit = Hit {
                string: entry.string as usize,
                at: at - left,
                length: left + right,
            };
            (hit.length >= string.enough).then_some((hit, cut))
        });
        // The last of the longest is the first of the list.
        let (hit, cut) = hits.max_by_key(|(hit, _)| (hit.length, std::cmp::Reverse(hit.string)))?;
        (!cut).then_some(hit)
    }
}

/// Whichever byte of a text the first lookup falls on, one of the grams of a run that stands
/// there is looked up.
fn entries(strings: &[Wanted], stride: usize) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (n, string) in strings.iter().enumerate() {
        let mut next = 0;
        for run in string.runs(stride) {
            for offset in run.max(next)..run + stride {
                let place = (u32::try_from(n), u32::try_from(offset));
                if let (Some(gram), (Ok(string), Ok(offset))) =
                    (string.bytes.get(offset..).and_then(gram), place)
                {
                    entries.push(Entry {
                        gram,
                        string,
                        offset,
                    });
                }
            }
            next = run + stride;
        }
    }
    entries
}

/// The first bytes of a text; eight are read faster than six.
fn gram(text: &[u8]) -> Option<u64> {
    if let Some(wide) = text.first_chunk() {
        return Some(u64::from_le_bytes(*wide) & MASK);
    }
    let mut wide = [0; 8];
    let (front, _) = wide.split_at_mut(GRAM);
    front.copy_from_slice(text.get(..GRAM)?);
    Some(u64::from_le_bytes(wide))
}

/// How many are alike from the first on.
#[inline]
fn alike<'a>(one: impl Iterator<Item = &'a u8>, other: impl Iterator<Item = &'a u8>) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

#[inline]
fn spread(gram: u64) -> u64 {
    gram.wrapping_mul(SPREAD)
}

#[inline]
fn word(spread: u64, shift: u32) -> usize {
    usize::try_from(spread >> shift).unwrap_or_default()
}

/// A bit of a word, by other bits of the gram than those that choose the word.
#[inline]
fn bit(spread: u64) -> u64 {
    spread >> 30 & 63
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Edges, Grams, Hit, Wanted};

    /// What is found, in order.
    fn found(grams: &Grams, text: &[u8]) -> Vec<Hit> {
        let mut all = Vec::new();
        grams.find(text, Edges::NONE, |hit| all.push(hit));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn whole(strings: &[&str]) -> Grams {
        let strings = strings
            .iter()
            .map(|string| Wanted::whole(string.as_bytes().to_vec()));
        Grams::new(strings.collect())
    }

    proptest! {
        /// Few letters, so that texts are full of what is almost there.
        #[test]
        fn what_is_found_is_what_is_there(string in "[ab]{6,14}", text in "[ab]{0,300}") {
            let windows = text.as_bytes().windows(string.len()).enumerate();
            let there: Vec<usize> = windows
                .filter(|(_, window)| *window == string.as_bytes())
                .map(|(at, _)| at)
                .collect();
            let found = found(&whole(&[&string]), text.as_bytes());
            for hit in &found {
                prop_assert!(there.contains(&hit.at), "{hit:?} is not there: {there:?}");
            }
            for at in there {
                let is_met = |hit: &Hit| hit.at.abs_diff(at) < string.len();
                prop_assert!(found.iter().any(is_met), "{at} was not found: {found:?}");
            }
        }

        #[test]
        fn enough_of_a_string_is_found(
            string in "[a-z]{26}",
            from in 0usize..=10,
            before in "[A-Z]{0,20}",
            behind in "[A-Z]{0,20}",
        ) {
            let part = &string[from..from + 16];
            let text = format!("{before}{part}{behind}");
            let wanted = Wanted { bytes: string.clone().into_bytes(), enough: 16 };
            let found = found(&Grams::new(vec![wanted]), text.as_bytes());
            prop_assert_eq!(found, [Hit { string: 0, at: before.len(), length: 16 }]);
        }
    }

    #[test]
    fn of_strings_that_share_a_part_the_one_that_is_there_is_found() {
        let strings = [
            "QXZV-amber-falcon-01",
            "QXZV-amber-falcon-02",
            "QXZV-amber-meadow-01",
        ];
        let wanted = strings.map(|string| Wanted {
            bytes: string.into(),
            enough: 16,
        });
        let grams = Grams::new(wanted.into());
        for (n, string) in strings.iter().enumerate() {
            let found = found(&grams, format!("it is {string}.").as_bytes());
            assert_eq!(found.iter().map(|hit| hit.string).collect::<Vec<_>>(), [n]);
        }
    }

    #[test]
    fn short_strings_are_never_found_and_harm_nobody() {
        let grams = whole(&["short", "", "long enough for it"]);
        let text = b"short, long enough for it";
        assert_eq!(
            found(&grams, text)
                .iter()
                .map(|hit| hit.string)
                .collect::<Vec<_>>(),
            [2]
        );
        assert_eq!(found(&whole(&[]), text), []);
    }
}
