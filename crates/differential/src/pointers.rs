//! Addresses in memory. Where things are there depends on which thread came first, and differs from
//! play to play: so addresses are left out. Many in a row are kept: a list of characters is a list
//! of addresses in some languages.

use crate::grams::{Gram, mix};

/// Bytes of an address.
const WORD: usize = 8;

/// Addresses in a row that are taken as one.
const ROW: usize = 8;

/// Whether a word leads into a program, its heap, its stack or its libraries, as Linux lays them on
/// 64 bits.
fn is_address(word: [u8; WORD]) -> bool {
    let [.., high, one, two] = word;
    one == 0 && two == 0 && matches!(high, 0x55 | 0x56 | 0x7f)
}

/// The bytes without addresses; the first of them is at the beginning of a word.
pub(crate) fn without(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for word in bytes.as_chunks_mut::<WORD>().0 {
        if is_address(*word) {
            *word = [0; WORD];
        }
    }
    bytes
}

/// Calls with every row of addresses that begins in the first `starts` bytes.
pub(crate) fn rows(bytes: &[u8], starts: usize, salt: u64, mut take: impl FnMut(Gram)) {
    let salt = mix(salt ^ 0x7f);
    let words = bytes.as_chunks::<WORD>().0;
    let mut row = 0;
    for (end, word) in words.iter().enumerate() {
        row = if is_address(*word) { row + 1 } else { 0 };
        let begin = (end + 1).saturating_sub(ROW);
        let at = begin * WORD;
        if row < ROW || at >= starts {
            continue;
        }
        let all = words.get(begin..=end).unwrap_or_default();
        let hash = all
            .iter()
            .fold(salt, |hash, word| mix(hash ^ u64::from_le_bytes(*word)));
        let span = ROW * WORD;
        take(Gram { hash, at, span });
    }
}

#[cfg(test)]
mod tests {
    use super::{rows, without};

    #[test]
    fn a_list_of_addresses_is_kept_and_a_single_one_is_not() {
        let list = |of: &str| -> Vec<u8> {
            let address = |byte| 0x7fff_f7a0_0000_u64 + 64 * u64::from(byte);
            of.bytes()
                .flat_map(|byte| address(byte).to_le_bytes())
                .collect()
        };
        let grams = |bytes: &[u8]| {
            let mut grams = Vec::new();
            rows(bytes, bytes.len(), 1, |gram| grams.push(gram.hash));
            grams
        };
        assert_eq!(grams(&list("amber-falcon")).len(), 5);
        assert_ne!(grams(&list("amber-fa")), grams(&list("amber-fe")));
        assert!(grams(&list("amber-f")).is_empty());
        let text = [list("x").as_slice(), b"amber falcon.."].concat();
        assert_eq!(without(&text), [&[0; 8], &b"amber falcon.."[..]].concat());
    }
}
