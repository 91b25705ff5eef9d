//! Where private keys lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use toml_language::shape::{Kind, Table, Word, may, must, word};
use toml_language::walk::Node;

/// A file with private keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    /// Below `{work}`.
    pub file: PathBuf,
    /// How they are written there.
    pub format: KeyFormat,
}

/// How private keys are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyFormat {
    /// PKCS#1, PKCS#8 or SEC1 somewhere in it, as it is, in base64 or in hexadecimal digits.
    Asn1,
    /// A key in base64 on each line.
    Base64,
    /// A key in hexadecimal digits on each line.
    Hex,
    /// All of it is one key.
    Raw,
}

impl KeyFile {
    /// Those of a relay or client.
    pub(super) fn read(node: &Node<'_, '_>) -> Vec<Self> {
        let files = node.nodes("keys").into_iter().filter_map(|file| {
            Some(Self {
                file: file.owned("file")?.into(),
                format: match file.text("format").map(|word| word.text) {
                    Some("base64") => KeyFormat::Base64,
                    Some("hex") => KeyFormat::Hex,
                    Some("raw") => KeyFormat::Raw,
                    Some(_) | None => KeyFormat::Asn1,
                },
            })
        });
        files.collect()
    }
}

pub(super) static KEY_FILE: Table = Table {
    name: "key-file",
    doc: "A file with private keys.",
    keys: &[
        must("file", Kind::Text, "below the scratch directory"),
        may(
            "format",
            Kind::Word(KEY_FORMATS),
            "how they are written; `asn1` when left out",
        ),
    ],
    one_of: &[],
    one_is: "",
};

const KEY_FORMATS: &[Word] = &[
    word(
        "asn1",
        "PKCS#1, PKCS#8 or SEC1 somewhere in the file: in PEM, in DER, in base64 or hexadecimal digits",
    ),
    word("base64", "a key in base64 on each line"),
    word("hex", "a key in hexadecimal digits on each line"),
    word("raw", "the whole file is one key"),
];
