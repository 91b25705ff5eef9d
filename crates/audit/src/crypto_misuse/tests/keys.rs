//! Per-character encryption, textbook RSA, and private keys.

use std::fmt::Write as _;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use num_bigint::BigUint;

use super::*;
use crate::crypto_misuse::public::public_keys;
use crate::{pieces, private_keys, secrets};
use scenario::adapter::KeyFormat;

const NOTHING: [&str; 0] = [];

/// 2^bits - 1, which is prime for these numbers of bits.
fn prime(bits: u32) -> BigUint {
    (BigUint::from(1_u8) << bits) - 1_u8
}

struct Rsa {
    n: BigUint,
    e: BigUint,
    d: BigUint,
    p: BigUint,
    q: BigUint,
}

impl Rsa {
    fn of(p: BigUint, q: BigUint) -> Self {
        let e = BigUint::from(65_537_u32);
        let totient = (&p - 1_u8) * (&q - 1_u8);
        Self {
            n: &p * &q,
            d: e.modinv(&totient).unwrap(),
            e,
            p,
            q,
        }
    }

    fn long() -> Self {
        Self::of(prime(521), prime(607))
    }

    fn encrypt(&self, bytes: &[u8]) -> BigUint {
        BigUint::from_bytes_be(bytes).modpow(&self.e, &self.n)
    }

    /// RSAPublicKey.
    fn public_der(&self) -> Vec<u8> {
        sequence(&[integer(&self.n), integer(&self.e)].concat())
    }

    /// RSAPrivateKey; what follows the primes is as long as they are, and made up.
    fn private_der(&self) -> Vec<u8> {
        let zero = BigUint::from(0_u8);
        let all = [
            &zero, &self.n, &self.e, &self.d, &self.p, &self.q, &self.p, &self.q, &self.p,
        ];
        sequence(&all.map(integer).concat())
    }
}

fn tagged(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let header = match u8::try_from(length) {
        Ok(short) if short < 128 => vec![tag, short],
        Ok(byte) => vec![tag, 0x81, byte],
        Err(_) => {
            let [.., high, low] = length.to_be_bytes();
            vec![tag, 0x82, high, low]
        }
    };
    [&header[..], value].concat()
}

fn sequence(value: &[u8]) -> Vec<u8> {
    tagged(0x30, value)
}

fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
    tagged(2, &[sign, &bytes].concat())
}

