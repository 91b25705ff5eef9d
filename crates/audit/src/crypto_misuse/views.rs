//! The same bytes as they are, and what base64 and hexadecimal in them stand for.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Shorter runs of digits or letters hold too little ciphertext to examine.
const MIN_ENCODED: usize = 22;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// How bytes were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Raw,
    Base64,
    Hex,
}

/// Some bytes, decoded.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(super) written: Written,
    /// Where it begins in what was examined.
    at: usize,
    pub(crate) bytes: Cow<'a, [u8]>,
}

impl View<'_> {
    /// The position of a decoded byte in what was examined; in wrapped text, approximately.
    pub(super) fn place(&self, index: usize) -> usize {
        self.at
            + match self.written {
                Written::Raw => index,
                Written::Base64 => index * 4 / 3,
                Written::Hex => index * 2,
            }
    }
}

/// The bytes themselves, then every long run of base64 and of hexadecimal digits, decoded.
pub(crate) fn views(bytes: &[u8]) -> Vec<View<'_>> {
    let mut views = vec![View {
        written: Written::Raw,
        at: 0,
        bytes: Cow::Borrowed(bytes),
    }];
    views.extend(runs(bytes, is_base64).filter_map(|(at, run)| base64_view(at, run)));
    views.extend(runs(bytes, |byte| byte.is_ascii_hexdigit()).map(|(at, run)| hex_view(at, run)));
    views
}

/// Longest runs of such bytes, over line breaks as PEM and MIME have them, real ones and
/// those of JSON.
fn runs(bytes: &[u8], is_in: fn(u8) -> bool) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().position(|byte| is_in(*byte))?;
            let begin = at;
            let mut run = Vec::new();
            loop {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_in(**byte)).count();
                run.extend(rest.get(..length).unwrap_or_default());
                at += length;
                let behind = rest.get(length..).unwrap_or_default();
                let gap = line_break(behind);
                // What follows a full last line is the end of a PEM.
                let goes_on = behind
                    .get(gap)
                    .is_some_and(|byte| is_in(*byte) && *byte != b'-');
                // Lines of PEM and MIME have 64 and 76 characters.
                if gap == 0 || !goes_on || length < 48 {
                    break;
                }
                at += gap;
            }
            if run.len() >= MIN_ENCODED {
                return Some((begin, run));
            }
        }
    })
}

/// How many bytes of a line break are here.
fn line_break(bytes: &[u8]) -> usize {
    let kinds: [&[u8]; 4] = [b"\r\n", b"\n", b"\\r\\n", b"\\n"];
    let kind = kinds.into_iter().find(|kind| bytes.starts_with(kind));
    kind.map_or(0, <[u8]>::len)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

fn base64_view(at: usize, mut run: Vec<u8>) -> Option<View<'static>> {
    if run.len() % 4 == 1 {
        // No encoder makes such a length: the last character belongs to what follows.
        run.pop();
    }
    let engine = if run.contains(&b'-') || run.contains(&b'_') {
        &URL_SAFE
    } else {
        &STANDARD
    };
    Some(View {
        written: Written::Base64,
        at,
        bytes: Cow::Owned(engine.decode(run).ok()?),
    })
}

fn hex_view(at: usize, run: Vec<u8>) -> View<'static> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).unwrap_or(0);
    let pairs = run.as_chunks::<2>().0.iter();
    let bytes = pairs.filter_map(|[high, low]| u8::try_from(digit(high) * 16 + digit(low)).ok());
    View {
        written: Written::Hex,
        at,
        bytes: Cow::Owned(bytes.collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_field_in_base64_or_hexadecimal_is_decoded_where_it_stands() {
        let secret: Vec<u8> = (0..60_u8).map(|n| n.wrapping_mul(37)).collect();
        let hex: String = secret.iter().map(|byte| format!("{byte:02X}")).collect();
        for encoded in [STANDARD.encode(&secret), URL_SAFE.encode(&secret), hex] {
            let text = format!("{{\"n\":1,\"body\":\"{encoded}\"}}");
            let views = views(text.as_bytes());
            let found = views.iter().find(|view| *view.bytes == secret[..]);
            assert_eq!(found.map(|view| view.place(0)), Some(15), "{encoded}");
        }
    }

    #[test]
    fn lines_of_pem_are_one_run_also_within_json() {
        let secret = [7; 100];
        let encoded = STANDARD.encode(secret);
        for end in ["\n", "\r\n", "\\n"] {
            let (first, second) = encoded.split_at(64);
            let text = format!("-----\n{first}{end}{second}{end}-----");
            let views = views(text.as_bytes());
            assert!(views.iter().any(|view| *view.bytes == secret), "{end:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_views(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(&*views(&bytes)[0].bytes, &bytes[..]);
        }
    }
}
