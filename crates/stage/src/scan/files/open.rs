//! Files that a process holds open.

use std::fs;
use std::path::PathBuf;

use crate::participant::proc::{self, is_gone};
use crate::scan::refused::{self, Unreadable};

/// Something that is held open: a file, a memfd, one that was deleted, or no file at all.
#[derive(Debug)]
pub(super) struct Open {
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
            target: fs::read_link(&link).ok()?,
            link,
            holder: holder.trim_end().to_owned(),
        })
    });
    Ok(open.collect())
}
