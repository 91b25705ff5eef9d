//! How a string looks in every transformation that can be written down beforehand.

mod base;
mod escapes;
mod halves;

use super::transformation::Transformation;

/// A string in all encodings; of those that are alike the first one counts.
pub fn encodings(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let mut all = vec![(Transformation::AsIs, bytes.to_vec())];
    all.extend(letters(bytes));
    all.extend(wide(bytes));
    all.extend(escapes::all(bytes));
    all.extend(base::all(bytes));
    all.extend(halves::all(bytes));
    // The plainest stands first: a string without capitals is its own lower case, and a finding
    // should say that it is there as it is.
    let mut known = std::collections::BTreeSet::new();
    all.retain(|(_, encoded)| known.insert(encoded.clone()));
    all
}

fn letters(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let reversed = || bytes.iter().rev().copied();
    vec![
        (Transformation::CaseFolded, bytes.to_ascii_lowercase()),
        (Transformation::CaseFolded, bytes.to_ascii_uppercase()),
        (Transformation::Reversed, reversed().collect()),
    ]
}

/// Characters of two and of four bytes. What is no text has a character for each byte.
fn wide(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let characters: Vec<char> = match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().collect(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let mut buffer = [0; 2];
    let mut units: Vec<u16> = Vec::new();
    for character in &characters {
        units.extend_from_slice(character.encode_utf16(&mut buffer));
    }
    let points = || characters.iter().map(|character| u32::from(*character));
    vec![
        (
            Transformation::Utf16,
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        ),
        (
            Transformation::Utf16,
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        ),
        (
            Transformation::Utf32,
            points().flat_map(u32::to_le_bytes).collect(),
        ),
        (
            Transformation::Utf32,
            points().flat_map(u32::to_be_bytes).collect(),
        ),
    ]
}
