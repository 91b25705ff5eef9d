//! The login, without I/O: each state takes the next message and gives the next state.
//!
//! ```text
//! Greeting ──hello──► Challenged ──login──► Claim ──verify──► Proven
//! ```
//!
//! The order of the checks is part of the protocol: version, name, key, proof of
//! possession, certificate. Whether the name is free is asked last, of the router, so that
//! nobody learns it without a key.

use chat_identity::{Channel, EncryptionKey, PublicIdentity, Statement};
use chat_protocol::{
    Blob, Certificate, ErrorCode, Fingerprint, Name, Nonce, Peer, RelayKey, ToClient, ToRelay,
};

use crate::key::RelaySecret;
use crate::limits::MAX_AGENT;
use crate::refusal::Refusal;

/// A connection that has said nothing yet.
#[derive(Debug)]
pub(crate) struct Greeting {
    relay: String,
    channel: Channel,
    nonce: Nonce,
}

/// A connection that has said who it wants to be, and was asked to prove it.
#[derive(Debug)]
pub(crate) struct Challenged {
    relay: String,
    relay_key: RelayKey,
    channel: Channel,
    nonce: Nonce,
    name: Name,
    identity: PublicIdentity,
    client_nonce: Nonce,
    agent: String,
}

/// A proof that was not checked yet: checking costs RSA.
#[derive(Debug)]
pub(crate) struct Claim {
    challenged: Challenged,
    certificate: Certificate,
    signature: Blob,
}

/// Somebody who is who they say.
#[derive(Debug)]
pub(crate) struct Proven {
    pub(crate) peer: Peer,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) agent: String,
}

impl Greeting {
    /// `nonce` is fresh.
    pub(crate) fn new(relay: &Name, channel: Channel, nonce: Nonce) -> Self {
        Self {
            relay: relay.to_string(),
            channel,
            nonce,
        }
    }

    /// Takes the first message; gives the challenge to send, signed with the relay's key.
    pub(crate) fn hello(
        self,
        message: ToRelay,
        secret: &RelaySecret,
    ) -> Result<(ToClient, Challenged), Refusal> {
        let ToRelay::Hello {
            v,
            name,
            key,
            nonce: client_nonce,
            agent,
        } = message
        else {
            return Err(Refusal::out_of_order("say hello first"));
        };
        if v != chat_protocol::VERSION {
            let ours = chat_protocol::VERSION;
            let text = format!("this relay speaks version {ours} of the protocol, not {v}");
            return Err(Refusal::new(ErrorCode::UnsupportedVersion, text));
        }
        let name = Name::try_from(name)
            .map_err(|error| Refusal::new(ErrorCode::BadName, error.to_string()))?;
        let identity = PublicIdentity::from_spki(&key.0)
            .map_err(|error| Refusal::new(ErrorCode::BadKey, error.to_string()))?;
        let us = (self.relay.as_str(), &self.channel);
        let challenge = ToClient::Challenge {
            key: secret.public(),
            nonce: self.nonce,
            signature: secret.sign_challenge(us, &self.nonce, &client_nonce),
            relay: self.relay.clone(),
        };
        let challenged = Challenged {
            relay: self.relay,
            relay_key: secret.public(),
            channel: self.channel,
            nonce: self.nonce,
            name,
            identity,
            client_nonce,
            agent: agent.chars().take(MAX_AGENT).collect(),
        };
        Ok((challenge, challenged))
    }
}

impl Challenged {
    /// Takes the answer to the challenge.
    pub(crate) fn login(self, message: ToRelay) -> Result<Claim, Refusal> {
        let ToRelay::Login {
            certificate,
            signature,
        } = message
        else {
            return Err(Refusal::out_of_order("answer the challenge first"));
        };
        Ok(Claim {
            challenged: self,
            certificate,
            signature,
        })
    }
}

impl Claim {
    /// Checks the proof, at the time `now` (Unix, seconds).
    pub(crate) fn verify(self, now: u64) -> Result<Proven, Refusal> {
        let Challenged {
            relay,
            relay_key,
            channel,
            nonce,
            name,
            identity,
            client_nonce,
            agent,
        } = self.challenged;
        let fingerprint = identity.fingerprint();
        let statement = Statement::login(
            (&relay, &relay_key, &channel),
            &nonce,
            &client_nonce,
            name.as_str(),
            &fingerprint,
            &self.certificate,
        );
        identity
            .verify(&statement, &self.signature.0)
            .map_err(|_| {
                let text = "the login is not signed by the key that was announced";
                Refusal::new(ErrorCode::BadSignature, text)
            })?;
        EncryptionKey::certified(&self.certificate, (&name, &identity), now)
            .map_err(|error| Refusal::new(ErrorCode::BadCertificate, error.to_string()))?;
        Ok(Proven {
            peer: Peer {
                name,
                key: Blob(identity.spki().to_vec()),
                certificate: self.certificate,
            },
            fingerprint,
            agent,
        })
    }
}
