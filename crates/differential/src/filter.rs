//! Which grams a play held: three bits of a word for each.

/// Bits of the first layer, and how many times larger each further one is.
const FIRST_BITS: u64 = 1 << 20;
const GROWTH: u64 = 16;

/// Bits of a layer, at most: 128 MiB.
const MOST_BITS: u64 = 1 << 30;

/// A layer is full when it holds a hash for so many bits.
const FULL: u64 = 16;

/// The last layer holds more, but not so many.
const OVERFULL: u64 = 4;

/// A set of hashes. It forgets none, and takes about one in a hundred for each layer for one of its own.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    words: Vec<u64>,
    shift: u32,
    set: u64,
}

impl Layer {
    fn of(bits: u64) -> Self {
        let words = usize::try_from(bits / 64).unwrap_or(usize::MAX);
        Self {
            words: vec![0; words],
            shift: 64 - (bits / 64).trailing_zeros(),
            set: 0,
        }
    }

    /// Word and bits of a hash. What chooses grams by their hashes uses other bits.
    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let word = usize::try_from(hash >> self.shift).unwrap_or(usize::MAX);
        let bit = |from: u32| 1 << (hash >> from & 63);
        (word, bit(20) | bit(26) | bit(32))
    }

    #[inline]
    fn has(&self, hash: u64) -> bool {
        let (word, bits) = self.place(hash);
        self.words.get(word).is_some_and(|word| word & bits == bits)
    }

    fn bits(&self) -> u64 {
        self.words.len() as u64 * 64
    }
}

impl Filter {
    #[inline]
    pub(crate) fn has(&self, hash: u64) -> bool {
        self.layers.iter().any(|layer| layer.has(hash))
    }

    /// True when it was not there.
    #[inline]
    pub(crate) fn insert(&mut self, hash: u64) -> bool {
        if self.has(hash) {
            return false;
        }
        let layer = match self.layers.last_mut() {
            Some(layer) if layer.set < layer.bits() / FULL || layer.bits() == MOST_BITS => layer,
            last => {
                let bits = last.map_or(FIRST_BITS, |layer| layer.bits() * GROWTH);
                self.layers.push(Layer::of(bits.min(MOST_BITS)));
                let Some(layer) = self.layers.last_mut() else {
                    return false;
                };
                layer
            }
        };
        let (word, bits) = layer.place(hash);
        if let Some(word) = layer.words.get_mut(word) {
            *word |= bits;
            layer.set += 1;
        }
        true
    }

    /// So full that it tells one gram from another no longer.
    pub(crate) fn is_overfull(&self) -> bool {
        let last = self.layers.last();
        last.is_some_and(|layer| layer.set > layer.bits() / OVERFULL)
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use crate::grams::mix;

    #[test]
    fn it_forgets_nothing_and_takes_little_for_its_own() {
        let mut filter = Filter::default();
        for n in 0..300_000 {
            filter.insert(mix(n));
        }
        assert!((0..300_000).all(|n| filter.has(mix(n))));
        let strangers = (1_000_000..1_100_000).filter(|n| filter.has(mix(*n)));
        let strangers = strangers.count();
        assert!(strangers < 1_500, "{strangers}");
        assert!(!filter.is_overfull());
    }
}
