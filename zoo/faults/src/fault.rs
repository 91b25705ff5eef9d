//! What a chat of the zoo can give away: a closed list, and who must find it how.

use std::error::Error;
use std::fmt;

use crate::how::How;

/// What is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Every text, as it is sent.
    Texts,
    /// The contents of files.
    Contents,
    /// The names of files.
    Names,
    /// The key that the clients share.
    Key,
    /// The keys that clients seal single messages with.
    MessageKeys,
    /// A private key in PEM, made for the occasion.
    PrivateKey,
    /// The pass phrase that a client is told.
    PassPhrase,
}

/// Where it comes to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The relay's standard output.
    Log,
    /// Its standard error.
    Errors,
    /// A file.
    File,
    /// A file, in pieces of three bytes.
    Pieces,
    /// A file that has no name any more, and is open.
    Deleted,
    /// A file that never had a name.
    Memfd,
    /// Memory, and nothing else.
    Memory,
    /// The environment of a process that the relay starts.
    Environment,
    /// The arguments of such a process.
    Arguments,
    /// What it prints when a part of it panics.
    Panic,
    /// What it prints when it is asked to stop.
    Farewell,
    /// The link: the client sends it beside what is sealed.
    Wire,
}

/// A thing that the pair does wrong, and that is no leak of one thing in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// The relay has the clients' key, and logs what it opens.
    Nosy,
    /// The relay shows a private text to everyone.
    Gossips,
    /// The relay's log is lost in a buffer: nobody can tell what was in it.
    LosesItsLog,
    /// The relay hands out its own public value instead of each client's, and reads what passes.
    SwapsKeys,
    /// Clients do not keep the keys of their messages, so that nobody can look for them.
    ForgetsKeys,
    /// Clients do not pad what they seal, in frames that are said to be padded.
    TellsLengths,
    /// Clients pad what is long to less than they are said to.
    PadsLoosely,
}

/// Something that looks odd and gives nothing away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Nothing odd at all.
    None,
    /// The log tells everything that the relay may know.
    ChattyLog,
    /// The log has random bytes in it.
    RandomLog,
    /// The log shows what was sealed, in base64.
    LogsBase64,
    /// The same in hexadecimal.
    LogsHex,
    /// The same in decimal numbers.
    LogsDecimals,
    /// What was sealed is kept in a file.
    KeepsFiles,
    /// The same, compressed.
    KeepsGzip,
    /// What was sealed stays in memory.
    KeepsMemory,
    /// The environment of a process that the relay starts holds what was sealed, in base64.
    TellsChild,
    /// Each record follows a header that is always the same.
    Headers,
    /// Everything is padded to 16 KiB.
    BigPadding,
    /// Clients say every now and then that they are there.
    KeepAlives,
    /// Clients send random bytes beside what is sealed.
    RandomWire,
    /// Clients cut what they send into many small records.
    SmallRecords,
    /// Clients agree on keys by the way of the relay, which passes on what they send for it.
    ExchangesKeys,
    /// Clients seal each message with a key of its own, and keep these keys for themselves.
    SealsEach,
    /// Links carry frames that everybody can cut, padded as the adapter says.
    PadsFrames,
}

/// What is wrong with a pair: at most one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something comes to light.
    Leak(What, Way, How),
    /// Something else is wrong.
    Misdeed(Misdeed),
    /// Nothing is.
    Harmless(Habit),
}

/// No fault has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFault(pub String);

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0;
        write!(f, "no fault is called `{name}`; docs/zoo.md lists them all")
    }
}

impl Error for UnknownFault {}

