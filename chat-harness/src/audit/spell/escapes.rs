//! Bytes and characters one by one: digits, escapes and lists of numbers.

use crate::audit::transformation::Transformation;

/// All of them.
pub(super) fn all(bytes: &[u8]) -> Vec<(Transformation, Vec<u8>)> {
    let mut all = hexadecimal(bytes);
    all.extend(numbers(bytes));
    all.extend(partly(bytes));
    if let Ok(text) = std::str::from_utf8(bytes) {
        all.extend(characters(text));
    }
    all.into_iter()
        .map(|(transformation, spelling)| (transformation, spelling.into_bytes()))
        .collect()
}

type Spelling = (Transformation, String);

/// Each byte as it is told, with something between two.
fn list(bytes: &[u8], between: &str, one: impl Fn(u8) -> String) -> String {
    let told: Vec<String> = bytes.iter().map(|byte| one(*byte)).collect();
    told.join(between)
}

fn hexadecimal(bytes: &[u8]) -> Vec<Spelling> {
    let mut all = Vec::new();
    let digits: [fn(u8) -> String; 2] =
        [|byte| format!("{byte:02x}"), |byte| format!("{byte:02X}")];
    for digits in digits {
        let with = |prefix: &'static str| move |byte| format!("{prefix}{}", digits(byte));
        all.push((Transformation::Hex, list(bytes, "", digits)));
        all.push((Transformation::HexSpaced, list(bytes, " ", digits)));
        for skip in 0..2 {
            let (alone, paired) = bytes.split_at(skip.min(bytes.len()));
            let pairs = paired.chunks(2).map(|pair| list(pair, "", digits));
            let groups: Vec<String> = std::iter::once(list(alone, "", digits))
                .filter(|group| !group.is_empty())
                .chain(pairs)
                .collect();
            all.push((Transformation::HexSpaced, groups.join(" ")));
        }
        all.push((Transformation::HexColons, list(bytes, ":", digits)));
        for between in [", ", ",", " "] {
            all.push((Transformation::HexList, list(bytes, between, with("0x"))));
        }
        all.push((Transformation::HexEscapes, list(bytes, "", with("\\x"))));
        all.push((Transformation::Percent, list(bytes, "", with("%"))));
    }
    all.push((
        Transformation::QuotedPrintable,
        list(bytes, "", |byte| format!("={byte:02X}")),
    ));
    all
}

fn numbers(bytes: &[u8]) -> Vec<Spelling> {
    let mut all = vec![
        (
            Transformation::Octal,
            list(bytes, "", |byte| format!("\\{byte:03o}")),
        ),
        (
            Transformation::Octal,
            list(bytes, " ", |byte| format!("{byte:03o}")),
        ),
    ];
    for between in [", ", ",", " "] {
        let decimal = list(bytes, between, |byte| byte.to_string());
        all.push((Transformation::DecimalList, decimal));
    }
    for between in ["", " "] {
        let binary = list(bytes, between, |byte| format!("{byte:08b}"));
        all.push((Transformation::BinaryDigits, binary));
    }
    all
}

/// Only what has a meaning of its own is escaped.
fn partly(bytes: &[u8]) -> Vec<Spelling> {
    let url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let keep = |byte: u8| char::from(byte).to_string();
    let percent = |space: &'static str, upper: bool| {
        list(bytes, "", |byte| match byte {
            b' ' => space.to_owned(),
            byte if url(byte) => keep(byte),
            byte if upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        })
    };
    let quoted = list(bytes, "", |byte| match byte {
        b'=' => "=3D".to_owned(),
        b' '..=b'~' => keep(byte),
        _ => format!("={byte:02X}"),
    });
    vec![
        (Transformation::Percent, percent("%20", true)),
        (Transformation::Percent, percent("+", true)),
        (Transformation::Percent, percent("%20", false)),
        (Transformation::QuotedPrintable, quoted),
    ]
}

fn characters(text: &str) -> Vec<Spelling> {
    let each = |one: &dyn Fn(char) -> String| text.chars().map(one).collect::<String>();
    let units = |character: char, upper: bool| -> String {
        let mut buffer = [0; 2];
        let units = character.encode_utf16(&mut buffer).iter();
        let told = units.map(|unit| match upper {
            true => format!("\\u{unit:04X}"),
            false => format!("\\u{unit:04x}"),
        });
        told.collect()
    };
    let json = |character: char| match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        ' '..='~' => character.to_string(),
        _ => units(character, false),
    };
    let point = |character: char| u32::from(character);
    vec![
        (Transformation::JsonEscapes, each(&|one| units(one, false))),
        (Transformation::JsonEscapes, each(&|one| units(one, true))),
        (Transformation::JsonEscapes, each(&json)),
        (
            Transformation::HtmlDecimal,
            each(&|one| format!("&#{};", point(one))),
        ),
        (
            Transformation::HtmlHex,
            each(&|one| format!("&#x{:x};", point(one))),
        ),
        (
            Transformation::HtmlHex,
            each(&|one| format!("&#x{:X};", point(one))),
        ),
    ]
}
