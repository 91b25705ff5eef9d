//! Known private keys, as pieces to be searched for.

use super::private::private_keys;
use super::views::{Written, views};
use scenario::adapter::KeyFormat;

/// Bytes of a piece: each is long enough to be there only on purpose.
const PIECE: usize = 24;

/// Shorter keys are none.
const SHORTEST: usize = 8;

/// What only the owner of a file may know: primes, exponents, scalars, raw keys.
pub fn secrets(content: &[u8], format: KeyFormat) -> Vec<Vec<u8>> {
    let lines = |written: Written| {
        let lines = content.split(|byte| *byte == b'\n');
        let keys = lines.filter_map(move |line| {
            let line = line.trim_ascii();
            // A short key is no long run of digits: it stands alone on its line.
            let mut views = views(line).into_iter();
            let view = views.find(|view| view.written == written && view.place(0) == 0)?;
            Some(view.bytes.into_owned())
        });
        keys.collect()
    };
    let mut found: Vec<Vec<u8>> = match format {
        KeyFormat::Asn1 => private_keys(content)
            .into_iter()
            .flat_map(|key| key.secrets)
            .collect(),
        KeyFormat::Base64 => lines(Written::Base64),
        KeyFormat::Hex => lines(Written::Hex),
        KeyFormat::Raw => vec![content.to_vec()],
    };
    found.retain(|secret| secret.len() >= SHORTEST);
    found.sort();
    found.dedup();
    found
}

/// Pieces of a secret that give it away, also when lines of text cut it: its beginning and its
/// end.
pub fn pieces(secret: &[u8]) -> Vec<Vec<u8>> {
    let last = secret.len().saturating_sub(PIECE);
    let begins = [0, last];
    let pieces = begins.into_iter().filter_map(|at| {
        let piece = secret.get(at..secret.len().min(at + PIECE))?;
        Some(piece.to_vec())
    });
    let mut pieces: Vec<Vec<u8>> = pieces.collect();
    pieces.dedup();
    pieces
}
