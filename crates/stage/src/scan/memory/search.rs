//! Searching what was read.

use super::{Copied, SamplingMode, UnreadMemory, Walk, copy};
use crate::participant::tree::readable;
use crate::scan::comparing::Comparing;
use audit::{Allowance, SearchResult, Searcher};
use timeline::{Kind, Surface};

/// What the place of a finding is called before it is known whose memory it is.
const MEMORY: &str = "memory";

/// One look at memory.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// Each finding names the process and the mapping, and its address.
    pub(crate) searched: SearchResult,
    /// Why it is not all of it.
    pub(crate) unread: Option<UnreadMemory>,
}

/// Searches the memory of processes and of everything below them, as far as it is allowed also
/// below what is written there.
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
    .map(|(places, unread)| (copied.bytes(), places, unread));
    let (mut searched, places, unread) = match copied {
        Some((bytes, places, unread)) => {
            for (whose, address, span) in places.pieces() {
                let piece = bytes.get(span).unwrap_or_default();
                comparing.bytes(Surface::Memory, whose, address, piece);
            }
            let searched = searcher.search_bytes(Surface::Memory, MEMORY, bytes, allowance);
            (searched, places, unread)
        }
        None => {
            let mut walk = Walk::through(&readable(roots));
            let searched = match allowance {
                Some(allowance) => {
                    searcher.search_nested(Surface::Memory, MEMORY, &mut walk, allowance)
                }
                None => searcher.search(Surface::Memory, MEMORY, &mut walk),
            };
            let (places, unread) = walk.end();
            // A walk has no errors.
            (searched.unwrap_or_default(), places, unread)
        }
    };
    for finding in &mut searched.findings {
        if let Kind::Finding { place, at, .. } = finding
            && let Some((whose, address)) = places.of(*at)
        {
            whose.clone_into(place);
            *at = address;
        }
    }
    Sample { searched, unread }
}
