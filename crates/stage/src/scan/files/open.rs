//! Files that a process holds open.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::participant::proc::{self, is_gone};
use crate::scan::refused::{self, Unreadable};

/// Something that is held open: a file, a memfd, one that was deleted, or no file at all.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) pid: i32,
    /// Its descriptor there.
    pub(super) number: i32,
    /// Leads to it, whatever has become of its name.
    pub(super) link: PathBuf,
    /// Its path, as the kernel tells it.
    pub(super) target: PathBuf,
    /// The program.
    pub(super) holder: String,
}

impl Open {
    /// What it is, in a word: `pipe`, `socket`, `anon_inode`, `memfd`, or `file`. Numbers that the
    /// kernel gives are left out.
    pub(super) fn kind(&self) -> String {
        let target = self.target.to_string_lossy();
        match target.split_once(':') {
            Some(("anon_inode", what)) => what.to_owned(),
            Some(("/memfd", name)) => format!("memfd {name}"),
            Some((kind, _)) if !kind.contains('/') => kind.to_owned(),
            _ => "file".to_owned(),
        }
    }
}

/// Names of the sockets among these, as the process sees them: below a directory, or abstract, which
/// begins with an `@`.
pub(super) fn socket_names(pid: i32, held: &[Open]) -> Vec<PathBuf> {
    let sockets = held.iter().filter_map(|one| {
        let target = one.target.to_str()?;
        target.strip_prefix("socket:[")?.strip_suffix(']')
    });
    let sockets: BTreeSet<&str> = sockets.collect();
    if sockets.is_empty() {
        return Vec::new();
    }
    // `address: count protocol flags type state inode name`; most have none.
    let all = proc::text(pid, "net/unix").unwrap_or_default();
    let names = all.lines().filter_map(|line| {
        let behind = |line: &'_ str| Some(line.trim_start().split_once(' ')?.1.to_owned());
        let rest = (0..6).try_fold(line.to_owned(), |line, _| behind(&line))?;
        let (inode, name) = rest.trim_start().split_once(' ')?;
        sockets.contains(inode).then(|| PathBuf::from(name))
    });
    names.collect()
}

/// What a process holds open. A process that has ended holds nothing.
pub(super) fn of(pid: i32) -> Result<Vec<Open>, Unreadable> {
    let entries = match fs::read_dir(format!("/proc/{pid}/fd")) {
        Ok(entries) => entries,
        Err(error) if is_gone(&error) => return Ok(Vec::new()),
        Err(error) => return Err(refused::why(pid, "open files", error)),
    };
    let holder = proc::text(pid, "comm").unwrap_or_default();
    let open = entries.flatten().filter_map(|entry| {
        let link = entry.path();
        Some(Open {
            pid,
            number: entry.file_name().to_str()?.parse().ok()?,
            target: fs::read_link(&link).ok()?,
            link,
            holder: holder.trim_end().to_owned(),
        })
    });
    Ok(open.collect())
}
