//! What is searched for: each planted string, in every encoding.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::encodings::encodings;
use super::grams::{Grams, Wanted};
use super::transformation::Transformation;
use scenario::plan::{AuditPlan, around_called, rare_pieces, text_called};
use timeline::Surface;

/// So many bytes of a canary are enough to know it by; of one that is encoded in groups, one
/// more, for what its neighbours have taken.
const ENOUGH: usize = 15;

/// A name of a file with fewer bytes may be anybody's.
const LONG_NAME: usize = 16;

/// Encodings with fewer bytes are not searched for.
const SHORTEST: usize = 12;

/// A piece of a key that somebody is known to have.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// What findings call the key.
    pub name: String,
    /// Enough of it to know it by.
    pub piece: Vec<u8>,
    /// What it is: [`Transformation::PrivateKey`] or [`Transformation::MessageKey`].
    pub detector: Transformation,
}

/// Its name: the key is nobody's business.
impl fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Everything that is searched for, ready for the search.
#[derive(Debug)]
pub(super) struct Needles {
    /// What findings are called.
    pub(super) names: Vec<String>,
    /// Those of them that are words around a canary.
    pub(super) around: BTreeSet<usize>,
    /// Those of them of which nothing can be searched for.
    pub(super) too_uniform: Vec<String>,
    /// Place in `names`, and the encoding, of each string of `grams`; the controls have none.
    origins: Vec<(usize, Transformation)>,
    /// What finds each key; their names are the last of `names`.
    keys: Vec<Transformation>,
    /// All encodings, and behind them the controls: what finds the one finds the other, and
    /// without it no control is found either.
    pub(super) grams: Grams,
    /// Place of each control among the strings.
    pub(super) controls: BTreeMap<Surface, usize>,
    /// Whole canaries, with their places in `names`.
    pub(super) canaries: Vec<(usize, Vec<u8>)>,
    /// These, and texts, in pieces where they are long.
    pub(super) plain: Vec<(usize, Vec<u8>)>,
}

impl Needles {
    /// Of a plan, with the contents of its files, and of keys.
    pub(super) fn new(plan: &AuditPlan, files: &[(String, Vec<u8>)], keys: &[KnownKey]) -> Self {
        let mut names = Vec::new();
        let mut strings = Vec::new();
        let mut origins = Vec::new();
        let mut canaries = Vec::new();
        let mut plain = Vec::new();
        let mut sources = sources(plan, files);
        sources.extend(keys.iter().map(key));
        let mut too_uniform = Vec::new();
        let mut around = BTreeSet::new();
        for (name, source) in sources.into_iter().enumerate() {
            if source.pieces.is_empty() {
                too_uniform.push(source.what.clone());
            }
            names.push(source.what);
            let mut known = BTreeSet::new();
            for piece in source.pieces {
                for (transformation, encoded) in encodings(&piece) {
                    if encoded.len() >= SHORTEST && known.insert(encoded.clone()) {
                        origins.push((name, transformation));
                        strings.push(wanted(encoded, piece.len(), source.kind));
                    }
                }
                if source.kind == SourceKind::Canary {
                    canaries.push((name, piece.clone()));
                }
                let is_text = matches!(
                    source.kind,
                    SourceKind::Canary | SourceKind::Text | SourceKind::Around
                );
                if is_text {
                    plain.push((name, piece));
                }
            }
            if source.kind == SourceKind::Around {
                around.insert(name);
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
            around,
            too_uniform,
            origins,
            keys: keys.iter().map(|key| key.detector).collect(),
            grams: Grams::new(strings),
            controls,
            canaries,
            plain,
        }
    }

    /// Place in `names`, and the transformations, of a string of `grams`; `None` for controls.
    pub(super) fn of(&self, string: usize) -> Option<(usize, Vec<Transformation>)> {
        let (name, encoding) = *self.origins.get(string)?;
        let others = self.names.len().saturating_sub(self.keys.len());
        let key = name.checked_sub(others).and_then(|key| self.keys.get(key));
        let chain = match (encoding, key) {
            (encoding, None) => vec![encoding],
            (Transformation::AsIs, Some(key)) => vec![*key],
            (encoding, Some(key)) => vec![encoding, *key],
        };
        Some((name, chain))
    }
}

/// Something that must not be seen, in pieces that each give it away.
struct Source {
    what: String,
    pieces: Vec<Vec<u8>>,
    kind: SourceKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SourceKind {
    /// Parts of it are known as well.
    Canary,
    Text,
    /// Words around a canary.
    Around,
    File,
    Key,
}

/// Of a canary a part is enough, as long as the same part of the encoded bytes.
fn wanted(encoded: Vec<u8>, length: usize, kind: SourceKind) -> Wanted {
    if kind != SourceKind::Canary {
        return Wanted::whole(encoded);
    }
    // In proportion: an encoding that doubles the length needs twice as many bytes for the same part
    // of the canary.
    let enough = (encoded.len() * ENOUGH / length.max(1)).max(ENOUGH);
    Wanted {
        enough,
        bytes: encoded,
    }
}

fn sources(plan: &AuditPlan, files: &[(String, Vec<u8>)]) -> Vec<Source> {
    let canaries = plan.canaries.iter().map(|canary| Source {
        what: canary.called(),
        pieces: vec![canary.text.clone().into_bytes()],
        kind: SourceKind::Canary,
    });
    let texts = plan.texts.iter().map(|text| Source {
        what: text_called(&text.step),
        pieces: content(text.text.as_bytes()),
        kind: SourceKind::Text,
    });
    let around = plan.around.iter().map(|words| Source {
        what: around_called(&words.step),
        pieces: content(words.text.as_bytes()),
        kind: SourceKind::Around,
    });
    let phrases = plan.pass_phrases.iter();
    let phrases = phrases
        .filter(|one| one.too_common().is_none())
        .map(|one| Source {
            what: one.name(),
            pieces: content(one.text.as_bytes()),
            kind: SourceKind::Text,
        });
    let names: BTreeSet<&String> = files.iter().map(|(name, _)| name).collect();
    let long = names.into_iter().filter(|name| name.len() >= LONG_NAME);
    let names = long.map(|name| Source {
        what: format!("name of the file {name}"),
        pieces: content(name.as_bytes()),
        kind: SourceKind::Text,
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
            kind: SourceKind::File,
        });
    canaries
        .chain(texts)
        .chain(around)
        .chain(phrases)
        .chain(names)
        .chain(files)
        .collect()
}

/// A piece of a key, with the name of the key.
fn key(key: &KnownKey) -> Source {
    Source {
        what: key.name.clone(),
        pieces: vec![key.piece.clone()],
        kind: SourceKind::Key,
    }
}

/// What of a text or file is rare enough to be known by.
fn content(bytes: &[u8]) -> Vec<Vec<u8>> {
    rare_pieces(bytes).into_iter().map(<[u8]>::to_vec).collect()
}
