//! Who takes part in the tests.

use bytes::Bytes;
use chat_crypto::{Identity, OpenError, Opened, Receiver, SendingSession};
use chat_identity::EncryptionKey;
use chat_protocol::{Certificate, Conversation, Envelope, Name};

/// The time of the tests: some second of the year 2027.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn alice() -> Identity {
    person(0)
}

pub(crate) fn bob() -> Identity {
    person(1)
}

pub(crate) fn eve() -> Identity {
    person(2)
}

/// The text of one of the public test keys.
pub(crate) fn store_text(number: u8) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/fixtures/keys");
    std::fs::read_to_string(format!("{folder}/{number:02}.keys")).unwrap()
}

fn person(number: u8) -> Identity {
    Identity::from_store(&store_text(number), None).unwrap()
}

/// What everybody is called here.
pub(crate) fn name() -> Name {
    "somebody".parse().unwrap()
}

/// The newest encryption key of `owner`, certified.
pub(crate) fn certificate_of(owner: &Identity) -> Certificate {
    owner.certify(&mut rand::rng(), &name(), NOW)
}

/// The same, as others see it.
pub(crate) fn key_of(owner: &Identity) -> EncryptionKey {
    let certificate = certificate_of(owner);
    EncryptionKey::certified(&certificate, (&name(), owner.public()), NOW).unwrap()
}

pub(crate) fn session(from: &Identity, to: &Identity) -> SendingSession {
    SendingSession::start(&mut rand::rng(), from, to.public(), &key_of(to), NOW).unwrap()
}

/// One private message in a session of its own.
pub(crate) fn sealed(from: &Identity, to: &Identity, content: &[u8]) -> Envelope {
    session(from, to)
        .seal(Conversation::Private, content, NOW)
        .unwrap()
}

/// Opens what arrived as bytes.
pub(crate) fn open_bytes(
    receiver: &mut Receiver,
    (me, sender): (&Identity, &Identity),
    bytes: Bytes,
) -> Result<Opened, OpenError> {
    let envelope = Envelope::decode(bytes).map_err(|_| OpenError::Malformed)?;
    receiver.open(me, sender.public(), &envelope, NOW)
}

/// What a fresh receiver answers at the time of the tests.
pub(crate) fn refusal(me: &Identity, sender: &Identity, envelope: &Envelope) -> OpenError {
    Receiver::new()
        .open(me, sender.public(), envelope, NOW)
        .expect_err("to be refused")
}
