//! An envelope built from the description of the protocol alone: the construction a second
//! time, and what a dishonest sender can do.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use chat_crypto::{Freshness, Identity, Receiver};
use chat_identity::{Statement, session_binding};
use chat_protocol::limits::{MAIL_SECONDS, MAX_SESSION_MESSAGES, SESSION_SECONDS};
use chat_protocol::{Conversation, Envelope, EnvelopeHeader, SUITE, SessionId};
use hkdf::Hkdf;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, Pss, RsaPrivateKey};
use sha2::{Digest as _, Sha256};

use crate::people::{NOW, alice, bob, eve, key_of, refusal, sealed};

/// A sender that chooses everything itself.
pub(crate) struct Sender<'a> {
    pub(crate) from: &'a Identity,
    pub(crate) to: &'a Identity,
    pub(crate) session: [u8; 16],
    pub(crate) expires: u64,
    pub(crate) counter: u64,
}

impl<'a> Sender<'a> {
    pub(crate) fn new(from: &'a Identity, to: &'a Identity) -> Self {
        Self {
            from,
            to,
            session: [7; 16],
            expires: NOW + SESSION_SECONDS,
            counter: 0,
        }
    }

    fn header(&self) -> EnvelopeHeader {
        EnvelopeHeader {
            suite: SUITE.to_owned(),
            from: self.from.public().fingerprint(),
            to: self.to.public().fingerprint(),
            key: 1,
            session: SessionId(self.session),
            expires: self.expires,
            counter: self.counter,
            conversation: Conversation::All,
        }
    }

    /// Seals bytes that are already padded, or not.
    pub(crate) fn seal(&self, padded: &[u8]) -> Envelope {
        let header = self.header();
        let secret = [3; 32];
        let (from, to, session) = (&header.from, &header.to, &header.session);
        let binding = session_binding(from, to, 1, session, self.expires);
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"chat/2"), &secret)
            .expand(&binding, &mut key)
            .unwrap();
        let label = Oaep::<Sha256>::new_with_label(binding);
        let wrap = key_of(self.to)
            .rsa()
            .encrypt(&mut rand::rng(), label, &secret)
            .unwrap();
        let statement = Statement::session(from, to, 1, session, self.expires, &wrap);

        let exact = serde_json::to_vec_pretty(&header).unwrap();
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.counter.to_be_bytes());
        let payload = Payload {
            msg: padded,
            aad: &exact,
        };
        let ciphertext = Aes256Gcm::new(&key.into())
            .encrypt(&Nonce::from(nonce), payload)
            .unwrap();
        Envelope {
            header: exact.into(),
            wrap: wrap.into(),
            signature: signed(self.from, &statement).into(),
            ciphertext: ciphertext.into(),
        }
    }
}

/// A signature over anything, by a key that was exported.
pub(crate) fn signed(by: &Identity, statement: &Statement) -> Vec<u8> {
    let key = RsaPrivateKey::from_pkcs8_pem(&by.to_pem().identity_private).unwrap();
    let hash = Sha256::digest(statement.as_bytes());
    key.sign_with_rng(&mut rand::rng(), Pss::<Sha256>::new_blinded(), &hash)
        .unwrap()
}

/// What the header and wrap of an envelope say, to be signed.
pub(crate) fn session_statement(envelope: &Envelope) -> Statement {
    let header = envelope.parse_header().unwrap();
    Statement::session(
        &header.from,
        &header.to,
        header.key,
        &header.session,
        header.expires,
        &envelope.wrap,
    )
}

/// `content`, the marker and zeros, 256 bytes together.
pub(crate) fn padded(content: &[u8]) -> Vec<u8> {
    let mut padded = content.to_vec();
    padded.push(0x80);
    padded.resize(256, 0);
    padded
}

#[test]
fn an_envelope_built_from_the_description_opens() {
    let (alice, bob) = (alice(), bob());
    let envelope = Sender::new(&alice, &bob).seal(&padded(b"hello"));
    let opened = Receiver::new()
        .open(&bob, alice.public(), &envelope, NOW)
        .unwrap();
    assert_eq!(opened.content.as_slice(), b"hello");
    assert_eq!(opened.conversation, Conversation::All);
    assert!(matches!(opened.freshness, Freshness::New(_)));
}

#[test]
fn only_the_exact_padding_opens() {
    let (alice, bob) = (alice(), bob());
    let sender = Sender::new(&alice, &bob);
    let mut junk_after_marker = padded(b"hello");
    junk_after_marker[200] = 1;
    let mut wrong_marker = padded(b"hello");
    wrong_marker[5] = 0x81;
    let mut next_bucket = padded(b"hello");
    next_bucket.resize(512, 0);
    let wrong = [
        Vec::new(),
        vec![0; 256],
        b"hello".to_vec(),
        b"hello\x80".to_vec(),
        junk_after_marker,
        wrong_marker,
        next_bucket,
    ];
    for padded in wrong {
        let envelope = sender.seal(&padded);
        assert_eq!(refusal(&bob, &alice, &envelope).code(), "cannot-open");
    }
}

#[test]
fn a_sender_cannot_sign_a_far_expiry_or_more_messages() {
    let (alice, bob) = (alice(), bob());
    let mut sender = Sender::new(&alice, &bob);
    sender.expires = NOW + SESSION_SECONDS + MAIL_SECONDS + 301;
    let envelope = sender.seal(&padded(b"hello"));
    assert_eq!(refusal(&bob, &alice, &envelope).code(), "expired");

    let mut sender = Sender::new(&alice, &bob);
    sender.counter = MAX_SESSION_MESSAGES;
    let envelope = sender.seal(&padded(b"hello"));
    assert_eq!(refusal(&bob, &alice, &envelope).code(), "malformed");
}

#[test]
fn a_wrap_that_another_identity_signs_again_opens_nothing() {
    let (alice, bob, eve) = (alice(), bob(), eve());
    let mut envelope = sealed(&alice, &bob, b"from alice");
    let mut header = envelope.parse_header().unwrap();
    header.from = eve.public().fingerprint();
    envelope.header = serde_json::to_vec(&header).unwrap().into();
    envelope.signature = signed(&eve, &session_statement(&envelope)).into();
    // The signature is genuine, Eve's: the label of the wrap and the key say otherwise.
    assert_eq!(refusal(&bob, &eve, &envelope).code(), "cannot-open");
    assert_eq!(refusal(&bob, &alice, &envelope).code(), "wrong-sender");
}

#[test]
fn a_wrap_moved_to_another_session_by_its_own_sender_opens_nothing() {
    let (alice, bob) = (alice(), bob());
    let (one, two) = (sealed(&alice, &bob, b"one"), sealed(&alice, &bob, b"two"));
    let mut mixed = Envelope {
        wrap: two.wrap,
        ..one
    };
    mixed.signature = signed(&alice, &session_statement(&mixed)).into();
    assert_eq!(refusal(&bob, &alice, &mixed).code(), "cannot-open");
}
