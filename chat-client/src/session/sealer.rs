//! Key sessions to others: one for each recipient, renewed when it is used up.

use std::collections::BTreeMap;

use chat_crypto::{Identity, SealError, SendingSession};
use chat_identity::EncryptionKey;
use chat_protocol::{Conversation, Envelope, Fingerprint, Name};
use rand::rngs::StdRng;

use super::Refusal;
use super::people::Recipient;
use crate::locale::{Sentence, sentences as say};

/// The key sessions of this process. They are never stored, so that no counter repeats.
#[derive(Debug, Default)]
pub(super) struct Sealer {
    sessions: BTreeMap<Name, Active>,
}

/// A key session with what it was started for.
#[derive(Debug)]
struct Active {
    to: Fingerprint,
    key: u32,
    session: SendingSession,
}

impl Sealer {
    /// Seals for one recipient, and says until when it opens. Only the first envelope of a key session costs RSA.
    ///
    /// # Errors
    ///
    /// Says why there is no session with this recipient, or that the content is too long.
    pub(super) fn seal(
        &mut self,
        rng: &mut StdRng,
        me: &Identity,
        to: Recipient<'_>,
        (conversation, content): (Conversation, &[u8]),
        now: u64,
    ) -> Result<(Envelope, u64), Refusal> {
        let fits = |active: &Active| {
            active.to == to.identity.fingerprint()
                && active.key == to.certificate.number
                && active.session.is_usable(now)
        };
        if !self.sessions.get(to.name).is_some_and(fits) {
            let active = start(rng, me, to, now)?;
            self.sessions.insert(to.name.clone(), active);
        }
        let active = self.sessions.get_mut(to.name).expect("started above");
        let expires = active.session.expires();
        let sealed = active.session.seal(conversation, content, now);
        let envelope = sealed.map_err(|error| refuse(to.name, error))?;
        Ok((envelope, expires))
    }
}

fn start(rng: &mut StdRng, me: &Identity, to: Recipient<'_>, now: u64) -> Result<Active, Refusal> {
    let bad = |why: Sentence| Refusal::new("bad-key", say::about(to.name, why));
    let key = EncryptionKey::certified(to.certificate, (to.name, to.identity), now)
        .map_err(|error| bad(Sentence::from(&error)))?;
    if key.number() < to.newest_key {
        return Err(bad(say::replaced_key(key.number(), to.newest_key)));
    }
    let session = SendingSession::start(rng, me, to.identity, &key, now)
        .map_err(|error| refuse(to.name, error))?;
    Ok(Active {
        to: to.identity.fingerprint(),
        key: key.number(),
        session,
    })
}

fn refuse(name: &Name, error: SealError) -> Refusal {
    let code = match error {
        SealError::TooLong { .. } => "too-long",
        SealError::ToSelf => "self",
        SealError::WrongOwner | SealError::KeyExpired | SealError::SessionOver => "bad-key",
    };
    Refusal::new(code, say::about(name, Sentence::from(&error)))
}
