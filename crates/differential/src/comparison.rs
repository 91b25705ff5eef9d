//! Several plays, compared surface by surface.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use timeline::Surface;

use crate::findings::{Dependence, differences};
use crate::grams::{self, REACH};
use crate::surface::{BEFORE, BLOCK, Plays, Spot, State, plays_with};
use crate::turn::{Turn, Words, turn};

/// Pairs of plays in any case, at least: a gram is seen in the first, kept in the second and
/// confirmed in the third.
const LEAST_PAIRS: u32 = 3;

/// Pairs, at most: there is a bit for each play.
const MOST_PAIRS: u32 = 31;

/// Differences of a surface that are listed.
const LISTED: usize = 16;

/// Differences that luck may leave for each play.
const BY_LUCK: f64 = 1e-6;

/// Plays under comparison. They are read one after the other, and only what may yet depend on the
/// words is kept.
#[derive(Debug)]
pub struct Differential {
    seed: u64,
    pairs: u32,
    turns: Vec<Turn>,
    /// Of the current play nothing has been said yet.
    is_before: bool,
    surfaces: BTreeMap<Surface, State>,
    /// Differences after the first three pairs.
    first: u64,
}

/// What the comparison found. Plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    /// How many were compared.
    pub plays: u32,
    /// Those that stood after the first six of them.
    pub first: u64,
    /// By surface; of those that had nothing at all, none.
    pub surfaces: BTreeMap<Surface, SurfaceDifferences>,
}

/// What the comparison found on one surface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurfaceDifferences {
    /// Bytes of all plays.
    pub bytes: u64,
    /// Different grams of the first two.
    pub grams: u64,
    /// Whether something was found that goes with the control word.
    pub control: bool,
    /// Why not everything was compared.
    pub incomplete: Option<String>,
    /// What goes with the texts: the first of them.
    pub found: Vec<Dependence>,
    /// How many more there are.
    pub more: u64,
}

impl Differential {
    /// So many pairs of plays, unless what they leave may be luck: then more.
    pub fn new(pairs: u32, seed: u64) -> Self {
        Self {
            seed: grams::mix(seed),
            pairs: pairs.clamp(LEAST_PAIRS, MOST_PAIRS),
            turns: Vec::new(),
            is_before: false,
            surfaces: BTreeMap::new(),
            first: 0,
        }
    }

    /// The words of the next play, if there must be another one. Two have the same words of both
    /// kinds only when they are alike in all.
    pub fn next_turn(&self) -> Option<Turn> {
        let plays = self.plays();
        let is_over = plays.is_multiple_of(2) && self.is_decided(plays / 2);
        (!is_over).then(|| turn(plays, self.seed))
    }

    fn plays(&self) -> u32 {
        u32::try_from(self.turns.len()).unwrap_or(u32::MAX)
    }

    fn is_decided(&self, pairs: u32) -> bool {
        if pairs < self.pairs {
            return false;
        }
        let is_clean = || {
            self.surfaces
                .values()
                .all(|state| self.of_texts(state).is_empty())
        };
        is_beyond_luck(self.first, pairs) || is_clean()
    }

    /// Begins the next play.
    pub fn begin(&mut self) -> Turn {
        let next = turn(self.plays(), self.seed);
        self.turns.push(next);
        self.surfaces.values_mut().for_each(State::begin);
        next
    }

    /// What is read from now on is there before anything was said, or no longer. It cannot depend on
    /// the texts, in this play or in another one.
    pub fn before(&mut self, is_before: bool) {
        self.is_before = is_before;
    }

    /// Notes something of the current play that is not bytes: a name, a size, a number.
    pub fn fact(&mut self, surface: Surface, fact: String) {
        let play = self.plays().saturating_sub(1);
        self.surfaces.entry(surface).or_default().fact(play, fact);
    }

    /// Begins a place of a surface, whose first byte has this number.
    pub fn read(&mut self, surface: Surface, place: &str, at: u64) -> Reading {
        let place = self.surfaces.entry(surface).or_default().place(place);
        let spot = Spot {
            play: self.plays().saturating_sub(1),
            place,
            at,
            salt: self.seed,
            context: 0,
            starts: 0,
            is_before: self.is_before,
            is_memory: surface == Surface::Memory,
        };
        Reading {
            surface,
            spot,
            buffer: Vec::new(),
        }
    }

