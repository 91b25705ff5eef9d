//! How a fault writes what it gives away.

mod bases;
mod ciphers;
mod digits;
mod packed;
mod text;
mod unlisted;
mod weak;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zoo_faults::How;

/// Writes bytes so.
pub(super) fn written(how: How, bytes: &[u8]) -> Vec<u8> {
    match how {
        How::AsIs => bytes.to_vec(),
        How::UpperCase => bytes.to_ascii_uppercase(),
        How::Reversed => bytes.iter().rev().copied().collect(),
        How::Utf16Le => text::utf16(bytes, u16::to_le_bytes),
        How::Utf16Be => text::utf16(bytes, u16::to_be_bytes),
        How::Utf32Le => text::utf32(bytes, u32::to_le_bytes),
        How::Utf32Be => text::utf32(bytes, u32::to_be_bytes),
        How::Hex => digits::each(bytes, "", |b| format!("{b:02x}")),
        How::HexUpper => digits::each(bytes, "", |b| format!("{b:02X}")),
        How::HexSpaced => digits::each(bytes, " ", |b| format!("{b:02x}")),
        How::HexColons => digits::each(bytes, ":", |b| format!("{b:02x}")),
        How::HexList => digits::each(bytes, ", ", |b| format!("0x{b:02x}")),
        How::HexEscapes => digits::each(bytes, "", |b| format!("\\x{b:02x}")),
        How::HalfBytes => digits::each(bytes, "", digits::halves),
        How::Base64 => STANDARD.encode(bytes).into(),
        How::Base64Url => URL_SAFE_NO_PAD.encode(bytes).into(),
        How::Base64Shifted => STANDARD.encode([b"!", bytes].concat()).into(),
        How::Base64Wrapped => text::lines(STANDARD.encode(bytes).as_bytes(), 64),
        How::Base32 => bases::base32(bytes, bases::BASE32),
        How::Base32Hex => bases::base32(bytes, bases::BASE32_HEX),
        How::Base58 => bases::base58(bytes),
        How::Ascii85 => bases::base85(bytes, bases::ASCII85),
        How::Base85 => bases::base85(bytes, bases::BASE85),
        How::Z85 => bases::base85(bytes, bases::Z85),
        How::Percent => digits::each(bytes, "", |b| format!("%{b:02X}")),
        How::JsonEscapes => text::each(bytes, |c| format!("\\u{:04x}", u32::from(c))),
        How::HtmlDecimal => text::each(bytes, |c| format!("&#{};", u32::from(c))),
        How::HtmlHex => text::each(bytes, |c| format!("&#x{:x};", u32::from(c))),
        How::Octal => digits::each(bytes, "", |b| format!("\\{b:03o}")),
        How::QuotedPrintable => digits::each(bytes, "", |b| format!("={b:02X}")),
        How::DecimalList => digits::each(bytes, ", ", |b| b.to_string()),
        How::BinaryDigits => digits::each(bytes, "", |b| format!("{b:08b}")),
        How::BigInteger => bases::decimal(bytes),
        How::Split => text::lines(bytes, 13),
        How::Gzip => packed::gzip(bytes),
        How::Zlib => packed::zlib(bytes),
        How::Deflate => packed::deflate(bytes),
        How::Zstd => packed::zstd(bytes),
        How::Zip => packed::zip(bytes),
        How::Caesar => ciphers::caesar(bytes, 3),
        How::Vigenere => ciphers::vigenere(bytes, b"lemon"),
        How::Xor => ciphers::xor(bytes, &[0xa7]),
        How::RepeatingXor => ciphers::xor(bytes, b"\x9d\x13\xe6\x58\x0c\xb1\xf4"),
        How::Additive => ciphers::add(bytes, &[113]),
        How::RepeatingAdditive => ciphers::add(bytes, &[41, 200, 7, 99, 154]),
        How::Base64OfGzip => STANDARD.encode(packed::gzip(bytes)).into(),
        How::HexOfHex => written(How::Hex, &written(How::Hex, bytes)),
        How::Ecb => weak::ecb(bytes),
        How::Deterministic => weak::nonce_of_text(bytes),
        How::OneNonce => weak::one_nonce(bytes),
        How::TextbookRsa => weak::textbook_rsa(bytes),
        How::UnpaddedRsa => weak::unpadded_rsa(bytes),
        How::RsaOfBytes => weak::rsa_of_bytes(bytes),
        How::Table => weak::table(bytes),
        How::OwnAlphabet => unlisted::own_alphabet(bytes),
        How::Shuffled => unlisted::shuffled(bytes),
        How::Tripled => unlisted::tripled(bytes),
        How::Digest => unlisted::digest(bytes),
        How::PackedLength => format!("{:04}", packed::deflate(bytes).len()).into_bytes(),
    }
}
