//! Textbook RSA: a text, or each of its characters, as a number to the power of a public key,
//! without padding. Who knows the text and the public key computes the same number.

use std::collections::BTreeSet;

use memchr::memmem;
use num_bigint::BigUint;

use super::public::{PublicKey, public_keys};
use super::tokens::{bounded, decimals};
use super::traffic::{SentBytes, Span};
use super::views::{View, views};
use super::{Examined, Found, Transformation};

/// Powers that are computed at most: each takes about a tenth of a millisecond.
const MOST_POWERS: usize = 48;

/// Shorter numbers may be there by chance.
const RARE_BITS: u64 = 80;

/// So many characters in a row must be there where numbers are short.
const ROW: usize = 10;

/// Whole texts, and single characters, to the powers of all keys that were seen.
pub(super) fn examine(spans: &[Span<'_>], wire: &SentBytes) -> [Examined; 2] {
    let mut whole = Examined::new(
        Transformation::TextbookRsa,
        "no RSA public key was seen on the wire",
    );
    let mut single = Examined::new(
        Transformation::PerCharacter,
        "no RSA public key was seen on the wire",
    );
    let keys: BTreeSet<PublicKey> = wire.values().flat_map(|bytes| public_keys(bytes)).collect();
    let mut left = MOST_POWERS;
    for span in spans
        .iter()
        .filter(|span| !keys.is_empty() && span.text.len() >= ROW)
    {
        let bytes = bounded(span);
        let numbers = Numbers::of(bytes);
        for key in &keys {
            let is_long = key.modulus.bits() >= RARE_BITS;
            // Two ends of the text, and its first two characters.
            // Powers of short numbers cost next to nothing.
            let cost = if is_long { 4 } else { 0 };
            if left < cost {
                return [whole, single];
            }
            left -= cost;
            single.compared += 1;
            let place = if is_long {
                whole.compared += 1;
                if let Some(place) = whole_text(span.text, key, &numbers) {
                    whole.found(Found::of(span, place, Transformation::TextbookRsa));
                }
                one_character(span.text, key, &numbers)
            } else {
                in_a_row(span.text, key, bytes)
            };
            if let Some(place) = place {
                single.found(Found::of(span, place, Transformation::PerCharacter));
            }
        }
    }
    [whole, single]
}

/// Numbers in what was sent, however they are written.
struct Numbers<'a> {
    bytes: &'a [u8],
    views: Vec<View<'a>>,
}

impl<'a> Numbers<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            views: views(bytes),
        }
    }

    /// Where a long number stands.
    fn place(&self, number: &BigUint) -> Option<usize> {
        let hex = number.to_str_radix(16);
        let digits = [number.to_str_radix(10), hex.to_uppercase(), hex];
        let written = digits
            .iter()
            .find_map(|digits| memmem::find(self.bytes, digits.as_bytes()));
        let ends = [number.to_bytes_be(), number.to_bytes_le()];
        let in_bytes = || {
            self.views.iter().find_map(|view| {
                let found = ends.iter().find_map(|end| memmem::find(&view.bytes, end));
                found.map(|at| view.place(at))
            })
        };
        written.or_else(in_bytes)
    }
}

fn power(base: &BigUint, key: &PublicKey) -> BigUint {
    base.modpow(&key.exponent, &key.modulus)
}

/// The text as a number, whichever end comes first.
fn whole_text(text: &str, key: &PublicKey, numbers: &Numbers<'_>) -> Option<usize> {
    let text = text.as_bytes();
    let bases = [BigUint::from_bytes_be(text), BigUint::from_bytes_le(text)];
    let mut bases = bases.into_iter().filter(|base| *base < key.modulus);
    bases.find_map(|base| numbers.place(&power(&base, key)))
}

/// One of the first two characters, where its power is long enough to be rare.
fn one_character(text: &str, key: &PublicKey, numbers: &Numbers<'_>) -> Option<usize> {
    let mut characters = text.bytes().take(2);
    characters.find_map(|byte| {
        let power = power(&BigUint::from(byte), key);
        (power.bits() >= RARE_BITS).then(|| numbers.place(&power))?
    })
}

/// The first characters of a text, number by number.
fn in_a_row(text: &str, key: &PublicKey, bytes: &[u8]) -> Option<usize> {
    let row: Vec<String> = text
        .bytes()
        .take(ROW)
        .map(|byte| power(&BigUint::from(byte), key).to_string())
        .collect();
    let items = decimals(bytes);
    let rows = items.windows(row.len());
    let mut rows = rows.filter(|items| {
        let texts = items.iter().filter_map(|item| bytes.get(item.clone()));
        texts.eq(row.iter().map(String::as_bytes))
    });
    Some(rows.next()?.first()?.start)
}
