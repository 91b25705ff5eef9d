//! Relays, as their clients know them: by an Ed25519 key (RFC 8032).

use chat_protocol::RelayKey;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::{BadSignature, Statement};

/// Checks that the relay with this key signed `statement`. Keys of small order, which sign anything, sign nothing
/// here.
///
/// # Errors
///
/// [`BadSignature`], whatever the cause.
pub fn verify_relay(
    key: &RelayKey,
    statement: &Statement,
    signature: &[u8],
) -> Result<(), BadSignature> {
    let key = VerifyingKey::from_bytes(&key.0).map_err(|_| BadSignature)?;
    let signature = Signature::from_slice(signature).map_err(|_| BadSignature)?;
    key.verify_strict(statement.as_bytes(), &signature)
        .map_err(|_| BadSignature)
}
