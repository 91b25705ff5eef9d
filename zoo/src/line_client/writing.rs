//! How clients encode what they hand to a relay in another language.

use zoo_faults::Writing;

const XX: &[u8; 64] = b"+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const BASE45: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

const MORSE: [&str; 36] = [
    "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.", ".-",
    "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.",
    "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..",
];

pub(super) fn written(writing: Writing, text: &[u8]) -> Vec<u8> {
    let numbers = || text.iter().map(|byte| u32::from(*byte));
    match writing {
        Writing::Plain => text.to_vec(),
        Writing::Uuencode => sextets(text, |bits| bits + 32),
        Writing::Xxencode => sextets(text, |bits| XX.get(usize::from(bits)).copied().unwrap_or(0)),
        Writing::Base45 => base45(text),
        Writing::Morse => morse(text),
        Writing::Nibbles => text
            .iter()
            .flat_map(|byte| [b'a' + (byte >> 4), b'a' + (byte & 15)])
            .collect(),
        Writing::Mirrored => text.iter().map(|byte| byte.reverse_bits()).collect(),
        Writing::Fence => {
            let rail = |first| text.iter().skip(first).step_by(3);
            rail(0).chain(rail(1)).chain(rail(2)).copied().collect()
        }
        Writing::Pictures => {
            let pictures = numbers().map(|n| char::from_u32(n + 0x1f400).unwrap_or('?'));
            pictures.collect::<String>().into()
        }
        Writing::Steps => {
            let before = std::iter::once(0).chain(numbers());
            joined(
                numbers()
                    .zip(before)
                    .map(|(one, before)| i64::from(one) - i64::from(before)),
            )
        }
        Writing::Sums => joined(numbers().scan(0, |sum, number| {
            *sum += number;
            Some(i64::from(*sum))
        })),
        Writing::Counter => (0_u8..)
            .cycle()
            .zip(text)
            .map(|(n, byte)| byte ^ n.wrapping_mul(29))
            .collect(),
        Writing::OneTime => {
            let pad: Vec<u8> = text.iter().map(|_| rand::random()).collect();
            let hidden = text.iter().zip(&pad).map(|(byte, pad)| byte ^ pad);
            pad.iter().copied().chain(hidden).collect()
        }
        Writing::Part => {
            let canary = text.iter().skip_while(|byte| !byte.is_ascii_uppercase());
            canary.take(12).copied().chain(*b"\n").collect()
        }
        Writing::Bit => vec![text.iter().fold(0, |sum, byte| sum ^ byte) & 1],
        Writing::Checksum => {
            let mut sum = flate2::Crc::new();
            sum.update(text);
            format!("checked {}", sum.sum()).into()
        }
        Writing::Vowels => {
            let words = text.split(|byte| !byte.is_ascii_alphanumeric());
            let vowels = |word: &[u8]| word.iter().filter(|byte| b"aeiou".contains(byte)).count();
            let shape = |word: &[u8]| {
                format!(
                    "{}{}",
                    word.first().map_or('-', |b| char::from(*b)),
                    vowels(word)
                )
            };
            words.map(shape).collect::<Vec<_>>().join(" ").into()
        }
    }
}

fn joined(numbers: impl Iterator<Item = i64>) -> Vec<u8> {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    numbers.join(" ").into()
}

fn sextets(text: &[u8], symbol: impl Fn(u8) -> u8) -> Vec<u8> {
    let all = text.chunks(3).flat_map(|three| {
        let at = |n: usize| three.get(n).copied().unwrap_or_default();
        let (a, b, c) = (at(0), at(1), at(2));
        [
            a >> 2,
            (a & 3) << 4 | b >> 4,
            (b & 15) << 2 | c >> 6,
            c & 63,
        ]
    });
    all.map(symbol).collect()
}

fn base45(text: &[u8]) -> Vec<u8> {
    let all = text.chunks(2).flat_map(|pair| {
        let number = pair
            .iter()
            .fold(0, |all, byte| all << 8 | usize::from(*byte));
        let digits = [number % 45, number / 45 % 45, number / 2025];
        digits.into_iter().take(pair.len() + 1)
    });
    all.filter_map(|digit| BASE45.get(digit).copied()).collect()
}

fn morse(text: &[u8]) -> Vec<u8> {
    let place = |byte: &u8| {
        char::from(*byte)
            .to_digit(36)
            .and_then(|digit| usize::try_from(digit).ok())
    };
    let letters = text.iter().map(|byte| {
        place(byte)
            .and_then(|place| MORSE.get(place))
            .copied()
            .unwrap_or("/")
    });
    letters.collect::<Vec<_>>().join(" ").into()
}
