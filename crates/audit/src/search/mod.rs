//! One pass over a place, for everything at once.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::allowance::Allowance;
use super::found::Found;
use super::grams::Edges;
use super::needles::{KnownKey, Needles};
use super::nested::Nested;
use scenario::plan::AuditPlan;
use timeline::{Kind, Surface};

/// Bytes read at once: they are searched before they leave the processor's cache.
const CHUNK: usize = 256 * 1024;

/// Bytes that are scanned for nested data at once, and how many of them once more with those
/// behind: what is compressed or enciphered there lies whole in one part.
const PART: usize = 4 * 1024 * 1024;
const PART_OVERLAP: usize = 128 * 1024;

/// Searches for everything that a plan has planted.
#[derive(Debug)]
pub struct Searcher {
    needles: Needles,
    /// Made when it is first needed.
    nested: OnceLock<Nested>,
    /// What the last place was read into.
    spare: Mutex<Vec<u8>>,
    stop: Option<Stop>,
}

/// Whether what is searched for is still wanted.
struct Stop(Box<dyn Fn() -> bool + Send + Sync>);

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").finish_non_exhaustive()
    }
}

/// What came of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchResult {
    /// Bytes read.
    pub bytes: u64,
    /// Bytes of them that were scanned for nested data.
    pub nested: u64,
    /// Whether the surface's control was found here; `None` where it has none.
    pub control: Option<bool>,
    /// [`Kind::Finding`], the first of each canary and transformation.
    pub findings: Vec<Kind>,
}

impl Searcher {
    /// Prepares the search. `files` are names and contents of what was sent, `keys` are pieces
    /// of keys that clients have.
    pub fn new(plan: &AuditPlan, files: &[(String, Vec<u8>)], keys: &[KnownKey]) -> Self {
        Self {
            needles: Needles::new(plan, files, keys),
            nested: OnceLock::new(),
            spare: Mutex::default(),
            stop: None,
        }
    }

    /// Searches end early, with an error, from the moment when `stop` says so.
    #[must_use]
    pub fn until(self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let stop = Some(Stop(Box::new(stop)));
        Self { stop, ..self }
    }

    fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|Stop(stop)| stop())
    }

    /// How many canaries, texts, files, names, passphrases and keys are searched for.
    pub fn strings(&self) -> usize {
        let names = self.needles.names.iter();
        // A key is searched for in pieces.
        names.collect::<BTreeSet<&String>>().len()
    }

    /// Those of which nothing can be searched for: they have too few different bytes.
    pub fn too_uniform(&self) -> &[String] {
        &self.needles.too_uniform
    }

    /// Searches one place of a surface for what is written there, in every encoding. The result
    /// does not depend on how the bytes arrive.
    ///
    /// # Errors
    ///
    /// What the reader says, or that the search was stopped; the place was not searched to its end
    /// then.
    pub fn search(
        &self,
        surface: Surface,
        place: &str,
        mut reader: impl Read,
    ) -> io::Result<SearchResult> {
        self.read_through(surface, place, &mut reader, None)
    }

    /// Searches as [`Self::search`], and also for what is compressed, encoded several times, cut
    /// into lines or badly enciphered, as far as it is allowed.
    ///
    /// # Errors
    ///
    /// As above.
    pub fn search_nested(
        &self,
        surface: Surface,
        place: &str,
        mut reader: impl Read,
        allowance: &mut Allowance,
    ) -> io::Result<SearchResult> {
        self.read_through(surface, place, &mut reader, Some(allowance))
    }

    /// Searches bytes that are in memory already; with an allowance, also for nested data.
    pub fn search_bytes(
        &self,
        surface: Surface,
        place: &str,
        bytes: &[u8],
        allowance: Option<&mut Allowance>,
    ) -> SearchResult {
        let mut pass = Pass::new(self, surface, allowance);
        pass.go_over(bytes, 0, Edges::NONE);
        pass.end(place)
    }

    /// Not generic, so that it is compiled here, optimised.
    fn read_through(
        &self,
        surface: Surface,
        place: &str,
        reader: &mut dyn Read,
        allowance: Option<&mut Allowance>,
    ) -> io::Result<SearchResult> {
        // What runs into the end of the buffer is seen again, with the byte in front of it.
        let overlap = self.needles.grams.longest() + 1;
        let mut pass = Pass::new(self, surface, allowance);
        let mut buffer = std::mem::take(&mut *self.spare());
        buffer.resize(overlap + CHUNK, 0);
        // Bytes at the front of the buffer that were searched before.
        let mut overlapping = 0;
        loop {
            if self.is_stopped() {
                return Err(io::Error::other("the search was stopped"));
            }
            let read = read_some(reader, buffer.get_mut(overlapping..).unwrap_or_default())?;
            let filled = overlapping + read;
            let edges = Edges {
                front: pass.bytes > overlapping as u64,
                back: read > 0,
            };
            pass.go_over(buffer.get(..filled).unwrap_or_default(), overlapping, edges);
            if read == 0 {
                *self.spare() = buffer;
                return Ok(pass.end(place));
            }
            overlapping = filled.min(overlap);
            buffer.copy_within(filled - overlapping..filled, 0);
        }
    }

    /// Whatever is left in it is overwritten.
    fn spare(&self) -> MutexGuard<'_, Vec<u8>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Scans a part, and says how many bytes of it were new.
    fn scan(&self, part: &Part, found: &mut Found, allowance: &mut Allowance) -> u64 {
        // The overlap is charged again, since it is scanned again: what crosses the seam must lie
        // whole in one of the parts.
        let taken = allowance.take(part.bytes.len(), part.seen);
        let bytes = part.bytes.get(..taken).unwrap_or_default();
        if taken <= part.seen || self.is_stopped() {
            return 0;
        }
        let nested = self.nested.get_or_init(|| Nested::new(&self.needles));
        nested.scan(&self.needles, bytes, part.start, found, allowance);
        (taken - part.seen) as u64
    }
}

