//! Copying what a process has in memory.

use std::fs::{self, File};
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use super::smaps::{self, Mapping};
use crate::stage::orphans::is_gone;

/// Of one tree, at once. More is not read, and then nothing can be told.
const MOST: usize = 1 << 30;

/// Address space of one process in which is looked for pages, at the most: programs reserve
/// terabytes.
const MOST_ADDRESSES: u64 = 1 << 37;

/// Entries of `/proc/PID/pagemap` that are read at once.
const ENTRIES: usize = 8192;

/// Bits of an entry: present, swapped out, of a file or shared.
const PRESENT: u64 = 1 << 63;
const SWAPPED: u64 = 1 << 62;
const OF_FILE: u64 = 1 << 61;

/// Copied memory of several processes. Its buffer is used again.
#[derive(Debug, Default)]
pub(in crate::stage) struct Copied {
    /// May be longer than what was copied.
    buffer: Vec<u8>,
    length: usize,
    pieces: Vec<Piece>,
    /// Why it is not all of it.
    pub(in crate::stage) unread: Option<String>,
}

/// Neighbouring pages.
#[derive(Debug)]
struct Piece {
    /// In the buffer.
    begin: usize,
    address: u64,
    /// Whose, and which mapping.
    label: String,
}

impl Copied {
    /// Forgets what was copied, but not the buffer.
    pub(super) fn clear(&mut self) {
        self.length = 0;
        self.pieces.clear();
        self.unread = None;
    }

    /// What was copied, one piece behind the other.
    pub(in crate::stage) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// Whose memory a byte is, and its address.
    pub(in crate::stage) fn place(&self, at: u64) -> Option<(&str, u64)> {
        let at = usize::try_from(at).ok()?;
        let next = self.pieces.partition_point(|piece| piece.begin <= at);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        Some((&piece.label, piece.address + (at - piece.begin) as u64))
    }

    /// Makes room, so that none has to be made while processes stand still.
    pub(super) fn reserve(&mut self, bytes: u64) {
        let wanted = usize::try_from(bytes).unwrap_or(MOST).min(MOST);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
    }

    /// Appends what a process has in memory. A process that has ended has nothing.
    ///
    /// # Errors
    ///
    /// When the system refuses it.
    pub(super) fn process(&mut self, pid: i32) -> io::Result<()> {
        let Some(opened) = gone(Opened::of(pid))? else {
            return Ok(());
        };
        let mut lost = Vec::new();
        for pages in opened.pages(pid)? {
            lost.extend(self.pages(&opened, &pages));
        }
        // What cannot be read and is still there was not merely given back meanwhile.
        if !lost.is_empty()
            && let Some(later) = gone(Opened::of(pid))?
        {
            let there = later.pages(pid)?;
            let is_there = |at: &u64| there.iter().any(|pages| pages.span.contains(at));
            let unread = lost.iter().filter(|at| is_there(at)).count();
            if unread > 0 {
                let name = &later.name;
                self.miss(format!("{unread} pages of {name} cannot be read"));
            }
        }
        Ok(())
    }

    /// Appends neighbouring pages; the addresses of those that could not be read.
    fn pages(&mut self, opened: &Opened, pages: &Pages) -> Vec<u64> {
        let page = page_size();
        let mut lost = Vec::new();
        let mut at = pages.span.start;
        while at < pages.span.end {
            let rest = usize::try_from(pages.span.end - at).unwrap_or(usize::MAX);
            if self.length.saturating_add(rest) > MOST {
                self.miss(format!("more than {MOST} bytes of memory"));
                return lost;
            }
            self.reserve((self.length + rest) as u64);
            let room = self.buffer.get_mut(self.length..self.length + rest);
            match opened.read(room.unwrap_or_default(), at) {
                Ok(0) | Err(_) => {
                    lost.push(at);
                    at += page;
                }
                Ok(read) => {
                    self.pieces.push(Piece {
                        begin: self.length,
                        address: at,
                        label: format!("{}, {}", opened.name, pages.label),
                    });
                    self.length += read;
                    at += read as u64;
                }
            }
        }
        lost
    }

    /// The first reason stands.
    pub(super) fn miss(&mut self, why: String) {
        self.unread.get_or_insert(why);
    }
}

