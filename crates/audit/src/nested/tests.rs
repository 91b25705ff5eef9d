//! What relays do to a text beyond encoded it, and that it is found all the same.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::Allowance;
use crate::detection_tests::{found, searcher};
use timeline::Surface;

const CANARY: &str = "QXZVKWBM-amber-falcon-0417";

fn message() -> Vec<u8> {
    format!("the vault code is {CANARY}, do not tell").into_bytes()
}

/// The transformations in which the canary, and nothing but it, is found.
#[track_caller]
fn words(bytes: &[u8]) -> Vec<String> {
    let found = found(&searcher(), bytes);
    assert!(
        found.iter().all(|(what, _)| what == "canary 0"),
        "{found:?}"
    );
    found.into_iter().map(|(_, word)| word).collect()
}

#[track_caller]
fn finds(bytes: &[u8], word: &str) {
    let words = words(bytes);
    assert!(words.iter().any(|one| one == word), "{word}: {words:?}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A zip file with one deflated member, without its directory.
fn zip(bytes: &[u8]) -> Vec<u8> {
    let packed = deflate(bytes);
    let size = u32::try_from(packed.len()).unwrap();
    let mut file = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0".to_vec();
    file.extend(size.to_le_bytes());
    file.extend([0; 4]);
    file.extend(b"\x05\0\0\0a.txt");
    file.extend(packed);
    file
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into_bytes()
}

/// Schoolbook division of the whole number, digit by digit.
fn in_base(bytes: &[u8], base: u32) -> Vec<u8> {
    let mut number = bytes.to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut number {
            rest = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(rest / base).unwrap();
            rest %= base;
        }
        digits.push(u8::try_from(rest).unwrap());
    }
    digits.reverse();
    digits
}

fn decimal(bytes: &[u8]) -> Vec<u8> {
    let digits = in_base(bytes, 10).into_iter();
    digits.map(|digit| b'0' + digit).collect()
}

fn within(bytes: &[u8]) -> Vec<u8> {
    [b"some bytes \x00\x01 in front ", bytes, b" and some behind"].concat()
}

#[test]
fn what_is_compressed_is_found() {
    for (word, packed) in [
        ("gzip", gzip(&message())),
        ("zlib", zlib(&message())),
        ("zip", zip(&message())),
        (
            "zstd",
            compress_to_vec(&message()[..], CompressionLevel::Fastest),
        ),
    ] {
        finds(&within(&packed), word);
    }
    // What repeats is really compressed: the canary stands nowhere in full.
    let long = message().repeat(20);
    finds(&within(&gzip(&long)), "gzip");
    finds(&deflate(&long), "deflate");
}

#[test]
fn what_is_cut_short_is_found_as_far_as_it_goes() {
    let packed = gzip(&[message(), (0..=255).cycle().take(5000).collect()].concat());
    finds(&within(&packed[..packed.len() - 20]), "gzip");
}

#[test]
fn what_is_written_several_times_over_is_found() {
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes).into_bytes();
    finds(&within(&base64(&gzip(&message()))), "base64 of gzip");
    finds(&within(&hex(&hex(&message()))), "hex of hex");
    finds(&within(&base64(&base64(&message()))), "base64 of base64");
    finds(&within(&gzip(&base64(&message()))), "gzip of base64");
    let xored: Vec<u8> = message().iter().map(|byte| byte ^ 0xa5).collect();
    finds(&within(&hex(&xored)), "hex of xor");
}

#[test]
fn numbers_are_found_from_either_end() {
    finds(&within(&decimal(&message())), "big-integer");
    let mut backwards = message();
    backwards.reverse();
    finds(&within(&decimal(&backwards)), "big-integer of reversed");
    let alphabet = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digits = in_base(&message(), 58).into_iter();
    let base58: Vec<u8> = digits.map(|digit| alphabet[usize::from(digit)]).collect();
    finds(&within(&base58), "base58");
}

#[test]
fn what_is_cut_by_lines_is_found() {
    let (front, back) = CANARY.split_at(13);
    let log = format!("10:00 INFO it was {front}\n10:01 INFO {back} that came\n");
    assert_eq!(words(log.as_bytes()), ["split"]);
    let wrapped = format!("a long line that ends in {front}\r\n    {back} and goes on\n");
    assert_eq!(words(wrapped.as_bytes()), ["split"]);
    let lines = |size: usize, behind: &str| -> String {
        let pieces = CANARY.as_bytes().chunks(size).enumerate();
        pieces
            .map(|(n, piece)| {
                let piece = std::str::from_utf8(piece).unwrap();
                format!("2026-11-21T10:00:{n:02} DEBUG piece: {piece}{behind}\n")
            })
            .collect()
    };
    for size in [1, 2, 3, 5, 9, 13] {
        for behind in ["", "\"}", " "] {
            finds(lines(size, behind).as_bytes(), "split");
        }
    }
}