/// The search of one place, on its way.
struct Pass<'a> {
    searcher: &'a Searcher,
    surface: Surface,
    /// Place of the surface's control among the strings.
    control: Option<usize>,
    found: Found,
    /// What may be scanned for nested data.
    nested: Option<(Part, &'a mut Allowance)>,
    /// So many were searched.
    bytes: u64,
}

impl<'a> Pass<'a> {
    fn new(searcher: &'a Searcher, surface: Surface, allowance: Option<&'a mut Allowance>) -> Self {
        Self {
            searcher,
            surface,
            control: searcher.needles.controls.get(&surface).copied(),
            found: Found::default(),
            nested: allowance.map(|allowance| (Part::default(), allowance)),
            bytes: 0,
        }
    }

    /// Searches the next bytes. So many at their front were searched before.
    fn go_over(&mut self, bytes: &[u8], before: usize, edges: Edges) {
        let needles = &self.searcher.needles;
        let start = self.bytes - before as u64;
        let new = bytes.get(before..).unwrap_or_default();
        needles.grams.find(bytes, edges, |hit| {
            // Controls of other surfaces mean nothing here.
            if let Some((name, chain)) = needles.of(hit.string) {
                self.found.add(name, chain, start + hit.at as u64);
            } else if self.control == Some(hit.string) {
                self.found.control = true;
            }
        });
        if let Some((part, allowance)) = &mut self.nested {
            part.add(new, |part| {
                self.searcher.scan(part, &mut self.found, allowance)
            });
        }
        self.bytes += new.len() as u64;
    }

    fn end(mut self, place: &str) -> SearchResult {
        if let Some((part, allowance)) = &mut self.nested {
            part.end(|part| self.searcher.scan(part, &mut self.found, allowance));
        }
        let needles = &self.searcher.needles;
        SearchResult {
            bytes: self.bytes,
            nested: self.nested.map_or(0, |(part, _)| part.scanned),
            control: self.control.map(|_| self.found.control),
            findings: self.found.findings(needles, self.surface, place),
        }
    }
}

/// Bytes that wait for the scan for nested data. Where a part ends does not depend on how they arrive.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    /// Where the first of them stands.
    start: u64,
    /// Those that were scanned before.
    seen: usize,
    /// All that were scanned so far.
    scanned: u64,
}

impl Part {
    /// Scans what is left of the last part.
    fn end(&mut self, scan: impl FnOnce(&Self) -> u64) {
        if self.bytes.len() > self.seen {
            self.scanned += scan(self);
        }
    }

    /// Takes what has been read, and scans each part that is full.
    fn add(&mut self, mut new: &[u8], mut scan: impl FnMut(&Self) -> u64) {
        while !new.is_empty() {
            let (now, later) = new.split_at(new.len().min(PART - self.bytes.len()));
            self.bytes.extend_from_slice(now);
            new = later;
            if self.bytes.len() == PART {
                let scanned = scan(self);
                self.scanned += scanned;
                self.bytes.drain(..PART - PART_OVERLAP);
                self.start += (PART - PART_OVERLAP) as u64;
                self.seen = PART_OVERLAP;
            }
        }
    }
}

/// As [`Read::read`], over interruptions.
fn read_some(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests;
