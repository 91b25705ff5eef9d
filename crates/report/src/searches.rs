//! What was searched, in numbers.

use serde::{Deserialize, Serialize};

use audit::Transformation;
use scenario::plan::Plan;
use timeline::{Event, Kind, Surface};

/// What is decoded of memory, which is large.
const OF_MEMORY: &str = "last scan only: compression with a header, and keys of one byte";

/// The searches of one play, or of several added up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searches {
    /// Planted strings and texts that were searched for.
    pub secrets: usize,
    /// Encodings of a string that were searched for.
    pub transformations: usize,
    /// Findings.
    pub seen: usize,
    /// What was searched.
    pub surfaces: Vec<Searched>,
    /// What was compared to detect crypto misuse.
    #[serde(default)]
    pub traces: Vec<Trace>,
    /// What could not be searched for, each with the reason.
    #[serde(default)]
    pub not_looked_for: Vec<String>,
}

/// What was compared for one trace of wrong encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The word of its detector: `ecb`, `keystream-reuse`, …
    pub detector: String,
    /// Pairs of texts, texts or keys that could be compared.
    pub compared: u64,
    /// What was lacking, when nothing could be compared.
    pub lacking: Option<String>,
}

/// The search of one surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Which.
    pub surface: Surface,
    /// Bytes read.
    pub bytes: u64,
    /// Files, streams and links that were searched.
    pub places: u64,
    /// The number of scans.
    pub samples: u64,
    /// Canaries, texts, files, names, passphrases and keys that were searched for here.
    #[serde(default)]
    pub strings: u64,
    /// Encodings of them that were searched for here.
    #[serde(default)]
    pub transformations: u64,
    /// How often the control was found.
    pub found: u64,
    /// Whether the control was found; `None` when the adapter declares none.
    pub control_found: Option<bool>,
    /// Bytes that were also searched for what is compressed, encoded several times, cut into
    /// lines or badly enciphered.
    #[serde(rename = "below")]
    pub nested: u64,
    /// What was left out of that; `None` when nothing was.
    pub left_out: Option<String>,
}

impl Searches {
    /// What was searched in a play, as its events tell.
    pub fn of(plan: Option<&Plan>, events: &[Event]) -> Self {
        let mut searches = Self {
            secrets: plan.map_or(0, |plan| {
                let phrases = plan.audit.pass_phrases.iter();
                let phrases = phrases.filter(|one| one.too_common().is_none()).count();
                let audit = &plan.audit;
                audit.canaries.len() + audit.texts.len() + audit.files.len() + phrases
            }),
            transformations: Transformation::ALL.len(),
            not_looked_for: plan.map_or_else(Vec::new, |plan| plan.audit.cannot_judge()),
            ..Self::default()
        };
        for event in events {
            match &event.kind {
                Kind::Searched {
                    surface,
                    bytes,
                    places,
                    samples,
                    found,
                    control,
                    strings,
                    nested,
                    left_out,
                    ..
                } => searches.surfaces.push(Searched {
                    surface: *surface,
                    bytes: *bytes,
                    places: *places,
                    samples: *samples,
                    strings: *strings,
                    transformations: looked_for(*surface),
                    found: *found,
                    control_found: *control,
                    nested: *nested,
                    left_out: left_out.clone(),
                }),
                Kind::Examined {
                    detector,
                    compared,
                    lacking,
                } => searches.traces.push(Trace {
                    detector: detector.clone(),
                    compared: *compared,
                    lacking: lacking.clone(),
                }),
                Kind::NotLookedFor { text } => searches.not_looked_for.push(text.clone()),
                Kind::Finding { .. } => searches.seen += 1,
                _ => {}
            }
        }
        searches
    }

    /// Adds another play.
    pub(super) fn add(&mut self, other: &Self) {
        self.secrets += other.secrets;
        self.seen += other.seen;
        self.not_looked_for
            .extend(other.not_looked_for.iter().cloned());
        self.transformations = self.transformations.max(other.transformations);
        for one in &other.surfaces {
            let known = self.surfaces.iter_mut();
            match known.into_iter().find(|known| known.surface == one.surface) {
                Some(known) => known.add(one),
                None => self.surfaces.push(one.clone()),
            }
        }
        for one in &other.traces {
            let known = self.traces.iter_mut();
            match known
                .into_iter()
                .find(|known| known.detector == one.detector)
            {
                Some(known) => known.compared += one.compared,
                None => self.traces.push(one.clone()),
            }
        }
    }

