//! Reports, each read by a parser that is not ours.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod causes;
mod ending;
mod github;
mod json;
mod junit;
mod page;
mod recording;
mod run_sums;
mod web;

use std::time::Duration;

use judge::{Check, CheckKind, Did, Evidence, Happened, PlayVerdict, Verdict, Verdicts};
use report::{Asked, PlayReport, Provenance, Searched, Searches, StepTime, Trace, Tried, Used};
use timeline::{ExpectationId, StepId, Surface};

/// Nothing that a participant prints may break a format.
const NASTY: &str = "]]> & <b> \u{1b}[31m \u{0} \u{7f} \"'% ::error::x\r\n::set-env::\u{202e}";

/// As it is asked for when nobody asks.
fn reference() -> Asked {
    Asked {
        adapter: "reference".to_owned(),
        ..Asked::default()
    }
}

fn provenance() -> Provenance {
    Provenance {
        began: "2026-11-21T07:41:51".to_owned(),
        host: "here".to_owned(),
        commit: Some("1f2e3d".to_owned()),
    }
}

/// A check of step 2, at line 12.
fn check(verdict: Verdict) -> Check {
    let evidence = match verdict {
        Verdict::Pass => Evidence::default(),
        Verdict::CannotTell | Verdict::Fail | Verdict::Distinguishable | Verdict::Plaintext => {
            Evidence {
                expected: "bob shows it".to_owned(),
                got: format!("bob printed {NASTY}"),
                difference: Some(NASTY.to_owned()),
                just_before: vec![Happened {
                    who: NASTY.to_owned(),
                    did: Did::Printed,
                    text: NASTY.to_owned(),
                    at_ms: 429,
                }],
                look_at: Some("out/bob.stdout".to_owned()),
                event: Some(41),
            }
        }
    };
    Check {
        kind: CheckKind::Expectation(ExpectationId("2/bob-shows".to_owned())),
        name: format!("bob shows {NASTY}"),
        step: Some(StepId("2".to_owned())),
        line: Some(12),
        verdict,
        evidence,
    }
}

/// A play whose tries went like this; the first that did not pass is expected.
fn play(scenario: &str, tries: &[PlayVerdict], expected: PlayVerdict) -> PlayReport {
    let verdict = match expected {
        PlayVerdict::Pass | PlayVerdict::Skip(_) | PlayVerdict::Unsupported(_) => Verdict::Pass,
        PlayVerdict::CannotTell => Verdict::CannotTell,
        PlayVerdict::Fail | PlayVerdict::Flaky | PlayVerdict::Orphan | PlayVerdict::Xfail(_) => {
            Verdict::Fail
        }
        PlayVerdict::Distinguishable => Verdict::Distinguishable,
        PlayVerdict::Plaintext => Verdict::Plaintext,
    };
    let number = tries.iter().position(|one| *one != PlayVerdict::Pass);
    let number = u32::try_from(number.unwrap_or(0)).unwrap() + 1;
    PlayReport {
        scenario: scenario.to_owned(),
        path: format!("scenarios/{scenario}.toml").into(),
        adapter: "reference".to_owned(),
        seed: 81_723,
        level: "namespaces".to_owned(),
        elapsed: Duration::from_millis(1_234),
        try_number: number,
        tries: (1..)
            .zip(tries)
            .map(|(number, verdict)| Tried {
                number,
                verdict: verdict.clone(),
                elapsed: Duration::from_millis(10),
            })
            .collect(),
        verdicts: Verdicts {
            play: expected,
            checks: vec![check(Verdict::Pass), check(verdict)],
            uncovered: vec![Surface::Memory],
            refused: Vec::new(),
        },
        used: vec![Used {
            who: NASTY.to_owned(),
            cpu_ms: 42,
            memory: 1 << 20,
            processes: 1,
        }],
        steps: vec![StepTime {
            step: StepId("2".to_owned()),
            elapsed: Duration::from_millis(321),
        }],
        searches: Searches {
            traces: vec![Trace {
                detector: "ecb".to_owned(),
                compared: 0,
                lacking: Some("no text repeats itself".to_owned()),
            }],
            not_looked_for: vec![format!("step 1: {NASTY}")],
            secrets: 3,
            transformations: 1,
            seen: 0,
            surfaces: vec![Searched {
                surface: Surface::Wire,
                bytes: 41_882,
                places: 6,
                samples: 1,
                strings: 3,
                transformations: 41,
                found: 3,
                control_found: Some(true),
                nested: 41_000,
                left_out: None,
            }],
        },
        dir: scenario.into(),
    }
}
