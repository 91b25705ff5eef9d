//! What no list of encodings holds: lines that were cut, numbers, what is compressed, what is
//! written several times over, and ciphers that anybody can open.

mod ciphers;
mod containers;
mod deflate;
mod lines;
mod number;
mod runs;
mod tails;
#[cfg(test)]
mod tests;

use super::allowance::{Allowance, Scope};
use super::found::Found;
use super::grams::{Edges, Hit};
use super::needles::Needles;
use super::transformation::Transformation;
use ciphers::{Ciphers, Keys};
use lines::Joined;
use tails::Tails;

/// How many transformations are undone one after another.
const DEPTH: usize = 4;

/// What each layer costs of what may be unpacked, beside its bytes.
const LAYER: usize = 128;

/// The most strings that are searched for.
const STRINGS: usize = 512;

/// Prepared for the strings of a plan.
#[derive(Debug)]
pub(super) struct Nested {
    ciphers: Ciphers,
    tails: Tails,
}

/// What a transformation was undone to.
struct Undone {
    transformation: Transformation,
    /// Where it began.
    at: usize,
    bytes: Vec<u8>,
}

/// Where the bytes of a layer are in the place.
#[derive(Clone, Copy)]
enum Origin {
    /// The first of them there, the others behind it.
    From(u64),
    /// All of them come from what begins there.
    Inside(u64),
}

impl Origin {
    fn at(self, offset: usize) -> u64 {
        match self {
            Self::From(start) => start + offset as u64,
            Self::Inside(start) => start,
        }
    }
}

impl Nested {
    pub(super) fn new(needles: &Needles) -> Self {
        let first = |strings: &[(usize, Vec<u8>)]| {
            let first = strings.iter().take(STRINGS);
            first.cloned().collect::<Vec<_>>()
        };
        Self {
            ciphers: Ciphers::new(&first(&needles.plain)),
            tails: Tails::new(&first(&needles.canaries)),
        }
    }

    /// Scans a part of a place that begins at `start`, as far as the allowance goes.
    pub(super) fn scan(
        &self,
        needles: &Needles,
        bytes: &[u8],
        start: u64,
        found: &mut Found,
        allowance: &mut Allowance,
    ) {
        let all = needles.plain.len();
        allowance.limit_strings(all.min(STRINGS), all);
        let mut scan = Scan {
            nested: self,
            needles,
            found,
            allowance,
        };
        match scan.allowance.scope {
            Scope::Whole => scan.layer(bytes, Origin::From(start), &[]),
            Scope::Memory => scan.memory(bytes, Origin::From(start)),
        }
    }
}

struct Scan<'a> {
    nested: &'a Nested,
    needles: &'a Needles,
    found: &'a mut Found,
    allowance: &'a mut Allowance,
}

impl Scan<'_> {
    /// Bytes from which the transformations of the chain have been taken.
    fn layer(&mut self, bytes: &[u8], origin: Origin, chain: &[Transformation]) {
        if !chain.is_empty() {
            self.encoded(bytes, origin, chain);
        }
        self.nested.tails.find(bytes, |name, at| {
            self.found
                .add(name, with(chain, Transformation::Split), origin.at(at));
        });
        self.enciphered(bytes, Keys::All, origin, chain);
        let joined = Joined::new(bytes);
        if let Some(joined) = &joined {
            self.joined(joined, origin, chain);
        }
        if chain.len() >= DEPTH {
            return;
        }
        let mut inner = containers::marked(bytes, self.allowance);
        // One by chance would bring forth others.
        if !chain.contains(&Transformation::Deflate) {
            inner.extend(containers::bare(bytes, &inner, self.allowance));
        }
        // Both as it stands and with its lines joined: a wrapped word decodes only when it is whole,
        // and one that was never broken must not be glued to its neighbour.
        inner.extend(runs::decode(bytes));
        if let Some(joined) = &joined {
            let decoded = runs::decode(&joined.bytes).into_iter();
            inner.extend(decoded.map(|undone| Undone {
                at: joined.original(undone.at),
                ..undone
            }));
        }
        self.inner(inner, origin, chain);
    }

    /// The memory of a process.
    fn memory(&mut self, bytes: &[u8], origin: Origin) {
        self.enciphered(bytes, Keys::OfOneByte, origin, &[]);
        let inner = containers::marked(bytes, self.allowance);
        self.inner(inner, origin, &[]);
    }

    /// What was undone, each as a layer of its own.
    fn inner(&mut self, inner: Vec<Undone>, origin: Origin, chain: &[Transformation]) {
        for undone in inner {
            if !self.allowance.unpack(undone.bytes.len() + LAYER) {
                return;
            }
            // A byte of the unpacked data has no place of its own in the file: all that is found in it
            // is reported where the container begins.
            let origin = Origin::Inside(origin.at(undone.at));
            self.layer(&undone.bytes, origin, &with(chain, undone.transformation));
        }
    }

    fn enciphered(&mut self, bytes: &[u8], keys: Keys, origin: Origin, chain: &[Transformation]) {
        self.nested
            .ciphers
            .find(bytes, keys, |name, transformation, at| {
                self.found
                    .add(name, with(chain, transformation), origin.at(at));
            });
    }

    fn encoded(&mut self, bytes: &[u8], origin: Origin, chain: &[Transformation]) {
        self.needles.grams.find(bytes, Edges::NONE, |hit| {
            self.keep(hit, chain, None, origin.at(hit.at));
        });
    }

    /// Only what crosses the end of a line: the rest is found without joining.
    fn joined(&mut self, joined: &Joined, origin: Origin, chain: &[Transformation]) {
        self.needles.grams.find(&joined.bytes, Edges::NONE, |hit| {
            if joined.crosses(hit.at, hit.length) {
                let at = origin.at(joined.original(hit.at));
                self.keep(hit, chain, Some(Transformation::Split), at);
            }
        });
    }

    /// What is there as it is, is there by the chain alone, or else by `plain`.
    fn keep(&mut self, hit: Hit, chain: &[Transformation], plain: Option<Transformation>, at: u64) {
        let Some((name, encodings)) = self.needles.of(hit.string) else {
            return;
        };
        let mut chain = chain.to_vec();
        match (encodings.split_first(), plain) {
            (Some((Transformation::AsIs, rest)), plain) => {
                chain.extend(plain);
                chain.extend(rest);
            }
            _ => chain.extend(&encodings),
        }
        self.found.add(name, chain, at);
    }
}

fn with(chain: &[Transformation], one: Transformation) -> Vec<Transformation> {
    chain.iter().copied().chain([one]).collect()
}
