//! Encodings that nobody has listed: drawn, each with its own alphabet, order and numbers.

use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, RngExt as _};

use crate::noise::Noise;

/// How characters are changed before they are written; each still tells them apart.
#[derive(Debug)]
enum Change {
    Alphabet(Vec<u8>),
    /// In an order that is the same for all texts.
    Order(Vec<usize>),
    Key(Vec<u8>),
    Differences,
    None,
}

/// How changed bytes are written, or what is made of them.
#[derive(Debug)]
enum Form {
    Bytes,
    /// Each a number of so many bytes, low or high byte first, moved by something.
    Integers {
        bytes: usize,
        is_big: bool,
        add: u64,
        times: u64,
    },
    Floats,
    /// In digits of this base, behind each other.
    Digits {
        base: u64,
        between: &'static str,
    },
    /// So many bits of each.
    Packed {
        bits: u32,
    },
    /// Each bit a byte, or a word.
    Bits {
        bytes: usize,
    },
    /// All as one large number, in digits of this base.
    Number {
        base: u32,
    },
    Symbols(Vec<String>),
    /// What cannot be undone.
    Hash {
        multiply: u64,
    },
    Sum {
        multiply: u64,
    },
    Histogram,
}

/// How what is written is there.
#[derive(Debug)]
enum Lay {
    Together,
    /// So many at a time, with something in front of each: what is written there, and the number of
    /// the piece.
    Pieces(usize),
    /// So many characters at a time between lines that the relay prints anyway.
    Between(usize),
    /// Behind a few random bytes, so that it begins anywhere.
    Anywhere,
    /// Each with a random byte behind it.
    Mixed,
}

#[derive(Debug)]
pub(crate) struct Encoding {
    change: Change,
    form: Form,
    lay: Lay,
}

/// Draws one.
pub(crate) fn encoding(random: &mut StdRng) -> Encoding {
    let change = match random.random_range(0..5) {
        0 => {
            let mut alphabet: Vec<u8> = (0..=255).collect();
            alphabet.shuffle(random);
            Change::Alphabet(alphabet)
        }
        1 => {
            let mut order: Vec<usize> = (0..64).collect();
            order.shuffle(random);
            Change::Order(order)
        }
        2 => {
            let mut key = vec![0; random.random_range(1..64)];
            random.fill_bytes(&mut key);
            Change::Key(key)
        }
        3 => Change::Differences,
        _ => Change::None,
    };
    let form = match random.random_range(0..11) {
        0 => Form::Bytes,
        1 => Form::Integers {
            bytes: [2, 4, 8][random.random_range(0..3)],
            is_big: random.random(),
            add: u64::from(random.random::<u32>()),
            times: random.random_range(1..65),
        },
        2 => Form::Floats,
        3 => Form::Digits {
            base: random.random_range(2..37),
            between: ["", " ", ", ", "|", "\n"][random.random_range(0..5)],
        },
        4 => Form::Packed {
            bits: random.random_range(5..9),
        },
        5 => Form::Bits {
            bytes: [1, 4, 8][random.random_range(0..3)],
        },
        6 => Form::Number {
            base: random.random_range(2..37),
        },
        7 => {
            let symbol = |_| {
                (0..random.random_range(1..6))
                    .map(|_| char::from(random.random_range(b'!'..b'~')))
                    .collect()
            };
            Form::Symbols((0..256).map(symbol).collect())
        }
        8 => Form::Hash {
            multiply: random.random::<u64>() | 1,
        },
        9 => Form::Sum {
            multiply: u64::from(random.random::<u32>()) | 1,
        },
        _ => Form::Histogram,
    };
    let lay = match random.random_range(0..5) {
        0 => Lay::Together,
        1 => Lay::Pieces(random.random_range(2..12)),
        2 => Lay::Between(random.random_range(8..24)),
        3 => Lay::Anywhere,
        // A number that is mixed with chance byte by byte has nothing left of it in a row.
        _ if matches!(form, Form::Hash { .. } | Form::Sum { .. } | Form::Histogram) => {
            Lay::Together
        }
        _ => Lay::Mixed,
    };
    Encoding { change, form, lay }
}

impl Encoding {
    pub(crate) fn of_all(&self, texts: &[String], noise: &mut Noise) -> Vec<u8> {
        let mut all = Vec::new();
        for text in texts {
            let written = self.form.write(&self.change.apply(text.as_bytes()));
            all.extend(self.lay.lay(&written, self.form.width(), noise));
        }
        all
    }
}

impl Change {
    fn apply(&self, text: &[u8]) -> Vec<u8> {
        match self {
            Self::Alphabet(alphabet) => text
                .iter()
                .map(|byte| alphabet[usize::from(*byte)])
                .collect(),
            Self::Order(order) => order
                .iter()
                .filter_map(|place| text.get(*place).copied())
                .collect(),
            Self::Key(key) => text
                .iter()
                .zip(key.iter().cycle())
                .map(|(byte, key)| byte ^ key)
                .collect(),
            Self::Differences => {
                let before = std::iter::once(&0).chain(text);
                text.iter()
                    .zip(before)
                    .map(|(byte, before)| byte.wrapping_sub(*before))
                    .collect()
            }
            Self::None => text.to_vec(),
        }
    }
}

