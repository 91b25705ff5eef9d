//! The pages of a process that are worth reading.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

use super::mappings::{self, Mapping};
use crate::participant::proc::{self, is_gone};

/// The most address space of one process that is searched for pages: programs reserve terabytes.
const MOST_ADDRESSES: u64 = 1 << 37;

/// If at least this part of the address space is present, looking up its pages one by one is faster
/// than asking the kernel first which are.
const MUCH: u64 = 4;

/// It is quicker as well where there are no more pages than this for each mapping.
const FEW: u64 = 100;

/// Entries of `/proc/PID/pagemap` that are read at once.
const ENTRIES: usize = 8192;

/// Bits of an entry: present, swapped out, of a file or shared.
const PRESENT: u64 = 1 << 63;
const SWAPPED: u64 = 1 << 62;
const OF_FILE: u64 = 1 << 61;

/// Bytes in memory that are the process' own, `proc_pid_statm(5)`. Of what it shares, and of
/// what was swapped out, there may be more.
pub(super) fn resident(pid: i32) -> u64 {
    let statm = proc::text(pid, "statm").unwrap_or_default();
    let pages: Vec<u64> = statm.split(' ').map_while(|n| n.parse().ok()).collect();
    let [_, resident, shared, ..] = pages[..] else {
        return 0;
    };
    resident.saturating_sub(shared).saturating_mul(page_size())
}

/// A process whose memory can be read.
#[derive(Debug)]
pub(super) struct Opened {
    pid: Pid,
    pub(super) name: String,
    memory: File,
    pagemap: File,
    mappings: Vec<Mapping>,
}

/// Neighbouring pages of a mapping.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) span: Range<u64>,
    pub(super) label: String,
}

impl Opened {
    /// A process that has ended has nothing to be read.
    pub(super) fn of(pid: i32) -> io::Result<Option<Self>> {
        gone(Self::open(pid))
    }

    fn open(pid: i32) -> io::Result<Self> {
        let name = proc::text(pid, "comm")?;
        Ok(Self {
            pid: Pid::from_raw(pid),
            name: name.trim_end().to_owned(),
            memory: File::open(format!("/proc/{pid}/mem"))?,
            pagemap: File::open(format!("/proc/{pid}/pagemap"))?,
            mappings: mappings(pid)?,
        })
    }

    /// Reads from an address on, up to the first byte that cannot be read.
    pub(super) fn read(&self, into: &mut [u8], address: u64) -> io::Result<usize> {
        let base = usize::try_from(address).map_err(io::Error::other)?;
        let len = into.len();
        let remote = [RemoteIoVec { base, len }];
        match process_vm_readv(self.pid, &mut [IoSliceMut::new(into)], &remote) {
            Ok(read) if read > 0 => Ok(read),
            _ => self.memory.read_at(into, address),
        }
    }

    /// What is worth reading now.
    pub(super) fn again(&self) -> io::Result<Vec<Pages>> {
        let later = Self::of(self.pid.as_raw())?;
        later.map_or_else(|| Ok(Vec::new()), |later| later.pages())
    }

    /// What is worth reading, without the pages that are not there: reading a page that was
    /// never touched would make one.
    pub(super) fn pages(&self) -> io::Result<Vec<Pages>> {
        let mut found = Vec::new();
        let mut budget = MOST_ADDRESSES;
        for mapping in &self.mappings {
            budget = budget.checked_sub(mapping.size()).ok_or_else(|| {
                let name = &self.name;
                let pid = self.pid;
                io::Error::other(format!("{name} (pid {pid}) has reserved too much memory"))
            })?;
            let spans = gone(self.present(mapping))?.unwrap_or_default();
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

fn mappings(pid: i32) -> io::Result<Vec<Mapping>> {
    let all = mappings_in(pid, "maps")?;
    let reserved: u64 = all.iter().map(Mapping::size).sum();
    let few = FEW
        .saturating_mul(page_size())
        .saturating_mul(all.len() as u64);
    if reserved <= few || reserved <= resident(pid).saturating_mul(MUCH) {
        return Ok(all);
    }
    mappings_in(pid, "smaps")
}

fn mappings_in(pid: i32, file: &str) -> io::Result<Vec<Mapping>> {
    // A scan that stands still is given up as a whole.
    let text = proc::whole(pid, file)?;
    Ok(mappings::parse(&String::from_utf8_lossy(&text)))
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

/// In bytes.
pub(super) fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{Opened, Pages, mappings_in};
    use crate::participant::spawn::{Child, Command, spawn, wait_blocking};

    /// A program that waits for its input, and has answered once.
    fn waiting() -> Child {
        use std::io::{Read as _, Write as _};

        let child = spawn(&Command::new("/bin/cat")).unwrap();
        let mut input = std::fs::File::from(child.stdin.try_clone().unwrap());
        input.write_all(b"x").unwrap();
        let mut output = std::fs::File::from(child.stdout.try_clone().unwrap());
        output.read_exact(&mut [0]).unwrap();
        child
    }

    fn by(pid: i32, file: &str) -> Vec<Range<u64>> {
        let mut opened = Opened::of(pid).unwrap().unwrap();
        opened.mappings = mappings_in(pid, file).unwrap();
        let pages: Vec<Pages> = opened.pages().unwrap();
        pages.into_iter().map(|pages| pages.span).collect()
    }

    #[test]
    fn the_same_pages_are_found_whether_the_kernel_has_counted_them_or_not() {
        let child = waiting();
        let counted = by(child.pid, "smaps");
        assert!(!counted.is_empty());
        assert_eq!(by(child.pid, "maps"), counted);
        drop(child.stdin);
        wait_blocking(child.pid, &child.pidfd).unwrap();
    }
}
