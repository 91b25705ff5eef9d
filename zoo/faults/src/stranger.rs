//! Leaks of relays in other languages, in the places that these languages offer.

use self::Language::{C, Node, Python};
use self::Seen::{By, ByComparison, ByNobody};
use crate::fault::Expected;

/// What a relay is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are names")]
pub enum Language {
    Python,
    Node,
    C,
}

impl Language {
    fn word(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::C => "c",
        }
    }

    /// The program that it needs on this machine.
    pub fn program(self) -> &'static str {
        match self {
            Self::Python => "python3",
            Self::Node => "node",
            Self::C => "cc",
        }
    }

    /// The adapter of its relay.
    pub fn adapter(self) -> &'static str {
        match self {
            Self::Python => "line-python",
            Self::Node => "line-node",
            Self::C => "line-c",
        }
    }

    fn called(self) -> &'static str {
        match self {
            Self::Python => "a relay in Python",
            Self::Node => "a relay in JavaScript",
            Self::C => "a relay in C",
        }
    }
}

/// How the client writes a text for such a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Writing {
    Plain,
    Uuencode,
    Xxencode,
    Base45,
    Morse,
    Nibbles,
    Mirrored,
    Fence,
    Pictures,
    Steps,
    Sums,
    Counter,
    Checksum,
    Vowels,
    OneTime,
    Bit,
    Part,
}

impl Writing {
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Uuencode => "uuencode",
            Self::Xxencode => "xxencode",
            Self::Base45 => "base45",
            Self::Morse => "morse",
            Self::Nibbles => "nibbles",
            Self::Mirrored => "mirrored",
            Self::Fence => "fence",
            Self::Pictures => "pictures",
            Self::Steps => "steps",
            Self::Sums => "sums",
            Self::Counter => "counter",
            Self::Checksum => "checksum",
            Self::Vowels => "vowels",
            Self::OneTime => "onetime",
            Self::Bit => "bit",
            Self::Part => "part",
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Plain => "every text",
            Self::Uuencode => "every text (uuencoded)",
            Self::Xxencode => "every text (xxencoded)",
            Self::Base45 => "every text in base45",
            Self::Morse => "every text in Morse code",
            Self::Nibbles => "every text (a letter for four bits)",
            Self::Mirrored => "every text (the bits of each byte reversed)",
            Self::Fence => "every text (each third letter, then the others)",
            Self::Pictures => "every text (a picture for each letter)",
            Self::Steps => "the steps from letter to letter",
            Self::Sums => "the sums of the letters so far",
            Self::Counter => "every text (XORed with a counter)",
            Self::Checksum => "the CRC-32 of every text",
            Self::Vowels => "the first letters of words and how many vowels each has",
            Self::OneTime => "every text (XORed with random bytes, after these)",
            Self::Bit => "one bit of every text",
            Self::Part => "twelve letters of every canary",
        }
    }
}

