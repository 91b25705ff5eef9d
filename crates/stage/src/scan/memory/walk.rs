//! Going through the memory of processes, one page behind the other.

use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Read};
use std::ops::Range;

use super::UnreadMemory;
use super::pages::{Opened, Pages, page_size};
use crate::scan::refused;

/// Of one tree, at once, in bytes. More is not read, and then nothing can be said of it.
pub(super) const MOST: u64 = 1 << 30;

/// What several processes have in memory, as one stream. A process that has ended has nothing.
#[derive(Debug, Default)]
pub(super) struct Walk {
    opened: Vec<Opened>,
    /// What is yet to be read, and which of them has it.
    ahead: VecDeque<(usize, Pages)>,
    /// Addresses of pages that could not be read.
    lost: Vec<(usize, u64)>,
    /// What could not be read the first time was tried again.
    is_second: bool,
    places: Places,
    /// Why it is not all of it; the first reason stands.
    unread: Option<UnreadMemory>,
}

/// Where each byte that was read comes from.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pieces: Vec<Piece>,
    length: u64,
}

/// Neighbouring pages.
#[derive(Debug)]
struct Piece {
    /// So many bytes were read before.
    begin: u64,
    address: u64,
    /// Whose, and which mapping.
    label: String,
}

impl Walk {
    /// Through the memory of these, in their order.
    pub(super) fn through(pids: &[i32]) -> Self {
        let mut walk = Self::default();
        for pid in pids {
            if let Err(error) = walk.open(*pid) {
                walk.miss(refused::why(*pid, "memory", error).into());
            }
        }
        walk
    }

    fn open(&mut self, pid: i32) -> io::Result<()> {
        if let Some(opened) = Opened::of(pid)? {
            let whose = self.opened.len();
            let pages = opened.pages()?;
            self.ahead
                .extend(pages.into_iter().map(|pages| (whose, pages)));
            self.opened.push(opened);
        }
        Ok(())
    }

    /// How many bytes lie next to each other now; 0 at the end.
    pub(super) fn next_length(&self) -> u64 {
        let next = self.ahead.front();
        next.map_or(0, |(_, pages)| pages.span.end - pages.span.start)
    }

    /// Where everything was, and why it is not all of it.
    pub(super) fn end(mut self) -> (Places, Option<UnreadMemory>) {
        let unread = self.lost_and_there();
        if let Some((whose, _)) = unread.front() {
            let name = self.opened.get(*whose).map_or("it", |opened| &opened.name);
            let (pages, name) = (unread.len(), name.to_owned());
            self.miss(UnreadMemory::Pages { pages, name });
        }
        (self.places, self.unread)
    }

    /// Pages that could not be read and are there now, each by itself. What is not there any more
    /// was given back meanwhile.
    fn lost_and_there(&self) -> VecDeque<(usize, Pages)> {
        let mut found = VecDeque::new();
        for (whose, opened) in self.opened.iter().enumerate() {
            let lost = self.lost.iter().filter(|(other, _)| *other == whose);
            let lost: BTreeSet<u64> = lost.map(|(_, at)| *at).collect();
            if lost.is_empty() {
                continue;
            }
            for Pages { span, label } in opened.again().unwrap_or_default() {
                found.extend(lost.range(span).map(|at| {
                    let (span, label) = (*at..at + page_size(), label.clone());
                    (whose, Pages { span, label })
                }));
            }
        }
        found
    }

    /// Once more what could not be read: a page may be given back and taken again meanwhile.
    fn try_again(&mut self) {
        if !self.is_second && !self.lost.is_empty() {
            self.is_second = true;
            self.ahead = self.lost_and_there();
            self.lost.clear();
        }
    }

    /// Says why it is not all of it, unless something else did before.
    pub(super) fn miss(&mut self, why: UnreadMemory) {
        self.unread.get_or_insert(why);
    }
}

/// Up to one neighbouring page after the other; never an error: what cannot be read is noted.
impl Read for Walk {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some((whose, pages)) = self.ahead.front_mut() else {
                self.try_again();
                if self.ahead.is_empty() {
                    return Ok(0);
                }
                continue;
            };
            let left = pages.span.end - pages.span.start;
            if left == 0 {
                self.ahead.pop_front();
                continue;
            }
            let room = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            if self.places.length + room as u64 > MOST {
                self.ahead.clear();
                self.is_second = true;
                self.miss(UnreadMemory::TooMuch);
                return Ok(0);
            }
            let at = pages.span.start;
            let Some(opened) = self.opened.get(*whose) else {
                return Ok(0);
            };
            match opened.read(into.get_mut(..room).unwrap_or_default(), at) {
                Ok(0) | Err(_) => {
                    self.lost.push((*whose, at));
                    pages.span.start = (at + page_size()).min(pages.span.end);
                }
                Ok(read) => {
                    pages.span.start += read as u64;
                    let label = || format!("{}, {}", opened.name, pages.label);
                    self.places.add(at, read as u64, label);
                    return Ok(read);
                }
            }
        }
    }
}

impl Places {
    fn add(&mut self, address: u64, length: u64, label: impl FnOnce() -> String) {
        let begin = self.length;
        self.length += length;
        let goes_on = |last: &Piece| last.address + (begin - last.begin) == address;
        // Mappings that touch have names of their own, and are read one after the other.
        let label = label();
        if !self
            .pieces
            .last()
            .is_some_and(|last| goes_on(last) && last.label == label)
        {
            self.pieces.push(Piece {
                begin,
                address,
                label,
            });
        }
    }

    /// What lay together: whose it is, its address, and which of the bytes that were read.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&str, u64, Range<usize>)> {
        let ends = self.pieces.iter().skip(1).map(|next| next.begin);
        let ends = ends.chain([self.length]);
        let number = |at| usize::try_from(at).unwrap_or(usize::MAX);
        self.pieces.iter().zip(ends).map(move |(piece, end)| {
            let span = number(piece.begin)..number(end);
            (piece.label.as_str(), piece.address, span)
        })
    }

    /// Whose memory a byte is, and its address.
    pub(super) fn of(&self, at: u64) -> Option<(&str, u64)> {
        let next = self.pieces.partition_point(|piece| piece.begin <= at);
        let piece = self.pieces.get(next.checked_sub(1)?)?;
        Some((&piece.label, piece.address + (at - piece.begin)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{Walk, page_size};

    #[test]
    fn what_could_not_be_read_is_tried_once_more() {
        let us = i32::try_from(std::process::id()).unwrap();
        let mut walk = Walk::through(&[us]);
        let (_, first) = walk.ahead.front().unwrap();
        let there = first.span.start;
        walk.ahead.clear();
        // The first page of the address space is nobody's.
        walk.lost = vec![(0, there), (0, 0)];
        let mut page = vec![0; 16 * 1024];
        let read = walk.read(&mut page).unwrap();
        assert_eq!(read as u64, page_size());
        assert_eq!(walk.read(&mut page).unwrap(), 0);
        let (places, unread) = walk.end();
        assert_eq!(places.of(0).map(|(_, address)| address), Some(there));
        assert!(unread.is_none(), "{unread:?}");
    }

    #[test]
    fn what_is_there_and_cannot_be_read_is_said() {
        let us = i32::try_from(std::process::id()).unwrap();
        let mut walk = Walk::through(&[us]);
        let (_, first) = walk.ahead.front().unwrap();
        walk.lost = vec![(0, first.span.start)];
        walk.is_second = true;
        let (_, unread) = walk.end();
        let unread = unread.unwrap().to_string();
        assert!(unread.starts_with("1 pages of "), "{unread}");
    }
}
