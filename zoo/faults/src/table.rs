//! The table of leaks.

use crate::how::How;
use crate::kind::{Way, What};

/// Everything that leaks somewhere, in the order of the page.
pub(crate) const LEAKS: &[(What, Way, How)] = &[
    // Each way to write, in the log.
    (What::Texts, Way::Log, How::AsIs),
    (What::Texts, Way::Log, How::UpperCase),
    (What::Texts, Way::Log, How::Reversed),
    (What::Texts, Way::Log, How::Utf16Le),
    (What::Texts, Way::Log, How::Utf16Be),
    (What::Texts, Way::Log, How::Utf32Le),
    (What::Texts, Way::Log, How::Utf32Be),
    (What::Texts, Way::Log, How::Hex),
    (What::Texts, Way::Log, How::HexUpper),
    (What::Texts, Way::Log, How::HexSpaced),
    (What::Texts, Way::Log, How::HexColons),
    (What::Texts, Way::Log, How::HexList),
    (What::Texts, Way::Log, How::HexEscapes),
    (What::Texts, Way::Log, How::HalfBytes),
    (What::Texts, Way::Log, How::Base64),
    (What::Texts, Way::Log, How::Base64Url),
    (What::Texts, Way::Log, How::Base64Shifted),
    (What::Texts, Way::Log, How::Base64Wrapped),
    (What::Texts, Way::Log, How::Base32),
    (What::Texts, Way::Log, How::Base32Hex),
    (What::Texts, Way::Log, How::Base58),
    (What::Texts, Way::Log, How::Ascii85),
    (What::Texts, Way::Log, How::Base85),
    (What::Texts, Way::Log, How::Z85),
    (What::Texts, Way::Log, How::Percent),
    (What::Texts, Way::Log, How::JsonEscapes),
    (What::Texts, Way::Log, How::HtmlDecimal),
    (What::Texts, Way::Log, How::HtmlHex),
    (What::Texts, Way::Log, How::Octal),
    (What::Texts, Way::Log, How::QuotedPrintable),
    (What::Texts, Way::Log, How::DecimalList),
    (What::Texts, Way::Log, How::BinaryDigits),
    (What::Texts, Way::Log, How::BigInteger),
    (What::Texts, Way::Log, How::Split),
    (What::Texts, Way::Log, How::Gzip),
    (What::Texts, Way::Log, How::Zlib),
    (What::Texts, Way::Log, How::Deflate),
    (What::Texts, Way::Log, How::Zstd),
    (What::Texts, Way::Log, How::Zip),
    (What::Texts, Way::Log, How::Caesar),
    (What::Texts, Way::Log, How::Vigenere),
    (What::Texts, Way::Log, How::Xor),
    (What::Texts, Way::Log, How::RepeatingXor),
    (What::Texts, Way::Log, How::Additive),
    (What::Texts, Way::Log, How::RepeatingAdditive),
    (What::Texts, Way::Log, How::Base64OfGzip),
    (What::Texts, Way::Log, How::HexOfHex),
    // The other things that it prints.
    (What::Texts, Way::Errors, How::AsIs),
    (What::Texts, Way::Errors, How::Base64),
    (What::Texts, Way::Panic, How::AsIs),
    (What::Texts, Way::Farewell, How::AsIs),
    (What::Texts, Way::Farewell, How::Hex),
    (What::Names, Way::Log, How::AsIs),
    (What::Contents, Way::Log, How::Base64),
    // Files.
    (What::Texts, Way::File, How::AsIs),
    (What::Texts, Way::File, How::Utf16Le),
    (What::Texts, Way::File, How::Base64),
    (What::Texts, Way::File, How::Gzip),
    (What::Texts, Way::File, How::Xor),
    (What::Texts, Way::Pieces, How::AsIs),
    (What::Texts, Way::Deleted, How::AsIs),
    (What::Texts, Way::Deleted, How::Hex),
    (What::Texts, Way::Memfd, How::AsIs),
    (What::Contents, Way::File, How::AsIs),
    (What::Contents, Way::File, How::Zstd),
    (What::Contents, Way::Deleted, How::RepeatingXor),
    // Memory.
    (What::Texts, Way::Memory, How::AsIs),
    (What::Texts, Way::Memory, How::Utf16Le),
    (What::Texts, Way::Memory, How::Hex),
    (What::Texts, Way::Memory, How::Base64),
    (What::Texts, Way::Memory, How::Reversed),
    (What::Texts, Way::Memory, How::Xor),
    (What::Contents, Way::Memory, How::AsIs),
    (What::Texts, Way::Wiped, How::AsIs),
    (What::Texts, Way::Midway, How::AsIs),
    // A process that it starts.
    (What::Texts, Way::Environment, How::AsIs),
    (What::Texts, Way::Environment, How::Base64),
    (What::Texts, Way::Environment, How::Base32),
    (What::Texts, Way::Arguments, How::AsIs),
    (What::Texts, Way::Arguments, How::Percent),
    // Links.
    (What::Texts, Way::Wire, How::AsIs),
    (What::Texts, Way::Wire, How::Base64Url),
    (What::Texts, Way::Wire, How::JsonEscapes),
    (What::Texts, Way::Wire, How::Zlib),
    (What::Texts, Way::Wire, How::Deflate),
    (What::Texts, Way::Wire, How::RepeatingXor),
    (What::Texts, Way::Wire, How::Caesar),
    (What::Names, Way::Wire, How::AsIs),
    (What::Contents, Way::Wire, How::AsIs),
    (What::Contents, Way::Wire, How::Base85),
    (What::Contents, Way::Wire, How::Xor),
    // Real ciphers, used wrongly.
    (What::Texts, Way::Wire, How::Ecb),
    (What::Texts, Way::Wire, How::Deterministic),
    (What::Texts, Way::Wire, How::OneNonce),
    (What::Texts, Way::Wire, How::TextbookRsa),
    (What::Texts, Way::Wire, How::UnpaddedRsa),
    (What::Texts, Way::Wire, How::RsaOfBytes),
    (What::Texts, Way::Wire, How::Table),
    // What nobody has listed.
    (What::Texts, Way::Log, How::OwnAlphabet),
    (What::Texts, Way::Log, How::Digest),
    (What::Texts, Way::Log, How::PackedLength),
    (What::Texts, Way::File, How::Shuffled),
    (What::Texts, Way::Deleted, How::Digest),
    (What::Texts, Way::Memory, How::Tripled),
    (What::Texts, Way::Environment, How::OwnAlphabet),
    (What::Texts, Way::Wire, How::Shuffled),
    (What::Contents, Way::Log, How::Digest),
    (What::Contents, Way::File, How::Tripled),
    // Keys.
    (What::Key, Way::Log, How::Hex),
    (What::Key, Way::File, How::AsIs),
    (What::Key, Way::Memory, How::AsIs),
    (What::Key, Way::Wire, How::AsIs),
    (What::PrivateKey, Way::Wire, How::AsIs),
    (What::PrivateKey, Way::File, How::AsIs),
    (What::MessageKeys, Way::Log, How::Hex),
    (What::MessageKeys, Way::File, How::AsIs),
    (What::MessageKeys, Way::Deleted, How::Base64),
    (What::MessageKeys, Way::Memory, How::AsIs),
    (What::MessageKeys, Way::Wire, How::Base64),
    // What opens the clients' keys.
    (What::PassPhrase, Way::Log, How::AsIs),
    (What::PassPhrase, Way::Memory, How::Hex),
    (What::PassPhrase, Way::Wire, How::Base64),
];

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::{How, LEAKS, Way, What};

    #[test]
    fn everything_that_can_be_chosen_is_in_some_row() {
        for how in How::VARIANTS {
            assert!(LEAKS.iter().any(|(_, _, one)| one == how), "{how:?}");
        }
        for way in Way::VARIANTS {
            assert!(LEAKS.iter().any(|(_, one, _)| one == way), "{way:?}");
        }
        for what in What::VARIANTS {
            assert!(LEAKS.iter().any(|(one, _, _)| one == what), "{what:?}");
        }
    }
}