/// What must become of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A finding with this surface and this transformation, in the words of the harness.
    Finding {
        /// Such as `output`.
        surface: &'static str,
        /// Such as `base64 of gzip`.
        transformation: String,
    },
    /// A check whose name holds this fails.
    Fails(&'static str),
    /// The audit of this surface cannot tell, or that of `keys` in clients' stores.
    CannotTell(&'static str),
    /// Nothing.
    Passes,
}

impl Fault {
    /// Every one, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        let leaks = LEAKS
            .iter()
            .map(|(what, way, how)| Self::Leak(*what, *way, *how));
        let misdeeds = MISDEEDS.iter().map(|misdeed| Self::Misdeed(*misdeed));
        let habits = HABITS.iter().map(|habit| Self::Harmless(*habit));
        leaks.chain(misdeeds).chain(habits)
    }

    /// The one with this name.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, UnknownFault> {
        let found = Self::all().find(|fault| fault.name() == name);
        found.ok_or_else(|| UnknownFault(name.to_owned()))
    }

    /// As it is chosen.
    pub fn name(self) -> String {
        match self {
            Self::Leak(What::Texts, way, how) => format!("{}-{}", way.word(), how.word()),
            Self::Leak(what, way, How::AsIs) => format!("{}-{}", way.word(), what.word()),
            Self::Leak(what, way, how) => format!("{}-{}-{}", way.word(), what.word(), how.word()),
            Self::Misdeed(misdeed) => misdeed.word().to_owned(),
            Self::Harmless(habit) => habit.word().to_owned(),
        }
    }

    /// What it does, in a sentence without its full stop.
    pub fn sentence(self) -> String {
        match self {
            Self::Leak(what, way, how) => {
                format!(
                    "{} {}{}",
                    way.subject(),
                    way.does(what.object()),
                    how.phrase()
                )
            }
            Self::Misdeed(misdeed) => misdeed.sentence().to_owned(),
            Self::Harmless(habit) => habit.sentence().to_owned(),
        }
    }

    /// What must become of a play with it.
    pub fn expected(self) -> Expected {
        match self {
            Self::Leak(what, way, how) => Expected::Finding {
                surface: way.surface(),
                transformation: transformation(what, how),
            },
            Self::Misdeed(Misdeed::Nosy) => Expected::Finding {
                surface: "output",
                transformation: "as-is".to_owned(),
            },
            Self::Misdeed(Misdeed::SwapsKeys) => Expected::Finding {
                surface: "memory",
                transformation: "as-is".to_owned(),
            },
            Self::Misdeed(Misdeed::TellsLengths | Misdeed::PadsLoosely) => Expected::Finding {
                surface: "wire",
                transformation: "size".to_owned(),
            },
            Self::Misdeed(Misdeed::Gossips) => Expected::Fails("carol never shows"),
            Self::Misdeed(Misdeed::LosesItsLog) => Expected::CannotTell("output"),
            Self::Misdeed(Misdeed::ForgetsKeys) => Expected::CannotTell("keys"),
            Self::Harmless(_) => Expected::Passes,
        }
    }

    /// The scenario of the zoo that brings it to light.
    pub fn scenario(self) -> &'static str {
        match self {
            Self::Leak(_, _, How::Deterministic) => "leaks-twice",
            Self::Leak(_, _, How::Ecb) => "leaks-blocks",
            Self::Leak(_, _, How::Base64Url) => "leaks-marks",
            Self::Leak(What::Names, _, _) => "leaks-names",
            _ if self.is_framed() => "leaks-sizes",
            _ => "leaks",
        }
    }

    /// The adapter that plays it, below `zoo/adapters`.
    pub fn adapter(self) -> &'static str {
        match self {
            Self::Leak(What::PassPhrase, _, _) => "leaky-asks",
            _ if self.seals_each() => "leaky-keys",
            _ if self.is_framed() => "leaky-frames",
            _ => "leaky",
        }
    }

    /// Whether clients seal each message with a key of its own.
    pub fn seals_each(self) -> bool {
        matches!(
            self,
            Self::Leak(What::MessageKeys, _, _)
                | Self::Misdeed(Misdeed::ForgetsKeys)
                | Self::Harmless(Habit::SealsEach)
        )
    }

    /// Whether links carry frames that tell of what kind they are.
    pub fn is_framed(self) -> bool {
        matches!(
            self,
            Self::Misdeed(Misdeed::TellsLengths | Misdeed::PadsLoosely)
                | Self::Harmless(Habit::PadsFrames)
        )
    }

    /// Whether it is none at all.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::Harmless(_))
    }
}

