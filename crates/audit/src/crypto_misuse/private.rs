//! Private keys, known by their structure alone, in whatever text or file.
//!
//! A few short marks that every such format has are searched for; what stands around one is
//! then read as the format says. Of a key of RSA its primes are multiplied: so random bytes
//! are never called one.

use std::sync::LazyLock;

use memchr::memmem;
use num_bigint::BigUint;
use regex::bytes::Regex;

use super::public::integer;
use super::views::views;

/// A private key that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateKey {
    /// Where it was noticed.
    pub at: usize,
    /// What only its owner may know: primes and exponent, or the scalar, each with its most
    /// significant byte first. Empty where its format is not read further.
    pub secrets: Vec<Vec<u8>>,
}

/// Marks of PEM, JWK and DER; of DER also in base64 and in hexadecimal digits.
const MARKS: [&[u8]; 19] = [
    b"PRIVATE KEY-----",
    b"\"kty\"",
    b"\x02\x01\x00\x02\x82",
    b"\x02\x01\x00\x02\x81",
    b"\x06\x03\x2b\x65",
    b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01",
    b"\x02\x01\x01\x04\x20",
    // 02 01 00 30 0d, and 02 01 00 02, behind a header of four bytes; names of curves.
    b"IBADAN",
    b"IBAAK",
    b"CAQAwBQYDK2V",
    b"qhkjOPQIB",
    b"KoZIzj0CAQ",
    b"yqGSM49AgE",
    b"CAQEEI",
    b"02010002",
    b"0201010420",
    b"020100300506032b65",
    b"06072a8648ce3d0201",
    b"020100300d06092a86",
];

/// Bytes around a mark that are read.
const BEFORE: usize = 64;
const BEHIND: usize = 16 * 1024;

/// No key is longer, however it is written: where none is around a mark, none is around those that
/// stand so far in front of the end of what was read.
const LONGEST: usize = BEHIND / 2;

/// So many marks are read around, at most: a file can be full of them.
const MOST_MARKS: usize = 4096;

/// Those in these bytes, the nearest marks together counted once.
pub fn private_keys(bytes: &[u8]) -> Vec<PrivateKey> {
    let mut marks: Vec<usize> = MARKS
        .iter()
        .flat_map(|mark| memmem::find_iter(bytes, mark))
        .collect();
    marks.extend(upper_case(bytes));
    marks.sort_unstable();
    let mut found: Vec<PrivateKey> = Vec::new();
    let (mut read_to, mut reads) = (0, 0);
    for mark in marks {
        if mark < read_to || reads == MOST_MARKS {
            continue;
        }
        reads += 1;
        let begin = mark.saturating_sub(BEFORE);
        let end = bytes.len().min(mark + BEHIND);
        let Some(around) = bytes.get(begin..end) else {
            continue;
        };
        let Some(key) = read(around) else {
            read_to = mark + BEHIND - LONGEST;
            continue;
        };
        let at = begin + key.at;
        // One key has several marks, and in base64 its decoded place is only near: equal secrets tell
        // that it is the same.
        if !found.iter().any(|known| {
            known.at == at || (!key.secrets.is_empty() && known.secrets == key.secrets)
        }) {
            found.push(PrivateKey { at, ..key });
        }
    }
    found
}

/// Hexadecimal digits may be capitals.
fn upper_case(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let marks: [&[u8]; 2] = [b"020100300506032B65", b"06072A8648CE3D0201"];
    marks
        .into_iter()
        .flat_map(|mark| memmem::find_iter(bytes, mark).collect::<Vec<_>>())
}

/// The first key in what stands around a mark.
fn read(around: &[u8]) -> Option<PrivateKey> {
    let in_views = views(around).iter().find_map(|view| {
        let (at, secrets) = rsa(&view.bytes).or_else(|| curve(&view.bytes))?;
        let at = view.place(at);
        Some(PrivateKey { at, secrets })
    });
    in_views.or_else(|| named(around))
}

