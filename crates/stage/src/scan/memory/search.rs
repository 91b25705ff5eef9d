//! Searching what was read.

use std::fmt;

use super::{Copied, Places, SamplingMode, UnreadMemory, Walk, copy};
use crate::participant::tree::readable;
use crate::scan::comparing::Comparing;
use audit::{Allowance, ScheduleReader, SearchResult, Searcher, schedules};
use timeline::{Kind, Surface};

/// What the place of a finding is called before it is known whose memory it is.
const MEMORY: &str = "memory";

/// One scan of memory.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// Each finding names the process and the mapping, and its address.
    pub(crate) searched: SearchResult,
    /// Why it is not all of it.
    pub(crate) unread: Option<UnreadMemory>,
    /// Keys that it is ready to encrypt with.
    pub(crate) keys: Vec<ExpandedKey>,
}

/// A key whose schedule is in memory.
pub(crate) struct ExpandedKey {
    pub(crate) place: String,
    pub(crate) address: u64,
    pub(crate) key: Vec<u8>,
}

/// Its place: the key is nobody's business.
impl fmt::Debug for ExpandedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a key in {} at {:#x}", self.place, self.address)
    }
}

/// Searches the memory of processes and their descendants, and, as far as it is allowed, also
/// what is nested in it.
pub(crate) fn sample(
    roots: &[i32],
    how: SamplingMode,
    (searcher, allowance): (&Searcher, Option<&mut Allowance>),
    copied: &mut Copied,
    comparing: &Comparing,
) -> Sample {
    if !cfg!(target_os = "linux") {
        return Sample {
            unread: Some(UnreadMemory::NotLinux),
            ..Sample::default()
        };
    }
    let copied = match how {
        SamplingMode::Stopped => Some(copy(roots, copied)),
        SamplingMode::Running if comparing.is_on() => {
            Some(copied.fill(Walk::through(&readable(roots))))
        }
        SamplingMode::Running => None,
    }
    .map(|(places, unread)| (&*copied, places, unread));
    if let Some((copied, places, unread)) = copied {
        for (whose, address, span) in places.pieces() {
            let piece = copied.bytes().get(span).unwrap_or_default();
            comparing.bytes(Surface::Memory, whose, address, piece);
        }
        return sample_of(copied, &places, unread, (searcher, allowance));
    }
    let mut walk = Walk::through(&readable(roots));
    let mut read = ScheduleReader::new(&mut walk);
    let searched = match allowance {
        Some(allowance) => searcher.search_nested(Surface::Memory, MEMORY, &mut read, allowance),
        None => searcher.search(Surface::Memory, MEMORY, &mut read),
    };
    let keys = read.keys();
    let (places, unread) = walk.end();
    // A walk has no errors.
    placed(searched.unwrap_or_default(), keys, &places, unread)
}

/// Searches what was copied.
pub(super) fn sample_of(
    copied: &Copied,
    places: &Places,
    unread: Option<UnreadMemory>,
    (searcher, allowance): (&Searcher, Option<&mut Allowance>),
) -> Sample {
    let searched = searcher.search_bytes(Surface::Memory, MEMORY, copied.bytes(), allowance);
    let keys = schedules(copied.bytes()).into_iter();
    let keys = keys.map(|(at, key)| (at as u64, key)).collect();
    placed(searched, keys, places, unread)
}

/// What was found, by where it is in the processes.
fn placed(
    mut searched: SearchResult,
    keys: Vec<(u64, Vec<u8>)>,
    places: &Places,
    unread: Option<UnreadMemory>,
) -> Sample {
    for finding in &mut searched.findings {
        if let Kind::Finding { place, at, .. } = finding
            && let Some((whose, address)) = places.of(*at)
        {
            whose.clone_into(place);
            *at = address;
        }
    }
    let keys = keys.into_iter().filter_map(|(at, key)| {
        let (whose, address) = places.of(at)?;
        let place = whose.to_owned();
        Some(ExpandedKey {
            place,
            address,
            key,
        })
    });
    Sample {
        searched,
        unread,
        keys: keys.collect(),
    }
}
