//! Whether bytes look like ciphertext. Whoever calls bytes sealed without looking calls a chat
//! that encrypts nothing sealed, too.

/// Fewer bytes are less than a block of any cipher, and too few to judge.
const LEAST: usize = 16;

/// Pairs of equal bytes that chance explains, beside twice what is expected.
const SLACK: usize = 8;

/// Every byte is about as frequent as every other one: of 256, or of the characters of base64 or
/// hexadecimal digits where there are no others. Compressed data look the same.
pub(super) fn looks_sealed(bytes: &[u8]) -> bool {
    if bytes.len() < LEAST {
        return false;
    }
    let mut counts = [0_usize; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let pairs = |count: usize| count * count.saturating_sub(1) / 2;
    let equal: usize = counts.iter().copied().map(pairs).sum();
    equal <= 2 * pairs(bytes.len()) / alphabet(bytes) + SLACK
}

/// How many characters the bytes are taken from.
fn alphabet(bytes: &[u8]) -> usize {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    if bytes.iter().all(u8::is_ascii_hexdigit) {
        16
    } else if bytes.iter().all(is_base64) {
        64
    } else {
        256
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::looks_sealed;

    /// As good as random.
    fn noise(len: u32) -> Vec<u8> {
        let blocks = (0..=len / 32).map(|n| Sha256::digest(n.to_be_bytes()));
        let mut bytes: Vec<u8> = blocks.flatten().collect();
        bytes.truncate(usize::try_from(len).unwrap());
        bytes
    }

    #[test]
    fn ciphertext_is_known_however_it_is_written() {
        for len in [16, 40, 300, 5_000] {
            assert!(looks_sealed(&noise(len)), "{len} bytes");
        }
        assert!(looks_sealed(STANDARD.encode(noise(300)).as_bytes()));
        assert!(looks_sealed(timeline::hex(&noise(300), "").as_bytes()));
    }

    #[test]
    fn text_records_and_zeros_are_not_ciphertext() {
        let text = "the vault code is HXVHFXHZ-fable-parrot-8466, and nobody else may read it";
        let json = format!("{{\"from\":\"alice\",\"to\":\"bob\",\"text\":\"{text}\"}}");
        let file = [&noise(100)[..], &[0; 400]].concat();
        for plain in [text.as_bytes(), json.as_bytes(), &[0; 64], &file] {
            assert!(!looks_sealed(plain), "{:?}", String::from_utf8_lossy(plain));
        }
        assert!(!looks_sealed(b"alice\n") && !looks_sealed(b""));
    }
}
