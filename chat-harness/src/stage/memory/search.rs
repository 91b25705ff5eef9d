//! Searching what was copied.

use super::{Copied, Manner, copy};
use crate::adapter::Surface;
use crate::audit::{Allowance, Searched, Searcher};
use crate::timeline::Kind;

/// One look at memory.
#[derive(Debug)]
pub(in crate::stage) struct Sample {
    /// Each finding names the process and the mapping, and its address.
    pub(in crate::stage) searched: Searched,
    /// Why it is not all of it.
    pub(in crate::stage) unread: Option<String>,
}

/// Copies the memory of processes and of everything below them, and searches the copy, as far
/// as it is allowed also below what is written there.
pub(in crate::stage) fn sample(
    roots: &[i32],
    how: Manner,
    searcher: &Searcher,
    below: Option<&mut Allowance>,
    copied: &mut Copied,
) -> Sample {
    copy(roots, how, copied);
    let unread = copied.unread.take();
    let mut searched = searcher.search_bytes(Surface::Memory, "memory", copied.bytes(), below);
    for finding in &mut searched.findings {
        if let Kind::Finding { place, at, .. } = finding
            && let Some((whose, address)) = copied.place(*at)
        {
            whose.clone_into(place);
            *at = address;
        }
    }
    Sample { searched, unread }
}