    /// The current play is over.
    pub fn end(&mut self) {
        let plays = self.plays();
        let current = (1 << plays) - 1;
        let kinds = self.kinds();
        let is_possible = |there: Plays| kinds.iter().any(|kind| kind & current == there);
        for state in self.surfaces.values_mut() {
            state.end(is_possible, plays > 2);
        }
        if plays == 2 * LEAST_PAIRS {
            let left = self
                .surfaces
                .values()
                .map(|state| self.of_texts(state).len() as u64);
            self.first = left.sum();
        }
    }

    /// The plays with each choice of texts, and with each control.
    fn kinds(&self) -> [Plays; 4] {
        let texts = |words| plays_with(words, self.turns.iter().map(|turn| turn.texts));
        let control = |words| plays_with(words, self.turns.iter().map(|turn| turn.control));
        [
            texts(Words::A),
            texts(Words::B),
            control(Words::A),
            control(Words::B),
        ]
    }

    fn of_texts(&self, state: &State) -> Vec<Dependence> {
        let [a, b, ..] = self.kinds();
        let mut found = differences(state, a, Words::A);
        found.extend(differences(state, b, Words::B));
        found
    }

    /// What the plays so far have left.
    pub fn differences(&self) -> Differences {
        let [.., a, b] = self.kinds();
        let surfaces = self.surfaces.iter().map(|(surface, state)| {
            let mut found = self.of_texts(state);
            let more = found.len().saturating_sub(LISTED);
            found.truncate(LISTED);
            let plays = state.seen.values().map(|seen| &seen.plays);
            let mut plays = plays.chain(state.facts.values());
            let found = SurfaceDifferences {
                bytes: state.bytes,
                grams: state.grams,
                control: plays.any(|plays| *plays == a || *plays == b),
                incomplete: state.incomplete.map(str::to_owned),
                found,
                more: more as u64,
            };
            (*surface, found)
        });
        Differences {
            plays: self.plays(),
            first: self.first,
            surfaces: surfaces.collect(),
        }
    }
}

impl Differences {
    /// How many differences luck alone would leave, at most. What does not depend on the words
    /// and is there in one play of two, which is the worst, passes a further pair once in four
    /// times.
    pub fn by_luck(&self) -> f64 {
        luck(self.first, self.plays / 2)
    }

    /// Whether luck explains none of what is left. It may where the plays ended before they were to.
    pub fn are_certain(&self) -> bool {
        let pairs = self.plays / 2;
        pairs >= LEAST_PAIRS && is_beyond_luck(self.first, pairs)
    }
}

fn is_beyond_luck(first: u64, pairs: u32) -> bool {
    pairs >= MOST_PAIRS || luck(first, pairs) < BY_LUCK * f64::from(2 * pairs)
}

fn luck(first: u64, pairs: u32) -> f64 {
    let further = i32::try_from(pairs.saturating_sub(LEAST_PAIRS)).unwrap_or(i32::MAX);
    // Not exact above 2^53.
    #[expect(clippy::cast_precision_loss, reason = "it is an estimate")]
    let first = first as f64;
    first * 0.25_f64.powi(further)
}

/// One place of a surface, on its way.
#[derive(Debug)]
pub struct Reading {
    surface: Surface,
    spot: Spot,
    /// A few bytes in front, then what was not yet cut.
    buffer: Vec<u8>,
}

impl Reading {
    /// Adds what was read next.
    pub fn add(&mut self, bytes: &[u8], to: &mut Differential) {
        self.buffer.extend_from_slice(bytes);
        let mut from = 0;
        while self.buffer.len() - from >= self.spot.context + BLOCK + REACH {
            from += self.block(from, BLOCK, to);
        }
        self.buffer.drain(..from);
    }

    /// There is no more.
    pub fn end(mut self, to: &mut Differential) {
        let mut from = 0;
        loop {
            let left = self.buffer.len().saturating_sub(from + self.spot.context);
            if left == 0 {
                return;
            }
            from += self.block(from, left.min(BLOCK), to);
        }
    }

    /// Compares the next block; how far the next one's context begins behind this one's.
    fn block(&mut self, from: usize, starts: usize, to: &mut Differential) -> usize {
        self.spot.starts = starts;
        let end = (from + self.spot.context + starts + REACH).min(self.buffer.len());
        let bytes = self.buffer.get(from..end).unwrap_or_default();
        to.surfaces
            .entry(self.surface)
            .or_default()
            .block(bytes, self.spot);
        self.spot.at += starts as u64;
        let behind = self.spot.context + starts;
        self.spot.context = behind.min(BEFORE);
        behind - self.spot.context
    }
}