/// What a client has sent, and before that a key that it tells.
fn with_key(key: &[u8]) -> impl Fn(&[Span<'_>]) -> [Examined; 2] + '_ {
    move |spans| {
        let wire = SentBytes::from([("alice".to_owned(), key.to_vec())]);
        powers::examine(spans, &wire)
    }
}

fn in_json(name: &str, numbers: impl Iterator<Item = String>) -> Vec<u8> {
    let list: Vec<String> = numbers.collect();
    format!("{{\"{name}\":[{}]}}", list.join(",")).into_bytes()
}

#[test]
fn numbers_for_characters_have_the_pattern_of_the_text() {
    let rsa = Rsa::of(BigUint::from(61_u8), BigUint::from(53_u8));
    for text in [SAME, OTHER] {
        let mut client = Client::new(Wrapped::Raw, 7);
        let numbers = text.bytes().map(|byte| rsa.encrypt(&[byte]).to_string());
        client.send(text, &in_json("c", numbers));
        assert_eq!(client.examine(characters::examine), ["text of step 1"]);
    }
}

#[test]
fn pieces_for_half_bytes_have_the_pattern_as_well() {
    let number = |half: u8| (u32::from(half) * 7 + 15).pow(3);
    let orders: [fn(u8) -> [u8; 2]; 2] =
        [|byte| [byte >> 4, byte & 15], |byte| [byte & 15, byte >> 4]];
    for order in orders {
        let halves = || SAME.bytes().flat_map(order);
        let numbers = in_json("c", halves().map(|half| format!("\"{}\"", number(half))));
        let table = b"q7Zx!mAe0k_Wt9(z";
        let signs: Vec<u8> = halves().map(|half| table[usize::from(half)]).collect();
        for sent in [numbers, signs] {
            let mut client = Client::new(Wrapped::Raw, 11);
            client.send(SAME, &sent);
            assert_eq!(client.examine(characters::examine), ["text of step 1"]);
        }
        let letters: Vec<u8> = halves().map(|half| b'a' + half).collect();
        let values: Vec<u8> = halves().collect();
        let digits = halves().map(|half| b"0123456789abcdef"[usize::from(half)]);
        for written in [letters, values, digits.collect()] {
            let mut client = Client::new(Wrapped::Raw, 11);
            client.send(SAME, &written);
            assert_eq!(client.examine(characters::examine), NOTHING, "{written:?}");
        }
    }
}

#[test]
fn numbers_of_one_length_without_anything_between_have_the_pattern_as_well() {
    let numbers: String = SAME.bytes().map(|byte| format!("{byte:08}")).collect();
    let mut client = Client::new(Wrapped::Raw, 12);
    client.send(SAME, numbers.as_bytes());
    assert_eq!(client.examine(characters::examine), ["text of step 1"]);
}

#[test]
fn a_count_beside_a_constant_is_no_text_in_half_bytes() {
    let count: String = (0..30)
        .map(|n| format!("\"v\":1,\"seq\":{},", 100 + n))
        .collect();
    let mut client = Client::new(Wrapped::Raw, 13);
    client.send("blockhead", count.as_bytes());
    client.send(SAME, count.as_bytes());
    assert_eq!(client.examine(characters::examine), NOTHING);
}

#[test]
fn words_and_blocks_for_characters_have_the_pattern_as_well() {
    let piece = |byte: u8, size| block(&[b"table", &[byte]], size);
    let words = SAME
        .bytes()
        .map(|byte| format!("\"{}\"", STANDARD.encode(piece(byte, 24))));
    let frames: String = SAME
        .bytes()
        .enumerate()
        .fold(String::new(), |mut all, (n, byte)| {
            writeln!(all, "{{\"n\":{n},\"c\":{}}}", hex(&piece(byte, 12))).unwrap();
            all
        });
    let mut sent = vec![in_json("c", words), frames.into_bytes()];
    for size in [1, 16, 32] {
        sent.push(SAME.bytes().flat_map(|byte| piece(byte, size)).collect());
    }
    for wrapped in WRAPPED {
        for bytes in &sent {
            let mut client = Client::new(wrapped, 8);
            client.send(SAME, bytes);
            let found = client.examine(characters::examine);
            // A list in base64 is no list.
            if matches!(wrapped, Wrapped::Raw) || !bytes.is_ascii() {
                assert_eq!(found, ["text of step 1"], "{wrapped:?} {bytes:?}");
            }
        }
    }
}

#[test]
fn ways_to_write_a_text_are_no_encryption_of_its_characters() {
    let codes = in_json("c", SAME.bytes().map(|byte| byte.to_string()));
    let bits = in_json("c", SAME.bytes().map(|byte| format!("{byte:08b}")));
    let moved = SAME.bytes().map(|byte| match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        other => other,
    });
    let plain = SAME.as_bytes().to_vec();
    let folded = SAME.to_uppercase().into_bytes();
    let combined = SAME.bytes().map(|byte| byte ^ 0x5a).collect();
    for bytes in [codes, bits, moved.collect(), plain, folded, combined] {
        let mut client = Client::new(Wrapped::Raw, 9);
        client.send(SAME, &bytes);
        assert_eq!(client.examine(characters::examine), NOTHING, "{bytes:?}");
    }
}

#[test]
fn lists_of_other_numbers_do_not_have_the_pattern() {
    let mut client = Client::new(Wrapped::Raw, 10);
    let random = client.random(60);
    let numbers = random.iter().map(|byte| (byte % 10).to_string());
    client.send(SAME, &in_json("c", numbers));
    client.send(
        OTHER,
        &in_json("c", (0..60).map(|n: u32| (n % 7).to_string())),
    );
    client.send(SAME, &[0; 4000]);
    assert_eq!(client.examine(characters::examine), NOTHING);
}

#[test]
fn a_text_to_the_power_of_a_public_key_is_seen() {
    let rsa = Rsa::long();
    let number = rsa.encrypt(SAME.as_bytes());
    let pem = STANDARD.encode(rsa.public_der());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n{}", &pem[..64], &pem[64..]);
    let json = format!("{{\"e\": {}, \"n\": \"{}\"}}", rsa.e, rsa.n);
    let pair = format!("key {} {}\n", rsa.n, rsa.e);
    let keys = [
        rsa.public_der(),
        pem.into_bytes(),
        json.into_bytes(),
        pair.into_bytes(),
    ];
    let written = [
        number.to_bytes_be(),
        number.to_bytes_le(),
        number.to_string().into_bytes(),
        format!("{number:X}").into_bytes(),
        URL_SAFE_NO_PAD.encode(number.to_bytes_be()).into_bytes(),
    ];
    for key in &keys {
        for bytes in &written {
            let mut client = Client::new(Wrapped::Raw, 11);
            client.send(SAME, bytes);
            let found = client.examine(|spans| with_key(key)(spans)[0].clone());
            assert_eq!(found, ["text of step 1"], "{key:?} {bytes:?}");
        }
    }
    let mut other = Client::new(Wrapped::Raw, 12);
    other.send(OTHER, &written[0]);
    let found = other.examine(|spans| with_key(&keys[0])(spans)[0].clone());
    assert_eq!(found, NOTHING);
}

#[test]
fn characters_to_the_power_of_a_public_key_are_seen_in_any_order() {
    let rsa = Rsa::long();
    let mut numbers: Vec<String> = SAME
        .bytes()
        .map(|byte| rsa.encrypt(&[byte]).to_string())
        .collect();
    numbers.reverse();
    let mut client = Client::new(Wrapped::Raw, 13);
    client.send(SAME, numbers.join(" ").as_bytes());
    let key = rsa.public_der();
    let found = client.examine(|spans| with_key(&key)(spans)[1].clone());
    assert_eq!(found, ["text of step 1"]);
}

#[test]
fn a_private_key_is_known_by_its_structure() {
    let rsa = Rsa::long();
    let der = rsa.private_der();
    let base64 = STANDARD.encode(&der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let algorithm = sequence(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
    let pkcs8 = [integer(&BigUint::from(0_u8)), algorithm, tagged(4, &der)].concat();
    let pkcs8 = sequence(&pkcs8);
    let cases: [Vec<u8>; 6] = [
        der.clone(),
        pkcs8.clone(),
        hex(&der).into_bytes(),
        format!("{{\"key\":\"{}\"}}", URL_SAFE_NO_PAD.encode(&pkcs8)).into_bytes(),
        format!("{{\"key\":\"{}\\n\"}}", lines.join("\\n")).into_bytes(),
        format!(
            "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END",
            lines.join("\n")
        )
        .into_bytes(),
    ];
    for case in cases {
        let around = [&b"something before it: "[..], &case, b" and behind"].concat();
        let found = private_keys(&around);
        assert_eq!(
            found.len(),
            1,
            "{found:?} in {}",
            String::from_utf8_lossy(&case)
        );
        assert_eq!(found[0].secrets[0], rsa.d.to_bytes_be());
    }
}

#[test]
fn keys_of_curves_are_known_as_well() {
    let scalar = block(&[b"scalar"], 32);
    let number = BigUint::from(0_u8);
    let edwards = sequence(b"\x06\x03\x2b\x65\x70");
    let edwards = [integer(&number), edwards, tagged(4, &tagged(4, &scalar))].concat();
    let sec1 = [integer(&BigUint::from(1_u8)), tagged(4, &scalar)].concat();
    let name = tagged(0xa0, b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07");
    let with_name = sequence(&[sec1.clone(), name].concat());
    let any =
        sequence(b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07");
    let pkcs8 = [integer(&number), any, tagged(4, &sequence(&sec1))].concat();
    for der in [sequence(&edwards), with_name, sequence(&pkcs8)] {
        for case in [
            der.clone(),
            STANDARD.encode(&der).into_bytes(),
            hex(&der).into_bytes(),
        ] {
            let found = private_keys(&case);
            assert_eq!(found.len(), 1, "{}", String::from_utf8_lossy(&case));
            assert_eq!(found[0].secrets, std::slice::from_ref(&scalar));
        }
    }
}

#[test]
fn public_keys_sealed_ones_and_random_bytes_are_no_private_keys() {
    let rsa = Rsa::long();
    let public = rsa.public_der();
    let mut wrong = Rsa::long();
    wrong.p += 2_u8;
    let mut client = Client::new(Wrapped::Raw, 14);
    let random = client.random(1 << 20);
    let cases: [Vec<u8>; 7] = [
        public.clone(),
        STANDARD.encode(&public).into_bytes(),
        wrong.private_der(),
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQIY6".to_vec(),
        b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n".to_vec(),
        b"write it between -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----".to_vec(),
        random,
    ];
    for case in cases {
        assert_eq!(
            private_keys(&case),
            [],
            "{}",
            String::from_utf8_lossy(&case[..50.min(case.len())])
        );
    }
}

#[test]
fn the_secrets_of_a_key_file_are_read_as_the_adapter_says() {
    let rsa = Rsa::long();
    let parts = [&rsa.d, &rsa.p, &rsa.q].map(BigUint::to_bytes_be);
    let store = format!(
        "{{\"keys\": \"{}\"}}",
        URL_SAFE_NO_PAD.encode(rsa.private_der())
    );
    let found = secrets(store.as_bytes(), KeyFormat::Asn1);
    assert!(parts.iter().all(|part| found.contains(part)), "{found:?}");

    let key = block(&[b"key"], 32);
    let other = block(&[b"other"], 32);
    let hex = format!("{}\n{}\n", hex(&key), hex(&other));
    assert_eq!(secrets(hex.as_bytes(), KeyFormat::Hex).len(), 2);
    let key = block(&[b"key"], 16);
    let base64 = STANDARD.encode(&key);
    assert_eq!(
        secrets(base64.as_bytes(), KeyFormat::Base64),
        std::slice::from_ref(&key)
    );
    assert_eq!(secrets(&key, KeyFormat::Raw), std::slice::from_ref(&key));
}

#[test]
fn pieces_of_a_secret_lie_in_it() {
    for length in [16, 24, 25, 384] {
        let secret: Vec<u8> = block(&[b"a"], 32)
            .into_iter()
            .cycle()
            .take(length)
            .collect();
        let pieces = pieces(&secret);
        assert!(!pieces.is_empty());
        for piece in pieces {
            assert!(secret.windows(piece.len()).any(|window| window == piece));
            assert!(piece.len() >= 16);
        }
    }
}

#[test]
fn a_public_key_that_would_take_hours_to_use_is_passed_over() {
    let digits = "7".repeat(20_000);
    let in_words = format!("{{\"n\": {digits}1, \"e\": {digits}}} {digits} 65537");
    let modulus = BigUint::from_bytes_be(&[0x7f; 4096]);
    let exponent = BigUint::from(65_537_u32);
    let in_der = sequence(&[integer(&modulus), integer(&exponent)].concat());
    for bytes in [in_words.into_bytes(), in_der] {
        assert!(public_keys(&bytes).is_empty());
    }
    let both_long = BigUint::from_bytes_be(&[0x7f; 512]);
    let in_words = format!("{{\"n\": {both_long}, \"e\": {}}}", &both_long - 2_u32);
    assert!(public_keys(in_words.as_bytes()).is_empty());
}

#[test]
fn a_private_key_behind_many_false_marks_is_found() {
    let key = Rsa::long().private_der();
    let marks = b"\"kty\"\"kty\"".repeat(40_000);
    let found = private_keys(&[&marks[..], &key].concat());
    assert_eq!(found.len(), 1);
    assert!(found[0].at >= marks.len());
}
