//! Passphrases: from a file or typed, never from arguments or the environment, where other
//! programs could see them.

use std::path::{Path, PathBuf};

use chat_crypto::{Identity, StoreError};
use clap::Args;
use zeroize::Zeroizing;

use crate::exit_code::{Exit, Failure};
use crate::home::broken;
use crate::locale::{Locale, Sentence, sentences as say};

/// Where the passphrase comes from.
#[derive(Args, Clone, Debug)]
#[group(required = false, multiple = false)]
pub(crate) struct PassPhraseOptions {
    /// Use no passphrase: whoever can read the file has the keys
    #[arg(long)]
    no_passphrase: bool,
    /// Read the passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// A passphrase, wiped after use.
pub(crate) type PassPhrase = Zeroizing<String>;

impl PassPhraseOptions {
    /// The passphrase for a new key store; `None` when the user wants none. Typed twice.
    pub(crate) fn choose(&self, locale: Locale) -> Result<Option<PassPhrase>, Failure> {
        if self.no_passphrase {
            return Ok(None);
        }
        let chosen = match &self.passphrase_file {
            Some(file) => read(file)?,
            None => {
                let first = ask(&say::passphrase_prompt(), locale)?;
                if *ask(&say::passphrase_again(), locale)? != *first {
                    return Err(Failure::new(Exit::Usage, say::passphrases_differ()));
                }
                first
            }
        };
        if chosen.is_empty() {
            return Err(
                Failure::new(Exit::Usage, say::passphrase_empty()).hint(say::hint_no_passphrase())
            );
        }
        Ok(Some(chosen))
    }

    /// Reads a key store, asking for its passphrase when it has one. The passphrase comes
    /// back with it, for writing the store again.
    pub(crate) fn unlock(
        &self,
        store: &str,
        locale: Locale,
    ) -> Result<(Identity, Option<PassPhrase>), Failure> {
        match Identity::from_store(store, None) {
            Err(StoreError::NeedsPassPhrase) if !self.no_passphrase => {
                let pass_phrase = match &self.passphrase_file {
                    Some(file) => read(file)?,
                    None => ask(&say::passphrase_prompt(), locale)?,
                };
                let identity = Identity::from_store(store, Some(&pass_phrase));
                let identity = identity.map_err(|error| failure(&error))?;
                Ok((identity, Some(pass_phrase)))
            }
            result => result
                .map(|identity| (identity, None))
                .map_err(|error| failure(&error)),
        }
    }
}

/// A key store that cannot be used.
pub(crate) fn failure(error: &StoreError) -> Failure {
    Failure::environment(say::key_store(Sentence::from(error)))
}

fn read(file: &Path) -> Result<PassPhrase, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| broken(file, &error))?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(
        text.lines().next().unwrap_or_default().to_owned(),
    ))
}

fn ask(prompt: &Sentence, locale: Locale) -> Result<PassPhrase, Failure> {
    rpassword::prompt_password(prompt.in_locale(locale) + " ")
        .map(Zeroizing::new)
        .map_err(|error| {
            Failure::environment(say::cannot_ask(Sentence::from(&error)))
                .hint(say::hint_passphrase_file())
        })
}
