//! The sources of programs that nobody has described, as far as they are text of a moderate size.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use proposal::SourceFile;

/// Opening does not wait, and follows no link: `O_NONBLOCK | O_NOFOLLOW`.
const CAREFULLY: i32 = 0o4000 | 0o400_000;

/// Entries that are read, in all directories together.
const ENTRIES: usize = 500;

/// Directories within directories.
const DEPTH: usize = 3;

/// Bytes of one file.
const BYTES: u64 = 256 * 1024;

/// Directories that hold nobody's own sources.
const NOT_OWN: [&str; 5] = ["node_modules", "__pycache__", "target", "venv", "build"];

/// All files that are text, by name.
///
/// # Errors
///
/// When the directory cannot be read.
pub(super) fn read_sources(dir: &Path) -> io::Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    let mut left = ENTRIES;
    of_dir(dir, "", (DEPTH, &mut left), &mut found)?;
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn of_dir(
    dir: &Path,
    parent: &str,
    (depth, left): (usize, &mut usize),
    found: &mut Vec<SourceFile>,
) -> io::Result<()> {
    let entries = fs::read_dir(dir)?.take(*left);
    for entry in entries.collect::<io::Result<Vec<_>>>()? {
        *left = left.saturating_sub(1);
        let name = entry.file_name();
        // A name that cannot be written into an adapter is nobody's entry point.
        let Some(name) = name
            .to_str()
            .filter(|name| !name.starts_with('.') && is_plain(name))
        else {
            continue;
        };
        let path = format!("{parent}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 && !NOT_OWN.contains(&name) {
            of_dir(&entry.path(), &format!("{path}/"), (depth - 1, left), found)?;
        } else if kind.is_file()
            && let Ok(text) = text(&entry.path())
        {
            found.push(SourceFile { path, text });
        }
    }
    Ok(())
}

fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_alphanumeric() || "._-".contains(c))
        && !name.starts_with('-')
}

fn text(path: &Path) -> io::Result<String> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(CAREFULLY)
        .open(path)?;
    let mut text = String::new();
    file.take(BYTES).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::read_sources;

    #[test]
    fn only_text_of_the_directory_itself_is_read_and_nothing_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir_all(at("src/node_modules")).unwrap();
        fs::write(at("src/chat.py"), "print()").unwrap();
        fs::write(at("src/node_modules/other.js"), "no").unwrap();
        fs::write(at("picture.png"), [0xff, 0xfe]).unwrap();
        fs::write(at(".hidden.py"), "no").unwrap();
        fs::write(at("a name.py"), "no").unwrap();
        symlink("/etc/hostname", at("link.py")).unwrap();
        symlink("/etc", at("etc")).unwrap();
        let _socket = UnixListener::bind(at("socket.py")).unwrap();
        let found = read_sources(dir.path()).unwrap();
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["src/chat.py"]);
    }
}
