//! To which lengths an implementation pads what it seals.

use serde::{Deserialize, Serialize};

use toml_language::Node;
use toml_language::shape::{Table, ValueKind, may, must};

/// The sizes that the bodies of one frame type may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeRule {
    /// The type.
    pub frame: String,
    /// Padded lengths.
    pub lengths: Vec<u64>,
    /// What lengths beyond the last of these are.
    pub beyond: Beyond,
    /// Bytes beside what is padded, at least.
    pub beside: u64,
    /// So many more may be beside it.
    pub spread: u64,
}

/// What padded lengths are beyond those that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// Multiples of so many bytes.
    MultipleOf(u64),
    /// There are none.
    Nothing,
    /// Those of Padmé: of a length, only the highest bits are set.
    Padme,
}

impl Beyond {
    fn holds(self, length: u64) -> bool {
        match self {
            Self::MultipleOf(bytes) => length.is_multiple_of(bytes.max(1)),
            Self::Nothing => false,
            Self::Padme => is_padme(length),
        }
    }
}

/// Whether as many low bits are zero as the exponent has more than its own length: E is the
/// exponent, S the bits of E, and the lowest E - S bits are zero (Nikitin and others, 2019).
fn is_padme(length: u64) -> bool {
    let exponent = length.checked_ilog2().unwrap_or(0);
    let bits_used = exponent.checked_ilog2().map_or(0, |bits| bits + 1);
    length.trailing_zeros() >= exponent.saturating_sub(bits_used)
}

impl SizeRule {
    /// Those of the wire.
    pub(super) fn read(node: &Node<'_, '_>) -> Vec<Self> {
        let rules = node.nodes("sizes").into_iter().filter_map(|rule| {
            let lengths = rule.items("lengths").iter().filter_map(|length| {
                let length = length.get_ref().as_integer()?;
                u64::from_str_radix(length.as_str(), length.radix()).ok()
            });
            Some(Self {
                frame: rule.owned("frame")?,
                lengths: lengths.collect(),
                beyond: match (rule.integer("multiple_of"), rule.bool("padme")) {
                    (Some(bytes), _) => Beyond::MultipleOf(bytes.into()),
                    (None, Some(true)) => Beyond::Padme,
                    (None, Some(false) | None) => Beyond::Nothing,
                },
                beside: rule.integer("beside").unwrap_or_default().into(),
                spread: rule.integer("spread").unwrap_or_default().into(),
            })
        });
        rules.collect()
    }

    /// Whether a body of so many bytes tells no more than its bucket.
    pub fn fits(&self, body: u64) -> bool {
        let last = self.lengths.iter().max().copied().unwrap_or_default();
        let beside = self.beside..=self.beside.saturating_add(self.spread);
        let mut padded = beside.filter_map(|beside| body.checked_sub(beside));
        padded.any(|length| {
            (length > last && self.beyond.holds(length)) || self.lengths.contains(&length)
        })
    }
}

pub(super) static SIZE: Table = Table::new(
    "size",
    "The sizes that the bodies of one frame type may have.",
    &[
        must("frame", ValueKind::Text, "the type"),
        may(
            "lengths",
            ValueKind::Array(&ValueKind::Integer(1, 1 << 30), 0),
            "padded lengths (default: none)",
        ),
        may(
            "multiple_of",
            ValueKind::Integer(2, 1 << 30),
            "lengths beyond the last one are multiples of this many bytes",
        ),
        may(
            "padme",
            ValueKind::Bool,
            "lengths beyond the last one follow Padmé; with `false` there are none",
        ),
        may(
            "beside",
            ValueKind::Integer(0, 65_535),
            "bytes outside the padding: headers, keys, tags (default: 0)",
        ),
        may(
            "spread",
            ValueKind::Integer(0, 255),
            "how many more bytes may be outside it, such as the digits of a counter (default: 0)",
        ),
    ],
)
.exactly_one(&["multiple_of", "padme"], "rule");

#[cfg(test)]
mod tests {
    use super::{Beyond, SizeRule, is_padme};

    fn rule() -> SizeRule {
        SizeRule {
            frame: "send".to_owned(),
            lengths: vec![256, 512, 1024],
            beyond: Beyond::MultipleOf(256),
            beside: 16,
            spread: 2,
        }
    }

    #[test]
    fn a_padded_length_fits_with_what_stands_beside_it() {
        for body in [272, 273, 274, 528, 1040, 1296, 2066] {
            assert!(rule().fits(body), "{body}");
        }
    }

    #[test]
    fn a_length_of_its_own_fits_nothing() {
        for body in [0, 16, 271, 275, 300, 784, 1041 + 2, 1297 + 2] {
            assert!(!rule().fits(body), "{body}");
        }
    }

    /// Rounded up to what Padmé allows, step by step.
    fn padded(length: u64) -> u64 {
        (length..).find(|longer| is_padme(*longer)).unwrap()
    }

    #[test]
    fn padme_is_as_its_paper_says() {
        // From the definition: E = floor(log2 L), S = floor(log2 E) + 1, the low E - S bits zero.
        let known = [
            (9, 10),
            (100, 104),
            (1000, 1024),
            (4097, 4352),
            (5000, 5120),
        ];
        for (length, wanted) in known {
            assert_eq!(padded(length), wanted, "{length}");
        }
        assert_eq!(padded(1_000_000), 1_015_808);
        assert!((0..=8).all(is_padme));
    }

    #[test]
    fn beyond_the_listed_ones_a_multiple_is_no_length_of_padme() {
        let padme = SizeRule {
            beyond: Beyond::Padme,
            lengths: vec![4096],
            ..rule()
        };
        // Up to 8 KiB they are the multiples of 256; beyond, the steps are twice as long.
        assert!(padme.fits(8192 - 256 + 16));
        assert!(padme.fits(8192 + 512 + 16));
        assert!(!padme.fits(8192 + 256 + 16));
        assert!(rule().fits(8192 + 256 + 16));
        // What is not listed below them is none, though Padmé would allow it.
        assert!(is_padme(2048) && !padme.fits(2048 + 16));
        let nothing = SizeRule {
            beyond: Beyond::Nothing,
            ..padme
        };
        assert!(nothing.fits(4096 + 16) && !nothing.fits(8192 + 16));
    }
}
