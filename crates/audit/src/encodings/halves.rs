//! Each half of a byte as a byte of its own: as a number, a letter or a digit.

use crate::transformation::Transformation;

/// What stands for each of the sixteen values.
const ALPHABETS: [&[u8; 16]; 5] = [
    &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    b"abcdefghijklmnop",
    b"ABCDEFGHIJKLMNOP",
    b"0123456789abcdef",
    b"0123456789ABCDEF",
];

/// All of them, whichever half comes first. Digits with the higher half first are hexadecimal.
pub(super) fn all(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let mut all = Vec::new();
    for alphabet in ALPHABETS {
        let sign = |half: u8| alphabet.get(usize::from(half)).copied();
        let halves = |order: fn(u8) -> [u8; 2]| {
            let halves = bytes.iter().flat_map(|byte| order(*byte));
            halves.filter_map(sign).collect()
        };
        let high_first = halves(|byte| [byte >> 4, byte & 15]);
        let low_first = halves(|byte| [byte & 15, byte >> 4]);
        all.push((Transformation::HalfBytes, high_first));
        all.push((Transformation::HalfBytes, low_first));
    }
    all
}
