//! The relay's own member, with a key of its own: everything that a dishonest client could send as well.

use std::collections::BTreeMap;

use bytes::Bytes;
use chat_crypto::{Identity, Receiver, SendingSession};
use chat_identity::{EncryptionKey, PublicIdentity, Statement};
use chat_protocol::{Blob, Content, Conversation, Digest, Envelope, MessageId, Name, Peer, Place};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Pss, RsaPrivateKey};
use sha2::{Digest as _, Sha256};

/// What the member is called.
pub const MEMBER: &str = "mallory";

/// The member.
pub(crate) struct Member {
    identity: Identity,
    now: u64,
    pub(crate) rng: StdRng,
    receiver: Receiver,
    /// One key session with each, under the name that it is for.
    sessions: BTreeMap<Name, SendingSession>,
}

impl Member {
    pub(crate) fn new(identity: Identity, seed: u64, now: u64) -> Self {
        Self {
            identity,
            now,
            rng: StdRng::seed_from_u64(seed),
            receiver: Receiver::new(),
            sessions: BTreeMap::new(),
        }
    }

    pub(crate) fn name() -> Name {
        MEMBER.parse().expect("keeps the rules for names")
    }

    /// Its key and certificate, under any name.
    pub(crate) fn as_peer(&mut self, name: Name) -> Peer {
        let certificate = self.identity.certify(&mut self.rng, &name, self.now);
        Peer {
            name,
            key: Blob(self.identity.public().spki().to_vec()),
            certificate,
        }
    }

    /// An envelope for somebody, sealed and signed by the member.
    pub(crate) fn seal(
        &mut self,
        to: &Peer,
        conversation: Conversation,
        content: &[u8],
    ) -> Option<Envelope> {
        if !self.sessions.contains_key(&to.name) {
            let identity = PublicIdentity::from_spki(&to.key.0).ok()?;
            let owner = (&to.name, &identity);
            let key = EncryptionKey::certified(&to.certificate, owner, self.now).ok()?;
            let session =
                SendingSession::start(&mut self.rng, &self.identity, &identity, &key, self.now);
            self.sessions.insert(to.name.clone(), session.ok()?);
        }
        let session = self.sessions.get_mut(&to.name)?;
        session.seal(conversation, content, self.now).ok()
    }

    /// A text of the member, with this number in its thread.
    pub(crate) fn text(&mut self, to: &Peer, seq: u64, text: &str) -> Option<Bytes> {
        let mut id = MessageId([0; 16]);
        self.rng.fill_bytes(&mut id.0);
        let prev = Digest([u8::try_from(seq - 1).unwrap_or(0); 32]);
        let place = Place { id, seq, prev };
        let text = text.to_owned();
        let content = Content::Text { place, text }.encode();
        let envelope = self.seal(to, Conversation::Private, &content)?;
        Some(envelope.encode())
    }

    /// What was sealed for the member's key, sealed again for somebody else.
    pub(crate) fn seal_again(&mut self, body: Bytes, from: &Peer, to: &Peer) -> Option<Bytes> {
        let envelope = Envelope::decode(body).ok()?;
        let sender = PublicIdentity::from_spki(&from.key.0).ok()?;
        let opened = self
            .receiver
            .open(&self.identity, &sender, &envelope, self.now);
        let opened = opened.ok()?;
        let sealed = self.seal(to, opened.conversation, &opened.content)?;
        Some(sealed.encode())
    }

    /// A signature by the member's key over the wrap of an envelope, as the envelope stands.
    pub(crate) fn sign_again(&mut self, envelope: &mut Envelope, as_itself: bool) -> Option<()> {
        let mut header = envelope.parse_header().ok()?;
        if as_itself {
            header.from = self.identity.public().fingerprint();
            envelope.header = serde_json::to_vec(&header).ok()?.into();
        }
        let statement = Statement::session(
            &header.from,
            &header.to,
            header.key,
            &header.session,
            header.expires,
            &envelope.wrap,
        );
        let pem = self.identity.to_pem();
        let key = RsaPrivateKey::from_pkcs8_pem(&pem.identity_private).ok()?;
        let hash = Sha256::digest(statement.as_bytes());
        let signature = key.sign_with_rng(&mut self.rng, Pss::<Sha256>::new_blinded(), &hash);
        envelope.signature = signature.ok()?.into();
        Some(())
    }
}