    /// Two lines for each surface: how much was searched and how often the control was found;
    /// what was searched for, and how deep.
    pub(super) fn by_surface(&self) -> Vec<String> {
        let lines = self.surfaces.iter().flat_map(|one| {
            [
                format!(
                    "searched {:<38} {:>12} bytes, {}",
                    one.surface.in_words(),
                    grouped(one.bytes),
                    one.control()
                ),
                format!("         {}; {}", one.strings(), one.nested()),
            ]
        });
        lines.collect()
    }

    /// One sentence: `compared to detect crypto misuse: ecb 1, keystream-reuse 12;
    /// nothing for textbook-rsa`. `None` when no detector ran.
    pub fn traces(&self) -> Option<String> {
        if self.traces.is_empty() {
            return None;
        }
        let (some, none): (Vec<&Trace>, Vec<&Trace>) =
            self.traces.iter().partition(|one| one.compared > 0);
        let counts = some
            .iter()
            .map(|one| format!("{} {}", one.detector, grouped(one.compared)));
        let counts: Vec<String> = counts.collect();
        let lacking: Vec<&str> = none.iter().map(|one| one.detector.as_str()).collect();
        let counts = match counts.as_slice() {
            [] => "nothing".to_owned(),
            some => some.join(", "),
        };
        let lacking = match lacking.as_slice() {
            [] => String::new(),
            none => format!("; nothing for {}", none.join(", ")),
        };
        Some(format!(
            "compared to detect crypto misuse: {counts}{lacking}"
        ))
    }

    /// One sentence: `0 of 7 canaries and texts seen in 41 882 bytes on 4 surfaces; the
    /// control was found on each`.
    pub fn sentence(&self) -> String {
        if self.surfaces.is_empty() {
            return "nothing was searched".to_owned();
        }
        let bytes: u64 = self.surfaces.iter().map(|one| one.bytes).sum();
        let searched = self.surfaces.iter().filter(|one| one.is_searched());
        let seen = match self.seen {
            0 if self.secrets == 0 => "nothing was planted that could be found".to_owned(),
            0 => "no canary was seen".to_owned(),
            1 => "PLAINTEXT: 1 finding".to_owned(),
            n => format!("PLAINTEXT: {n} findings"),
        };
        format!(
            "{seen}: searched for {} in {} bytes on {}; {}",
            counted(self.secrets as u64, "planted string", "planted strings"),
            grouped(bytes),
            counted(searched.count() as u64, "surface", "surfaces"),
            self.control()
        )
    }

    /// The same in one line of a small terminal.
    pub(super) fn line(&self) -> String {
        if self.surfaces.is_empty() {
            return "audit: nothing was searched".to_owned();
        }
        let seen = match self.seen {
            0 if self.secrets == 0 => "nothing was planted".to_owned(),
            0 => "not seen".to_owned(),
            1 => "1 finding".to_owned(),
            n => format!("{n} findings"),
        };
        let surfaces = self.surfaces.iter().filter(|one| one.is_searched()).count();
        let without = self.surfaces.iter();
        let without = without
            .filter(|one| one.control_found != Some(true))
            .count();
        let control = match without {
            0 => "found on each".to_owned(),
            some => format!("not on {some}"),
        };
        let bytes: u64 = self.surfaces.iter().map(|one| one.bytes).sum();
        format!(
            "audit: {}, {}, {} bytes: {seen}; control {control}",
            counted(self.secrets as u64, "string", "strings"),
            counted(surfaces as u64, "surface", "surfaces"),
            grouped(bytes),
        )
    }

    fn control(&self) -> String {
        let without: Vec<&str> = self
            .surfaces
            .iter()
            .filter(|one| one.control_found != Some(true))
            .map(|one| one.surface.in_words())
            .collect();
        if without.is_empty() {
            "the control was found on each".to_owned()
        } else {
            format!("no control was found on {}", without.join(", "))
        }
    }
}

