//! The published vectors, read with nothing but the primitives: what another implementation would do.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce as GcmNonce};
use chat_crypto::Receiver;
use chat_identity::{Channel, PublicIdentity, Statement, verify_relay};
use chat_protocol::{Blob, Certificate, Content, Envelope, Nonce, Place, RelayKey};
use hkdf::Hkdf;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, RsaPrivateKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::people::{NOW, bob};

/// `docs/protocol/vectors/envelope.json`; bytes are base64url.
#[derive(Deserialize)]
struct Vector {
    name: String,
    sender_key: Blob,
    recipient_key: Blob,
    recipient_private_encryption_key_pkcs8: Blob,
    certificate: Certificate,
    certificate_statement: Blob,
    relay: String,
    relay_key: RelayKey,
    relay_nonce: Nonce,
    client_nonce: Nonce,
    challenge_statement: Blob,
    challenge_signature: Blob,
    login_statement: Blob,
    exporter: Blob,
    challenge_statement_on_tls: Blob,
    login_statement_on_tls: Blob,
    binding: Blob,
    secret: Blob,
    message_key: Blob,
    session_statement: Blob,
    content: String,
    padded: Blob,
    header: String,
    wrap: Blob,
    signature: Blob,
    ciphertext: Blob,
    envelope: Blob,
    place_of_the_next: Place,
}

fn path() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/protocol/vectors/envelope.json")
}

fn unwrap(private: &RsaPrivateKey, binding: &[u8], wrap: &[u8]) -> Vec<u8> {
    let label = Oaep::<Sha256>::new_with_label(binding.to_vec());
    private
        .decrypt_blinded(&mut rand::rng(), label, wrap)
        .unwrap()
}

fn message_key(secret: &[u8], binding: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(b"chat/2"), secret)
        .expand(binding, &mut key)
        .unwrap();
    key
}

/// Number of parts, then each behind its length, as the page says.
fn pae(parts: &[&[u8]]) -> Vec<u8> {
    let number = |number: usize| (number as u64).to_le_bytes().to_vec();
    let mut bytes = number(parts.len());
    for part in parts {
        bytes.extend(number(part.len()));
        bytes.extend_from_slice(part);
    }
    bytes
}

fn vector() -> Vector {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

fn fingerprint(key: &Blob) -> Vec<u8> {
    Sha256::digest(&key.0).to_vec()
}

fn le(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

#[test]
fn the_published_statements_of_a_recipient_are_what_the_page_says() {
    let vector = vector();
    let owner = fingerprint(&vector.recipient_key);
    let certificate = &vector.certificate;
    let (number, first, last) = (
        le(certificate.number.into()),
        le(certificate.not_before),
        le(certificate.not_after),
    );
    let name = vector.name.as_bytes();
    let statement = pae(&[
        b"chat/2 encryption key",
        name,
        &owner,
        &number,
        &certificate.key.0,
        &first,
        &last,
    ]);
    assert_eq!(statement, vector.certificate_statement.0);
    let relay = vector.relay.as_bytes();
    let challenge = |exporter: &[u8]| {
        pae(&[
            b"chat/2 challenge",
            relay,
            &vector.relay_key.0,
            exporter,
            &vector.relay_nonce.0,
            &vector.client_nonce.0,
        ])
    };
    let on_tls = challenge(&vector.exporter.0);
    assert_eq!(on_tls, vector.challenge_statement_on_tls.0);
    let challenge = challenge(b"");
    assert_eq!(challenge, vector.challenge_statement.0);
    let relay = (vector.relay.as_str(), &vector.relay_key, &Channel::Plain);
    let statement = Statement::challenge(relay, &vector.relay_nonce, &vector.client_nonce);
    assert_eq!(challenge, statement.as_bytes());
    let signature = &vector.challenge_signature.0;
    verify_relay(&vector.relay_key, &statement, signature).unwrap();
    let login = |exporter: &[u8]| {
        pae(&[
            b"chat/2 login",
            vector.relay.as_bytes(),
            &vector.relay_key.0,
            exporter,
            &vector.relay_nonce.0,
            &vector.client_nonce.0,
            name,
            &owner,
            &number,
            &certificate.key.0,
            &first,
            &last,
            &certificate.signature.0,
        ])
    };
    assert_eq!(login(b""), vector.login_statement.0);
    let on_tls = login(&vector.exporter.0);
    assert_eq!(on_tls, vector.login_statement_on_tls.0);
}

#[test]
fn the_published_envelope_is_what_the_page_says() {
    let vector = vector();
    let (from, to) = (
        fingerprint(&vector.sender_key),
        fingerprint(&vector.recipient_key),
    );
    let header: serde_json::Value = serde_json::from_str(&vector.header).unwrap();
    assert_eq!(header["suite"], "rsa3072-oaep-pss-aes256gcm");
    assert_eq!(header["conversation"], "private");
    let id: Blob = serde_json::from_value(header["session"].clone()).unwrap();
    let (number, expires) = (
        le(vector.certificate.number.into()),
        le(header["expires"].as_u64().unwrap()),
    );
    let binding = pae(&[b"chat/2 secret", &from, &to, &number, &id.0, &expires]);
    assert_eq!(binding, vector.binding.0);
    let private =
        RsaPrivateKey::from_pkcs8_der(&vector.recipient_private_encryption_key_pkcs8.0).unwrap();
    let wrap = &vector.wrap.0;
    let secret = unwrap(&private, &binding, wrap);
    assert_eq!(secret, vector.secret.0);
    let key = message_key(&secret, &binding);
    assert_eq!(key, *vector.message_key.0);
    let purpose = b"chat/2 key session";
    let statement = pae(&[purpose, &from, &to, &number, &id.0, &expires, wrap]);
    assert_eq!(statement, vector.session_statement.0);

    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&header["counter"].as_u64().unwrap().to_be_bytes());
    let payload = Payload {
        msg: &vector.ciphertext.0,
        aad: vector.header.as_bytes(),
    };
    let padded = Aes256Gcm::new(&key.into())
        .decrypt(&GcmNonce::from(nonce), payload)
        .unwrap();
    assert_eq!(padded, vector.padded.0);
    let mut expected = vector.content.as_bytes().to_vec();
    expected.push(0x80);
    expected.resize(256, 0);
    assert_eq!(padded, expected);
    let length = u16::try_from(vector.header.len()).unwrap().to_be_bytes();
    let parts = [
        &length[..],
        vector.header.as_bytes(),
        wrap,
        &vector.signature.0,
        &vector.ciphertext.0,
    ];
    assert_eq!(parts.concat(), vector.envelope.0);
    let digest = Sha256::digest(vector.content.as_bytes());
    assert_eq!(vector.place_of_the_next.prev.0, *digest);
}

#[test]
fn this_implementation_opens_the_published_envelope() {
    let vector = vector();
    let sender = PublicIdentity::from_spki(&vector.sender_key.0).unwrap();
    let envelope = Envelope::decode(vector.envelope.0.into()).unwrap();
    let opened = Receiver::new()
        .open(&bob(), &sender, &envelope, NOW)
        .unwrap();
    let content = Content::decode(&opened.content).unwrap();
    let Content::Text { place, text } = content else {
        panic!("a text");
    };
    assert_eq!((place.seq, text.as_str()), (1, "good morning"));
    assert_eq!(vector.place_of_the_next.seq, 2);
}
