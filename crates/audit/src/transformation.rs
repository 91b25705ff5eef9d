//! What a relay can do to a string and still give it away: the detectors of the audit, by name.

use strum::{IntoStaticStr, VariantArray};
use timeline::Surface;

/// A way to write a string, and the detector that finds it so.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Transformation {
    AsIs,
    CaseFolded,
    Reversed,
    /// Whichever byte comes first: within a text in Latin letters nobody can tell.
    #[strum(serialize = "utf-16")]
    Utf16,
    #[strum(serialize = "utf-32")]
    Utf32,
    /// `51585a`, in either case.
    Hex,
    /// `51 58 5a`, also in groups of two bytes.
    HexSpaced,
    /// `51:58:5a`.
    HexColons,
    /// `0x51, 0x58`, with comma, space or both.
    HexList,
    /// `\x51\x58`.
    HexEscapes,
    /// Each half as a byte of its own: `0x05 0x01`, `fb`, or digits with the lower half first.
    HalfBytes,
    Base64,
    #[strum(serialize = "base64url")]
    Base64Url,
    Base32,
    /// Base32 with the digits first (RFC 4648, section 7).
    #[strum(serialize = "base32hex")]
    Base32Hex,
    Base58,
    Ascii85,
    /// The alphabet of RFC 1924, which git and Python use.
    Base85,
    Z85,
    /// `%51%58`, of all bytes or of those that URLs reserve.
    Percent,
    /// `\u0051`, of all characters or of those that need it.
    JsonEscapes,
    /// `&#81;`
    HtmlDecimal,
    /// `&#x51;`
    HtmlHex,
    /// `\121`, or `121 130`.
    Octal,
    QuotedPrintable,
    /// `81, 88`, with comma, space or both.
    DecimalList,
    /// `01010001`, also spaced.
    BinaryDigits,
    /// The bytes as one number, in decimal, whichever end comes first.
    BigInteger,
    /// Over two lines, or piece by piece at the ends of lines.
    Split,
    Gzip,
    Zlib,
    /// Deflate without a header.
    Deflate,
    Zstd,
    Zip,
    /// Letters moved through the alphabet, as by ROT13; all of ASCII, as by ROT47.
    Caesar,
    /// Letters moved by a key that repeats.
    Vigenere,
    /// Each byte combined with the same one.
    Xor,
    /// Each byte combined with one of a key that repeats.
    RepeatingXor,
    /// The same number added to each byte.
    Additive,
    /// Numbers that repeat added to the bytes.
    RepeatingAdditive,
    /// Equal blocks of a text are equal blocks of its ciphertext.
    Ecb,
    /// Equal texts are equal ciphertexts.
    EqualCiphertexts,
    /// Two texts under one keystream.
    KeystreamReuse,
    /// Each character for itself.
    PerCharacter,
    /// The text as a number, to the power of a public key that was seen.
    TextbookRsa,
    /// A private key, known or by its structure.
    PrivateKey,
    /// A key that opens what was sent.
    MessageKey,
    /// An undeclared key that opens what a client sent to a text.
    OpeningKey,
    /// A length that is none of those to which texts are padded.
    Size,
}

impl Transformation {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in findings, which does not change from version to version. What was written
    /// several times over has the outermost first: `base64 of gzip`.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// Whether it is looked for on a surface.
    pub fn is_searched_for(self, surface: Surface) -> bool {
        match self {
            // They compare what a client sent with what was typed.
            Self::Ecb
            | Self::EqualCiphertexts
            | Self::KeystreamReuse
            | Self::PerCharacter
            | Self::TextbookRsa => surface == Surface::Wire,
            // Of memory, which is large, these are not.
            Self::Base58
            | Self::BigInteger
            | Self::Split
            | Self::Deflate
            | Self::Vigenere
            | Self::RepeatingXor
            | Self::RepeatingAdditive => surface != Surface::Memory,
            // What was found, where an adapter tells of it; not how it was written.
            Self::MessageKey | Self::Size => false,
            _ => true,
        }
    }

    /// The detectors that a finding's `transformation` names, the outermost first; of words that
    /// are none of ours, none.
    pub fn chain(words: &str) -> Vec<Self> {
        let known = |word| Self::ALL.iter().copied().find(|one| one.word() == word);
        words.split(OF).filter_map(known).collect()
    }
}

/// Between the words of a chain.
pub(super) const OF: &str = " of ";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Surface, Transformation as T};

    #[test]
    fn every_transformation_has_a_word_of_its_own() {
        let words: BTreeSet<&str> = T::ALL.iter().map(|one| one.word()).collect();
        assert_eq!(words.len(), T::ALL.len());
        let kebab = |word: &str| {
            word.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        assert!(words.iter().all(|word| kebab(word)), "{words:?}");
    }

    #[test]
    fn where_texts_were_sent_most_is_searched_for_and_in_memory_least() {
        let count = |surface| {
            T::ALL
                .iter()
                .filter(|one| one.is_searched_for(surface))
                .count()
        };
        assert!(count(Surface::Wire) > count(Surface::Output));
        assert!(count(Surface::Output) > count(Surface::Memory));
        for surface in Surface::ALL {
            assert!(count(surface) > 30, "{surface:?}");
        }
    }

    #[test]
    fn a_chain_is_read_back() {
        assert_eq!(T::chain("base64 of gzip"), [T::Base64, T::Gzip]);
        assert_eq!(T::chain("as-is"), [T::AsIs]);
        assert_eq!(T::chain("equal blocks"), []);
    }
}