/// Bytes in memory that are the process' own, `proc_pid_statm(5)`. Of what it shares, and of
/// what was swapped out, there may be more.
pub(super) fn resident(pid: i32) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: Vec<u64> = statm.split(' ').map_while(|n| n.parse().ok()).collect();
    let [_, resident, shared, ..] = pages[..] else {
        return 0;
    };
    resident.saturating_sub(shared).saturating_mul(page_size())
}

/// A process whose memory can be read.
struct Opened {
    pid: Pid,
    name: String,
    memory: File,
    pagemap: File,
    smaps: String,
}

/// Neighbouring pages of a mapping.
struct Pages {
    span: Range<u64>,
    label: String,
}

impl Opened {
    fn of(pid: i32) -> io::Result<Self> {
        let name = fs::read_to_string(format!("/proc/{pid}/comm"))?;
        Ok(Self {
            pid: Pid::from_raw(pid),
            name: name.trim_end().to_owned(),
            memory: File::open(format!("/proc/{pid}/mem"))?,
            pagemap: File::open(format!("/proc/{pid}/pagemap"))?,
            smaps: String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/smaps"))?).into_owned(),
        })
    }

    /// Reads from an address on, up to the first byte that cannot be read.
    fn read(&self, into: &mut [u8], address: u64) -> io::Result<usize> {
        let base = usize::try_from(address).map_err(io::Error::other)?;
        let len = into.len();
        let remote = [RemoteIoVec { base, len }];
        match process_vm_readv(self.pid, &mut [IoSliceMut::new(into)], &remote) {
            Ok(read) if read > 0 => Ok(read),
            _ => self.memory.read_at(into, address),
        }
    }

    /// What is worth reading, without the pages that are not there: reading a page that was
    /// never touched would make one.
    fn pages(&self, pid: i32) -> io::Result<Vec<Pages>> {
        let mut found = Vec::new();
        let mut budget = MOST_ADDRESSES;
        for mapping in smaps::parse(&self.smaps) {
            let size = mapping.end.saturating_sub(mapping.start);
            budget = budget.checked_sub(size).ok_or_else(|| {
                let name = &self.name;
                io::Error::other(format!("{name} (pid {pid}) has reserved too much memory"))
            })?;
            let spans = gone(self.present(&mapping))?.unwrap_or_default();
            found.extend(spans.into_iter().map(|span| Pages {
                span,
                label: mapping.label().to_owned(),
            }));
        }
        Ok(found)
    }

    /// Neighbouring pages of a mapping that are there.
    fn present(&self, mapping: &Mapping) -> io::Result<Vec<Range<u64>>> {
        let page = page_size();
        let mut spans: Vec<Range<u64>> = Vec::new();
        let pages = usize::try_from((mapping.end - mapping.start) / page).unwrap_or(ENTRIES);
        let mut entries = vec![0; pages.min(ENTRIES) * 8];
        let mut at = mapping.start;
        let mut missing = mapping.resident;
        // Behind the last page that is there, terabytes may follow.
        while at < mapping.end && missing > 0 {
            let left = usize::try_from((mapping.end - at) / page).unwrap_or(ENTRIES);
            let room = entries.get_mut(..left.min(ENTRIES) * 8).unwrap_or_default();
            let read = self.pagemap.read_at(room, at / page * 8)?;
            if read < 8 {
                break;
            }
            for entry in room.get(..read).unwrap_or_default().as_chunks::<8>().0 {
                if is_wanted(u64::from_ne_bytes(*entry), mapping.is_shared) {
                    missing = missing.saturating_sub(page);
                    match spans.last_mut() {
                        Some(last) if last.end == at => last.end += page,
                        _ => spans.push(at..at + page),
                    }
                }
                at += page;
            }
        }
        Ok(spans)
    }
}

fn is_wanted(entry: u64, is_shared: bool) -> bool {
    entry & (PRESENT | SWAPPED) != 0 && (is_shared || entry & OF_FILE == 0)
}

/// `None` for what has ended meanwhile.
fn gone<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(there) => Ok(Some(there)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn page_size() -> u64 {
    rustix::param::page_size() as u64
}
