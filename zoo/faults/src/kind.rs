//! What can leak, and where; and what else can be wrong or merely unusual. Also in words.

use strum::VariantArray;

/// What is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
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
    /// The passphrase that a client is told.
    PassPhrase,
}

/// Where it comes to light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
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
    /// Memory, for as long as it handles it, and then wipes it.
    Wiped,
    /// The same, with the second one alone: the first and the last are looked at in every play.
    Midway,
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

/// A mistake of the pair that is not the leak of one thing in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Misdeed {
    /// The relay has the clients' key, and logs what it opens.
    Nosy,
    /// The relay hands out its own public value instead of each client's, and reads what passes.
    SwapsKeys,
    /// The same, but it wipes at once what it has read.
    Reseals,
    /// The relay shows a private text to everyone.
    Gossips,
    /// The relay's log is lost in a buffer: nobody can tell what was in it.
    LosesItsLog,
    /// Clients do not keep the keys of their messages, so nobody can search for them.
    ForgetsKeys,
    /// Clients do not pad frames that are declared to be padded.
    TellsLengths,
    /// Clients pad what is long to less than they are said to.
    PadsLoosely,
}

/// Something that looks odd and gives nothing away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
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
    /// Its memory, its log and a file contain keys for something else.
    HoldsKeys,
    /// The environment of a process that the relay starts contains the ciphertext, in base64.
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
    /// Clients agree on keys through the relay, which passes on their public values.
    ExchangesKeys,
    /// Clients seal each message with a key of its own, and keep these keys for themselves.
    SealsEach,
    /// Links carry frames that anybody can split, padded as the adapter says.
    PadsFrames,
}

impl What {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Texts => "texts",
            Self::Contents => "contents",
            Self::Names => "names",
            Self::Key => "key",
            Self::MessageKeys => "message-keys",
            Self::PrivateKey => "private-key",
            Self::PassPhrase => "passphrase",
        }
    }

    pub(crate) fn object(self) -> &'static str {
        match self {
            Self::Texts => "every text",
            Self::Contents => "the contents of files",
            Self::Names => "the names of files",
            Self::Key => "the key of the clients",
            Self::MessageKeys => "the key of every message",
            Self::PrivateKey => "a private key in PEM",
            Self::PassPhrase => "the passphrases of clients",
        }
    }
}

impl Way {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Errors => "errors",
            Self::File => "file",
            Self::Pieces => "pieces",
            Self::Deleted => "deleted",
            Self::Memfd => "memfd",
            Self::Memory => "memory",
            Self::Wiped => "wiped",
            Self::Midway => "midway",
            Self::Environment => "environment",
            Self::Arguments => "arguments",
            Self::Panic => "panic",
            Self::Farewell => "farewell",
            Self::Wire => "wire",
        }
    }

    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::Wire => "a client",
            _ => "the relay",
        }
    }

    pub(crate) fn does(self, what: &str) -> String {
        match self {
            Self::Log => format!("writes {what} to its log"),
            Self::Errors => format!("prints {what} on standard error"),
            Self::File => format!("writes {what} to a file"),
            Self::Pieces => format!("writes {what} to a file, three bytes at a time"),
            Self::Deleted => format!("writes {what} to a deleted file"),
            Self::Memfd => format!("writes {what} to a file in memory"),
            Self::Memory => format!("keeps {what} in its memory"),
            Self::Wiped => format!("reads {what}, passes it on, and wipes it"),
            Self::Midway => {
                format!("wipes {what} before it passes it on, but the second one only afterwards")
            }
            Self::Environment => format!("puts {what} into the environment of a child process"),
            Self::Arguments => format!("passes {what} to a child process as an argument"),
            Self::Panic => format!("prints {what} when a thread panics"),
            Self::Farewell => format!("prints {what} when it is asked to stop"),
            Self::Wire => format!("also sends {what}"),
        }
    }

    /// The word of the harness for where it must be found.
    pub(crate) fn surface(self) -> &'static str {
        match self {
            Self::Log | Self::Errors | Self::Panic | Self::Farewell => "output",
            Self::File | Self::Pieces | Self::Deleted | Self::Memfd => "files",
            Self::Memory | Self::Wiped | Self::Midway => "memory",
            Self::Environment | Self::Arguments => "arguments",
            Self::Wire => "wire",
        }
    }
}

impl Misdeed {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Nosy => "nosy",
            Self::Gossips => "gossips",
            Self::LosesItsLog => "loses-its-log",
            Self::SwapsKeys => "swaps-keys",
            Self::Reseals => "reseals",
            Self::ForgetsKeys => "forgets-keys",
            Self::TellsLengths => "tells-lengths",
            Self::PadsLoosely => "pads-loosely",
        }
    }

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Nosy => "the relay has the key of the clients and logs every text that it opens",
            Self::Gossips => "the relay passes private texts on to everyone",
            Self::LosesItsLog => "the relay's log stays in a buffer and is lost with it",
            Self::SwapsKeys => {
                "the relay gives clients its own key in place of each other's, and keeps what it reads"
            }
            Self::Reseals => {
                "the relay shares a key with each client, opens what passes, seals it again, and wipes it"
            }
            Self::ForgetsKeys => {
                "clients do not keep the keys of their messages: their stores are empty"
            }
            Self::TellsLengths => "clients do not pad frames, although the adapter says so",
            Self::PadsLoosely => {
                "clients pad long frames to multiples of 256 instead of Padmé lengths"
            }
        }
    }
}

impl Habit {
    pub(crate) fn word(self) -> &'static str {
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
            Self::HoldsKeys => "holds-keys",
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

    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::None => "nothing is wrong",
            Self::ChattyLog => "the log has all names, lengths and numbers",
            Self::RandomLog => "the log contains random bytes",
            Self::LogsBase64 => "the relay logs the ciphertext, in base64",
            Self::LogsHex => "the relay logs the ciphertext, in hexadecimal",
            Self::LogsDecimals => "the relay logs the ciphertext, as decimal numbers",
            Self::KeepsFiles => "the relay keeps the ciphertext in a file",
            Self::KeepsGzip => "the relay keeps the ciphertext in a file, compressed with gzip",
            Self::KeepsMemory => "the relay keeps the ciphertext in its memory",
            Self::HoldsKeys => {
                "keys that open nothing are in the relay's memory, its log and a file"
            }
            Self::TellsChild => {
                "the environment of a child process contains the ciphertext, in base64"
            }
            Self::Headers => "everything that a client sends begins with the same header",
            Self::BigPadding => "everything is padded to 16 KiB",
            Self::KeepAlives => "clients send keep-alives",
            Self::RandomWire => "clients send random bytes beside the ciphertext",
            Self::SmallRecords => "clients split what they send into records of 48 bytes",
            Self::ExchangesKeys => "clients agree on keys through the relay",
            Self::SealsEach => {
                "clients seal each message with a key of its own, and keep these keys"
            }
            Self::PadsFrames => "frames, which anybody can split, are padded as the adapter says",
        }
    }
}
