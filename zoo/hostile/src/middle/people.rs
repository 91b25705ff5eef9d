//! Who is announced, and with which keys.

use bytes::Bytes;
use chat_identity::{Channel, Statement};
use chat_protocol::{Blob, Peer, RelayKey, ToClient};
use ed25519_dalek::{Signer as _, SigningKey};
use rand::Rng as _;

use super::{Middle, Passed, down};
use crate::does::{self, Occasion};
use crate::member::Member;
use scenario::RelayDoes;

impl Middle {
    /// What the relay says of itself: all but the first two hear of another one.
    pub(super) fn challenge(&mut self, to: &str, message: ToClient) -> Vec<Passed> {
        self.logins += 1;
        let ToClient::Challenge {
            mut relay,
            mut key,
            nonce,
            mut signature,
        } = message
        else {
            return Vec::new();
        };
        if self.does == RelayDoes::OtherRelay && self.logins > 2 {
            self.struck = true;
            let secret = SigningKey::from_bytes(&[9; 32]);
            match self.way(3) {
                0 => "elsewhere".clone_into(&mut relay),
                // A key that it does not prove.
                1 => key = RelayKey(secret.verifying_key().to_bytes()),
                // In between: the real relay's nonce, and a proof of its own.
                _ => {
                    key = RelayKey(secret.verifying_key().to_bytes());
                    if let Some(client) = self.nonces.get(to) {
                        let statement =
                            Statement::challenge((&relay, &key, &Channel::Plain), &nonce, client);
                        signature = Blob(secret.sign(statement.as_bytes()).to_bytes().to_vec());
                    }
                }
            }
        }
        let challenge = ToClient::Challenge {
            relay,
            key,
            nonce,
            signature,
        };
        down(to, challenge, Bytes::new())
    }

    /// A client is in: what is said of those who are here.
    pub(super) fn welcome(
        &mut self,
        to: &str,
        (keepalive_ms, present, mail_days): (u64, u32, u32),
    ) -> Vec<Passed> {
        let extra = u32::from(does::has_member(self.does));
        let present = match self.does {
            RelayDoes::InventsPeople => {
                self.struck = true;
                u32::MAX
            }
            _ => present + extra,
        };
        let welcome = ToClient::Welcome {
            keepalive_ms,
            present,
            mail_days,
        };
        let mut passed = down(to, welcome, Bytes::new());
        if does::has_member(self.does) {
            let mut peer = self.member.as_peer(Member::name());
            if self.does == RelayDoes::WeakKeys {
                self.struck = true;
                peer.key = self.weak_key();
            }
            passed.extend(down(to, ToClient::Present { peer }, Bytes::new()));
        }
        let again = self.replay(to);
        self.struck |= !again.is_empty();
        passed.extend(again);
        passed
    }

    /// How somebody is announced to a client, at its login or later.
    pub(super) fn announced(&mut self, to: &str, peer: Peer) -> Peer {
        self.announced.insert((to.to_owned(), peer.name.clone()));
        match self.does {
            RelayDoes::SwapsFirstKeys => {
                self.struck = true;
                self.member.as_peer(peer.name)
            }
            RelayDoes::KeepsOldKeys => self.first(peer),
            _ => peer,
        }
    }

    /// How somebody is announced who has come to a client that is here already.
    pub(super) fn joined(&mut self, to: &str, peer: Peer) -> Peer {
        let known = self.announced.contains(&(to.to_owned(), peer.name.clone()));
        match self.does {
            RelayDoes::SwapsKeys if known => match self.strikes(Occasion::Joined) {
                true => self.member.as_peer(peer.name),
                false => peer,
            },
            RelayDoes::BadCertificates => match self.strikes(Occasion::Joined) {
                true => self.with_bad_certificate(peer),
                false => peer,
            },
            _ => self.announced(to, peer),
        }
    }

    fn first(&mut self, mut peer: Peer) -> Peer {
        if let Some(first) = self.first.get(&peer.name)
            && *first != peer.certificate
        {
            self.struck = true;
            peer.certificate = first.clone();
        }
        peer
    }

    fn with_bad_certificate(&mut self, mut peer: Peer) -> Peer {
        match self.way(4) {
            0 => flip(&mut peer.certificate.signature, 7),
            1 => peer.certificate.not_after += 365 * 86_400,
            2 => peer.certificate.number += 1,
            _ => peer.certificate = self.member.as_peer(peer.name.clone()).certificate,
        }
        peer
    }

    /// The public part of a key that breaks the policy.
    fn weak_key(&mut self) -> Blob {
        let (bits, exponent, last) = match self.way(5) {
            0 => (1024, 65_537, 1),
            1 => (2048, 65_537, 1),
            2 => (16_384, 65_537, 1),
            3 => (3072, 3, 1),
            _ => (3072, 65_537, 0),
        };
        let mut modulus = vec![0; bits / 8];
        self.member.rng.fill_bytes(&mut modulus);
        if let Some(first) = modulus.first_mut() {
            *first |= 0x80;
        }
        if let Some(byte) = modulus.last_mut() {
            *byte = (*byte & 0xfe) | last;
        }
        Blob(spki(&modulus, exponent))
    }
}

fn flip(blob: &mut Blob, place: usize) {
    if let Some(byte) = blob.0.get_mut(place) {
        *byte ^= 1;
    }
}

/// A public RSA key in DER, as it stands in certificates.
fn spki(modulus: &[u8], exponent: u32) -> Vec<u8> {
    const ALGORITHM: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let significant = exponent.to_be_bytes();
    let significant: Vec<u8> = significant
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    let numbers = [integer(modulus), integer(&significant)].concat();
    let key = [vec![0], der(0x30, &numbers)].concat();
    der(0x30, &[ALGORITHM.to_vec(), der(0x03, &key)].concat())
}

/// A number that is not negative.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let sign = bytes.first().is_some_and(|first| *first >= 0x80);
    der(0x02, &[vec![0; usize::from(sign)], bytes.to_vec()].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a key is far below 64 KiB");
    let [high, low] = length.to_be_bytes();
    let head = match length {
        0..0x80 => vec![tag, low],
        0x80..0x100 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}
