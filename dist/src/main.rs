//! Packs what was built: for each program a compressed archive and a Debian package, and the digests of all. The same
//! programs of the same time are the same bytes. `cargo xtask dist` builds and starts this.

mod deb;
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

use self::package::Release;

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
    };
    let program = |name: &str| {
        let path = cli.programs.join(name);
        fs::read(&path).map_err(at(&path))
    };
    let made = all(release, program, at(&cli.out))?;
    fs::create_dir_all(&cli.out).map_err(at(&cli.out))?;
    for (name, bytes) in &made {
        let path = cli.out.join(name);
        fs::write(&path, bytes).map_err(at(&path))?;
        writeln!(io::stdout(), "{}", path.display()).map_err(at(&path))?;
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
    program: impl Fn(&str) -> Result<Vec<u8>, E>,
    failed: impl Fn(io::Error) -> E,
) -> Result<Vec<(String, Vec<u8>)>, E> {
    let mut made = Vec::new();
    for package in package::all() {
        let program = program(package.name)?;
        made.push(package.archive(&program, release).map_err(&failed)?);
        made.extend(package.deb(&program, release).map_err(&failed)?);
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
