//! Keys that a helper program has read in a client's own store.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};

/// Bytes of a key: a shorter one could occur by chance, and a longer one is none.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// Keys with fewer different bytes are seen everywhere.
const MIN_DISTINCT: usize = 8;

/// Bytes of its digest that a key is called by: enough to tell one from another, and nothing to
/// come to the key by.
const CALLED: usize = 4;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&alphabet::STANDARD, LENIENT),
    GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT),
];

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenedKind {
    /// One message.
    Message,
    /// All messages of a session, or a file.
    Session,
}

/// A key of a store.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenedKey {
    /// What it is for.
    pub kind: OpenedKind,
    /// The key itself.
    pub bytes: Vec<u8>,
}

impl OpenedKey {
    /// What findings call it: `the message key 1f3a9c07`.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(&self.bytes);
        let called = digest.get(..CALLED).unwrap_or_default();
        let kind = match self.kind {
            OpenedKind::Message => "message",
            OpenedKind::Session => "session",
        };
        format!("the {kind} key {}", timeline::hex(called, ""))
    }
}

/// Its name: the key is nobody's business.
impl fmt::Debug for OpenedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A line of a helper that is no key. It never shows what is there, which may be half a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {problem}")]
pub struct InvalidOpenedKey {
    /// From 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: OpenedKeyProblem,
}

/// What is wrong with a line that should hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenedKeyProblem {
    /// It does not begin with what the key is for.
    #[error("is neither `message KEY` nor `session KEY`")]
    Kind,
    /// The key is written in another way.
    #[error("has a key that is neither hexadecimal nor base64")]
    Encoding,
    /// The key is too short or too long.
    #[error("has a key of {bytes} bytes: it must have {} to {}", LENGTHS.start(), LENGTHS.end())]
    Length {
        /// How many.
        bytes: usize,
    },
    /// The key would be found everywhere.
    #[error("has a key with fewer than {MIN_DISTINCT} different bytes")]
    TooUniform,
}

/// The keys that a helper has printed, one on each line: `message KEY` or `session KEY`, in
/// hexadecimal digits or base64.
///
/// # Errors
///
/// [`InvalidOpenedKey`] for the first line that is no key.
pub fn opened(printed: &[u8]) -> Result<Vec<OpenedKey>, InvalidOpenedKey> {
    let printed = printed.strip_suffix(b"\n").unwrap_or(printed);
    if printed.is_empty() {
        return Ok(Vec::new());
    }
    let lines = printed.split(|byte| *byte == b'\n').enumerate();
    lines
        .map(|(n, line)| {
            let line_number = n + 1;
            key(line).map_err(|problem| InvalidOpenedKey {
                line: line_number,
                problem,
            })
        })
        .collect()
}

fn key(line: &[u8]) -> Result<OpenedKey, OpenedKeyProblem> {
    let line = std::str::from_utf8(line).map_err(|_| OpenedKeyProblem::Kind)?;
    let (kind, written) = line
        .trim_end()
        .split_once(' ')
        .ok_or(OpenedKeyProblem::Kind)?;
    let kind = match kind {
        "message" => OpenedKind::Message,
        "session" => OpenedKind::Session,
        _ => return Err(OpenedKeyProblem::Kind),
    };
    let bytes = hex(written).or_else(|| base64(written));
    let bytes = bytes.ok_or(OpenedKeyProblem::Encoding)?;
    if !LENGTHS.contains(&bytes.len()) {
        let bytes = bytes.len();
        return Err(OpenedKeyProblem::Length { bytes });
    }
    let distinct: std::collections::BTreeSet<&u8> = bytes.iter().collect();
    if distinct.len() < MIN_DISTINCT {
        return Err(OpenedKeyProblem::TooUniform);
    }
    Ok(OpenedKey { kind, bytes })
}

/// Digits alone are hexadecimal, though they may be base64 as well.
fn hex(written: &str) -> Option<Vec<u8>> {
    if !written.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = written.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|it| it.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    bytes.collect()
}

fn base64(written: &str) -> Option<Vec<u8>> {
    BASE64.iter().find_map(|base64| base64.decode(written).ok())
}

#[cfg(test)]
mod tests {
    use super::{OpenedKey, OpenedKind, opened};

    fn key(kind: OpenedKind) -> OpenedKey {
        let bytes = (0xf0..=0xff).chain(0xe0..=0xef).collect();
        OpenedKey { kind, bytes }
    }

    const HEX: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeef";

    #[test]
    fn keys_are_read_in_hexadecimal_and_in_both_alphabets_of_base64() {
        let standard = "8PHy8/T19vf4+fr7/P3+/+Dh4uPk5ebn6Onq6+zt7u8=";
        let url = "8PHy8_T19vf4-fr7_P3-_-Dh4uPk5ebn6Onq6-zt7u8";
        let printed = format!("message {HEX}\nsession {standard}\nsession {url}\r\n");
        let wanted = [
            OpenedKind::Message,
            OpenedKind::Session,
            OpenedKind::Session,
        ];
        assert_eq!(opened(printed.as_bytes()), Ok(wanted.map(key).to_vec()));
        let upper = format!("message {}", HEX.to_uppercase());
        assert_eq!(opened(upper.as_bytes()), Ok(vec![key(OpenedKind::Message)]));
    }

    #[test]
    fn a_store_without_keys_is_empty() {
        assert_eq!(opened(b""), Ok(Vec::new()));
        assert_eq!(opened(b"\n"), Ok(Vec::new()));
    }

    #[test]
    fn rubbish_is_reported_by_its_line_and_never_shown() {
        let cases = [
            (HEX.to_owned(), "line 1 is neither `message"),
            (format!("message {HEX}\n\n"), "line 2 is neither"),
            (format!("private {HEX}"), "line 1 is neither"),
            (format!("message {HEX}!"), "neither hexadecimal nor base64"),
            (format!("message {HEX} {HEX}"), "neither hexadecimal"),
            (format!("message {}", &HEX[..63]), "neither hexadecimal"),
            (format!("session {}", &HEX[..30]), "a key of 15 bytes"),
            (format!("session {HEX}{HEX}00"), "a key of 65 bytes"),
            (format!("message {}", "ab".repeat(32)), "fewer than 8"),
        ];
        for (printed, why) in cases {
            let error = opened(printed.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(!error.contains("f0f1"), "{error}");
        }
        assert!(opened(b"message \xff\xfe").is_err());
    }

    #[test]
    fn a_key_is_called_by_its_digest_alone() {
        let name = key(OpenedKind::Session).name();
        let called = name.strip_prefix("the session key ").unwrap();
        assert_eq!(called.len(), 8, "{name}");
        assert!(!HEX.contains(called), "{name}");
        assert_eq!(format!("{:?}", key(OpenedKind::Session)), name);
    }
}
