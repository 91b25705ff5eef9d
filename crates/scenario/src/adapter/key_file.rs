//! Where private keys lie.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::check::Checker;
use toml_language::shape::{Table, ValueKind, may, must};
use toml_language::{Node, closed};

/// A file with private keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFile {
    /// Below `{work}`.
    pub file: PathBuf,
    /// How they are written there.
    pub format: KeyFormat,
}

closed_list! {
    /// How private keys are written in a file.
    #[derive(Default)]
    pub enum KeyFormat {
        /// PKCS#1, PKCS#8 or SEC1 somewhere in the file: in PEM, in DER, in base64 or hexadecimal
        /// digits
        #[default]
        Asn1,
        /// a key in base64 on each line
        Base64,
        /// a key in hexadecimal digits on each line
        Hex,
        /// the whole file is one key
        Raw,
    }
}

impl KeyFile {
    /// Those of a relay or client.
    pub(super) fn read(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Vec<Self> {
        let files = node.nodes("keys").into_iter().filter_map(|file| {
            if let Some(path) = file.text("file") {
                checker.own_path(&path);
            }
            Some(Self {
                file: file.owned("file")?.into(),
                format: file.word("format").unwrap_or_default(),
            })
        });
        files.collect()
    }
}

/// Files with private keys.
pub(super) const KEYS: ValueKind = ValueKind::Array(&ValueKind::Table(&KEY_FILE), 0);

static KEY_FILE: Table = Table::new(
    "key-file",
    "A file with private keys.",
    &[
        must("file", ValueKind::Text, "relative to the scratch directory"),
        may(
            "format",
            ValueKind::Word(closed::words::<KeyFormat>),
            "their format (default: `asn1`)",
        ),
    ],
);
