//! Relays that decrypt and encrypt again, in every mode that is tried.

use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes128, Aes192, Aes256, Block};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ghash::GHash;
use ghash::universal_hash::UniversalHash as _;
use timeline::{Kind, StepId, Surface};

use super::{HeldKeys, Record, Span, TriedKeys, Value, values, viewed};

const TEXT: &str = "the vault code is QXZVKWBG-amber-falcon-0417";

const KEY: [u8; 32] = *b"\x01\xfe\x22\x35\x40\xa9\x67\x7f\x88\x93\xbe\xb7\xc2\xde\xed\xff\
    \x0f\x1e\x2d\x3c\x4b\x5a\x69\x78\x87\x96\xa5\xb4\xc3\xd2\xe1\xf0";

fn encrypted(key: &[u8], mut blocks: Vec<Block>) -> Vec<u8> {
    match key.len() {
        16 => Aes128::new_from_slice(key)
            .unwrap()
            .encrypt_blocks(&mut blocks),
        24 => Aes192::new_from_slice(key)
            .unwrap()
            .encrypt_blocks(&mut blocks),
        _ => Aes256::new_from_slice(key)
            .unwrap()
            .encrypt_blocks(&mut blocks),
    }
    blocks.concat()
}

fn filled(text: &[u8]) -> Vec<Block> {
    let fill = 16 - text.len() % 16;
    let text = [text, &vec![u8::try_from(fill).unwrap(); fill]].concat();
    text.chunks(16)
        .map(|block| Block::try_from(block).unwrap())
        .collect()
}

fn ecb(key: &[u8], text: &[u8]) -> Vec<u8> {
    encrypted(key, filled(text))
}

fn cbc(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut all = b"a random vector!".to_vec();
    for block in filled(text) {
        let before = &all[all.len() - 16..];
        let mixed: Vec<u8> = block.iter().zip(before).map(|(a, b)| a ^ b).collect();
        let sealed = encrypted(key, vec![Block::try_from(&mixed[..]).unwrap()]);
        all.extend(sealed);
    }
    all
}

fn stream(key: &[u8], first: u128, text: &[u8]) -> Vec<u8> {
    let counters =
        (0..text.len().div_ceil(16) as u128).map(|n| Block::from((first + n).to_be_bytes()));
    let pad = encrypted(key, counters.collect());
    text.iter().zip(pad).map(|(a, b)| a ^ b).collect()
}

const NONCE: [u8; 12] = *b"\xca\xfe\xba\xbe\xfa\xce\xdb\xad\xde\xca\xf8\x88";

fn counter_of(nonce: &[u8; 12]) -> u128 {
    nonce
        .iter()
        .fold(0, |all, byte| all << 8 | u128::from(*byte))
        << 32
}

/// Nonce, ciphertext and tag.
fn gcm(key: &[u8], text: &[u8]) -> Vec<u8> {
    let first = counter_of(&NONCE);
    let sealed = stream(key, first | 2, text);
    let hash = encrypted(key, vec![Block::default()]);
    let mut hash = GHash::new(&Block::try_from(&hash[..]).unwrap());
    hash.update_padded(&sealed);
    hash.update(&[(8 * sealed.len() as u128).to_be_bytes().into()]);
    let tag = stream(key, first | 1, &hash.finalize());
    [NONCE.as_slice(), &sealed, &tag].concat()
}

/// What comes of these keys, when alice sends this for the text.
fn tried(held: &HeldKeys, bytes: &[u8]) -> TriedKeys {
    let step = StepId("2".to_owned());
    let span = Span {
        link: "alice",
        to: Some("bob"),
        step: &step,
        text: TEXT,
        at: 0,
        bytes,
    };
    held.open_spans(&[span], viewed(bytes, &[], 0), [1 << 30, 1 << 20], || false)
}

fn likely(key: &[u8]) -> Value {
    Value::likely(0, key.to_vec())
}

fn holding(key: &[u8]) -> HeldKeys {
    let mut held = HeldKeys::default();
    held.add(
        Surface::Files,
        "room.key",
        3,
        likely(b"a key of another thing, not this"),
    );
    held.add(Surface::Output, "out/relay.stdout", 70, likely(key));
    held
}

