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
    let mut unread = copied.unread.take();
    let bytes = copied.bytes();
    let searched = match below {
        Some(allowance) => searcher.search_below(Surface::Memory, "memory", bytes, allowance),
        None => searcher.search(Surface::Memory, "memory", bytes),
    };
    let mut searched = searched.unwrap_or_else(|error| {
        unread.get_or_insert(error.to_string());
        Searched::default()
    });
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
