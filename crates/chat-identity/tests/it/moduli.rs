//! Public keys of any shape. The policy looks at the public half alone, so that no primes are
//! needed.

use chat_identity::PublicIdentity;
use rsa::pkcs8::EncodePublicKey as _;
use rsa::{BoxedUint, RsaPublicKey};

/// SPKI of an odd modulus with this many bits. Different seeds give different ones.
pub(crate) fn spki(bits: u32, exponent: u64, seed: u8) -> Vec<u8> {
    let mut modulus = vec![seed; bits as usize / 8];
    modulus[0] = 0xc5;
    *modulus.last_mut().unwrap() = 0x11;
    let modulus = BoxedUint::from_be_slice(&modulus, bits).unwrap();
    let limits = 1024..=16384;
    RsaPublicKey::new_with_size_limits(modulus, BoxedUint::from(exponent), limits)
        .unwrap()
        .to_public_key_der()
        .unwrap()
        .into_vec()
}

/// A public identity that keeps the policy.
pub(crate) fn identity(seed: u8) -> PublicIdentity {
    PublicIdentity::from_spki(&spki(3072, 65_537, seed)).unwrap()
}
