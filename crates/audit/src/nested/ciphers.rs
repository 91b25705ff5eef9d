//! Ciphers that need no key to be seen through. What a key that repeats after so many bytes adds
//! to a text, it takes away again between two bytes that far apart: their difference is that of
//! the plain text.

use super::Transformation;
use crate::grams::{Edges, Grams, Wanted};

/// The longest key.
const LONGEST_KEY: usize = 16;

/// The longest key for letters alone.
const LONGEST_WORD: usize = 12;

/// Fewer differences are not searched for: the more there are, the quicker the search.
const SHORTEST: usize = 10;

/// Fewer of those that a key makes occur by chance, and of fewer kinds.
const TELLING: usize = 8;
const DISTINCT: usize = 5;

/// Bytes whose differences are taken at once: they are searched before they leave the
/// processor's cache.
const BLOCK: usize = 16 * 1024;

/// Which keys are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    All,
    OfOneByte,
}

/// Every cipher, prepared for the strings of a plan.
#[derive(Debug)]
pub(super) struct Ciphers {
    /// Bytes of the longest string.
    longest: usize,
    all: Vec<Cipher>,
}

#[derive(Debug)]
struct Cipher {
    kind: Kind,
    /// Bytes of the key.
    period: usize,
    /// Those that are long enough, with their names.
    strings: Vec<(usize, Vec<u8>)>,
    /// Their differences.
    grams: Grams,
}

/// How a byte of the key is put on a byte of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Xor,
    Add,
    /// Letters go round among themselves, whatever their case; all else stays.
    Letters,
    /// The same, where only letters use up the key: of a text, its letters alone.
    Words,
    /// The printable characters of ASCII go round.
    Printable,
}

impl Kind {
    /// What leads from one byte to another.
    #[inline]
    fn difference(self, from: u8, to: u8) -> u8 {
        match self {
            Self::Xor => from ^ to,
            Self::Add => to.wrapping_sub(from),
            Self::Letters | Self::Words => between_codes(code(from), code(to)),
            Self::Printable => match (from, to) {
                (b'!'..=b'~', b'!'..=b'~') => (to + 94 - from) % 94,
                _ => 0x80,
            },
        }
    }

    /// Whether it makes text of text.
    fn is_of_text(self) -> bool {
        match self {
            Self::Xor | Self::Add => false,
            Self::Letters | Self::Printable | Self::Words => true,
        }
    }

    /// Differences from this one on are none that a key makes.
    #[inline]
    fn values(self) -> u16 {
        match self {
            Self::Xor | Self::Add => 256,
            Self::Letters | Self::Words => 26,
            Self::Printable => 94,
        }
    }

    fn transformation(self, period: usize) -> Transformation {
        match (self, period) {
            (Self::Xor, 1) => Transformation::Xor,
            (Self::Xor, _) => Transformation::RepeatingXor,
            (Self::Add, 1) => Transformation::Additive,
            (Self::Add, _) => Transformation::RepeatingAdditive,
            (Self::Letters, 2..) | (Self::Words, _) => Transformation::Vigenere,
            (Self::Letters | Self::Printable, _) => Transformation::Caesar,
        }
    }
}

impl Ciphers {
    /// For strings with their names.
    pub(super) fn new(strings: &[(usize, Vec<u8>)]) -> Self {
        let periods = |kind, longest| (1..=longest).map(move |period| (kind, period));
        let all = periods(Kind::Xor, LONGEST_KEY)
            .chain(periods(Kind::Add, LONGEST_KEY))
            .chain(periods(Kind::Letters, LONGEST_WORD))
            .chain(periods(Kind::Words, LONGEST_WORD).skip(1))
            .chain(periods(Kind::Printable, 1));
        let lengths = strings.iter().map(|(_, string)| string.len());
        Self {
            longest: lengths.max().unwrap_or_default(),
            all: all
                .map(|(kind, period)| Cipher::new(kind, period, strings))
                .collect(),
        }
    }

