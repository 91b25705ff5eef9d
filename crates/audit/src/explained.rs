//! Which known encoding of a text explains bytes that are known to depend on it.
//!
//! A comparison has shown already that they do: so less of the text is enough than a search needs
//! that stands by itself.

use memchr::memmem;

use super::encodings::encodings;
use super::transformation::Transformation;

/// Bytes of a text, and of its encoding, that are not there by chance.
const ENOUGH: usize = 8;

/// The encoding in which some of what was said is there. What was said otherwise as well explains
/// nothing.
pub fn explained(bytes: &[u8], said: &[&[u8]], otherwise: &[&[u8]]) -> Option<Transformation> {
    let is_common = |piece: &[u8]| {
        let mut otherwise = otherwise.iter();
        otherwise.any(|text| memmem::find(text, piece).is_some())
    };
    let pieces = said.iter().flat_map(|text| text.windows(ENOUGH));
    let pieces: Vec<&[u8]> = pieces.filter(|piece| !is_common(piece)).collect();
    let listed = pieces.iter().find_map(|piece| encoded(bytes, piece));
    listed.or_else(|| pieces.iter().find_map(|piece| enciphered(bytes, piece)))
}

fn encoded(bytes: &[u8], piece: &[u8]) -> Option<Transformation> {
    let mut all = encodings(piece).into_iter();
    let there =
        all.find(|(_, encoded)| encoded.len() >= ENOUGH && memmem::find(bytes, encoded).is_some());
    there.map(|(transformation, _)| transformation)
}

/// Under one byte for all.
fn enciphered(bytes: &[u8], piece: &[u8]) -> Option<Transformation> {
    let is_one = |combine: fn(u8, u8) -> u8| {
        bytes.windows(ENOUGH).any(|window| {
            let mut keys = window
                .iter()
                .zip(piece)
                .map(|(one, two)| combine(*one, *two));
            let first = keys.next();
            keys.all(|key| Some(key) == first)
        })
    };
    if is_one(|one, two| one ^ two) {
        return Some(Transformation::Xor);
    }
    is_one(u8::wrapping_sub).then_some(Transformation::Additive)
}

#[cfg(test)]
mod tests {
    use super::{Transformation, explained};

    const SAID: &[u8] = b"QXZVKWBG-amber-falcon-0417";
    const OTHERWISE: &[u8] = b"TRNMPLSD-amber-badger-8812";

    fn by(bytes: &[u8]) -> Option<Transformation> {
        explained(bytes, &[SAID], &[OTHERWISE])
    }

    #[test]
    fn eight_letters_in_a_known_encoding_explain_a_difference() {
        let hex = |bytes: &[u8]| timeline::hex(bytes, "").into_bytes();
        let with = |change: fn(u8) -> u8| SAID.iter().copied().map(change).collect::<Vec<u8>>();
        for (bytes, expected) in [
            (b"part: QXZVKWBG;".to_vec(), Transformation::AsIs),
            (b"part: GBWKVZXQ;".to_vec(), Transformation::Reversed),
            (hex(&SAID[1..10]), Transformation::Hex),
            (b"UVhaVktXQkctYW1iZ".to_vec(), Transformation::Base64),
            (with(|byte| byte ^ 0xa7), Transformation::Xor),
            (with(|byte| byte.wrapping_add(9)), Transformation::Additive),
        ] {
            assert_eq!(by(&bytes), Some(expected), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn what_anybody_says_and_what_nobody_knows_explains_nothing() {
        for bytes in [
            &b"-amber-"[..],
            b"- amber -",
            b"QXZ VKW BG-",
            b"3716b8c876342048",
        ] {
            assert_eq!(by(bytes), None, "{}", bytes.escape_ascii());
        }
        assert_eq!(explained(SAID, &[SAID], &[SAID]), None);
    }
}
