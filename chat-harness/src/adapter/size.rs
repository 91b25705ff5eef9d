//! To which lengths an implementation pads what it seals.

use serde::{Deserialize, Serialize};

use crate::scenario::shape::{Kind, Table, may, must};
use crate::scenario::walk::Node;

/// The sizes that the bodies of one type of frame may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeRule {
    /// The type.
    pub frame: String,
    /// Padded lengths; longer ones are multiples.
    pub lengths: Vec<u64>,
    /// Of what lengths beyond the last of these are multiples.
    pub multiple_of: u64,
    /// Bytes beside what is padded, at least.
    pub beside: u64,
    /// So many more may stand beside it.
    pub spread: u64,
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
                multiple_of: rule.integer("multiple_of")?.into(),
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
            let is_multiple = length > last && length % self.multiple_of.max(1) == 0;
            is_multiple || self.lengths.contains(&length)
        })
    }
}

pub(super) static SIZE: Table = Table {
    name: "size",
    doc: "The sizes that the bodies of one type of frame may have.",
    keys: &[
        must("frame", Kind::Text, "the type"),
        may(
            "lengths",
            Kind::Array(&Kind::Integer(1, 1 << 30), 0),
            "lengths to which it is padded; none when left out",
        ),
        must(
            "multiple_of",
            Kind::Integer(2, 1 << 30),
            "lengths beyond the last of these are multiples of so many bytes",
        ),
        may(
            "beside",
            Kind::Integer(0, 65_535),
            "bytes beside what is padded: headers, keys, tags; 0 when left out",
        ),
        may(
            "spread",
            Kind::Integer(0, 255),
            "so many more may be beside it, such as the digits of a counter; 0 when left out",
        ),
    ],
    one_of: &[],
    one_is: "",
};

#[cfg(test)]
mod tests {
    use super::SizeRule;

    fn rule() -> SizeRule {
        SizeRule {
            frame: "send".to_owned(),
            lengths: vec![256, 512, 1024],
            multiple_of: 256,
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
}