    /// Calls with name, transformation and place of each string that stands enciphered in the
    /// text; with some of them several times.
    pub(super) fn find(
        &self,
        text: &[u8],
        keys: Keys,
        mut found: impl FnMut(usize, Transformation, usize),
    ) {
        let tried = |cipher: &&Cipher| {
            !cipher.strings.is_empty() && (keys == Keys::All || cipher.period == 1)
        };
        let mut differences = Vec::with_capacity(BLOCK + self.longest);
        for start in (0..text.len()).step_by(BLOCK) {
            // What runs into the end of a block is whole in this one or in the next.
            let end = text.len().min(start + BLOCK + self.longest);
            let block = text.get(start..end).unwrap_or_default();
            let lines = readable(block);
            let words: Vec<_> = match keys {
                Keys::All => lines.iter().map(|(at, line)| (at, letters(line))).collect(),
                // A key of one letter needs no words.
                Keys::OfOneByte => Vec::new(),
            };
            for cipher in self.all.iter().filter(tried) {
                let transformation = cipher.kind.transformation(cipher.period);
                match cipher.kind {
                    Kind::Xor | Kind::Add => cipher.find(block, &mut differences, |name, at| {
                        found(name, transformation, start + at);
                    }),
                    Kind::Letters | Kind::Printable => {
                        for (from, line) in &lines {
                            cipher.find(line, &mut differences, |name, at| {
                                found(name, transformation, start + from + at);
                            });
                        }
                    }
                    Kind::Words => {
                        for (from, (places, letters)) in &words {
                            cipher.find(letters, &mut differences, |name, at| {
                                let at = places.get(at).copied().unwrap_or_default();
                                found(name, transformation, start + *from + at);
                            });
                        }
                    }
                }
            }
        }
    }
}

impl Cipher {
    fn new(kind: Kind, period: usize, strings: &[(usize, Vec<u8>)]) -> Self {
        let strings = strings.iter();
        let (strings, wanted) = strings
            .filter(|(_, string)| !kind.is_of_text() || string.is_ascii())
            .map(|(name, string)| match kind {
                Kind::Words => (*name, letters(string).1),
                Kind::Add | Kind::Letters | Kind::Printable | Kind::Xor => (*name, string.clone()),
            })
            .map(|(name, string)| {
                let mut differences = Vec::new();
                take_differences(kind, period, &string, &mut differences);
                ((name, string), differences)
            })
            .filter(|(_, differences)| is_telling(kind, differences))
            .map(|(string, differences)| (string, Wanted::whole(differences)))
            .unzip();
        Self {
            kind,
            period,
            strings,
            grams: Grams::new(wanted),
        }
    }

    /// Calls with the name and the place of each string that stands enciphered in the text.
    fn find(&self, text: &[u8], differences: &mut Vec<u8>, mut found: impl FnMut(usize, usize)) {
        take_differences(self.kind, self.period, text, differences);
        self.grams.find(differences, Edges::NONE, |hit| {
            let Some((name, string)) = self.strings.get(hit.string) else {
                return;
            };
            let enciphered = text.get(hit.at..hit.at + string.len()).unwrap_or_default();
            if self.is_enciphered(string, enciphered) {
                found(*name, hit.at);
            }
        });
    }

    /// By a key that changes most of the text, and that a shorter period does not explain.
    fn is_enciphered(&self, plain: &[u8], enciphered: &[u8]) -> bool {
        let pairs = plain.iter().zip(enciphered);
        let keys = pairs.map(|(plain, enciphered)| self.kind.difference(*plain, *enciphered));
        // What the cipher does not touch says nothing of the key.
        let mut keys = keys.filter(|key| u16::from(*key) < self.kind.values());
        let Some(first) = keys.next() else {
            return false;
        };
        let (mut all, mut unchanged, mut alike) = (1, usize::from(first == 0), 1);
        for key in keys {
            all += 1;
            unchanged += usize::from(key == 0);
            alike += usize::from(key == first);
        }
        // A key of zeros is the plain text, which another search finds; and a key of equal bytes is
        // found with period 1, so a longer period must not report it again.
        unchanged * 2 < all && (alike == all) == (self.period == 1)
    }
}

