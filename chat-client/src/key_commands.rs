//! `keygen` and `export`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use chat_crypto::Identity;

use crate::cli::{Export, Keygen};
use crate::clock::unix_now;
use crate::exit_code::{Exit, Failure};
use crate::home::{self, Home, broken, create_private};
use crate::locale::{Locale, Sentence, sentences as say};

/// Makes an identity and stores it.
pub(crate) fn keygen(options: &Keygen, locale: Locale) -> Result<Exit, Failure> {
    let folder = home::locate(options.home.as_deref())?;
    let home = Home::open(&folder)?;
    if !options.force && home.key_store().exists() {
        // Before a passphrase is asked for and a second of work is done.
        return home.write_key_store("", false).map(|()| Exit::Quit);
    }
    let pass_phrase = options.pass_phrase.choose(locale)?;
    let mut rng = rand::rng();
    let identity = Identity::generate(&mut rng, unix_now());
    let store = identity.to_store(&mut rng, pass_phrase.as_deref().map(String::as_str));
    home.write_key_store(&(store + "\n"), options.force)?;
    print(&format!("fingerprint {}", identity.public().fingerprint()))?;
    let path = home.key_store().display().to_string();
    narrate(&say::wrote(path), locale);
    Ok(Exit::Quit)
}

/// Writes the newest keys as PEM.
pub(crate) fn export(options: &Export, locale: Locale) -> Result<Exit, Failure> {
    let folder = home::locate(options.home.as_deref())?;
    let store = home::read_key_store(&folder)?;
    let (identity, _) = options.pass_phrase.unlock(&store, locale)?;
    let pem = identity.to_pem();
    let files = [
        ("identity-private.pem", pem.identity_private.as_str(), 0o600),
        ("identity-public.pem", pem.identity_public.as_str(), 0o644),
        (
            "encryption-private.pem",
            pem.encryption_private.as_str(),
            0o600,
        ),
        (
            "encryption-public.pem",
            pem.encryption_public.as_str(),
            0o644,
        ),
    ];
    create_private(&options.to).map_err(|error| broken(&options.to, &error))?;
    if let Some((taken, ..)) = files
        .iter()
        .find(|(name, ..)| options.to.join(name).exists())
    {
        let path = options.to.join(taken);
        let exists = say::file_exists(path.display().to_string());
        return Err(Failure::environment(exists).hint(say::hint_export()));
    }
    for (name, text, mode) in files {
        let path = options.to.join(name);
        write_new(&path, text, mode).map_err(|error| broken(&path, &error))?;
        print(&path.display().to_string())?;
    }
    narrate(&say::keys_not_encrypted(), locale);
    Ok(Exit::Quit)
}

fn write_new(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    drop(mode);
    options.open(path)?.write_all(text.as_bytes())
}

fn print(line: &str) -> Result<(), Failure> {
    writeln!(io::stdout().lock(), "{line}").map_err(|error| {
        Failure::new(
            Exit::Fault,
            say::cannot_write_result(Sentence::from(&error)),
        )
    })
}

/// Beside the result; when nobody can be told, nothing is lost.
fn narrate(sentence: &Sentence, locale: Locale) {
    drop(writeln!(
        io::stderr().lock(),
        "{}",
        sentence.in_locale(locale)
    ));
}
