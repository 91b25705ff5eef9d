//! Packs what was built: for each program a compressed archive and a Debian package, and the digests of all. The same
//! programs of the same time are the same bytes. `cargo xtask dist` builds and starts this.

mod deb;
mod linked;
mod notices;
mod package;
mod pages;
mod tree;

#[cfg(test)]
mod tests;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use sha2::{Digest as _, Sha256};

use self::package::{APACHE, Built, Release};

/// Packs what was built
#[derive(Debug, Parser)]
struct Cli {
    /// Where the programs lie
    #[arg(long)]
    programs: PathBuf,
    /// Where the packages go
    #[arg(long)]
    out: PathBuf,
    /// What they were built for
    #[arg(long)]
    target: String,
    /// The time of all files, in seconds since 1970
    #[arg(long)]
    time: u64,
    /// The workspace that they were built in
    #[arg(long, default_value = ".")]
    workspace: PathBuf,
    /// Who answers for the Debian packages
    #[arg(long, default_value = "The authors of this chat", value_parser = maintainer)]
    maintainer: String,
}

/// A line of text: it stands in a field of its own.
fn maintainer(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err("a maintainer is one line: NAME <ADDRESS>");
    }
    Ok(text.to_owned())
}

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", path.display())]
struct FileError {
    path: PathBuf,
    error: io::Error,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads it, the exit code has to do.
            drop(writeln!(io::stderr(), "error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), FileError> {
    let release = Release {
        version: env!("CARGO_PKG_VERSION"),
        target: &cli.target,
        time: cli.time,
        maintainer: &cli.maintainer,
    };
    let built = |name: &str| {
        let path = cli.programs.join(name);
        let program = fs::read(&path).map_err(at(&path))?;
        let notices = linked::of(name, &cli.target, &cli.workspace)
            .and_then(|crates| notices::of(name, &crates, APACHE))
            .map_err(at(Path::new("the licences of what is linked")))?;
        Ok(Built { program, notices })
    };
    let made = all(release, built, at(&cli.out))?;
    fs::create_dir_all(&cli.out).map_err(at(&cli.out))?;
    for (name, bytes) in &made {
        let path = cli.out.join(name);
        fs::write(&path, bytes).map_err(at(&path))?;
        let said = writeln!(io::stdout(), "{}", path.display());
        said.map_err(at(Path::new("standard output")))?;
    }
    Ok(())
}

fn at(path: &Path) -> impl Fn(io::Error) -> FileError {
    move |error| FileError {
        path: path.to_owned(),
        error,
    }
}

/// Every file with its name; the digests last.
fn all<E>(
    release: Release<'_>,
    built: impl Fn(&str) -> Result<Built, E>,
    failed: impl Fn(io::Error) -> E,
) -> Result<Vec<(String, Vec<u8>)>, E> {
    let mut made = Vec::new();
    for package in package::all() {
        let built = built(package.name)?;
        made.push(package.archive(&built, release).map_err(&failed)?);
        made.extend(package.deb(&built, release).map_err(&failed)?);
    }
    let digests: String = made
        .iter()
        .map(|(name, bytes)| format!("{}  {name}\n", digest(bytes)))
        .collect();
    made.push(("SHA256SUMS".to_owned(), digests.into_bytes()));
    Ok(made)
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