/// n, e, d, p and q, one behind the other.
fn rsa(bytes: &[u8]) -> Option<(usize, Vec<Vec<u8>>)> {
    memmem::find_iter(bytes, b"\x02\x01\x00\x02").find_map(|at| {
        let mut behind = at + 3;
        let mut next = || {
            let (value, end) = integer(bytes, behind)?;
            behind = end;
            Some(value)
        };
        let [n, _, d, p, q] = [next()?, next()?, next()?, next()?, next()?];
        // Cheaper than to multiply what cannot be: bytes can be full of such beginnings.
        if (p.len() + q.len()).abs_diff(n.len()) > 1 {
            return None;
        }
        let [modulus, one, other] = [n, p, q].map(BigUint::from_bytes_be);
        let is_key = modulus.bits() > 64 && one * other == modulus;
        is_key.then(|| (at, [d, p, q].map(<[u8]>::to_vec).to_vec()))
    })
}

/// PKCS#8 of Ed25519 and its like, and both formats of elliptic curves.
fn curve(bytes: &[u8]) -> Option<(usize, Vec<Vec<u8>>)> {
    const EDWARDS: &[u8] = b"\x02\x01\x00\x30\x05\x06\x03\x2b\x65";
    const SCALAR: &[u8] = b"\x02\x01\x01\x04";
    let edwards = memmem::find(bytes, EDWARDS).and_then(|at| {
        // Which curve; a string in a string; its length twice.
        let behind = bytes.get(at + EDWARDS.len()..)?;
        let (&[_, 0x04, _, 0x04, length], rest) = behind.split_first_chunk::<5>()? else {
            return None;
        };
        Some((at, vec![rest.get(..usize::from(length))?.to_vec()]))
    });
    let weierstrass = || {
        memmem::find_iter(bytes, SCALAR).find_map(|at| {
            let (length, rest) = bytes.get(at + SCALAR.len()..)?.split_first()?;
            let length = usize::from(*length);
            let scalar = rest.get(..length)?;
            let behind = rest.get(length..)?;
            // The curve's name behind it, or that of all such keys before it.
            let before = bytes.get(at.saturating_sub(32)..at)?;
            let is_key = memmem::find(before, b"\x2a\x86\x48\xce\x3d\x02\x01").is_some()
                || (behind.first() == Some(&0xa0) && behind.get(2) == Some(&0x06));
            ((24..=66).contains(&length) && is_key).then(|| (at, vec![scalar.to_vec()]))
        })
    };
    edwards.or_else(weierstrass)
}

static PEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let line = r"-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----(?:\s|\\r|\\n)*";
    // A key without a passphrase has its base64 at once.
    Regex::new(&format!("{line}[A-Za-z0-9+/]{{32}}")).ok()
});

static JWK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r#""kty"\s*:\s*"(?:RSA|EC|OKP)"[^{}]*"d"\s*:\s*"[A-Za-z0-9_-]{20,}""#;
    let other = r#""d"\s*:\s*"[A-Za-z0-9_-]{20,}"[^{}]*"kty"\s*:\s*"(?:RSA|EC|OKP)""#;
    Regex::new(&format!("(?:{pattern})|(?:{other})")).ok()
});

/// Formats that say what they are.
fn named(around: &[u8]) -> Option<PrivateKey> {
    // OpenSSH says whether there is a passphrase in the first bytes of its own format.
    const OPENSSH: &[u8] = b"b3BlbnNzaC1rZXktdjEA";
    const OPENSSH_CLEAR: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
    let pem = PEM.iter().find_map(|regex| regex.find(around));
    let pem = pem.filter(|_| {
        memmem::find(around, OPENSSH).is_none() || memmem::find(around, OPENSSH_CLEAR).is_some()
    });
    let found = pem.or_else(|| JWK.iter().find_map(|regex| regex.find(around)))?;
    Some(PrivateKey {
        at: found.start(),
        secrets: Vec::new(),
    })
}
