//! Which parts of what is sent are rare enough to be searched for.

use std::collections::BTreeSet;

/// Bytes of a piece of a text or file. Fewer are found in other people's words.
const PIECE: usize = 32;

/// A text up to this length is searched for as a whole.
const WHOLE: usize = 2 * PIECE;

/// No more pieces than this are made of one text or file: of a large one they lie further apart.
const MOST: usize = 512;

/// Pieces with fewer different bytes occur everywhere.
const MIN_DISTINCT: usize = 8;

/// And so does a whole text with fewer: a line of dashes.
const MIN_DISTINCT_OF_WHOLE: usize = 3;

/// Why there is no such part.
pub(super) const TOO_UNIFORM: &str =
    "it has too few distinct bytes to search for: they could occur by chance";

/// The whole of what is short, pieces all through what is long. Empty where all of it has too few
/// different bytes: it would be found in what has nothing to do with it.
pub fn rare_pieces(bytes: &[u8]) -> Vec<&[u8]> {
    if bytes.len() <= WHOLE {
        let whole = Some(bytes).filter(|whole| distinct(whole) >= MIN_DISTINCT_OF_WHOLE);
        return whole.into_iter().collect();
    }
    // Pieces overlap by half, so that any 47 bytes in a row hold a whole one; only in large texts do
    // they lie further apart.
    let step = (PIECE / 2).max(bytes.len() / MOST);
    let last = bytes.len() - PIECE;
    let starts = (0..last).step_by(step).chain([last]);
    let pieces: BTreeSet<&[u8]> = starts
        .filter_map(|at| bytes.get(at..at + PIECE))
        .filter(|piece| distinct(piece) >= MIN_DISTINCT)
        .collect();
    pieces.into_iter().collect()
}

fn distinct(bytes: &[u8]) -> usize {
    bytes.iter().collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::rare_pieces;

    #[test]
    fn what_has_too_few_different_bytes_has_no_part_that_can_be_searched_for() {
        for text in [
            "-".repeat(16),
            "ha".repeat(32),
            "ha".repeat(33),
            "ACGT".repeat(100),
        ] {
            assert!(rare_pieces(text.as_bytes()).is_empty(), "{text}");
        }
        let text = "the vault code is 0417";
        assert_eq!(rare_pieces(text.as_bytes()), [text.as_bytes()]);
        let long = format!("{}{text}, and nobody may know", "-".repeat(500));
        let pieces = rare_pieces(long.as_bytes());
        assert!(!pieces.is_empty());
        assert!(pieces.iter().all(|piece| piece.len() == 32));
    }
}
