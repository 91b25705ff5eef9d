//! The relay's own key: it signs challenges, so that clients know the relay again. It opens nothing.

use std::fmt;

use chat_identity::{Channel, Statement};
use chat_protocol::{Blob, Nonce, RelayKey};
use ed25519_dalek::{Signer as _, SigningKey};

/// The secret half, wiped when it is dropped.
pub(crate) struct RelaySecret(SigningKey);

impl RelaySecret {
    /// A new one.
    pub(crate) fn generate() -> Self {
        Self(SigningKey::from_bytes(&rand::random()))
    }

    /// The one whose seed this is.
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    pub(crate) fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What clients know the relay by.
    pub(crate) fn public(&self) -> RelayKey {
        RelayKey(self.0.verifying_key().to_bytes())
    }

    /// Proves to whoever chose the client's nonce that this relay, of this name, is talking now, on this connection.
    pub(crate) fn sign_challenge(
        &self,
        (name, channel): (&str, &Channel),
        relay_nonce: &Nonce,
        client_nonce: &Nonce,
    ) -> Blob {
        let statement =
            Statement::challenge((name, &self.public(), channel), relay_nonce, client_nonce);
        Blob(self.0.sign(statement.as_bytes()).to_bytes().to_vec())
    }
}

/// The public half alone.
impl fmt::Debug for RelaySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RelaySecret({})", self.public())
    }
}