impl Searched {
    fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.places += other.places;
        self.samples += other.samples;
        self.strings += other.strings;
        self.transformations = self.transformations.max(other.transformations);
        self.found += other.found;
        // Found on each counts; once not found is not found.
        self.control_found = match (self.control_found, other.control_found) {
            (Some(before), Some(now)) => Some(before && now),
            (before, now) => before.or(now),
        };
        self.nested += other.nested;
        if self.left_out != other.left_out {
            let why = "less in some plays: `result.json` says what was left out";
            self.left_out = Some(why.to_owned());
        }
    }

    /// It was read at least once: a surface may be off, or out of reach.
    fn is_searched(&self) -> bool {
        self.samples > 0 || self.bytes > 0
    }

    /// `7 strings in 41 encodings`.
    fn strings(&self) -> String {
        let strings = counted(self.strings, "string", "strings");
        format!("{strings} in {} encodings", self.transformations)
    }

    /// `41 882 also decoded`, and what of that was left out.
    fn nested(&self) -> String {
        let scope = (self.surface == Surface::Memory).then_some(OF_MEMORY);
        let limits: Vec<&str> = scope.into_iter().chain(self.left_out.as_deref()).collect();
        let nested = format!("{} also decoded", grouped(self.nested));
        match limits.as_slice() {
            [] => nested,
            limits => format!("{nested} ({})", limits.join("; ")),
        }
    }

    /// `control found 4 times in 5 scans`.
    pub(super) fn control(&self) -> String {
        match self.control_found {
            Some(true) => format!(
                "control found {} in {}",
                counted(self.found, "time", "times"),
                counted(self.samples, "scan", "scans")
            ),
            Some(false) => "control NOT found".to_owned(),
            None => "no control".to_owned(),
        }
    }
}

/// How many encodings of a string are searched for on a surface.
fn looked_for(surface: Surface) -> u64 {
    let all = Transformation::ALL.iter();
    all.filter(|one| one.is_searched_for(surface)).count() as u64
}

/// `1 scan`, `41 882 scans`.
fn counted(number: u64, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", grouped(number)),
    }
}

/// `41 882`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Searched, Searches, Trace};
    use timeline::Surface;

    fn searches(traces: &[(&str, u64, Option<&str>)]) -> Searches {
        let traces = traces.iter().map(|(detector, compared, lacking)| Trace {
            detector: (*detector).to_owned(),
            compared: *compared,
            lacking: lacking.map(str::to_owned),
        });
        Searches {
            traces: traces.collect(),
            ..Searches::default()
        }
    }

    #[test]
    fn one_string_on_one_surface_is_counted_in_the_singular() {
        let surface = Searched {
            surface: Surface::Wire,
            bytes: 41_882,
            places: 1,
            samples: 1,
            strings: 1,
            transformations: 45,
            found: 1,
            control_found: Some(true),
            nested: 0,
            left_out: None,
        };
        let one = Searches {
            secrets: 1,
            surfaces: vec![surface],
            ..Searches::default()
        };
        let sentence = "no canary was seen: searched for 1 planted string in 41 882 bytes on 1 surface; the control \
                        was found on each";
        assert_eq!(one.sentence(), sentence);
        assert_eq!(
            one.line(),
            "audit: 1 string, 1 surface, 41 882 bytes: not seen; control found on each"
        );
        let [searched, strings] = one.by_surface().try_into().unwrap();
        assert!(
            searched.ends_with("control found 1 time in 1 scan"),
            "{searched}"
        );
        assert!(strings.contains("1 string in 45 encodings"), "{strings}");
    }

    #[test]
    fn what_could_not_be_compared_is_named() {
        let nothing = Some("no public key on the wire");
        let mut all = searches(&[("ecb", 0, Some("no long text")), ("rsa", 0, nothing)]);
        let words = "compared to detect crypto misuse";
        let traces = all.traces().unwrap();
        assert_eq!(traces, format!("{words}: nothing; nothing for ecb, rsa"));
        all.add(&searches(&[("ecb", 1200, None), ("keystream", 2, None)]));
        let traces = all.traces().unwrap();
        assert_eq!(
            traces,
            format!("{words}: ecb 1 200, keystream 2; nothing for rsa")
        );
        assert_eq!(searches(&[]).traces(), None);
    }
}