impl Form {
    /// Bytes that it takes for a character, where it takes more than one.
    fn width(&self) -> usize {
        match self {
            Self::Integers { bytes, .. } => *bytes,
            Self::Floats => 8,
            Self::Bits { bytes } => 8 * bytes,
            _ => 1,
        }
    }

    fn write(&self, bytes: &[u8]) -> Vec<u8> {
        let numbers = bytes.iter().map(|byte| u64::from(*byte));
        match self {
            Self::Bytes => bytes.to_vec(),
            Self::Integers {
                bytes,
                is_big,
                add,
                times,
            } => {
                let words = numbers.map(|number| number * times + add);
                words
                    .flat_map(|word| {
                        let mut word = word.to_le_bytes()[..*bytes].to_vec();
                        if *is_big {
                            word.reverse();
                        }
                        word
                    })
                    .collect()
            }
            Self::Floats => bytes
                .iter()
                .flat_map(|byte| f64::from(*byte).to_le_bytes())
                .collect(),
            Self::Digits { base, between } => {
                let numbers: Vec<String> = numbers.map(|number| digits(number, *base)).collect();
                numbers.join(between).into_bytes()
            }
            Self::Packed { bits } => {
                let all = bytes
                    .iter()
                    .flat_map(|byte| (0..*bits).map(move |bit| byte >> bit & 1));
                packed(&all.collect::<Vec<u8>>())
            }
            Self::Bits { bytes: width } => {
                let all = bytes
                    .iter()
                    .flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1));
                all.flat_map(|bit| std::iter::once(bit).chain(std::iter::repeat_n(0, width - 1)))
                    .collect()
            }
            Self::Number { base } => number(bytes, *base),
            Self::Symbols(symbols) => bytes
                .iter()
                .flat_map(|byte| symbols[usize::from(*byte)].bytes())
                .collect(),
            Self::Hash { multiply } => {
                let hash = numbers.fold(7, |hash: u64, byte| {
                    (hash ^ byte).wrapping_mul(*multiply).rotate_left(23)
                });
                format!("{hash:x}").into_bytes()
            }
            Self::Sum { multiply } => {
                let sum: u64 = numbers
                    .enumerate()
                    .map(|(n, byte)| byte * (n as u64 + 1))
                    .sum();
                format!("checked: {}\n", sum * multiply % 1_000_003).into_bytes()
            }
            Self::Histogram => {
                let count = |letter| bytes.iter().filter(|byte| **byte % 16 == letter).count();
                let counts: Vec<String> = (0..16).map(|letter| count(letter).to_string()).collect();
                format!("letters {}\n", counts.join(" ")).into_bytes()
            }
        }
    }
}

impl Lay {
    fn lay(&self, written: &[u8], width: usize, noise: &mut Noise) -> Vec<u8> {
        match self {
            Self::Together => written.to_vec(),
            Self::Pieces(size) => {
                let pieces = written.chunks(*size).enumerate();
                pieces
                    .flat_map(|(n, piece)| {
                        [format!("part {n}: ").as_bytes(), piece, b";\n"].concat()
                    })
                    .collect()
            }
            Self::Between(size) => {
                let pieces = written.chunks(*size * width);
                pieces
                    .flat_map(|piece| [piece, &noise.line("nobody")].concat())
                    .collect()
            }
            Self::Anywhere => {
                let length = usize::from(noise.bytes(1)[0]) % 40;
                let before = noise.bytes(length);
                [&before, written].concat()
            }
            Self::Mixed => {
                let between = noise.bytes(written.len());
                written
                    .iter()
                    .zip(between)
                    .flat_map(|(byte, between)| [*byte, between])
                    .collect()
            }
        }
    }
}

fn digits(mut number: u64, base: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % base).unwrap();
        digits.push(char::from_digit(digit, base.try_into().unwrap()).unwrap());
        number /= base;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

fn packed(bits: &[u8]) -> Vec<u8> {
    let bytes = bits.chunks(8);
    bytes
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect()
}

/// Long division, over and over.
fn number(bytes: &[u8], base: u32) -> Vec<u8> {
    let mut left = bytes.to_vec();
    let mut digits = Vec::new();
    while left.iter().any(|byte| *byte != 0) {
        let mut carried = 0;
        for byte in &mut left {
            carried = carried << 8 | u32::from(*byte);
            *byte = u8::try_from(carried / base).unwrap();
            carried %= base;
        }
        digits.push(char::from_digit(carried, base).unwrap() as u8);
    }
    digits
}
