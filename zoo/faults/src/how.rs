//! How a fault writes what it gives away.

use strum::VariantArray;

/// A way to write bytes that hides them from a quick look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
#[expect(missing_docs, reason = "the words say it")]
pub enum How {
    AsIs,
    UpperCase,
    Reversed,
    Utf16Le,
    Utf16Be,
    Utf32Le,
    Utf32Be,
    Hex,
    HexUpper,
    HexSpaced,
    HexColons,
    HexList,
    HexEscapes,
    /// Each half as a letter, the lower one first.
    HalfBytes,
    Base64,
    Base64Url,
    /// After one other byte, so that no group begins where the text does.
    Base64Shifted,
    /// In lines of 64 characters.
    Base64Wrapped,
    Base32,
    Base32Hex,
    Base58,
    Ascii85,
    Base85,
    Z85,
    Percent,
    JsonEscapes,
    HtmlDecimal,
    HtmlHex,
    Octal,
    QuotedPrintable,
    DecimalList,
    BinaryDigits,
    BigInteger,
    /// A line break after every 13 bytes: no line contains enough of a text to recognise it.
    Split,
    Gzip,
    Zlib,
    Deflate,
    Zstd,
    Zip,
    Caesar,
    Vigenere,
    Xor,
    RepeatingXor,
    Additive,
    RepeatingAdditive,
    Base64OfGzip,
    HexOfHex,
    Ecb,
    /// With a nonce that depends on the text alone.
    Deterministic,
    /// With the same nonce for every text.
    OneNonce,
    TextbookRsa,
    UnpaddedRsa,
    RsaOfBytes,
    /// Another symbol for every byte.
    Table,
    /// Six bits at a time, in an alphabet of its own.
    OwnAlphabet,
    /// In another order, which is always the same.
    Shuffled,
    /// Each byte as a number of 16 bits, three times as large.
    Tripled,
    /// A digest of 64 bits in hexadecimal, from which nobody can recover the text.
    Digest,
    /// How many bytes it has when it is compressed.
    PackedLength,
}