/// Keys are found by detectors of their own, however they are written.
fn transformation(what: What, how: How) -> String {
    match (what, how) {
        (What::MessageKeys, How::AsIs) => "message-key".to_owned(),
        (What::MessageKeys, how) => format!("{} of message-key", how.detector()),
        (What::Key | What::PrivateKey, How::AsIs) => "private-key".to_owned(),
        (What::Key | What::PrivateKey, how) => format!("{} of private-key", how.detector()),
        (What::Texts | What::Contents | What::Names | What::PassPhrase, how) => {
            how.detector().to_owned()
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl What {
    fn word(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Contents => "contents",
            Self::Names => "names",
            Self::Key => "key",
            Self::MessageKeys => "message-keys",
            Self::PrivateKey => "private-key",
            Self::PassPhrase => "pass-phrase",
        }
    }

    fn object(self) -> &'static str {
        match self {
            Self::Texts => "every text",
            Self::Contents => "the contents of files",
            Self::Names => "the names of files",
            Self::Key => "the key of the clients",
            Self::MessageKeys => "the key of every message",
            Self::PrivateKey => "a private key in PEM",
            Self::PassPhrase => "the pass phrases of clients",
        }
    }
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Errors => "errors",
            Self::File => "file",
            Self::Pieces => "pieces",
            Self::Deleted => "deleted",
            Self::Memfd => "memfd",
            Self::Memory => "memory",
            Self::Environment => "environment",
            Self::Arguments => "arguments",
            Self::Panic => "panic",
            Self::Farewell => "farewell",
            Self::Wire => "wire",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::Wire => "a client",
            _ => "the relay",
        }
    }

    fn does(self, what: &str) -> String {
        match self {
            Self::Log => format!("writes {what} to its log"),
            Self::Errors => format!("prints {what} on standard error"),
            Self::File => format!("writes {what} to a file"),
            Self::Pieces => format!("writes {what} to a file, three bytes at a time"),
            Self::Deleted => format!("writes {what} to a file that it has deleted"),
            Self::Memfd => format!("writes {what} to a file in memory"),
            Self::Memory => format!("keeps {what} in its memory"),
            Self::Environment => format!("puts {what} into the environment of a process"),
            Self::Arguments => format!("gives {what} to a process as an argument"),
            Self::Panic => format!("prints {what} when a part of it panics"),
            Self::Farewell => format!("prints {what} when it is asked to stop"),
            Self::Wire => format!("sends {what} beside what is sealed"),
        }
    }

    /// The word of the harness for where it must be found.
    fn surface(self) -> &'static str {
        match self {
            Self::Log | Self::Errors | Self::Panic | Self::Farewell => "output",
            Self::File | Self::Pieces | Self::Deleted | Self::Memfd => "files",
            Self::Memory => "memory",
            Self::Environment | Self::Arguments => "arguments",
            Self::Wire => "wire",
        }
    }
}

impl Misdeed {
    fn word(self) -> &'static str {
        match self {
            Self::Nosy => "nosy",
            Self::Gossips => "gossips",
            Self::LosesItsLog => "loses-its-log",
            Self::SwapsKeys => "swaps-keys",
            Self::ForgetsKeys => "forgets-keys",
            Self::TellsLengths => "tells-lengths",
            Self::PadsLoosely => "pads-loosely",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Nosy => "the relay has the key of the clients and logs every text that it opens",
            Self::Gossips => "the relay passes private texts on to everyone",
            Self::LosesItsLog => "the relay's log stays in a buffer and is lost with it",
            Self::SwapsKeys => {
                "the relay hands clients its own key for each other's, and keeps what it reads"
            }
            Self::ForgetsKeys => "no client keeps the keys of its messages: their stores are empty",
            Self::TellsLengths => "clients say that they pad their frames, and do not",
            Self::PadsLoosely => "clients pad what is long to multiples of 256 instead of by Padmé",
        }
    }
}

