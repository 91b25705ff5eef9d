//! `keygen` and `export`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use chat_crypto::Identity;

use crate::cli::{Export, Keygen};
use crate::clock::unix_now;
use crate::exit_code::{Exit, Failure};
use crate::home::{self, Home, broken, create_private};

/// Makes an identity and stores it.
pub(crate) fn keygen(options: &Keygen) -> Result<Exit, Failure> {
    let folder = home::locate(options.home.as_deref())?;
    let home = Home::open(&folder)?;
    if !options.force && home.key_store().exists() {
        // Before a passphrase is asked for and a second of work is done.
        return home.write_key_store("", false).map(|()| Exit::Quit);
    }
    let pass_phrase = options.pass_phrase.choose()?;
    let mut rng = rand::rng();
    let identity = Identity::generate(&mut rng, unix_now());
    let store = identity.to_store(&mut rng, pass_phrase.as_deref().map(String::as_str));
    home.write_key_store(&(store + "\n"), options.force)?;
    print(&format!("fingerprint {}", identity.public().fingerprint()))?;
    narrate(&format!("wrote {}", home.key_store().display()));
    Ok(Exit::Quit)
}

/// Writes the newest keys as PEM.
pub(crate) fn export(options: &Export) -> Result<Exit, Failure> {
    let folder = home::locate(options.home.as_deref())?;
    let store = home::read_key_store(&folder)?;
    let (identity, _) = options.pass_phrase.unlock(&store)?;
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
        return Err(Failure::environment(format!("{} exists", path.display()))
            .hint("move it away, or export to another folder: --to DIR"));
    }
    for (name, text, mode) in files {
        let path = options.to.join(name);
        write_new(&path, text, mode).map_err(|error| broken(&path, &error))?;
        print(&path.display().to_string())?;
    }
    narrate("the private keys are not encrypted: whoever has these files can impersonate you");
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
    writeln!(io::stdout().lock(), "{line}")
        .map_err(|error| Failure::new(Exit::Fault, format!("cannot write the result: {error}")))
}

/// Beside the result; when nobody can be told, nothing is lost.
fn narrate(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}