impl How {
    /// Its name, as a part of a fault's.
    pub fn word(self) -> &'static str {
        match self {
            Self::AsIs => "text",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32Le => "utf-32le",
            Self::Utf32Be => "utf-32be",
            Self::UpperCase => "upper-case",
            Self::HexUpper => "hex-upper",
            Self::Base64Shifted => "base64-shifted",
            Self::Base64Wrapped => "base64-wrapped",
            Self::Base64OfGzip => "base64-of-gzip",
            Self::HexOfHex => "hex-of-hex",
            Self::Deterministic => "deterministic",
            Self::OneNonce => "one-nonce",
            Self::UnpaddedRsa => "unpadded-rsa",
            Self::RsaOfBytes => "rsa-of-bytes",
            Self::Table => "table",
            Self::OwnAlphabet => "own-alphabet",
            Self::Shuffled => "shuffled",
            Self::Tripled => "tripled",
            Self::Digest => "digest",
            Self::PackedLength => "packed-length",
            other => other.detector(),
        }
    }

    /// The harness's word for the detector that must find it; for nested encodings,
    /// the outermost first. `None` for encodings that are not listed.
    pub fn detector(self) -> &'static str {
        match self {
            Self::AsIs => "as-is",
            Self::UpperCase => "case-folded",
            Self::Reversed => "reversed",
            Self::Utf16Le | Self::Utf16Be => "utf-16",
            Self::Utf32Le | Self::Utf32Be => "utf-32",
            Self::Hex | Self::HexUpper => "hex",
            Self::HexSpaced => "hex-spaced",
            Self::HexColons => "hex-colons",
            Self::HexList => "hex-list",
            Self::HexEscapes => "hex-escapes",
            Self::HalfBytes => "half-bytes",
            Self::Base64 | Self::Base64Shifted | Self::Base64Wrapped => "base64",
            Self::Base64Url => "base64url",
            Self::Base32 => "base32",
            Self::Base32Hex => "base32hex",
            Self::Base58 => "base58",
            Self::Ascii85 => "ascii85",
            Self::Base85 => "base85",
            Self::Z85 => "z85",
            Self::Percent => "percent",
            Self::JsonEscapes => "json-escapes",
            Self::HtmlDecimal => "html-decimal",
            Self::HtmlHex => "html-hex",
            Self::Octal => "octal",
            Self::QuotedPrintable => "quoted-printable",
            Self::DecimalList => "decimal-list",
            Self::BinaryDigits => "binary-digits",
            Self::BigInteger => "big-integer",
            Self::Split => "split",
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
            Self::Caesar => "caesar",
            Self::Vigenere => "vigenere",
            Self::Xor => "xor",
            Self::RepeatingXor => "repeating-xor",
            Self::Additive => "additive",
            Self::RepeatingAdditive => "repeating-additive",
            Self::Base64OfGzip => "base64 of gzip",
            Self::HexOfHex => "hex of hex",
            Self::Ecb => "ecb",
            Self::Deterministic => "equal-ciphertexts",
            Self::OneNonce => "keystream-reuse",
            Self::TextbookRsa | Self::UnpaddedRsa => "textbook-rsa",
            Self::RsaOfBytes | Self::Table => "per-character",
            Self::OwnAlphabet
            | Self::Shuffled
            | Self::Tripled
            | Self::Digest
            | Self::PackedLength => "",
        }
    }

    /// Whether nobody has listed it: only a comparison with other texts finds that something
    /// depends on them.
    pub fn is_unlisted(self) -> bool {
        matches!(
            self,
            Self::OwnAlphabet | Self::Shuffled | Self::Tripled | Self::Digest | Self::PackedLength
        )
    }

    /// The end of a sentence that says what is written where; empty for what is written as it
    /// is.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::AsIs => "",
            Self::UpperCase => ", in capitals",
            Self::Reversed => ", backwards",
            Self::Utf16Le => ", as UTF-16, low byte first",
            Self::Utf16Be => ", as UTF-16, high byte first",
            Self::Utf32Le => ", as UTF-32, low byte first",
            Self::Utf32Be => ", as UTF-32, high byte first",
            Self::Hex => ", in hexadecimal",
            Self::HexUpper => ", in upper-case hexadecimal",
            Self::HexSpaced => ", in hexadecimal with spaces",
            Self::HexColons => ", in hexadecimal with colons",
            Self::HexList => ", as a list of numbers with 0x",
            Self::HexEscapes => ", as \\x escapes",
            Self::HalfBytes => ", with a letter for each half of a byte",
            Self::Base64 => ", in base64",
            Self::Base64Url => ", in URL-safe base64",
            Self::Base64Shifted => ", in base64, after one other byte",
            Self::Base64Wrapped => ", in base64, in lines of 64 characters",
            Self::Base32 => ", in base32",
            Self::Base32Hex => ", in base32hex",
            Self::Base58 => ", in base58",
            Self::Ascii85 => ", in ascii85",
            Self::Base85 => ", in base85",
            Self::Z85 => ", in Z85",
            Self::Percent => ", percent-encoded",
            Self::JsonEscapes => ", as JSON escapes",
            Self::HtmlDecimal => ", as decimal HTML references",
            Self::HtmlHex => ", as hexadecimal HTML references",
            Self::Octal => ", as octal escapes",
            Self::QuotedPrintable => ", quoted-printable",
            Self::DecimalList => ", as a list of decimal numbers",
            Self::BinaryDigits => ", in binary digits",
            Self::BigInteger => ", as one large number",
            Self::Split => ", broken over several lines",
            Self::Gzip => ", compressed with gzip",
            Self::Zlib => ", compressed with zlib",
            Self::Deflate => ", compressed with deflate, without a header",
            Self::Zstd => ", compressed with zstd",
            Self::Zip => ", in a zip archive",
            Self::Caesar => ", with letters shifted by 3",
            Self::Vigenere => ", with letters shifted by a repeating key",
            Self::Xor => ", each byte XORed with 0xa7",
            Self::RepeatingXor => ", XORed with a key of 7 bytes",
            Self::Additive => ", with 113 added to each byte",
            Self::RepeatingAdditive => ", with a key of 5 bytes added",
            Self::Base64OfGzip => ", compressed with gzip, in base64",
            Self::HexOfHex => ", in hexadecimal of hexadecimal",
            Self::Ecb => ", encrypted block by block without chaining (ECB)",
            Self::Deterministic => ", sealed so that equal texts look equal",
            Self::OneNonce => ", sealed with the same nonce every time",
            Self::TextbookRsa => ", encrypted with textbook RSA, in decimal",
            Self::UnpaddedRsa => ", encrypted with RSA, exponent 3 and no padding",
            Self::RsaOfBytes => ", each byte encrypted with RSA",
            Self::Table => ", with another symbol for each byte",
            Self::OwnAlphabet => ", six bits at a time, in an alphabet of its own",
            Self::Shuffled => ", with its bytes in another order",
            Self::Tripled => ", as 16-bit numbers, three times as large",
            Self::Digest => ", as a 64-bit digest",
            Self::PackedLength => ", only as its compressed length",
        }
    }
}
