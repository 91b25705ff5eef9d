//! Numbers with many digits, as bytes.

/// The bytes of a number, the most significant first. Digits are values below the base, the
/// most significant first.
pub(super) fn bytes(digits: &[u8], base: u32) -> Vec<u8> {
    // As many digits at once as a limb holds.
    let at_once = usize::try_from(u32::MAX.ilog(base)).unwrap_or(1);
    let mut limbs: Vec<u32> = Vec::new();
    for group in digits.chunks(at_once) {
        let (mut factor, mut carry) = (1u64, 0u64);
        for digit in group {
            factor *= u64::from(base);
            carry = carry * u64::from(base) + u64::from(*digit);
        }
        for limb in &mut limbs {
            let sum = u64::from(*limb) * factor + carry;
            *limb = low(sum);
            carry = sum >> 32;
        }
        if carry > 0 {
            limbs.push(low(carry));
        }
    }
    let bytes = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes());
    bytes.skip_while(|byte| *byte == 0).collect()
}

/// The lower half.
#[inline]
fn low(sum: u64) -> u32 {
    u32::try_from(sum & u64::from(u32::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_their_bytes() {
        let digits = |text: &str| text.bytes().map(|digit| digit - b'0').collect::<Vec<u8>>();
        assert!(bytes(&digits("0"), 10).is_empty());
        assert_eq!(bytes(&digits("256"), 10), [1, 0]);
        // 2^64 and one more.
        assert_eq!(
            bytes(&digits("18446744073709551617"), 10),
            [1, 0, 0, 0, 0, 0, 0, 0, 1]
        );
        // `int.from_bytes(b"hello world, hello", "big")`
        assert_eq!(
            bytes(&digits("9094190375607605659387419714805309928926319"), 10),
            b"hello world, hello"
        );
    }
}
