//! What nobody has listed.

/// The step through the alphabet; it has no factor in common with 64.
const STEP: usize = 29;

/// Bytes are reordered in groups of this size, by this step.
const SHUFFLED: usize = 64;

/// Six bits at a time, the lowest first, in letters, digits and two signs that are put into an
/// order of their own.
pub(super) fn own_alphabet(bytes: &[u8]) -> Vec<u8> {
    let letters = (b'A'..=b'Z')
        .chain(b'a'..=b'z')
        .chain(b'0'..=b'9')
        .chain(*b"()");
    let letters: Vec<u8> = letters.collect();
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1))
        .collect();
    let symbols = bits.chunks(6).map(|bits| {
        let symbol = bits
            .iter()
            .rev()
            .fold(0, |all, bit| all << 1 | usize::from(*bit));
        letters.get((symbol * STEP + 11) % 64).copied()
    });
    symbols.flatten().collect()
}

/// Each byte in a place that depends only on its original place.
pub(super) fn shuffled(bytes: &[u8]) -> Vec<u8> {
    let order = (0..SHUFFLED).map(|place| place * STEP % SHUFFLED);
    let order: Vec<usize> = order.collect();
    let all = bytes.chunks(SHUFFLED).flat_map(|some| {
        let places = order.iter();
        places.filter_map(|place| some.get(*place).copied())
    });
    all.collect()
}

/// Numbers of 16 bits, low byte first.
pub(super) fn tripled(bytes: &[u8]) -> Vec<u8> {
    let numbers = bytes.iter().map(|byte| 3 * u16::from(*byte) + 1000);
    numbers.flat_map(u16::to_le_bytes).collect()
}

/// FNV-1a, in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> Vec<u8> {
    let digest = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}").into_bytes()
}
