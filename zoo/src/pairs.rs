//! Keys that two clients agree on through the relay (Diffie and Hellman, 1976): a public value
//! from each, and nobody to vouch for whose it is. So an honest relay learns nothing, and
//! one that hands out its own value shares a key with each side, and neither side notices.

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;

use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use crate::frame::{Fields, fields};
use crate::seal::Key;

/// Of 2048 bits (RFC 3526, group 14); its generator is 2.
static PRIME: LazyLock<BigUint> = LazyLock::new(|| {
    let digits = b"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74\
        020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437\
        4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
        ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05\
        98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb\
        9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
        e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718\
        3995497cea956ae515d2261898fa051015728e5a8aacaa68ffffffffffffffff";
    BigUint::parse_bytes(digits, 16).unwrap_or_default()
});

/// What stands before each part of a bundle.
const BUNDLE: u8 = b'x';

/// One side's secret, and the key that it has with each of the others.
pub(crate) struct Pairs {
    secret: BigUint,
    keys: BTreeMap<String, Key>,
}

impl Pairs {
    /// A secret of its own, and nobody met yet.
    pub(crate) fn new() -> Self {
        let drawn: [u8; 32] = rand::random();
        Self {
            secret: BigUint::from_bytes_be(&drawn),
            keys: BTreeMap::new(),
        }
    }

    /// What the others may know of it.
    pub(crate) fn public(&self) -> Vec<u8> {
        power(&BigUint::from(2_u32), &self.secret)
    }

    /// Agrees on a key with whoever sent this public value, without checking who that is.
    pub(crate) fn meet(&mut self, who: &str, public: &[u8]) {
        let shared = power(&BigUint::from_bytes_be(public), &self.secret);
        let key = Key::new(Sha256::digest(shared).into());
        self.keys.insert(who.to_owned(), key);
    }

    /// They are gone.
    pub(crate) fn forget(&mut self, who: &str) {
        self.keys.remove(who);
    }

    /// Seals for one of the clients that it has met, or for each of them: names and ciphertexts.
    ///
    /// # Errors
    ///
    /// When it is too long to be sealed.
    pub(crate) fn seal(&self, to: Option<&str>, plain: &[u8]) -> io::Result<Vec<u8>> {
        let wanted = self
            .keys
            .iter()
            .filter(|(who, _)| to.is_none_or(|to| to == who.as_str()));
        let sealed = wanted.map(|(who, key)| Ok((who.clone(), key.seal(plain)?)));
        Ok(bundle(&sealed.collect::<io::Result<Vec<_>>>()?))
    }

    /// What somebody has sealed for the one with this name.
    pub(crate) fn open(&self, from: &str, me: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let parts = unbundled(sealed)?;
        let (_, mine) = parts.into_iter().find(|(who, _)| who == me)?;
        self.keys.get(from)?.open(&mine)
    }

    /// Opens what is sealed for somebody else, who was told the wrong public value, and seals it
    /// again for them: what was read, and what they get.
    ///
    /// # Errors
    ///
    /// When it is too long to be sealed.
    pub(crate) fn reseal(&self, from: &str, sealed: &[u8]) -> io::Result<(Vec<Vec<u8>>, Vec<u8>)> {
        let mut read = Vec::new();
        let mut parts = Vec::new();
        for (to, part) in unbundled(sealed).unwrap_or_default() {
            let opened = self.keys.get(from).and_then(|key| key.open(&part));
            if let (Some(opened), Some(key)) = (opened, self.keys.get(&to)) {
                parts.push((to, key.seal(&opened)?));
                read.push(opened);
            }
        }
        Ok((read, bundle(&parts)))
    }
}

fn power(base: &BigUint, exponent: &BigUint) -> Vec<u8> {
    base.modpow(exponent, &PRIME).to_bytes_be()
}

fn bundle(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let parts = parts.iter();
    let parts: Vec<&[u8]> = parts
        .flat_map(|(who, sealed)| [who.as_bytes(), sealed])
        .collect();
    fields(BUNDLE, &parts)
}

fn unbundled(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let (kind, mut fields) = Fields::begin(bytes)?;
    let mut parts = Vec::new();
    while kind == BUNDLE && !fields.is_over() {
        parts.push((fields.text()?, fields.bytes()?));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Alice and bob, each told a public value for the other.
    fn told(for_alice: impl Fn(&Pairs) -> Vec<u8>) -> (Pairs, Pairs) {
        let (mut alice, mut bob) = (Pairs::new(), Pairs::new());
        alice.meet("bob", &for_alice(&bob));
        bob.meet("alice", &for_alice(&alice));
        (alice, bob)
    }

    #[test]
    fn two_that_exchange_public_values_can_open_what_they_seal() {
        let (alice, bob) = told(Pairs::public);
        let sealed = alice.seal(None, b"hello").unwrap();
        assert_eq!(bob.open("alice", "bob", &sealed).unwrap(), b"hello");
        assert!(bob.open("alice", "carol", &sealed).is_none());
        assert!(Pairs::new().open("alice", "bob", &sealed).is_none());
        let to_nobody = alice.seal(Some("carol"), b"hello").unwrap();
        assert!(bob.open("alice", "bob", &to_nobody).is_none());
    }

    #[test]
    fn whoever_swaps_both_values_reads_and_nobody_notices() {
        let mut middle = Pairs::new();
        let (alice, bob) = told(|_| middle.public());
        middle.meet("alice", &alice.public());
        middle.meet("bob", &bob.public());
        let sealed = alice.seal(Some("bob"), b"hello").unwrap();
        assert!(bob.open("alice", "bob", &sealed).is_none());
        let (read, sealed) = middle.reseal("alice", &sealed).unwrap();
        assert_eq!(read, [b"hello"]);
        assert_eq!(bob.open("alice", "bob", &sealed).unwrap(), b"hello");
    }

    #[test]
    fn whoever_swaps_none_reads_nothing() {
        let mut middle = Pairs::new();
        let (alice, bob) = told(Pairs::public);
        middle.meet("alice", &alice.public());
        middle.meet("bob", &bob.public());
        let sealed = alice.seal(Some("bob"), b"hello").unwrap();
        let (read, _) = middle.reseal("alice", &sealed).unwrap();
        assert_eq!(read, Vec::<Vec<u8>>::new());
    }

    #[test]
    fn foreign_bytes_are_no_bundle() {
        assert_eq!(unbundled(b""), None);
        assert_eq!(unbundled(b"x\0\0\0\x03bob\0\0\0\x09abc"), None);
        assert_eq!(unbundled(b"y"), Some(Vec::new()));
    }
}
