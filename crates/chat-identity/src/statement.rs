//! What gets signed: bytes that can mean only one thing.
//!
//! A statement is a list of byte strings in the pre-authentication encoding of PASETO, which
//! DSSE follows too: the number of parts, then each part behind its length, all as `u64`
//! little-endian. The first part names what kind of statement it is, so that a signature
//! made for one purpose never serves another. Numbers inside are `u64` little-endian.

use chat_protocol::{Certificate, Digest, Fingerprint, Name, Nonce, RelayKey, RoomAct, SessionId};

/// The connection that a statement is for. Whoever passes the statement on has another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Plain TCP, which nothing tells from any other.
    Plain,
    /// TLS with this exported secret (`tls-exporter` of RFC 9266).
    Tls([u8; 32]),
}

impl Channel {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Plain => &[],
            Self::Tls(exporter) => exporter,
        }
    }
}

/// Bytes that an identity signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement(Vec<u8>);

impl Statement {
    /// "I am the relay of this name and key, and talk to whoever chose this nonce now, on this connection." Signed by
    /// the relay's key.
    pub fn challenge(
        (name, key, channel): (&str, &RelayKey, &Channel),
        relay_nonce: &Nonce,
        client_nonce: &Nonce,
    ) -> Self {
        Self(pae(&[
            b"chat/2 challenge",
            name.as_bytes(),
            &key.0,
            channel.bytes(),
            &relay_nonce.0,
            &client_nonce.0,
        ]))
    }

    /// "I am `identity`, I log in to this relay now, on this connection, under this name and with this encryption
    /// key." Both nonces make it fresh for both sides; the relay's name and key keep one relay from
    /// using it at another.
    pub fn login(
        (relay, relay_key, channel): (&str, &RelayKey, &Channel),
        relay_nonce: &Nonce,
        client_nonce: &Nonce,
        name: &str,
        identity: &Fingerprint,
        certificate: &Certificate,
    ) -> Self {
        Self(pae(&[
            b"chat/2 login",
            relay.as_bytes(),
            &relay_key.0,
            channel.bytes(),
            &relay_nonce.0,
            &client_nonce.0,
            name.as_bytes(),
            &identity.0,
            &u64::from(certificate.number).to_le_bytes(),
            &certificate.key.0,
            &certificate.not_before.to_le_bytes(),
            &certificate.not_after.to_le_bytes(),
            &certificate.signature.0,
        ]))
    }

    /// "I am called so, and this is my encryption key with this number, for this time" (Unix,
    /// seconds). The name keeps a relay from announcing one person's key under another's name.
    pub fn certificate(
        name: &Name,
        owner: &Fingerprint,
        number: u32,
        spki: &[u8],
        not_before: u64,
        not_after: u64,
    ) -> Self {
        Self(pae(&[
            b"chat/2 encryption key",
            name.as_str().as_bytes(),
            &owner.0,
            &u64::from(number).to_le_bytes(),
            spki,
            &not_before.to_le_bytes(),
            &not_after.to_le_bytes(),
        ]))
    }

    /// "I wrapped the secret of this key session for this recipient."
    pub fn session(
        from: &Fingerprint,
        to: &Fingerprint,
        key: u32,
        session: &SessionId,
        expires: u64,
        wrap: &[u8],
    ) -> Self {
        Self(pae(&[
            b"chat/2 key session",
            &from.0,
            &to.0,
            &u64::from(key).to_le_bytes(),
            &session.0,
            &expires.to_le_bytes(),
            wrap,
        ]))
    }

    /// "I do this to the list of a room's members, knowing these latest entries of it." The first entry has none
    /// before it, and all later ones lead back to it: so no entry serves in another room.
    pub fn room_entry(by: &Fingerprint, parents: &[Digest], act: &RoomAct) -> Self {
        let parents: Vec<u8> = parents.iter().flat_map(|parent| parent.0).collect();
        let start: [&[u8]; 3] = [b"chat/2 room entry", &by.0, &parents];
        let act: &[&[u8]] = match act {
            RoomAct::Create {
                room,
                name,
                key,
                nonce,
            } => &[
                b"create",
                room.as_str().as_bytes(),
                name.as_str().as_bytes(),
                &key.0,
                &nonce.0,
            ],
            RoomAct::Add { name, key } => &[b"add", name.as_str().as_bytes(), &key.0],
            RoomAct::Remove { who } => &[b"remove", &who.0],
            RoomAct::Leave => &[b"leave"],
        };
        Self(pae(&[&start[..], act].concat()))
    }

    /// The exact bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a key session's secret is bound to: the label of OAEP when it is wrapped, and the
/// info of HKDF when the message key is derived. Two sides that disagree on any of these
/// values have different keys.
pub fn session_binding(
    from: &Fingerprint,
    to: &Fingerprint,
    key: u32,
    session: &SessionId,
    expires: u64,
) -> Vec<u8> {
    pae(&[
        b"chat/2 secret",
        &from.0,
        &to.0,
        &u64::from(key).to_le_bytes(),
        &session.0,
        &expires.to_le_bytes(),
    ])
}

/// The pre-authentication encoding: no two lists of parts give the same bytes.
pub fn pae(parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| 8 + part.len()).sum();
    let mut bytes = Vec::with_capacity(8 + length);
    bytes.extend_from_slice(&(parts.len() as u64).to_le_bytes());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