/// Differences that are not there by chance, nor in any text that repeats itself.
fn is_telling(kind: Kind, differences: &[u8]) -> bool {
    // Letters alone are few, and so are the texts that are searched for them.
    if differences.len() < SHORTEST && kind != Kind::Words {
        return false;
    }
    let (mut telling, mut distinct) = (0, 0);
    let mut is_known = [false; 256];
    for one in differences {
        if u16::from(*one) < kind.values()
            && let Some(is_known) = is_known.get_mut(usize::from(*one))
        {
            telling += 1;
            distinct += usize::from(!std::mem::replace(is_known, true));
        }
    }
    telling >= TELLING && distinct >= DISTINCT
}

/// Parts of a text that can be read, with their places; those that are long enough. Only where
/// one byte of so many can be read are those around it examined: memory is mostly something else.
fn readable(text: &[u8]) -> Vec<(usize, &[u8])> {
    let is_other = |byte: &u8| !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let mut parts = Vec::new();
    let mut at = SHORTEST;
    while let Some(byte) = text.get(at) {
        let mut end = at;
        if !is_other(byte) {
            let (before, behind) = text.split_at(at);
            let begin = before
                .iter()
                .rposition(is_other)
                .map_or(0, |other| other + 1);
            end += behind.iter().position(is_other).unwrap_or(behind.len());
            let part = text.get(begin..end).unwrap_or_default();
            if part.len() > SHORTEST {
                parts.push((begin, part));
            }
        }
        at = end + SHORTEST + 1;
    }
    parts
}

/// The letters of a text, and where they stand.
fn letters(text: &[u8]) -> (Vec<usize>, Vec<u8>) {
    let all = text.iter().copied().enumerate();
    all.filter(|(_, byte)| byte.is_ascii_alphabetic()).unzip()
}

/// A letter's place in the alphabet, whatever its case; of all else, a number apart.
#[inline]
fn code(byte: u8) -> u8 {
    let place = (byte | 0x20).wrapping_sub(b'a');
    if place < 26 { place } else { byte | 0x80 }
}

#[inline]
fn between_codes(from: u8, to: u8) -> u8 {
    let difference = to.wrapping_sub(from);
    let around = if to < from {
        difference.wrapping_add(26)
    } else {
        difference
    };
    let (is_letter, is_same) = (from | to < 0x80, from == to);
    // Apart from all differences of letters, and known only by what stays.
    let stays = if is_same { 0x40 } else { to | 0x80 };
    let other = if to < 0x80 { 0x80 } else { stays };
    if is_letter { around } else { other }
}

fn take_differences(kind: Kind, period: usize, text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let later = text.get(period..).unwrap_or_default();
    let pairs = text.iter().zip(later);
    match kind {
        // One loop each, so that each is made of vector instructions.
        Kind::Xor => into.extend(pairs.map(|(from, to)| from ^ to)),
        Kind::Add => into.extend(pairs.map(|(from, to)| to.wrapping_sub(*from))),
        Kind::Letters | Kind::Words => {
            into.extend(pairs.map(|(from, to)| between_codes(code(*from), code(*to))));
        }
        Kind::Printable => into.extend(pairs.map(|(from, to)| kind.difference(*from, *to))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SHORTEST, readable};

    proptest! {
        #[test]
        fn what_can_be_read_and_is_long_enough_is_found_once(
            pieces in prop::collection::vec(("[ -~\t\n\r]{0,24}", 0_u8..=8), 0..12),
        ) {
            let text: Vec<u8> = pieces
                .iter()
                .flat_map(|(part, other)| [part.as_bytes(), &[*other]].concat())
                .collect();
            let parts = text.split(|byte| *byte <= 8);
            let wanted: Vec<&[u8]> = parts.filter(|part| part.len() > SHORTEST).collect();
            let found = readable(&text);
            for (at, part) in &found {
                prop_assert_eq!(&text[*at..at + part.len()], *part);
            }
            let found: Vec<&[u8]> = found.into_iter().map(|(_, part)| part).collect();
            prop_assert_eq!(found, wanted);
        }
    }
}
