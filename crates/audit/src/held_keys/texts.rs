//! The texts that were said, to be recognised in what a key opens.

use std::collections::BTreeMap;

/// Bytes by which a text is noticed. It is looked for at every eighth place of what was opened, so
/// that each text of twice as many bytes has one.
pub(super) const PIECE: usize = 8;

/// So many neighbouring bytes of it must be there; of a shorter text, all.
const CERTAIN: usize = 12;

/// Bits that tell most pieces apart from all that are wanted.
const WORDS: usize = (1 << 16) / 64;

/// All of them, by their pieces.
#[derive(Debug)]
pub(super) struct Texts<'a> {
    /// Name and text.
    texts: Vec<(String, &'a [u8])>,
    /// Which text a piece is from, and where it is there.
    pieces: BTreeMap<u64, (usize, usize)>,
    sieve: Vec<u64>,
}

impl<'a> Texts<'a> {
    /// Texts by their names.
    pub(super) fn new(texts: impl Iterator<Item = (String, &'a [u8])>) -> Self {
        let mut found = Self {
            texts: texts.collect(),
            pieces: BTreeMap::new(),
            sieve: vec![0; WORDS],
        };
        for (nth, (_, text)) in found.texts.iter().enumerate() {
            for (at, piece) in text.windows(PIECE).enumerate() {
                let piece = piece.first_chunk().map(|piece| u64::from_le_bytes(*piece));
                let piece = piece.unwrap_or_default();
                found.pieces.entry(piece).or_insert((nth, at));
                let (word, bit) = place(piece);
                if let Some(sieve) = found.sieve.get_mut(word) {
                    *sieve |= bit;
                }
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether these bytes are likely to be a piece of a text.
    #[inline]
    pub(super) fn may_be(&self, piece: [u8; PIECE]) -> bool {
        let piece = u64::from_le_bytes(piece);
        let (word, bit) = place(piece);
        let is_likely = self.sieve.get(word).is_some_and(|bits| bits & bit != 0);
        is_likely && self.pieces.contains_key(&piece)
    }

    /// The name of a text of which enough is in what was opened.
    pub(super) fn named(&self, opened: &[u8]) -> Option<&str> {
        opened
            .as_chunks::<PIECE>()
            .0
            .iter()
            .enumerate()
            .find_map(|(nth, piece)| {
                let (text, at) = self.pieces.get(&u64::from_le_bytes(*piece))?;
                let (name, text) = self.texts.get(*text)?;
                let begin = nth * PIECE;
                let before = opened
                    .get(..begin)?
                    .iter()
                    .rev()
                    .zip(text.get(..*at)?.iter().rev());
                let behind = opened.get(begin..)?.iter().zip(text.get(*at..)?);
                let same = |(one, other): &(&u8, &u8)| one == other;
                let length = before.take_while(same).count() + behind.take_while(same).count();
                (length >= CERTAIN.min(text.len())).then_some(name.as_str())
            })
    }
}

#[inline]
fn place(piece: u64) -> (usize, u64) {
    let place = piece.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    let word = usize::try_from(place / 64).unwrap_or_default();
    (word, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn a_text_is_known_by_a_part_that_no_luck_makes() {
        let said: &[u8] = b"the vault code is QXZVKWBG-amber-falcon-0417";
        let texts = Texts::new([("text of step 2".to_owned(), said)].into_iter());
        for behind in 0..8 {
            let opened = [
                &b"{\"body\":\""[..],
                &vec![b'-'; behind],
                &said[10..],
                b"\"}",
            ]
            .concat();
            assert_eq!(texts.named(&opened), Some("text of step 2"), "{behind}");
        }
        assert_eq!(texts.named(b"........vault co........"), None);
        assert!(texts.may_be(*b"amber-fa") && !texts.may_be(*b"amber-fe"));
    }
}
