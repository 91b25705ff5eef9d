//! Files that a process holds open.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
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

/// Names of the sockets among these, as the process sees them: under a directory, or abstract, which
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
    // `address: count protocol flags type state inode name`; most have none. A name may hold a line
    // break, and then goes on where no line of this form begins.
    let all = proc::read(pid, "net/unix").unwrap_or_default();
    let mut names: Vec<Vec<u8>> = Vec::new();
    let mut is_ours = false;
    let lines = all.strip_suffix(b"\n").unwrap_or(&all);
    for line in lines.split(|byte| *byte == b'\n') {
        if let Some((inode, name)) = socket(line) {
            is_ours = sockets.contains(inode) && !name.is_empty();
            names.extend(is_ours.then(|| name.to_owned()));
        } else if let Some(last) = names.last_mut().filter(|_| is_ours) {
            last.push(b'\n');
            last.extend(line);
        }
    }
    let names = names.into_iter();
    names
        .map(|name| PathBuf::from(OsString::from_vec(name)))
        .collect()
}

/// Inode and name of a socket that a line tells of.
fn socket(line: &[u8]) -> Option<(&str, &[u8])> {
    let (address, mut rest) = line.split_at_checked(17)?;
    let is_address = address.iter().take(16).all(u8::is_ascii_hexdigit);
    if !is_address || !address.ends_with(b":") {
        return None;
    }
    let mut inode: &[u8] = b"";
    for _ in 0..6 {
        rest = rest.trim_ascii_start();
        let end = rest
            .iter()
            .position(|byte| *byte == b' ')
            .unwrap_or(rest.len());
        (inode, rest) = rest.split_at_checked(end)?;
    }
    let name = rest.strip_prefix(b" ").unwrap_or_default();
    Some((str::from_utf8(inode).ok()?, name))
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