impl Habit {
    fn word(self) -> &'static str {
        match self {
            Self::None => "honest",
            Self::ChattyLog => "chatty-log",
            Self::RandomLog => "random-log",
            Self::LogsBase64 => "logs-sealed-base64",
            Self::LogsHex => "logs-sealed-hex",
            Self::LogsDecimals => "logs-sealed-decimals",
            Self::KeepsFiles => "keeps-sealed-files",
            Self::KeepsGzip => "keeps-sealed-gzip",
            Self::KeepsMemory => "keeps-sealed-memory",
            Self::TellsChild => "tells-child-sealed",
            Self::Headers => "repeated-headers",
            Self::BigPadding => "big-padding",
            Self::KeepAlives => "keepalives",
            Self::RandomWire => "random-wire",
            Self::SmallRecords => "small-records",
            Self::ExchangesKeys => "exchanges-keys",
            Self::SealsEach => "seals-each",
            Self::PadsFrames => "pads-frames",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::None => "nothing is wrong",
            Self::ChattyLog => "the log tells names, lengths and numbers of everything",
            Self::RandomLog => "the log has random bytes in it",
            Self::LogsBase64 => "the relay logs what was sealed, in base64",
            Self::LogsHex => "the relay logs what was sealed, in hexadecimal",
            Self::LogsDecimals => "the relay logs what was sealed, as decimal numbers",
            Self::KeepsFiles => "the relay keeps what was sealed in a file",
            Self::KeepsGzip => "the relay keeps what was sealed in a file, compressed with gzip",
            Self::KeepsMemory => "the relay keeps what was sealed in its memory",
            Self::TellsChild => "the environment of a process holds what was sealed, in base64",
            Self::Headers => "the same header stands in front of everything that a client sends",
            Self::BigPadding => "everything is padded to 16 KiB",
            Self::KeepAlives => "clients say again and again that they are there",
            Self::RandomWire => "clients send random bytes beside what is sealed",
            Self::SmallRecords => "clients cut what they send into records of 48 bytes",
            Self::ExchangesKeys => "clients agree on keys by the way of the relay",
            Self::SealsEach => {
                "clients seal each message with a key of its own, and keep these keys"
            }
            Self::PadsFrames => "frames that everybody can cut are padded as the adapter says",
        }
    }
}

const MISDEEDS: &[Misdeed] = &[
    Misdeed::Nosy,
    Misdeed::SwapsKeys,
    Misdeed::Gossips,
    Misdeed::LosesItsLog,
    Misdeed::ForgetsKeys,
    Misdeed::TellsLengths,
    Misdeed::PadsLoosely,
];

const HABITS: &[Habit] = &[
    Habit::None,
    Habit::ChattyLog,
    Habit::RandomLog,
    Habit::LogsBase64,
    Habit::LogsHex,
    Habit::LogsDecimals,
    Habit::KeepsFiles,
    Habit::KeepsGzip,
    Habit::KeepsMemory,
    Habit::TellsChild,
    Habit::Headers,
    Habit::BigPadding,
    Habit::KeepAlives,
    Habit::RandomWire,
    Habit::SmallRecords,
    Habit::ExchangesKeys,
    Habit::SealsEach,
    Habit::PadsFrames,
];

const LEAKS: &[(What, Way, How)] = &[
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_fault_has_a_name_of_its_own_and_is_found_by_it() {
        let names: Vec<String> = Fault::all().map(Fault::name).collect();
        let different: BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
        for fault in Fault::all() {
            assert_eq!(Fault::named(&fault.name()), Ok(fault));
        }
        assert!(Fault::named("none").is_err());
    }

    #[test]
    fn there_are_at_least_fifty_and_ten_harmless_ones() {
        let harmless = Fault::all().filter(|fault| fault.is_harmless()).count();
        assert!(harmless >= 10, "{harmless}");
        assert!(Fault::all().count() - harmless >= 50);
    }
}
