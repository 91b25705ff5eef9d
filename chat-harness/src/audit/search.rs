//! One pass over a place, for all needles at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::needles::{Needle, needles};
use crate::adapter::Surface;
use crate::plan::AuditPlan;
use crate::timeline::Kind;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// Looks for everything that a plan has planted.
#[derive(Debug)]
pub struct Searcher {
    needles: Vec<Needle>,
    automaton: Option<AhoCorasick>,
    controls: BTreeMap<Surface, String>,
    /// As many bytes as the longest needle or control has, less one.
    overlap: usize,
}

/// What came of one place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Searched {
    /// Bytes read.
    pub bytes: u64,
    /// Whether the surface's control was found here; `None` where it has none.
    pub control: Option<bool>,
    /// [`Kind::Finding`], the first of each canary and transformation.
    pub findings: Vec<Kind>,
}

impl Searcher {
    /// Prepares the search; `files` are names and contents of what was sent.
    pub fn new(plan: &AuditPlan, files: &[(String, Vec<u8>)]) -> Self {
        let needles = needles(plan, files);
        let longest = needles.iter().map(|needle| needle.bytes.len());
        let controls = plan.controls.values().map(String::len);
        let overlap = longest.chain(controls).max().unwrap_or(1).saturating_sub(1);
        // The automaton fails to build only beyond 2^31 states, far above what a plan holds.
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(needles.iter().map(|needle| &needle.bytes))
            .ok();
        Self {
            needles,
            automaton,
            controls: plan.controls.clone(),
            overlap,
        }
    }

    /// Searches one place of a surface. The result does not depend on how the bytes arrive.
    ///
    /// # Errors
    ///
    /// What the reader says; the place was not searched to its end then.
    pub fn search(
        &self,
        surface: Surface,
        place: &str,
        mut reader: impl Read,
    ) -> io::Result<Searched> {
        let control = self
            .controls
            .get(&surface)
            .map(|control| control.as_bytes());
        let finder = control.map(memchr_finder);
        let mut searched = Searched {
            control: control.map(|_| false),
            ..Searched::default()
        };
        let mut seen: BTreeSet<(String, &'static str)> = BTreeSet::new();
        let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + self.overlap);
        let mut before = 0;
        loop {
            let length = buffer.len();
            buffer.resize(length + CHUNK, 0);
            let read = read_some(&mut reader, buffer.get_mut(length..).unwrap_or_default())?;
            buffer.truncate(length + read);
            if read == 0 {
                searched.bytes = before + length as u64;
                return Ok(searched);
            }
            if finder
                .as_ref()
                .is_some_and(|finder| finder.is_match(&buffer))
            {
                searched.control = Some(true);
            }
            for found in self
                .automaton
                .iter()
                .flat_map(|a| a.find_overlapping_iter(&buffer))
            {
                let Some(needle) = self.needles.get(found.pattern().as_usize()) else {
                    continue;
                };
                if seen.insert((needle.what.clone(), needle.transformation)) {
                    searched.findings.push(Kind::Finding {
                        surface,
                        place: place.to_owned(),
                        at: before + found.start() as u64,
                        what: needle.what.clone(),
                        transformation: needle.transformation.to_owned(),
                    });
                }
            }
            let keep = buffer.len().min(self.overlap);
            before += (buffer.len() - keep) as u64;
            buffer.drain(..buffer.len() - keep);
        }
    }
}

fn memchr_finder(control: &[u8]) -> AhoCorasick {
    AhoCorasick::new([control])
        .unwrap_or_else(|_| AhoCorasick::new::<_, &[u8]>([]).expect("an empty set"))
}

/// As [`Read::read`], over interruptions.
fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
