//! Each detector of the audit is needed: without it, what only it finds escapes.

use std::path::{Path, PathBuf};

use audit::Transformation;
use judge::{PlayVerdict, judge};
use scenario::plan::Plan;
use serde_json::Value;
use timeline::{self, Event, Kind};
use zoo_faults::{Expected, Fault};

use crate::runs::Runs;

/// A fault that was caught, and its saved play.
struct Caught {
    name: String,
    /// The detectors that the finding names.
    by: Vec<Transformation>,
    plan: Plan,
    events: Vec<Event>,
}

/// Plays the zoo; those that were caught by a finding.
fn caught() -> Vec<Caught> {
    let runs = Runs::new();
    // A relay in another language also holds what it gets in memory.
    let leaks = Fault::all().filter(|fault| {
        !matches!(fault, Fault::Stranger(_)) && matches!(fault.expected(), Expected::Finding { .. })
    });
    let output = runs
        .xtask(&["zoo", "--json"])
        .args(leaks.map(Fault::name))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    let dir = printed
        .lines()
        .find_map(|line| line.strip_prefix("files: "));
    let dir = PathBuf::from(dir.unwrap_or_else(|| panic!("no play was saved:\n{printed}")));
    let rows = String::from_utf8(output.stdout).unwrap();
    let rows = rows
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap());
    let caught = rows.filter(|row| row["outcome"] == "caught");
    caught
        .filter_map(|row| read(&dir, row["fault"].as_str().unwrap()))
        .collect()
}

fn read(dir: &Path, name: &str) -> Option<Caught> {
    let Expected::Finding { transformation, .. } = Fault::named(name).unwrap().expected() else {
        return None;
    };
    let file = |file: &str| std::fs::read_to_string(dir.join(name).join(file)).unwrap();
    Some(Caught {
        name: name.to_owned(),
        by: Transformation::chain(&transformation),
        plan: serde_json::from_str(&file("plan.json")).unwrap(),
        events: timeline::read(&file("timeline.jsonl")).unwrap(),
    })
}

/// Faults that do two wrong things, and what else finds them: a relay that opens texts holds the
/// key in its memory, and one that seals them again has them on its stack meanwhile.
const ALSO: [(&str, Transformation); 2] = [
    ("nosy", Transformation::PrivateKey),
    ("reseals", Transformation::AsIs),
];

/// Whatever key is given away opens what was sent: it is found by that as well.
fn is_also(play: &Caught, detector: Transformation) -> bool {
    let opens = detector == Transformation::OpeningKey && !play.by.contains(&detector);
    opens || ALSO.contains(&(play.name.as_str(), detector))
}

/// The verdict of a play without what one detector has found, nor what finds it for another
/// reason than the one that is listed.
fn without(play: &Caught, detector: Transformation) -> PlayVerdict {
    let is_other = |one: &Transformation| is_also(play, *one);
    let is_its = |event: &Event| match &event.kind {
        Kind::Finding { transformation, .. } => Transformation::chain(transformation)
            .iter()
            .any(|one| *one == detector || is_other(one)),
        _ => false,
    };
    let events = play.events.iter().filter(|event| !is_its(event));
    judge(&play.plan, &events.cloned().collect::<Vec<_>>(), &[]).play
}

#[test]
fn every_detector_has_a_fault_that_is_listed_for_it() {
    let listed: Vec<Transformation> = Fault::all()
        .filter_map(|fault| match fault.expected() {
            Expected::Finding { transformation, .. } => {
                Some(Transformation::chain(&transformation))
            }
            Expected::Distinguishable(_)
            | Expected::Fails(_)
            | Expected::CannotTell(_)
            | Expected::Passes => None,
        })
        .flatten()
        .collect();
    for &detector in Transformation::ALL {
        assert!(listed.contains(&detector), "{}", detector.word());
    }
}

#[test]
fn without_its_detector_each_fault_that_was_caught_escapes() {
    let plays = caught();
    assert!(plays.len() >= 50, "{}", plays.len());
    let mut wrong = Vec::new();
    for &detector in Transformation::ALL {
        for play in &plays {
            let verdict = without(play, detector);
            let leaks = [PlayVerdict::Plaintext, PlayVerdict::Distinguishable];
            let escapes = !leaks.contains(&verdict);
            if escapes != play.by.contains(&detector) {
                let how = if escapes { "escapes" } else { "is found" };
                wrong.push(format!("{} {how} without {}", play.name, detector.word()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
