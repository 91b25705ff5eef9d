//! Messages that one processor seals and opens again.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chat_crypto::{Identity, Receiver, SendingSession};
use chat_identity::EncryptionKey;
use chat_protocol::limits::MAX_SESSION_MESSAGES;
use chat_protocol::{Conversation, Envelope, Name};
use comparison::{Row, median};

use crate::error::MeasureError;
use crate::keys::{self, Keys};

/// Bytes of a message.
const TEXT: usize = 100;

/// What one message may take: 100 000 a second.
const GOAL: Duration = Duration::from_micros(10);

/// Times as many key sessions, each of which costs RSA at its beginning.
const SESSIONS: usize = 3;

/// Processor time of a message, from its text to its text.
pub(super) fn measure(root: &Path, rounds: u32, quick: bool) -> Result<Row, MeasureError> {
    let keys = Keys::read(root)?;
    let (alice, bob) = (keys.get(0)?, keys.get(1)?);
    let sessions = if quick { 1 } else { SESSIONS };
    let mut times = Vec::new();
    for _ in 0..rounds {
        let before = used()?;
        for _ in 0..sessions {
            session(alice, bob)?;
        }
        let messages = usize::try_from(MAX_SESSION_MESSAGES).unwrap_or(usize::MAX) * sessions;
        let took = used()?.saturating_sub(before);
        times.push(took / u32::try_from(messages).unwrap_or(u32::MAX));
    }
    Ok(Row {
        bench: "chat",
        row: "a message of 100 bytes, sealed and opened",
        ours: median(times).into(),
        reference: "100 000/s",
        theirs: GOAL.into(),
        goal: 1.0,
    })
}

/// As many messages as one key session has, to bytes and back as they travel.
fn session(alice: &Identity, bob: &Identity) -> Result<(), MeasureError> {
    let unexpected = |what: &str| MeasureError::Unexpected(what.to_owned());
    let mut rng = rand::rng();
    let now = keys::now();
    let name: Name = "bob".parse().map_err(|_| unexpected("bob is no name"))?;
    let certificate = bob.certify(&mut rng, &name, now);
    let key = EncryptionKey::certified(&certificate, (&name, bob.public()), now);
    let key = key.map_err(|error| unexpected(&error.to_string()))?;
    let session = SendingSession::start(&mut rng, alice, bob.public(), &key, now);
    let mut session = session.map_err(|error| unexpected(&error.to_string()))?;
    let mut receiver = Receiver::new();
    let text = [b'x'; TEXT];
    for _ in 0..MAX_SESSION_MESSAGES {
        let sealed = session.seal(Conversation::Private, &text, now);
        let sealed = sealed.map_err(|error| unexpected(&error.to_string()))?;
        let envelope = Envelope::decode(sealed.encode());
        let envelope = envelope.map_err(|error| unexpected(&error.to_string()))?;
        let opened = receiver.open(bob, alice.public(), &envelope, now);
        let opened = opened.map_err(|error| unexpected(&error.to_string()))?;
        if opened.content.as_slice() != text {
            return Err(unexpected("what was opened is not what was sealed"));
        }
    }
    Ok(())
}

/// The processor time of this thread.
fn used() -> Result<Duration, MeasureError> {
    let text = fs::read_to_string("/proc/thread-self/schedstat");
    let text = text.map_err(MeasureError::system("read the processor time"))?;
    let ran = text.split(' ').next().and_then(|ran| ran.parse().ok());
    let ran = ran.ok_or_else(|| MeasureError::Unexpected("no processor time".to_owned()))?;
    Ok(Duration::from_nanos(ran))
}
