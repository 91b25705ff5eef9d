//! One pass over a place, for everything at once.

use std::collections::BTreeSet;
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

/// Looks for everything that a plan has planted.
#[derive(Debug)]
pub struct Searcher {
    needles: Needles,
    /// Made when it is first needed.
    nested: OnceLock<Nested>,
    /// What the last place was read into.
    spare: Mutex<Vec<u8>>,
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
        }
    }

    /// How many canaries, texts, files, names, pass phrases and keys are looked for.
    pub fn strings(&self) -> usize {
        let names = self.needles.names.iter();
        // A key is looked for in pieces.
        names.collect::<BTreeSet<&String>>().len()
    }

    /// Searches one place of a surface for what is written there, in every encoding. The result
    /// does not depend on how the bytes arrive.
    ///
    /// # Errors
    ///
    /// What the reader says; the place was not searched to its end then.
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
        let mut kept = 0;
        loop {
            let read = read_some(reader, buffer.get_mut(kept..).unwrap_or_default())?;
            let filled = kept + read;
            let edges = Edges {
                front: pass.bytes > kept as u64,
                back: read > 0,
            };
            pass.go_over(buffer.get(..filled).unwrap_or_default(), kept, edges);
            if read == 0 {
                *self.spare() = buffer;
                return Ok(pass.end(place));
            }
            kept = filled.min(overlap);
            buffer.copy_within(filled - kept..filled, 0);
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
        if taken > part.seen {
            let nested = self.nested.get_or_init(|| Nested::new(&self.needles));
            nested.scan(&self.needles, bytes, part.start, found, allowance);
        }
        taken.saturating_sub(part.seen) as u64
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
        let names = &self.searcher.needles.names;
        SearchResult {
            bytes: self.bytes,
            nested: self.nested.map_or(0, |(part, _)| part.scanned),
            control: self.control.map(|_| self.found.control),
            findings: self.found.findings(names, self.surface, place),
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
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::{KnownKey, Searcher};
    use crate::Transformation;
    use scenario::plan::{AuditPlan, Canary, WireText};
    use timeline::{Kind, StepId, Surface};

    const CANARY: &str = "QXZVKW-amber-falcon-0417";

    fn plan() -> AuditPlan {
        AuditPlan {
            canaries: vec![Canary {
                name: "vault".to_owned(),
                text: CANARY.to_owned(),
                step: StepId("1".to_owned()),
            }],
            texts: vec![WireText {
                step: StepId("2".to_owned()),
                text: "no canary, but long enough".to_owned(),
            }],
            controls: [Surface::Wire, Surface::Arguments]
                .map(|surface| (surface, "relay-control".to_owned()))
                .into(),
            ..AuditPlan::default()
        }
    }

    /// What is found in these bytes, in words.
    fn found(bytes: &[u8]) -> Vec<String> {
        let searched = Searcher::new(&plan(), &[], &[])
            .search(Surface::Output, "log", bytes)
            .unwrap();
        assert_eq!(searched.bytes, bytes.len() as u64);
        let words = searched.findings.into_iter().map(|finding| match finding {
            Kind::Finding {
                what,
                transformation,
                at,
                ..
            } => format!("{what}, {transformation} at {at}"),
            other => panic!("{other:?}"),
        });
        words.collect()
    }

    fn utf16(little: bool) -> Vec<u8> {
        let units = CANARY.encode_utf16();
        units
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn every_transformation_is_found() {
        let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
        let reversed: String = CANARY.chars().rev().collect();
        let cases: [(&str, Vec<u8>); 6] = [
            ("as-is", CANARY.into()),
            ("hex", hex.clone().into()),
            ("hex", hex.to_uppercase().into()),
            ("reversed", reversed.into()),
            ("utf-16", utf16(true)),
            ("utf-16", utf16(false)),
        ];
        for (name, bytes) in cases {
            let text = [b"log: ", &bytes[..], b" end"].concat();
            assert_eq!(
                found(&text),
                [format!("canary vault, {name} at 5")],
                "{name}"
            );
        }
    }

    #[test]
    fn base64_is_found_at_every_alignment_and_in_both_alphabets() {
        for before in 0..6 {
            for behind in 0..3 {
                // 0xfb and 0xff make the two alphabets differ around the canary.
                let text = [&vec![0xfb; before], CANARY.as_bytes(), &vec![0xff; behind]].concat();
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    assert!(
                        !found(encoded.as_bytes()).is_empty(),
                        "{before} {behind} {encoded}"
                    );
                }
            }
        }
    }

    #[test]
    fn both_alphabets_of_base64_are_known() {
        let text = "why??? because??? who knows???";
        let mut plan = plan();
        plan.texts[0].text = text.to_owned();
        let searcher = Searcher::new(&plan, &[], &[]);
        let (standard, url) = (STANDARD.encode(text), URL_SAFE.encode(text));
        assert_ne!(standard, url);
        for (encoded, name) in [(standard, "base64"), (url, "base64url")] {
            let found = searcher
                .search(Surface::Output, "x", encoded.as_bytes())
                .unwrap()
                .findings;
            let named = |one: &Kind| matches!(one, Kind::Finding { transformation, .. } if transformation == name);
            assert!(found.iter().any(named), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_near_miss_is_none() {
        assert_eq!(found(&CANARY.as_bytes()[..11]), Vec::<String>::new());
        assert_eq!(
            found(CANARY.replace("amber", "bored").as_bytes()),
            Vec::<String>::new()
        );
        assert_eq!(found(b""), Vec::<String>::new());
    }

    #[test]
    fn a_text_without_a_canary_is_found_as_it_stands() {
        assert_eq!(
            found(b"no canary, but long enough"),
            ["text of step 2, as-is at 0"]
        );
    }

    #[test]
    fn of_a_file_any_part_is_found() {
        let content: Vec<u8> = (0..20_000u32).flat_map(|n| n.to_be_bytes()).collect();
        let files = [("plan.pdf".to_owned(), content.clone())];
        let searcher = Searcher::new(&plan(), &files, &[]);
        let part = &content[8000..16_000];
        let searched = searcher.search(Surface::Files, "blob", part).unwrap();
        assert!(!searched.findings.is_empty());
        let other: Vec<u8> = (500_000..502_000u32)
            .flat_map(|n| n.to_be_bytes())
            .collect();
        assert!(
            searcher
                .search(Surface::Files, "blob", &other[..])
                .unwrap()
                .findings
                .is_empty()
        );
    }

    #[test]
    fn a_key_is_found_in_every_encoding_for_what_it_is() {
        let piece = |byte: u8| (byte..byte + 24).collect::<Vec<u8>>();
        let keys = [
            (Transformation::PrivateKey, "the private key of alice", 40),
            (Transformation::MessageKey, "the message key 1f3a9c07", 120),
        ];
        let keys = keys.map(|(detector, name, byte)| KnownKey {
            name: name.to_owned(),
            piece: piece(byte),
            detector,
        });
        let searcher = Searcher::new(&plan(), &[], &keys);
        let told = |bytes: &[u8]| {
            let found = searcher.search_bytes(Surface::Output, "log", bytes, None);
            let words = found.findings.into_iter().map(|one| match one {
                Kind::Finding {
                    what,
                    transformation,
                    ..
                } => format!("{what}: {transformation}"),
                other => panic!("{other:?}"),
            });
            words.collect::<Vec<String>>()
        };
        let known = "the message key 1f3a9c07: message-key";
        assert_eq!(told(&piece(120)), [known]);
        let hex: String = piece(120).iter().map(|it| format!("{it:02x}")).collect();
        let known = "the message key 1f3a9c07: hex of message-key";
        assert_eq!(told(hex.as_bytes()), [known]);
        let known = "the private key of alice: private-key";
        assert_eq!(told(&piece(40)), [known]);
        assert!(told(&piece(80)).is_empty());
        assert_eq!(format!("{:?}", keys[1]), "the message key 1f3a9c07");
    }

    #[test]
    fn a_name_of_a_file_is_found_when_it_is_long() {
        let files = ["list-of-dismissals.txt", "plan.pdf"];
        let files = files.map(|name| (name.to_owned(), Vec::new()));
        let searcher = Searcher::new(&plan(), &files, &[]);
        let log = b"stored plan.pdf and list-of-dismissals.txt for bob";
        let searched = searcher.search(Surface::Output, "log", &log[..]).unwrap();
        let named = |one: &Kind| match one {
            Kind::Finding { what, at, .. } => (what.clone(), *at),
            other => panic!("{other:?}"),
        };
        let found: Vec<_> = searched.findings.iter().map(named).collect();
        let only = ("name of the file list-of-dismissals.txt".to_owned(), 20);
        assert_eq!(found, [only]);
    }

    #[test]
    fn the_control_counts_on_its_surface_only() {
        let searcher = Searcher::new(&plan(), &[], &[]);
        let control = |surface, bytes: &[u8]| searcher.search(surface, "x", bytes).unwrap().control;
        for surface in [Surface::Wire, Surface::Arguments] {
            assert_eq!(control(surface, b"hello relay-control"), Some(true));
        }
        assert_eq!(
            control(Surface::Wire, &b"hello relay-control"[..18]),
            Some(false)
        );
        assert_eq!(control(Surface::Wire, b""), Some(false));
        assert_eq!(control(Surface::Files, b"relay-control"), None);
    }
}
