//! What is looked for: each planted string, in every spelling.

use std::collections::{BTreeMap, BTreeSet};

use super::grams::{Grams, Wanted};
use super::spell::spellings;
use super::transformation::Transformation;
use crate::adapter::Surface;
use crate::plan::AuditPlan;

/// So many bytes of a canary are enough to know it by.
const ENOUGH: usize = 16;

/// Bytes of a piece of a text or file. Fewer are found in other people's words.
const PIECE: usize = 32;

/// A text up to this length is looked for as a whole.
const WHOLE: usize = 2 * PIECE;

/// No more pieces than this are made of one text or file: of a large one they lie further apart.
const MOST: usize = 512;

/// Pieces with fewer different bytes occur everywhere.
const MIN_DISTINCT: usize = 8;

/// Spellings with fewer bytes are not looked for.
const SHORTEST: usize = 12;

/// Everything that is looked for, ready for the search.
#[derive(Debug)]
pub(super) struct Needles {
    /// What findings are called.
    pub(super) names: Vec<String>,
    /// Place in `names`, and the spelling, of each string of `grams`; the controls have none.
    pub(super) spelled: Vec<(usize, Transformation)>,
    /// All spellings, and behind them the controls: what finds the one finds the other, and
    /// without it no control is found either.
    pub(super) grams: Grams,
    /// Place of each control among the strings.
    pub(super) controls: BTreeMap<Surface, usize>,
}

impl Needles {
    /// Of a plan, with the contents of its files.
    pub(super) fn new(plan: &AuditPlan, files: &[(String, Vec<u8>)]) -> Self {
        let mut names = Vec::new();
        let mut strings = Vec::new();
        let mut spelled = Vec::new();
        for (name, source) in sources(plan, files).into_iter().enumerate() {
            names.push(source.what);
            let mut known = BTreeSet::new();
            for piece in source.pieces {
                for (transformation, spelling) in spellings(&piece) {
                    if spelling.len() >= SHORTEST && known.insert(spelling.clone()) {
                        spelled.push((name, transformation));
                        strings.push(wanted(spelling, piece.len(), source.is_canary));
                    }
                }
            }
        }
        // Surfaces that have the same control share it: of equal strings the first is found.
        let mut places = BTreeMap::new();
        let mut controls = BTreeMap::new();
        for (surface, control) in &plan.controls {
            let place = *places.entry(control).or_insert_with(|| {
                strings.push(Wanted::whole(control.clone().into_bytes()));
                strings.len() - 1
            });
            controls.insert(*surface, place);
        }
        Self {
            names,
            spelled,
            grams: Grams::new(strings),
            controls,
        }
    }
}

/// Something that must not be seen, in pieces that each give it away.
struct Source {
    what: String,
    pieces: Vec<Vec<u8>>,
    /// Parts of it are known as well.
    is_canary: bool,
}

/// Of a canary a part is enough, as long as the same part of the spelling.
fn wanted(spelling: Vec<u8>, length: usize, is_canary: bool) -> Wanted {
    if !is_canary {
        return Wanted::whole(spelling);
    }
    let enough = (spelling.len() * ENOUGH).div_ceil(length).max(ENOUGH);
    Wanted {
        enough,
        bytes: spelling,
    }
}

fn sources(plan: &AuditPlan, files: &[(String, Vec<u8>)]) -> Vec<Source> {
    let canaries = plan.canaries.iter().map(|canary| Source {
        what: format!("canary {}", canary.name),
        pieces: vec![canary.text.clone().into_bytes()],
        is_canary: true,
    });
    let texts = plan.texts.iter().map(|text| Source {
        what: format!("text of step {}", text.step.0),
        pieces: content(text.text.as_bytes()),
        is_canary: false,
    });
    // A file with canaries throughout is found by them.
    let planted = |content: &[u8]| {
        let mut canaries = plan.canaries.iter();
        canaries.any(|canary| memchr::memmem::find(content, canary.text.as_bytes()).is_some())
    };
    let files = files
        .iter()
        .filter(|(_, content)| !planted(content))
        .map(|(name, bytes)| Source {
            what: format!("file {name}"),
            pieces: content(bytes),
            is_canary: false,
        });
    canaries.chain(texts).chain(files).collect()
}

/// The whole of what is short, pieces all through what is long.
fn content(bytes: &[u8]) -> Vec<Vec<u8>> {
    if bytes.len() <= WHOLE {
        return vec![bytes.to_vec()];
    }
    let step = (PIECE / 2).max(bytes.len() / MOST);
    let last = bytes.len() - PIECE;
    let starts = (0..last).step_by(step).chain([last]);
    let pieces: BTreeSet<&[u8]> = starts
        .filter_map(|at| bytes.get(at..at + PIECE))
        .filter(|piece| piece.iter().collect::<BTreeSet<_>>().len() >= MIN_DISTINCT)
        .collect();
    pieces.into_iter().map(<[u8]>::to_vec).collect()
}
