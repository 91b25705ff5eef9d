//! Received files: hidden while they are incomplete, then renamed.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::content::{FileFacts, Part};
use crate::fault::ClientFault;

/// The directory, and what is still growing in it.
pub(crate) struct Downloads {
    dir: PathBuf,
    fault: ClientFault,
    /// By sender and name.
    growing: BTreeMap<(String, String), Growing>,
}

struct Growing {
    file: File,
    partial: PathBuf,
    size: usize,
    digest: Sha256,
}

impl Downloads {
    pub(crate) fn new(dir: PathBuf, fault: ClientFault) -> Self {
        Self {
            dir,
            fault,
            growing: BTreeMap::new(),
        }
    }

    /// Adds a part; the file, if that was its last.
    ///
    /// # Errors
    ///
    /// Those of the file system; also a name that is a path.
    pub(crate) fn add(&mut self, from: &str, part: Part) -> io::Result<Option<FileFacts>> {
        let name = plain_name(&part.file)?;
        let key = (from.to_owned(), name.to_owned());
        let mut growing = match self.growing.remove(&key) {
            Some(growing) => growing,
            None => self.start(from, name)?,
        };
        growing.file.write_all(&part.data)?;
        growing.size += part.data.len();
        growing.digest.update(&part.data);
        if !part.last {
            self.growing.insert(key, growing);
            return Ok(None);
        }
        fs::rename(&growing.partial, self.dir.join(name))?;
        if self.fault == ClientFault::KeepsCopies {
            fs::copy(
                self.dir.join(name),
                self.dir.join(format!("copy of {name}")),
            )?;
        }
        let digest = growing.digest.finalize();
        Ok(Some(FileFacts {
            size: growing.size,
            sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            name: name.to_owned(),
        }))
    }

    fn start(&self, from: &str, name: &str) -> io::Result<Growing> {
        fs::create_dir_all(&self.dir)?;
        let partial = match self.fault {
            ClientFault::SavesInPlace => self.dir.join(name),
            _ => self.dir.join(format!(".{from}.{name}.part")),
        };
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .open(&partial)?;
        Ok(Growing {
            file,
            partial,
            size: 0,
            digest: Sha256::new(),
        })
    }
}

/// A foreign name that stays in its directory.
fn plain_name(name: &str) -> io::Result<&str> {
    let plain = Path::new(name).file_name().and_then(|last| last.to_str());
    if plain == Some(name) {
        Ok(name)
    } else {
        Err(io::Error::other(format!("{name:?} is no name of a file")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leaves_the_directory_is_refused() {
        for name in ["", ".", "..", "../x", "/etc/passwd", "a/b"] {
            assert!(plain_name(name).is_err(), "{name}");
        }
        assert_eq!(plain_name("a plan.pdf").unwrap(), "a plan.pdf");
    }
}
