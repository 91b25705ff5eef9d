//! The files of the repository.

use std::fs;
use std::io;
use std::path::Path;

/// One text file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    /// Empty for what is no UTF-8.
    pub(super) text: String,
}

/// Directories with nothing of ours in them.
const SKIPPED: [&str; 5] = [".git", "fuzz/artifacts", "fuzz/target", "reports", "target"];

/// Every file, sorted by path. Works without git, so that an archive can be checked.
///
/// # Errors
///
/// Those of the file system.
pub(super) fn read(root: &Path) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                if !SKIPPED.iter().any(|skipped| path == root.join(skipped)) {
                    waiting.push(path);
                }
                continue;
            }
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            let text = String::from_utf8(fs::read(&path)?).unwrap_or_default();
            sources.push(Source { path: shown, text });
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

/// The part of a Rust file before its tests, with line numbers from 1.
pub(super) fn before_tests(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().zip(1..).map(|(line, number)| (number, line));
    lines.take_while(|(_, line)| *line != "#[cfg(test)]")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::read;

    #[test]
    fn what_is_built_and_reported_is_passed_over_at_its_place_alone() {
        let root = tempfile::tempdir().unwrap();
        for dir in ["fuzz/target", "reports", "src/reports", "target"] {
            fs::create_dir_all(root.path().join(dir)).unwrap();
            fs::write(root.path().join(dir).join("file"), "text").unwrap();
        }
        let sources = read(root.path()).unwrap();
        let paths: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["src/reports/file"]);
    }
}
