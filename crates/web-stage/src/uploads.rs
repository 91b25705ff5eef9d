//! Files that somebody chose: each in a directory of its own, so that it keeps its name and
//! replaces nothing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of one file, at most.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;

/// Files of one play, at most.
const MOST: usize = 100;

/// Characters of a name that are name.
const LONGEST: usize = 100;

/// Where they lie.
#[derive(Debug)]
pub(crate) struct Uploads {
    dir: PathBuf,
    count: AtomicUsize,
}

impl Uploads {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            count: AtomicUsize::new(0),
        }
    }

    /// Keeps a file; where it lies.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or when there are too many.
    pub(crate) fn keep(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if number > MOST {
            let text = format!("a play takes at most {MOST} files");
            return Err(io::Error::other(text));
        }
        let dir = self.dir.join(number.to_string());
        fs::create_dir_all(&dir)?;
        let path = dir.join(plain(name));
        File::create_new(&path)?.write_all(content)?;
        Ok(path)
    }
}

/// A name that leads nowhere and needs no quotes in a command.
fn plain(name: &str) -> String {
    let name = name.chars().map(|c| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => c,
        _ => '_',
    });
    let name: String = name.take(LONGEST).collect();
    let name = name.trim_start_matches(['.', '-']);
    if name.is_empty() {
        "file".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Uploads, plain};

    #[test]
    fn a_name_leads_nowhere() {
        for (given, name) in [
            ("plan.pdf", "plan.pdf"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("my plan; rm -rf *.pdf", "my_plan__rm_-rf__.pdf"),
            ("-rf", "rf"),
            ("..", "file"),
            ("", "file"),
            ("\u{202e}fdp.exe\n", "_fdp.exe_"),
        ] {
            assert_eq!(plain(given), name);
        }
    }

    #[test]
    fn the_same_name_twice_is_two_files() {
        let dir = tempfile::tempdir().unwrap();
        let uploads = Uploads::new(dir.path().join("uploads"));
        let one = uploads.keep("a.txt", b"1").unwrap();
        let two = uploads.keep("a.txt", b"2").unwrap();
        assert_eq!(
            (std::fs::read(one).unwrap(), std::fs::read(two).unwrap()),
            (b"1".to_vec(), b"2".to_vec())
        );
    }
}