#[test]
fn encodings_with_line_breaks_are_found() {
    for width in [19, 64, 76] {
        let encoded = STANDARD.encode([vec![b'.'; 50], message()].concat());
        let lines: Vec<&[u8]> = encoded.as_bytes().chunks(width).collect();
        finds(&lines.join(&b"\r\n"[..]), "base64");
        finds(&lines.join(&b"\\n"[..]), "base64");
    }
    let soft = "=51=58=5A=56=4B=57=42=4D=2D=61=\n=6D=62=65=72=2D=66=61=6C=63=6F=6E=2D=30";
    finds(soft.as_bytes(), "quoted-printable");
}

#[test]
fn rot13_and_rot47_are_found() {
    let rotate = |byte: u8, first: u8| (byte - first + 13) % 26 + first;
    let rot13: Vec<u8> = message()
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' => rotate(*byte, b'a'),
            b'A'..=b'Z' => rotate(*byte, b'A'),
            other => *other,
        })
        .collect();
    assert_eq!(words(&within(&rot13)), ["caesar"]);
    let rot47: Vec<u8> = message()
        .iter()
        .map(|byte| match byte {
            b'!'..=b'~' => (byte - b'!' + 47) % 94 + b'!',
            other => *other,
        })
        .collect();
    finds(&within(&rot47), "caesar");
}

/// Letters only, each moved by the next letter of the key.
#[test]
fn vigenere_is_found() {
    for key in ["ab", "lemon", "secretwords"] {
        let keys = key.bytes().cycle();
        let text: Vec<u8> = message()
            .iter()
            .zip(keys)
            .map(|(byte, key)| match byte {
                b'a'..=b'z' => (byte - b'a' + key - b'a') % 26 + b'a',
                b'A'..=b'Z' => (byte - b'A' + key - b'a') % 26 + b'A',
                other => *other,
            })
            .collect();
        finds(&within(&text), "vigenere");
    }
}

#[test]
fn a_key_that_letters_alone_use_up_is_found() {
    for key in ["ox", "lemon", "secretkeys"] {
        let mut keys = key.bytes().cycle();
        let mut moved =
            |byte: u8, first: u8| (byte - first + keys.next().unwrap() - b'a') % 26 + first;
        let text: Vec<u8> = message()
            .iter()
            .map(|byte| match byte {
                b'a'..=b'z' => moved(*byte, b'a'),
                b'A'..=b'Z' => moved(*byte, b'A'),
                other => *other,
            })
            .collect();
        finds(&within(&text), "vigenere");
    }
}

#[test]
fn a_text_that_lies_open_is_no_cipher() {
    assert_eq!(words(&within(&message())), ["as-is"]);
    let small = message().to_ascii_lowercase();
    assert_eq!(words(&within(&small)), ["case-folded"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_key_of_one_byte_is_no_secret(key in prop::sample::select(vec![1u8, 0x20, 0x7f, 0x80, 0xa5, 0xff])) {
        let xor: Vec<u8> = message().iter().map(|byte| byte ^ key).collect();
        finds(&within(&xor), "xor");
        let sum: Vec<u8> = message().iter().map(|byte| byte.wrapping_add(key)).collect();
        finds(&within(&sum), "additive");
    }

    #[test]
    fn a_key_that_repeats_is_no_secret(key in prop::collection::vec(any::<u8>(), 1..=16)) {
        prop_assume!(key.len() == 1 || key.iter().any(|byte| *byte != key[0]));
        prop_assume!(key.iter().filter(|byte| **byte == 0).count() * 3 < key.len());
        let keyed = |put: fn(u8, u8) -> u8| -> Vec<u8> {
            let keys = key.iter().cycle();
            let text: Vec<u8> = message().iter().zip(keys).map(|(byte, key)| put(*byte, *key)).collect();
            within(&text)
        };
        let (xor, add) = match key.len() {
            1 => ("xor", "additive"),
            _ => ("repeating-xor", "repeating-additive"),
        };
        finds(&keyed(|byte, key| byte ^ key), xor);
        finds(&keyed(u8::wrapping_add), add);
    }

    #[test]
    fn foreign_bytes_are_searched_without_harm(
        noise in prop::collection::vec(any::<u8>(), 0..2000),
        magic in prop::sample::select(vec![&b"\x1f\x8b\x08"[..], b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"x\x9c", b"\n"]),
    ) {
        prop_assert_eq!(words(&[magic, &noise, magic, &noise].concat()), Vec::<String>::new());
    }
}

#[test]
fn bytes_full_of_false_beginnings_cost_what_is_allowed_and_no_more() {
    // In hexadecimal a beginning at every byte, and each goes on to the end; names of gzip without
    // an end; empty blocks, and nothing but headers.
    let floods: [&[u8]; 4] = [
        b"A",
        b"\x1f\x8b\x08\x08abcdef",
        b"\x1f\x8b\x08\x00\0\0\0\0\0\0\x00\0\0\xff\xff",
        b"PK\x03\x04\0\0\0\0\x08\0",
    ];
    for flood in floods {
        let bytes: Vec<u8> = flood.iter().copied().cycle().take(1 << 21).collect();
        let mut allowance = Allowance::of(Surface::Files);
        let searched = searcher().search_nested(Surface::Files, "log", &bytes[..], &mut allowance);
        assert!(searched.unwrap().findings.is_empty());
        let left_out = allowance.left_out();
        assert!(left_out.is_some(), "{flood:?}: it was all tried");
    }
}
