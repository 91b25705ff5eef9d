use chat_crypto::{OpenError, SealError, SendingSession};
use chat_identity::{Channel, EncryptionKey, InvalidCertificate, InvalidKey, Statement};
use chat_protocol::{Blob, Certificate, Conversation, Envelope};
use rsa::pkcs8::EncodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, RsaPublicKey};

use crate::by_hand::signed;
use crate::people::{NOW, alice, bob, certificate_of, eve, key_of, name, refusal, sealed};

fn changed(change: impl FnOnce(&mut Certificate)) -> InvalidCertificate {
    let bob = bob();
    let mut certificate = certificate_of(&bob);
    change(&mut certificate);
    EncryptionKey::certified(&certificate, (&name(), bob.public()), NOW).unwrap_err()
}

fn is_bad_signature(error: InvalidCertificate) -> bool {
    matches!(error, InvalidCertificate::Signature(_))
}

#[test]
fn a_certificate_gives_the_key_that_it_certifies() {
    let bob = bob();
    let key = key_of(&bob);
    assert_eq!(key.owner(), bob.public().fingerprint());
    let certificate = certificate_of(&bob);
    assert_eq!(key.number(), certificate.number);
    assert_eq!(key.not_after(), certificate.not_after);
    let spki = key.rsa().to_public_key_der().unwrap().into_vec();
    assert_eq!(spki, certificate.key.0);
}

#[test]
fn an_uncertified_key_is_refused() {
    assert!(is_bad_signature(changed(|c| c.signature.0[0] ^= 1)));
    assert!(is_bad_signature(changed(|c| c.signature.0.clear())));
    assert!(is_bad_signature(changed(|c| c.number += 1)));
    assert!(is_bad_signature(changed(|c| c.not_before += 1)));
    assert!(is_bad_signature(changed(|c| c.not_after += 1)));
    assert!(is_bad_signature(changed(
        |c| c.key = certificate_of(&eve()).key
    )));
    assert_eq!(changed(|c| c.number = 0), InvalidCertificate::Number);
}

#[test]
fn a_certificate_by_another_identity_is_refused() {
    let (bob, eve) = (bob(), eve());
    let certificate = certificate_of(&eve);
    let error = EncryptionKey::certified(&certificate, (&name(), bob.public()), NOW).unwrap_err();
    assert!(is_bad_signature(error));
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let bob = bob();
    let certificate = certificate_of(&bob);
    let other = "robert".parse().unwrap();
    let error = EncryptionKey::certified(&certificate, (&other, bob.public()), NOW).unwrap_err();
    assert!(is_bad_signature(error));
    let error = EncryptionKey::vouched_for(&certificate, (&other, bob.public())).unwrap_err();
    assert!(is_bad_signature(error));
}

#[test]
fn a_certificate_counts_from_its_first_to_its_last_second() {
    let alice = alice();
    let spki = certificate_of(&eve()).key;
    let owner = alice.public().fingerprint();
    let statement = Statement::certificate(&name(), &owner, 9, &spki.0, NOW, NOW + 1);
    let certificate = Certificate {
        number: 9,
        key: spki,
        not_before: NOW,
        not_after: NOW + 1,
        signature: Blob(signed(&alice, &statement)),
    };
    let who = (&name(), alice.public());
    let at = |now| EncryptionKey::certified(&certificate, who, now).map(|_| ());
    assert_eq!(at(NOW - 1), Err(InvalidCertificate::NotYetValid));
    assert_eq!(at(NOW), Ok(()));
    assert_eq!(at(NOW + 1), Ok(()));
    assert_eq!(at(NOW + 2), Err(InvalidCertificate::Expired));

    let key = EncryptionKey::certified(&certificate, (&name(), alice.public()), NOW).unwrap();
    let start = |now| {
        SendingSession::start(&mut rand::rng(), &bob(), alice.public(), &key, now).map(|_| ())
    };
    assert_eq!(start(NOW + 1), Ok(()));
    assert_eq!(start(NOW + 2), Err(SealError::KeyExpired));

    let mut rng = rand::rng();
    let mut session = SendingSession::start(&mut rng, &bob(), alice.public(), &key, NOW).unwrap();
    assert!(session.is_usable(NOW + 1) && !session.is_usable(NOW + 2));
    let envelope = session.seal(Conversation::All, b"hello", NOW).unwrap();
    assert_eq!(envelope.parse_header().unwrap().expires, NOW + 1);
}

/// A certificate over any key, honestly signed.
fn certified(spki: Vec<u8>) -> Result<EncryptionKey, InvalidCertificate> {
    let alice = alice();
    let owner = alice.public().fingerprint();
    let statement = Statement::certificate(&name(), &owner, 1, &spki, 0, NOW);
    let certificate = Certificate {
        number: 1,
        key: Blob(spki),
        not_before: 0,
        not_after: NOW,
        signature: Blob(signed(&alice, &statement)),
    };
    EncryptionKey::certified(&certificate, (&name(), alice.public()), NOW)
}

#[test]
fn a_signature_does_not_excuse_a_key_against_the_policy() {
    let n = key_of(&bob()).rsa().n().as_ref().clone();
    let small_exponent = RsaPublicKey::new(n, BoxedUint::from(3_u64)).unwrap();
    let spki = small_exponent.to_public_key_der().unwrap().into_vec();
    let error = certified(spki).unwrap_err();
    assert_eq!(error, InvalidCertificate::Key(InvalidKey::Exponent));
    let error = certified(b"no key".to_vec()).unwrap_err();
    assert_eq!(error, InvalidCertificate::Key(InvalidKey::Malformed));
}

#[test]
fn the_identity_key_cannot_be_the_encryption_key() {
    let error = certified(alice().public().spki().to_vec()).unwrap_err();
    assert_eq!(error, InvalidCertificate::IdentityKey);
}

#[test]
fn nothing_is_sealed_for_a_key_of_somebody_else_or_for_oneself() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let mut rng = rand::rng();
    let start = SendingSession::start(&mut rng, &alice, bob.public(), &key_of(&eve), NOW);
    assert_eq!(start.unwrap_err(), SealError::WrongOwner);
    let start = SendingSession::start(&mut rng, &alice, alice.public(), &key_of(&alice), NOW);
    assert_eq!(start.unwrap_err(), SealError::ToSelf);
}

#[test]
fn an_envelope_for_a_key_that_one_never_had_is_refused() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"hello");
    let mut header = envelope.parse_header().unwrap();
    header.key = 2;
    let other = Envelope {
        header: serde_json::to_vec(&header).unwrap().into(),
        ..envelope
    };
    assert_eq!(refusal(&bob, &alice, &other), OpenError::UnknownKey);
}

#[test]
fn a_login_signature_is_for_this_login_alone() {
    let alice = alice();
    let (one, two) = (chat_protocol::Nonce([1; 32]), chat_protocol::Nonce([2; 32]));
    let key = chat_protocol::RelayKey([3; 32]);
    let statement = (("relay", &key, &Channel::Plain), &one, &two, "alice");
    let certificate = certificate_of(&alice);
    let signature = alice.sign_login(&mut rand::rng(), statement, &certificate);
    let check = |relay, name| {
        let me = alice.public().fingerprint();
        let relay = (relay, &key, &Channel::Plain);
        let statement = Statement::login(relay, &one, &two, name, &me, &certificate);
        alice.public().verify(&statement, &signature)
    };
    check("relay", "alice").unwrap();
    check("other", "alice").unwrap_err();
    check("relay", "bob").unwrap_err();
}