/// The word of what was found, if anything was.
fn word(tried: &TriedKeys) -> Option<String> {
    match &tried.findings[..] {
        [] => None,
        [
            Kind::Finding {
                surface: Surface::Output,
                place,
                at: 70,
                what,
                transformation,
            },
        ] => {
            assert_eq!(place, "out/relay.stdout");
            assert_eq!(transformation, "opening-key");
            let (_, word) = what.split_once("a key that opens the text of step 2 (")?;
            Some(word.trim_end_matches(')').to_owned())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_that_opens_a_record_is_found_in_every_mode() {
    let inner = format!("{{\"from\":\"alice\",\"body\":\"{TEXT}\"}}");
    let inner = inner.as_bytes();
    for (key, bits) in [
        (&KEY[..16], "AES-128"),
        (&KEY[..24], "AES-192"),
        (&KEY[..], "AES-256"),
    ] {
        let iv = 0xf0e1_d2c3_b4a5_9687_7869_5a4b_3c2d_1eff_u128;
        let with_iv = [&iv.to_be_bytes()[..], &stream(key, iv, inner)].concat();
        let with_nonce = [&NONCE[..], &stream(key, counter_of(&NONCE), inner)].concat();
        for (sealed, mode) in [
            (ecb(key, inner), "ECB"),
            (cbc(key, inner), "CBC"),
            (with_iv, "CTR"),
            (with_nonce, "CTR"),
            (gcm(key, inner), "GCM"),
        ] {
            let json = format!(
                "{{\"to\":\"bob\",\"data\":\"{}\"}}\n",
                STANDARD.encode(&sealed)
            );
            for record in [
                [b"\x00\x00\x00\x61\x07", &sealed[..]].concat(),
                json.into_bytes(),
            ] {
                let found = word(&tried(&holding(key), &record));
                assert_eq!(found.as_deref(), Some(&*format!("{bits} in {mode}")));
                let other: Vec<u8> = key.iter().map(|byte| byte ^ 0x55).collect();
                assert_eq!(word(&tried(&holding(&other), &record)), None);
            }
        }
    }
}

#[test]
fn the_second_half_of_a_fernet_key_opens_its_token() {
    let sealed = cbc(&KEY[16..], TEXT.as_bytes());
    let token = [&b"\x80\0\0\0\0\x67\x41\x2c\x9d"[..], &sealed, &[7; 32]].concat();
    let record = format!("MSG bob {}\n", URL_SAFE.encode(token));
    let mut held = HeldKeys::default();
    for value in values(format!("key: {}\n", URL_SAFE.encode(KEY)).as_bytes()) {
        held.add(Surface::Output, "out/relay.stdout", 70, value);
    }
    assert_eq!(
        word(&tried(&held, record.as_bytes())).as_deref(),
        Some("AES-128 in CBC")
    );
}

#[test]
fn within_the_encryption_of_the_link_the_search_goes_on() {
    let link: Vec<u8> = KEY.iter().map(|byte| byte.wrapping_mul(3)).collect();
    let inner = gcm(&KEY, TEXT.as_bytes());
    let outer = gcm(&link, &[&b"to bob:"[..], &inner].concat());
    let record = [&b"\x17\x03\x03\x00\x80"[..], &outer].concat();
    // What opens the link alone opens no text.
    assert_eq!(word(&tried(&holding(&link), &record)), None);
    let mut both = holding(&KEY);
    both.add(Surface::Memory, "[heap]", 5, likely(&link));
    assert_eq!(
        word(&tried(&both, &record)).as_deref(),
        Some("AES-256 in GCM")
    );
}

/// Test case 3 of the specification of GCM (McGrew and Viega, 2005).
#[test]
fn a_tag_is_that_of_the_specification() {
    let hex = |digits: &str| -> Vec<u8> {
        let pairs = digits.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let key = hex("feffe9928665731c6d6a8f9467308308");
    let plain = hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
    );
    let sealed = hex(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f59854d5c2af327cd64a62cf35abd2ba6fab4",
    );
    let record = [NONCE.as_slice(), &sealed].concat();
    assert_eq!(gcm(&key, &plain), record);
    let cipher = super::Cipher::new(&key).unwrap();
    let none = super::Texts::new(std::iter::empty());
    let opened = super::open(&cipher, &record, &[record.len()], &none);
    assert_eq!(opened, Some(super::Opened::Sealed(plain)));
}

/// So many values, as a program prints that numbers things by their digests.
fn digests(count: u32, bytes: u32) -> HeldKeys {
    let mut held = HeldKeys::default();
    for n in 0..count {
        let words =
            (0..bytes / 4).map(|k| (n * 77 + k).wrapping_mul(0x9e37_79b9) ^ n.rotate_left(k));
        let value: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
        held.add(Surface::Output, "out/relay.stdout", 0, likely(&value));
    }
    held
}

/// What a client may send for a text.
fn record(bytes: usize, ends: usize) -> Record {
    let noise = |n: usize| {
        let [_, _, _, _, _, byte, ..] = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
        byte
    };
    Record {
        nth: 0,
        bytes: (0..bytes).map(noise).collect(),
        ends: (1..=ends).map(|n| n * bytes / ends).collect(),
    }
}

fn tried_on(held: &HeldKeys, records: Vec<Record>, most: u64, is_stopped: bool) -> TriedKeys {
    let step = StepId("2".to_owned());
    let span = Span {
        link: "alice",
        to: None,
        step: &step,
        text: TEXT,
        at: 0,
        bytes: &[],
    };
    held.open_spans(&[span], records, [most, 0], || is_stopped)
}

#[test]
fn what_is_too_much_to_be_tried_is_counted() {
    let records = (0..12).map(|_| record(super::RECORD, 1)).collect();
    let tried = tried_on(&digests(3000, 16), records, 20_000_000, false);
    assert!(tried.findings.is_empty());
    assert!(
        tried.left_out[&Surface::Output] > 2000,
        "{:?}",
        tried.left_out
    );
}

#[test]
fn five_thousand_digests_in_a_log_are_tried_one_and_all() {
    let held = digests(5000, 32);
    let records = (0..2).map(|nth| Record {
        nth: nth % 2,
        ..record(150, 2)
    });
    let tried = tried_on(&held, records.collect(), super::BLOCKS, false);
    assert!(tried.left_out.is_empty(), "{:?}", tried.left_out);
    assert_eq!(tried.compared, 10_000);
    // Where there is no time for both records of a client, one is enough.
    let records = (0..2).map(|nth| Record {
        nth,
        ..record(150, 2)
    });
    let tried = tried_on(
        &held,
        records.collect(),
        super::cost(&[record(150, 2)]) * 5000,
        false,
    );
    assert!(tried.left_out.is_empty(), "{:?}", tried.left_out);
    assert_eq!(tried.compared, 5_000);
}

#[test]
fn who_has_had_enough_is_not_kept_waiting() {
    let tried = tried_on(
        &digests(5000, 32),
        vec![record(super::RECORD, 8)],
        super::BLOCKS,
        true,
    );
    assert_eq!(tried.compared, 0);
}
