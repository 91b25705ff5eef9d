//! The tests that make keys, which takes its time.

use chat_crypto::{Identity, OpenError, Receiver, SendingSession};
use chat_identity::EncryptionKey;
use chat_protocol::{Conversation, Envelope};

use crate::people::{NOW, alice, eve, name, refusal};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// Sealed for the key that its recipient shows at this time.
fn sealed_at(to: &Identity, now: u64, content: &[u8]) -> (Envelope, u64) {
    let rng = &mut rand::rng();
    let certificate = to.certify(rng, &name(), now);
    let key = EncryptionKey::certified(&certificate, (&name(), to.public()), now).unwrap();
    let mut session = SendingSession::start(rng, &eve(), to.public(), &key, now).unwrap();
    let envelope = session.seal(Conversation::Private, content, now).unwrap();
    (envelope, session.expires())
}

fn opens(me: &Identity, envelope: &Envelope, now: u64) -> Result<Vec<u8>, OpenError> {
    let opened = Receiver::new().open(me, eve().public(), envelope, now)?;
    Ok(opened.content.to_vec())
}

#[test]
fn a_stolen_store_opens_nothing_that_was_sealed_for_a_key_that_is_deleted() {
    let mut rng = rand::rng();
    let mut me = Identity::generate(&mut rng, NOW);
    assert!(!me.is_due(0, NOW) && !me.is_due(0, NOW + DAY - 1));
    // In the last second of the first day: it opens as long as a relay keeps it, and then no more.
    let last = NOW + DAY;
    let (captured, expires) = sealed_at(&me, last, b"captured");
    assert!(expires >= last + 7 * DAY);
    assert!(me.is_due(0, last + 1));
    me.renew(&mut rng, last + 1);
    assert_eq!(me.validity(last + 1).number, 2);
    let (fresh, _) = sealed_at(&me, last + 1, b"fresh");
    assert_eq!(fresh.parse_header().unwrap().key, 2);
    assert!(!me.has_expired(expires));
    me.forget_expired(expires);
    assert_eq!(opens(&me, &captured, expires).unwrap(), b"captured");

    let later = NOW + 9 * DAY;
    assert!(me.has_expired(later));
    me.forget_expired(later);
    let stolen = Identity::from_store(&me.to_store(&mut rng, None), None).unwrap();
    // Even for a thief who sets the clock back.
    assert_eq!(
        opens(&stolen, &captured, expires),
        Err(OpenError::UnknownKey)
    );
    assert_eq!(opens(&stolen, &fresh, last + 1).unwrap(), b"fresh");
}

#[test]
fn numbers_of_keys_only_grow_and_a_clock_that_was_ahead_does_no_harm() {
    let mut rng = rand::rng();
    let mut me = Identity::generate(&mut rng, NOW);
    let first = me.validity(NOW);
    assert_eq!((first.number, first.not_before), (1, NOW - 300));
    // Made by a clock that was ahead: until that time comes, the older key is shown.
    me.renew(&mut rng, NOW + 80 * DAY);
    let shown = |me: &Identity, now| me.certify(&mut rand::rng(), &name(), now).number;
    assert_eq!((shown(&me, NOW), shown(&me, NOW + 80 * DAY)), (1, 2));
    let (waiting, _) = sealed_at(&me, NOW, b"for the first key");
    assert_eq!(opens(&me, &waiting, NOW).unwrap(), b"for the first key");
    // All are over: the newest stays for its number.
    me.forget_expired(NOW + 500 * DAY);
    assert_eq!(refusal(&me, &eve(), &waiting), OpenError::UnknownKey);
    me.renew(&mut rng, NOW + 500 * DAY);
    assert_eq!(me.validity(NOW + 500 * DAY).number, 3);
}

#[test]
fn a_key_that_much_was_sealed_for_is_due_earlier_but_not_at_once() {
    let me = alice();
    let (validity, many) = (me.validity(NOW), 1_000);
    assert!(!me.is_due(many - 1, NOW) && me.is_due(many, NOW));
    assert!(!me.is_due(many, validity.not_before + 6 * HOUR - 1));
    assert!(me.is_due(0, validity.not_after - 7 * DAY));
}
