use chat_identity::{InvalidKey, PublicIdentity, Statement};
use chat_protocol::{Fingerprint, SessionId};
use sha2::{Digest as _, Sha256};

use crate::moduli::{identity, spki};

fn refusal(der: &[u8]) -> InvalidKey {
    PublicIdentity::from_spki(der).expect_err("the policy refuses this key")
}

#[test]
fn a_key_by_the_policy_keeps_its_bytes_and_is_named_by_their_hash() {
    let der = spki(3072, 65_537, 7);
    let identity = PublicIdentity::from_spki(&der).unwrap();
    assert_eq!(identity.spki(), der);
    assert_eq!(
        identity.fingerprint(),
        Fingerprint(Sha256::digest(&der).into())
    );
}

#[test]
fn other_sizes_are_refused() {
    assert_eq!(refusal(&spki(2048, 65_537, 7)), InvalidKey::Size(2048));
    assert_eq!(refusal(&spki(3064, 65_537, 7)), InvalidKey::Size(3064));
    assert_eq!(refusal(&spki(4096, 65_537, 7)), InvalidKey::Size(4096));
}

#[test]
fn a_huge_key_is_refused_by_its_length_alone() {
    let der = spki(16_384, 65_537, 7);
    assert_eq!(refusal(&der), InvalidKey::TooLarge(der.len()));
}

#[test]
fn other_exponents_are_refused() {
    assert_eq!(refusal(&spki(3072, 3, 7)), InvalidKey::Exponent);
    assert_eq!(refusal(&spki(3072, 65_539, 7)), InvalidKey::Exponent);
}

#[test]
fn an_even_modulus_is_refused() {
    let mut der = spki(3072, 65_537, 7);
    // The modulus ends before the exponent: tag, length and three bytes.
    let last = der.len() - 6;
    assert_eq!(der[last], 0x11);
    der[last] = 0x10;
    assert_eq!(refusal(&der), InvalidKey::Malformed);
}

#[test]
fn a_second_spelling_of_a_key_is_refused() {
    let der = spki(3072, 65_537, 7);
    // rsaEncryption with its NULL becomes id-RSASSA-PSS without parameters: the same key.
    let mut other = vec![0x30, 0x82, der[2], der[3] - 2, 0x30, 0x0b];
    other.extend_from_slice(&der[6..16]);
    other.push(0x0a);
    other.extend_from_slice(&der[19..]);
    assert_eq!(refusal(&other), InvalidKey::NotCanonical);
}

#[test]
fn trailing_and_missing_bytes_are_refused() {
    let der = spki(3072, 65_537, 7);
    let longer = [der.as_slice(), &[0]].concat();
    assert_eq!(refusal(&longer), InvalidKey::Malformed);
    for length in 0..der.len() {
        assert_eq!(refusal(&der[..length]), InvalidKey::Malformed, "{length}");
    }
}

#[test]
fn a_signature_of_any_length_gets_an_answer() {
    let zero = Fingerprint([0; 32]);
    let statement = Statement::session(&zero, &zero, 1, &SessionId([0; 16]), 0, &[]);
    for length in [0, 1, 383, 384, 385, 4096] {
        let identity = identity(7);
        identity
            .verify(&statement, &vec![0xff; length])
            .expect_err("no signature");
        identity
            .verify(&statement, &vec![0; length])
            .expect_err("no signature");
    }
}

#[test]
fn debug_shows_the_fingerprint_alone() {
    let identity = identity(7);
    let shown = format!("{identity:?}");
    assert_eq!(shown, format!("PublicIdentity({})", identity.fingerprint()));
}
