//! Whatever a relay does to a canary, it is found: every transformation, wherever it stands and
//! however the bytes arrive. What encodes here is not what encodes in the search.

use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{Allowance, SearchResult, Searcher, Transformation as T};
use scenario::plan::{AuditPlan, Canary};
use timeline::{Kind, StepId, Surface};

const CANARY: &str = "QXZVKWBM-amber-falcon-0417";

/// Its neighbours, none of them there.
const OTHERS: [&str; 3] = [
    "QXZVKWBM-amber-falcom-0418",
    "QXZVKWBM-river-meadow-9999",
    "QXZVKWBM-wheat-turtle-0000",
];

pub(super) fn searcher() -> Searcher {
    let texts = std::iter::once(CANARY).chain(OTHERS);
    let canaries = texts.enumerate().map(|(n, text)| Canary {
        name: n.to_string(),
        text: text.to_owned(),
        step: StepId("1".to_owned()),
    });
    let plan = AuditPlan {
        canaries: canaries.collect(),
        controls: [(Surface::Wire, "relay-bnmqwert".to_owned())].into(),
        ..AuditPlan::default()
    };
    Searcher::new(&plan, &[], &[])
}

/// Names and transformations of what is found.
pub(super) fn found(searcher: &Searcher, bytes: &[u8]) -> Vec<(String, String)> {
    let mut all = Allowance::of(Surface::Output);
    let searched = searcher.search_nested(Surface::Output, "log", bytes, &mut all);
    named(searched.unwrap())
}

/// The same of what is written there.
fn encoded(searcher: &Searcher, bytes: &[u8]) -> Vec<(String, String)> {
    named(searcher.search(Surface::Output, "log", bytes).unwrap())
}

fn named(searched: SearchResult) -> Vec<(String, String)> {
    let found = searched.findings.into_iter().map(|finding| match finding {
        Kind::Finding {
            what,
            transformation,
            ..
        } => (what, transformation),
        other => panic!("{other:?}"),
    });
    found.collect()
}

fn bytewise(bytes: &[u8], between: &str, one: impl Fn(u8) -> String) -> Vec<u8> {
    let all: Vec<String> = bytes.iter().map(|byte| one(*byte)).collect();
    all.join(between).into_bytes()
}

/// RFC 4648, bit by bit.
fn base32(bytes: &[u8], alphabet: &[u8; 32]) -> Vec<u8> {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let mut text = Vec::new();
    for five in bits.as_bytes().chunks(5) {
        let five = format!("{:0<5}", std::str::from_utf8(five).unwrap());
        let value = usize::from_str_radix(&five, 2).unwrap();
        text.push(alphabet[value]);
    }
    text
}

/// By division of the whole group.
fn base85(bytes: &[u8], alphabet: &[u8; 85]) -> Vec<u8> {
    let mut text = Vec::new();
    for group in bytes.chunks(4) {
        let mut four = [0; 4];
        four[..group.len()].copy_from_slice(group);
        let value = u32::from_be_bytes(four);
        let digits = [52_200_625, 614_125, 7225, 85, 1].map(|unit| value / unit % 85);
        let digits_used = digits.iter().take(group.len() + 1);
        text.extend(digits_used.map(|digit| alphabet[usize::try_from(*digit).unwrap()]));
    }
    text
}

const RFC_32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX_32: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
/// As Python's `base64.b85encode` writes it.
const PYTHON_85: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
/// As ZeroMQ's RFC 32 writes it.
const ZEROMQ_85: &[u8; 85] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// Adobe's: every character from the exclamation mark on.
fn adobe() -> [u8; 85] {
    std::array::from_fn(|digit| b'!' + u8::try_from(digit).unwrap())
}

/// The halves of each byte, as numbers, letters and digits.
fn halves(message: &[u8]) -> Vec<(T, Vec<u8>)> {
    let high_first = message.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let low_first = message.iter().flat_map(|byte| [byte & 15, byte >> 4]);
    let letters = high_first.clone().map(|half| b'a' + half).collect();
    let digits = low_first
        .clone()
        .map(|half| b"0123456789abcdef"[usize::from(half)]);
    let all = [
        high_first.collect(),
        low_first.clone().collect(),
        letters,
        digits.collect(),
    ];
    all.map(|bytes| (T::HalfBytes, bytes)).into()
}

