//! Another encryption key of somebody who is logged in. The identity stays the same, so it vouches for the key.

use chat_identity::{EncryptionKey, PublicIdentity};
use chat_protocol::{Blob, Certificate, ErrorCode, Name, Peer};
use tokio::time::Instant;

use crate::clock;
use crate::limits::RENEWAL_PAUSE;
use crate::refusal::Refusal;

/// Who may renew a key, and when that was done last.
#[derive(Debug)]
pub(super) struct Renewals {
    name: Name,
    key: Blob,
    last: Option<Instant>,
}

impl Renewals {
    pub(super) fn of(owner: &Peer) -> Self {
        Self {
            name: owner.name.clone(),
            key: owner.key.clone(),
            last: None,
        }
    }

    /// Checks a certificate as a login does, off the threads that serve the others. Everybody is told of each, so
    /// there are few of them.
    pub(super) async fn check(&mut self, certificate: &Certificate) -> Result<(), Refusal> {
        let now = Instant::now();
        if self.last.is_some_and(|last| now < last + RENEWAL_PAUSE) {
            let text = "this connection had a new encryption key a moment ago: wait a minute";
            return Err(Refusal::new(ErrorCode::Busy, text));
        }
        self.last = Some(now);
        let (name, key) = (self.name.clone(), self.key.clone());
        let certificate = certificate.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let identity = PublicIdentity::from_spki(&key.0)
                .map_err(|error| Refusal::new(ErrorCode::BadKey, error.to_string()))?;
            EncryptionKey::certified(&certificate, (&name, &identity), clock::unix_now())
                .map(|_| ())
                .map_err(|error| Refusal::new(ErrorCode::BadCertificate, error.to_string()))
        });
        let internal = |_| Refusal::new(ErrorCode::Internal, "the key could not be checked");
        checked.await.map_err(internal)?
    }
}
