//! Bytes and characters one by one: digits, escapes and lists of numbers.

use crate::transformation::Transformation;

/// All of them.
pub(super) fn all(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let mut all = hexadecimal(bytes);
    all.extend(numbers(bytes));
    all.extend(partly(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        all.extend(characters(text));
    }
    all.into_iter()
        .map(|(transformation, encoded)| (transformation, encoded.into_bytes()))
        .collect()
}

type Encoded = (Transformation, String);

/// A number system, and how many digits a number has in it.
#[derive(Clone, Copy)]
struct Digits {
    base: u32,
    count: u32,
    upper: bool,
}

const LOWER: Digits = Digits {
    base: 16,
    count: 2,
    upper: false,
};
const UPPER: Digits = Digits {
    upper: true,
    ..LOWER
};
const OCTAL: Digits = Digits {
    base: 8,
    count: 3,
    upper: false,
};
const BINARY: Digits = Digits {
    base: 2,
    count: 8,
    upper: false,
};

impl Digits {
    /// The same with so many digits.
    fn of(self, count: u32) -> Self {
        Self { count, ..self }
    }

    /// Adds a number to a text. Formatting would take several times as long, and there are many.
    fn tell(self, number: impl Into<u32>, text: &mut String) {
        let number = number.into();
        for place in (0..self.count).rev() {
            let digit = number / self.base.pow(place) % self.base;
            let digit = char::from_digit(digit, self.base).unwrap_or_default();
            text.push(if self.upper {
                digit.to_ascii_uppercase()
            } else {
                digit
            });
        }
    }

    /// Tells a byte with something in front of it.
    fn with(self, prefix: &'static str) -> impl Fn(u8, &mut String) {
        move |byte, text| {
            text.push_str(prefix);
            self.tell(byte, text);
        }
    }
}

/// Each byte as it is text_out, with something between two.
fn list(bytes: &[u8], between: &str, one: impl Fn(u8, &mut String)) -> String {
    let mut text_out = String::with_capacity(bytes.len() * (4 + between.len()));
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 {
            text_out.push_str(between);
        }
        one(*byte, &mut text_out);
    }
    text_out
}

fn hexadecimal(bytes: &[u8]) -> Vec<Encoded> {
    let mut all = Vec::new();
    for digits in [LOWER, UPPER] {
        let alone = digits.with("");
        all.push((Transformation::Hex, list(bytes, "", &alone)));
        all.push((Transformation::HexSpaced, list(bytes, " ", &alone)));
        // As xxd prints pairs: the string may begin with either byte of a pair.
        for skip in 0..2 {
            let (first, paired) = bytes.split_at(skip.min(bytes.len()));
            let pairs = paired.chunks(2).map(|pair| list(pair, "", &alone));
            let groups: Vec<String> = std::iter::once(list(first, "", &alone))
                .filter(|group| !group.is_empty())
                .chain(pairs)
                .collect();
            all.push((Transformation::HexSpaced, groups.join(" ")));
        }
        all.push((Transformation::HexColons, list(bytes, ":", &alone)));
        for between in [", ", ",", " "] {
            all.push((
                Transformation::HexList,
                list(bytes, between, digits.with("0x")),
            ));
        }
        all.push((
            Transformation::HexEscapes,
            list(bytes, "", digits.with("\\x")),
        ));
        all.push((Transformation::Percent, list(bytes, "", digits.with("%"))));
    }
    all.push((
        Transformation::QuotedPrintable,
        list(bytes, "", UPPER.with("=")),
    ));
    all
}

fn numbers(bytes: &[u8]) -> Vec<Encoded> {
    let mut all = vec![
        (Transformation::Octal, list(bytes, "", OCTAL.with("\\"))),
        (Transformation::Octal, list(bytes, " ", OCTAL.with(""))),
    ];
    for between in [", ", ",", " "] {
        let decimal = list(bytes, between, |byte, text| {
            text.push_str(&byte.to_string());
        });
        all.push((Transformation::DecimalList, decimal));
    }
    for between in ["", " "] {
        let binary = list(bytes, between, BINARY.with(""));
        all.push((Transformation::BinaryDigits, binary));
    }
    all
}

/// Only what has a meaning of its own is escaped.
fn partly(bytes: &[u8]) -> Vec<Encoded> {
    let url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let percent = |space: &'static str, digits: Digits| {
        let escaped = digits.with("%");
        list(bytes, "", move |byte, text| match byte {
            b' ' => text.push_str(space),
            byte if url(byte) => text.push(char::from(byte)),
            byte => escaped(byte, text),
        })
    };
    let escaped = UPPER.with("=");
    let quoted = list(bytes, "", |byte, text| match byte {
        b' '..=b'<' | b'>'..=b'~' => text.push(char::from(byte)),
        _ => escaped(byte, text),
    });
    vec![
        (Transformation::Percent, percent("%20", UPPER)),
        (Transformation::Percent, percent("+", UPPER)),
        (Transformation::Percent, percent("%20", LOWER)),
        (Transformation::QuotedPrintable, quoted),
    ]
}

fn characters(text: &str) -> Vec<Encoded> {
    let each = |one: &dyn Fn(char, &mut String)| {
        let mut text_out = String::with_capacity(text.len() * 6);
        text.chars()
            .for_each(|character| one(character, &mut text_out));
        text_out
    };
    let units = |character: char, digits: Digits, text: &mut String| {
        for unit in character.encode_utf16(&mut [0; 2]) {
            text.push_str("\\u");
            digits.of(4).tell(*unit, text);
        }
    };
    let json = |character: char, text: &mut String| match character {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        ' '..='~' => text.push(character),
        _ => units(character, LOWER, text),
    };
    let point = |character: char| u32::from(character);
    vec![
        (
            Transformation::JsonEscapes,
            each(&|one, text| units(one, LOWER, text)),
        ),
        (
            Transformation::JsonEscapes,
            each(&|one, text| units(one, UPPER, text)),
        ),
        (Transformation::JsonEscapes, each(&json)),
        (
            Transformation::HtmlDecimal,
            each(&|one, text| text.push_str(&format!("&#{};", point(one)))),
        ),
        (
            Transformation::HtmlHex,
            each(&|one, text| text.push_str(&format!("&#x{:x};", point(one)))),
        ),
        (
            Transformation::HtmlHex,
            each(&|one, text| text.push_str(&format!("&#x{:X};", point(one)))),
        ),
    ]
}