/// Who sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A single play, by this detector.
    By(&'static str),
    /// The comparison with other texts.
    ByComparison,
    /// Nobody, for this reason.
    ByNobody(&'static str),
    /// There is nothing to see.
    Harmless,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Stranger {
    /// What the relay is written in.
    pub language: Language,
    /// Where it puts what it is handed, in the words of `zoo/relays`.
    place: &'static str,
    /// What that is; only ciphertext, if it is harmless.
    pub writing: Option<Writing>,
    surface: &'static str,
    /// Who sees it.
    pub seen: Seen,
}

impl Stranger {
    pub(crate) fn name(&self) -> String {
        let writing = self.writing.map_or("sealed", Writing::word);
        format!("{}-{}-{writing}", self.language.word(), self.place)
    }

    pub(crate) fn sentence(&self) -> String {
        let what = self.writing.map_or("the ciphertext", Writing::phrase);
        format!("{} {}", self.language.called(), does(self.place, what))
    }

    pub(crate) fn expected(&self) -> Expected {
        match self.seen {
            By(detector) => Expected::Finding {
                surface: self.surface,
                transformation: detector.to_owned(),
            },
            ByComparison => Expected::Distinguishable(self.surface),
            ByNobody(_) | Seen::Harmless => Expected::Passes,
        }
    }
}

fn does(place: &str, what: &str) -> String {
    match place {
        "repr" | "inspect" => format!("prints {what} as its debugger does"),
        "logging" => format!("logs {what}, with the time"),
        "letters" | "lines" => format!("prints {what}, a line for each letter"),
        "json" => format!("writes {what} as JSON"),
        "sqlite" => format!("puts {what} into an SQLite database"),
        "pickle" => format!("pickles {what}"),
        "dbm" => format!("uses {what} as a key in a database"),
        "bz2" => format!("compresses {what} with bzip2"),
        "lzma" => format!("compresses {what} with LZMA"),
        "brotli" => format!("compresses {what} with Brotli"),
        "deleted" => format!("writes {what} to an unnamed file"),
        "pipe" => format!("leaves {what} in a pipe that nobody reads"),
        "child" => format!("puts {what} into the environment of a process"),
        "thread" => format!("names threads after {what}"),
        "title" => format!("names itself after {what}"),
        "shared" => format!("keeps {what} in a mapping of its own"),
        "static" => format!("keeps {what} in a variable"),
        "list" => format!("keeps {what} as a list"),
        "ints" => format!("keeps {what} as an array of numbers"),
        "bits" => format!("keeps {what}, a byte for each bit"),
        "before" => format!("writes {what}, without its canary, to a file"),
        "queue" => format!("leaves {what} in the queue of a socket"),
        "abstract" => format!("names sockets after {what}"),
        "table" => format!("prints {what} as a table"),
        "errors" => format!("prints {what} in a stack trace"),
        "escape" => format!("writes {what} with escapes of its own"),
        "v8" => format!("serialises {what}"),
        "csv" => format!("writes {what} as numbers between semicolons"),
        "bigints" => format!("writes {what} as ninth powers"),
        "octal" => format!("prints {what} in octal"),
        "chars" => format!("prints {what}, each letter in brackets"),
        "fifths" => format!("prints {what}, a fifth of each number"),
        "inverted" => format!("writes {what}, all bits inverted"),
        "records" => format!("writes {what}, each letter in an XML record"),
        "file" => format!("writes {what} to a file"),
        "times" => format!("reveals {what} through the time of a file"),
        "order" => format!("reveals {what} through the order in which it delivers"),
        other => format!("puts {what} into {other}"),
    }
}

const fn leak(
    language: Language,
    place: &'static str,
    writing: Writing,
    surface: &'static str,
    seen: Seen,
) -> Stranger {
    Stranger {
        language,
        place,
        writing: Some(writing),
        surface,
        seen,
    }
}

const fn harmless(language: Language, place: &'static str) -> Stranger {
    Stranger {
        language,
        place,
        writing: None,
        surface: "-",
        seen: Seen::Harmless,
    }
}

/// All of them, in the order of the page.
pub const STRANGERS: &[Stranger] = &[
    leak(Python, "repr", Writing::Plain, "output", By("as-is")),
    leak(Python, "logging", Writing::Uuencode, "output", ByComparison),
    leak(Python, "letters", Writing::Mirrored, "output", ByComparison),
    leak(Python, "json", Writing::Plain, "files", By("decimal-list")),
    leak(Python, "json", Writing::Counter, "files", ByComparison),
    leak(Python, "sqlite", Writing::Plain, "files", By("as-is")),
    leak(Python, "sqlite", Writing::Xxencode, "files", ByComparison),
    leak(Python, "pickle", Writing::Plain, "files", By("as-is")),
    leak(Python, "dbm", Writing::Fence, "files", ByComparison),
    leak(Python, "bz2", Writing::Plain, "files", ByComparison),
    leak(Python, "lzma", Writing::Nibbles, "files", ByComparison),
    leak(Python, "deleted", Writing::Base45, "files", ByComparison),
    leak(Python, "pipe", Writing::Plain, "files", By("as-is")),
    leak(Python, "child", Writing::Sums, "arguments", ByComparison),
    leak(Python, "thread", Writing::Vowels, "arguments", ByComparison),
    leak(Node, "inspect", Writing::Plain, "output", By("hex-spaced")),
    leak(Node, "table", Writing::Morse, "output", ByComparison),
    leak(Node, "errors", Writing::Plain, "output", By("as-is")),
    leak(Node, "escape", Writing::Pictures, "files", ByComparison),
    leak(Node, "brotli", Writing::Plain, "files", By("as-is")),
    leak(Node, "v8", Writing::Base45, "files", ByComparison),
    leak(Node, "csv", Writing::Steps, "files", ByComparison),
    leak(Node, "bigints", Writing::Mirrored, "files", ByComparison),
    leak(Node, "title", Writing::Checksum, "arguments", ByComparison),
    leak(C, "ints", Writing::Plain, "memory", By("utf-32")),
    leak(C, "static", Writing::Mirrored, "memory", ByComparison),
    leak(C, "bits", Writing::Fence, "memory", ByComparison),
    leak(C, "list", Writing::Mirrored, "memory", ByComparison),
    leak(C, "lines", Writing::Mirrored, "output", ByComparison),
    leak(C, "octal", Writing::Plain, "memory", By("as-is")),
    leak(C, "octal", Writing::Fence, "output", ByComparison),
    leak(C, "chars", Writing::Fence, "output", ByComparison),
    leak(C, "fifths", Writing::Sums, "output", ByComparison),
    leak(C, "inverted", Writing::Plain, "files", By("xor")),
    leak(C, "shared", Writing::Plain, "memory", By("as-is")),
    leak(C, "before", Writing::Plain, "files", By("as-is")),
    leak(C, "file", Writing::Part, "files", ByComparison),
    leak(C, "queue", Writing::Plain, "files", By("as-is")),
    leak(C, "abstract", Writing::Plain, "files", By("as-is")),
    leak(
        C,
        "file",
        Writing::OneTime,
        "files",
        ByNobody(
            "it is random in every play, and no play alone shows that two random pieces belong together",
        ),
    ),
    leak(
        C,
        "times",
        Writing::Bit,
        "files",
        ByNobody("times differ from play to play without any cause, so none are compared"),
    ),
    leak(
        C,
        "order",
        Writing::Bit,
        "wire",
        ByNobody(
            "which of two links is written first is not compared: among honest threads it is a matter of chance",
        ),
    ),
    harmless(Python, "logging"),
    harmless(Python, "sqlite"),
    harmless(Python, "pickle"),
    harmless(Python, "bz2"),
    harmless(Node, "inspect"),
    harmless(Node, "brotli"),
    harmless(Node, "v8"),
    harmless(Node, "title"),
    harmless(C, "ints"),
    harmless(C, "list"),
    harmless(C, "octal"),
    harmless(C, "records"),
];

#[cfg(test)]
mod tests {
    use super::{C, Node, Python, STRANGERS, Seen};

    #[test]
    fn each_language_has_leaks_that_only_the_comparison_sees_and_harmless_ones() {
        for language in [Python, Node, C] {
            let of = |seen| {
                STRANGERS
                    .iter()
                    .any(|one| one.language == language && one.seen == seen)
            };
            assert!(of(Seen::ByComparison) && of(Seen::Harmless), "{language:?}");
        }
    }
}
