//! Names of files, which may tell what files must not.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::scan::comparing::Comparing;
use audit::{SearchResult, Searcher};
use timeline::{Kind, Surface};

/// So many are kept at most.
const MOST: usize = 100_000;

/// Names of files and directories, and what links point to.
#[derive(Debug, Default)]
pub(crate) struct Names {
    all: BTreeSet<Vec<u8>>,
    /// There were more.
    pub(crate) is_cut: bool,
}

impl Names {
    pub(super) fn add(&mut self, name: &Path) {
        if self.all.len() < MOST {
            self.all.insert(name.as_os_str().as_bytes().to_vec());
        } else {
            self.is_cut = true;
        }
    }

    /// Compares each, and how many there are.
    pub(super) fn compare(&self, comparing: &Comparing) {
        for name in &self.all {
            let name = String::from_utf8_lossy(name);
            comparing.fact(Surface::Files, || format!("something is named {name}"));
        }
        let count = self.all.len();
        comparing.fact(Surface::Files, || format!("{count} files and directories"));
    }

    /// Searches them all. A control that is found in a name says nothing of files.
    pub(crate) fn search(&self, searcher: &Searcher) -> SearchResult {
        let lines: Vec<u8> = self
            .all
            .iter()
            .flat_map(|name| [name, &b"\n"[..]].concat())
            .collect();
        // Bytes in memory can always be read.
        let searched = searcher.search(Surface::Files, "the name of a file", &lines[..]);
        let mut searched = searched.unwrap_or_default();
        searched.control = None;
        for finding in &mut searched.findings {
            if let Kind::Finding { place, at, .. } = finding
                && let Some((name, within)) = self.at(*at)
            {
                *place = format!("the name of {}", String::from_utf8_lossy(name));
                *at = within;
            }
        }
        searched
    }

    /// The name at a place of the lines, and the place in it.
    fn at(&self, at: u64) -> Option<(&[u8], u64)> {
        let mut begin = 0;
        for name in &self.all {
            let end = begin + name.len() as u64 + 1;
            if at < end {
                return Some((name, at - begin));
            }
            begin = end;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Names;

    #[test]
    fn a_place_leads_to_its_name() {
        let mut names = Names::default();
        for name in ["notes", "a", "notes"] {
            names.add(Path::new(name));
        }
        assert_eq!(names.at(0), Some((&b"a"[..], 0)));
        assert_eq!(names.at(2), Some((&b"notes"[..], 0)));
        assert_eq!(names.at(5), Some((&b"notes"[..], 3)));
        assert_eq!(names.at(8), None);
    }
}
