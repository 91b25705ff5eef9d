//! Real ciphers, used wrongly.

use std::sync::LazyLock;

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::BlockCipherEncrypt as _;
use aes_gcm::{Aes256Gcm, Nonce};
use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

/// What these ciphers share; nobody ever decrypts their output.
const KEY: [u8; 32] = *b"a key that is used again & again";

/// Of 1024 bits; its primes are forgotten.
static MODULUS: LazyLock<BigUint> = LazyLock::new(|| {
    let digits = b"bfe1517210b7d0e4b2ca0936a9b4505ddfd8cd60013b0007c061f4f104fc65e9\
        5674f3a492fa3c6ed7b6df4ffc39a6c920f5584198ead6c5752bed36eaea9cc2\
        57b8ff9e29a0d26a2eb532418f47f770db38171cda455b50d6a9ac7dd81b872d\
        ebea70854132a7ecb91fe33192e70e366d42309a39042a7b1661126721d602f7";
    BigUint::parse_bytes(digits, 16).unwrap_or_default()
});

/// AES block by block, without chaining; the end is filled with zeros.
pub(super) fn ecb(bytes: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new((&KEY).into());
    let mut written = Vec::new();
    for chunk in bytes.chunks(16) {
        let mut block = [0; 16];
        for (place, byte) in block.iter_mut().zip(chunk) {
            *place = *byte;
        }
        let mut block = block.into();
        cipher.encrypt_block(&mut block);
        written.extend_from_slice(&block);
    }
    written
}

/// AES-GCM with the same nonce for everything.
pub(super) fn one_nonce(bytes: &[u8]) -> Vec<u8> {
    gcm([0; 12], bytes)
}

/// AES-GCM with a nonce that depends on the text alone.
pub(super) fn nonce_of_text(bytes: &[u8]) -> Vec<u8> {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let nonce = digest.first_chunk().copied().unwrap_or_default();
    gcm(nonce, bytes)
}

fn gcm(nonce: [u8; 12], bytes: &[u8]) -> Vec<u8> {
    let cipher = Aes256Gcm::new((&KEY).into());
    let sealed = cipher.encrypt(&Nonce::from(nonce), bytes);
    [nonce.as_slice(), &sealed.unwrap_or_default()].concat()
}

/// RSA of the whole text at once, in decimal, behind the public key.
pub(super) fn textbook_rsa(bytes: &[u8]) -> Vec<u8> {
    let power = power(bytes, 65_537);
    format!("n={} e=65537 c={power}", *MODULUS).into_bytes()
}

/// RSA with a small exponent and no padding, in bytes.
pub(super) fn unpadded_rsa(bytes: &[u8]) -> Vec<u8> {
    let key = format!("n={} e=3 c=", *MODULUS).into_bytes();
    [key, power(bytes, 3).to_bytes_be()].concat()
}

/// RSA of every byte for itself, as a list of numbers.
pub(super) fn rsa_of_bytes(bytes: &[u8]) -> Vec<u8> {
    let numbers: Vec<String> = bytes
        .iter()
        .map(|byte| power(&[*byte], 257).to_string())
        .collect();
    numbers.join(" ").into_bytes()
}

fn power(bytes: &[u8], exponent: u32) -> BigUint {
    BigUint::from_bytes_be(bytes).modpow(&exponent.into(), &MODULUS)
}

/// A different symbol for every byte, from a new random table for each text.
pub(super) fn table(bytes: &[u8]) -> Vec<u8> {
    let drawn: [u8; 16] = rand::random();
    let symbols = bytes.iter().flat_map(|byte| {
        let digest: [u8; 32] = Sha256::digest([drawn.as_slice(), &[*byte]].concat()).into();
        digest.into_iter().take(8)
    });
    symbols.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_blocks_stay_equal_block_by_block() {
        let written = ecb(&b"sixteen letters!".repeat(2));
        let (first, second) = written.split_at(16);
        assert_eq!(first, second);
    }

    #[test]
    fn one_keystream_is_under_every_text() {
        let (one, other) = (one_nonce(b"good morning"), one_nonce(b"a long night"));
        let mixed = |a: &[u8], b: &[u8]| -> Vec<u8> {
            a.iter().zip(b).map(|(a, b)| a ^ b).take(12).collect()
        };
        let sealed = mixed(&one[12..], &other[12..]);
        assert_eq!(sealed, mixed(b"good morning", b"a long night"));
        assert_ne!(nonce_of_text(b"one")[..12], nonce_of_text(b"other")[..12]);
    }

    #[test]
    fn equal_bytes_have_equal_symbols() {
        let written = table(b"abcab");
        assert_eq!(written[..16], written[24..]);
        assert_ne!(written[..8], written[8..16]);
    }
}
