//! What lies in a directory and its subdirectories.

use std::fs;
use std::path::{Path, PathBuf};

use super::Names;

/// Every regular file in a directory and its subdirectories, hidden ones too, and the names of
/// everything; links are not followed.
pub(crate) fn regular_files(
    root: &Path,
    unread: &mut Vec<String>,
    names: &mut Names,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                unread.push(format!("{}: {error}", directory.display()));
                continue;
            }
        };
        for entry in entries {
            let kind = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)));
            let (path, kind) = match kind {
                Ok(entry) => entry,
                Err(error) => {
                    unread.push(format!("{}: {error}", directory.display()));
                    continue;
                }
            };
            names.add(path.strip_prefix(root).unwrap_or(&path));
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file() {
                found.push(path);
            } else if let Ok(target) = fs::read_link(&path) {
                // What a link points to lies elsewhere; pipes and sockets keep nothing.
                names.add(&target);
            }
        }
    }
    found.sort();
    found
}