/// A whole message in a transformation: everything that it can be written in beforehand.
fn written(message: &[u8]) -> Vec<(T, Vec<u8>)> {
    let text = String::from_utf8_lossy(message);
    let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
    let points = |bytes: fn(u32) -> [u8; 4]| text.chars().map(u32::from).flat_map(bytes).collect();
    let hex = |byte: u8| format!("{byte:02x}");
    vec![
        (T::AsIs, message.to_vec()),
        (T::CaseFolded, message.to_ascii_lowercase()),
        (T::CaseFolded, message.to_ascii_uppercase()),
        (T::Reversed, message.iter().rev().copied().collect()),
        (T::Utf16, units(u16::to_le_bytes)),
        (T::Utf16, units(u16::to_be_bytes)),
        (T::Utf32, points(u32::to_le_bytes)),
        (T::Utf32, points(u32::to_be_bytes)),
        (T::Hex, bytewise(message, "", hex)),
        (T::Hex, bytewise(message, "", hex).to_ascii_uppercase()),
        (T::HexSpaced, bytewise(message, " ", hex)),
        (T::HexColons, bytewise(message, ":", hex)),
        (
            T::HexList,
            bytewise(message, ", ", |byte| format!("0x{byte:02x}")),
        ),
        (
            T::HexEscapes,
            bytewise(message, "", |byte| format!("\\x{byte:02x}")),
        ),
        (T::Base64, STANDARD.encode(message).into()),
        (T::Base64, URL_SAFE_NO_PAD.encode(message).into()),
        (T::Base32, base32(message, RFC_32)),
        (T::Base32, base32(message, RFC_32).to_ascii_lowercase()),
        (T::Base32Hex, base32(message, HEX_32)),
        (T::Base32Hex, base32(message, HEX_32).to_ascii_lowercase()),
        (T::Ascii85, base85(message, &adobe())),
        (T::Base85, base85(message, PYTHON_85)),
        (T::Z85, base85(message, ZEROMQ_85)),
        (
            T::Percent,
            bytewise(message, "", |byte| format!("%{byte:02X}")),
        ),
        (
            T::JsonEscapes,
            bytewise(message, "", |byte| format!("\\u00{byte:02x}")),
        ),
        (
            T::HtmlDecimal,
            bytewise(message, "", |byte| format!("&#{byte};")),
        ),
        (
            T::HtmlHex,
            bytewise(message, "", |byte| format!("&#x{byte:x};")),
        ),
        (
            T::Octal,
            bytewise(message, "", |byte| format!("\\{byte:03o}")),
        ),
        (
            T::QuotedPrintable,
            bytewise(message, "", |byte| format!("={byte:02X}")),
        ),
        (T::DecimalList, format!("{message:?}").into_bytes()),
        (
            T::DecimalList,
            bytewise(message, ",", |byte| byte.to_string()),
        ),
        (
            T::BinaryDigits,
            bytewise(message, "", |byte| format!("{byte:08b}")),
        ),
    ]
}

/// Returns its bytes in pieces of the given sizes.
struct Pieces<'a>(&'a [u8], Vec<usize>);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.pop().unwrap_or(usize::MAX);
        let size = size.min(self.0.len()).min(buffer.len());
        let (now, later) = self.0.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.0 = later;
        Ok(size)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_transformation_is_found_wherever_it_stands(
        before in "[ -~]{0,40}",
        behind in "[ -~]{0,40}",
        noise in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let searcher = searcher();
        let message = format!("{before}{CANARY}{behind}");
        let message_bytes = message.as_bytes();
        for (transformation, written) in written(message_bytes).into_iter().chain(halves(message_bytes)) {
            let text = [&noise[..], &written, &noise].concat();
            let found = found(&searcher, &text);
            let wanted = ("canary 0".to_owned(), transformation.word().to_owned());
            prop_assert!(found.contains(&wanted), "{transformation:?}: {found:?}");
        }
    }

    #[test]
    fn sixteen_bytes_of_a_canary_are_enough(from in 0..=10usize, noise in any::<[u8; 20]>()) {
        // No letters: with one more, more of another canary might be there.
        let noise = noise.map(|byte| byte | 0x80);
        let text = [&noise[..], &CANARY.as_bytes()[from..from + 16], &noise].concat();
        let found = found(&searcher(), &text);
        prop_assert!(found.iter().any(|(what, _)| what == "canary 0"), "{found:?}");
    }

    #[test]
    fn random_bytes_raise_no_alarm(noise in prop::collection::vec(any::<u8>(), 0..20_000)) {
        prop_assert_eq!(found(&searcher(), &noise), []);
    }

    #[test]
    fn the_result_does_not_depend_on_how_the_bytes_arrive(
        noise in prop::collection::vec(any::<u8>(), 0..400),
        at in 0usize..400,
        pieces in prop::collection::vec(1usize..40, 0..60),
    ) {
        let at = at.min(noise.len());
        let planted = [CANARY.as_bytes(), b" relay-bnmqwert ", STANDARD.encode(CANARY).as_bytes()].concat();
        let text = [&noise[..at], &planted, &noise[at..]].concat();
        let searcher = searcher();
        let all = || Allowance::of(Surface::Wire);
        let whole = searcher.search_nested(Surface::Wire, "w", &text[..], &mut all()).unwrap();
        prop_assert_eq!(whole.findings.len(), 2);
        prop_assert_eq!(whole.control, Some(true));
        let pieces = Pieces(&text, pieces);
        let split = searcher.search_nested(Surface::Wire, "w", pieces, &mut all()).unwrap();
        prop_assert_eq!(split, whole);
    }
}

#[test]
fn what_stands_where_two_reads_meet_is_found() {
    let searcher = searcher();
    for before in 256 * 1024 - 40..256 * 1024 + 10 {
        for (n, canary) in [CANARY].iter().chain(&OTHERS).enumerate() {
            let text = [&vec![b'.'; before], canary.as_bytes(), b"...."].concat();
            let only = (format!("canary {n}"), "as-is".to_owned());
            assert_eq!(encoded(&searcher, &text), [only], "{before}");
        }
    }
}
