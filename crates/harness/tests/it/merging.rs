//! Parts of a run, merged: as if they had never been apart.

use std::collections::BTreeMap;
use std::time::Duration;

use harness::{ManifestScenario, RunManifest, SavedRun, Shard, merged};
use judge::{Check, CheckKind, Evidence, PlayVerdict, Verdict, Verdicts};
use proptest::prelude::*;
use report::{Asked, PlayReport, Provenance, RunReport, Searches, Tried, json, junit, terminal};
use timeline::{ExpectationId, StepId};

fn verdict() -> impl Strategy<Value = PlayVerdict> {
    prop_oneof![
        Just(PlayVerdict::Pass),
        Just(PlayVerdict::CannotTell),
        Just(PlayVerdict::Fail),
        Just(PlayVerdict::Flaky),
        Just(PlayVerdict::Distinguishable),
        Just(PlayVerdict::Plaintext),
        Just(PlayVerdict::Xfail("as yet".to_owned())),
        Just(PlayVerdict::Skip("not here".to_owned())),
    ]
}

/// A play with one check.
fn play(scenario: &str, verdict: &PlayVerdict) -> PlayReport {
    let check = Check {
        kind: CheckKind::Expectation(ExpectationId("2/bob-shows".to_owned())),
        name: "bob shows it".to_owned(),
        step: Some(StepId("2".to_owned())),
        line: Some(12),
        verdict: match verdict.is_fine() {
            true => Verdict::Pass,
            false => Verdict::Fail,
        },
        evidence: Evidence::default(),
    };
    let elapsed = Duration::from_millis(1_234);
    PlayReport {
        scenario: scenario.to_owned(),
        path: format!("scenarios/{scenario}.toml").into(),
        adapter: "reference".to_owned(),
        seed: 81_723,
        level: "namespaces".to_owned(),
        elapsed,
        try_number: 1,
        tries: vec![Tried {
            number: 1,
            verdict: verdict.clone(),
            elapsed,
        }],
        verdicts: Verdicts {
            play: verdict.clone(),
            checks: vec![check],
            uncovered: Vec::new(),
            refused: Vec::new(),
        },
        used: Vec::new(),
        searches: Searches::default(),
        steps: Vec::new(),
        dir: scenario.into(),
    }
}

/// A run of these scenarios, or a part of it.
fn saved(plays: &BTreeMap<String, PlayVerdict>, shard: Option<Shard>) -> SavedRun {
    let ours = plays
        .iter()
        .filter(|(id, _)| shard.is_none_or(|shard| shard.holds(id)));
    let reports: Vec<_> = ours.map(|(id, verdict)| play(id, verdict)).collect();
    let scenarios = reports.iter().map(|report| ManifestScenario {
        id: report.scenario.clone(),
        path: report.path.clone(),
    });
    SavedRun {
        load: None,
        dir: "x".into(),
        manifest: RunManifest {
            id: "x".to_owned(),
            asked: Asked {
                adapter: "reference".to_owned(),
                ..Asked::default()
            },
            provenance: Provenance::default(),
            seed: 81_723,
            shard,
            balanced_by: None,
            scenarios: scenarios.collect(),
        },
        report: RunReport {
            provenance: Provenance::default(),
            plays: reports,
            left: vec!["a.snap.new: pending review".to_owned()],
            elapsed: Duration::from_millis(1_500),
        },
    }
}

proptest! {
    #[test]
    fn shards_laid_together_are_the_run_as_it_would_have_been(
        plays in prop::collection::btree_map("[a-c]/[a-z@=-]{1,6}", verdict(), 0..20),
        of in 1_u64..7,
        turn in 0_usize..7,
    ) {
        let whole = saved(&plays, None);
        let first = Shard::new(1, of).unwrap();
        let mut parts: Vec<SavedRun> = first.all().map(|shard| saved(&plays, Some(shard))).collect();
        let places = parts.len();
        parts.rotate_left(turn % places);
        let (manifest, report) = merged(&parts).unwrap();
        prop_assert_eq!(&manifest, &whole.manifest);
        prop_assert_eq!(&report, &whole.report);
        prop_assert_eq!(json::run(&report).unwrap(), json::run(&whole.report).unwrap());
        prop_assert_eq!(
            junit::document(&report),
            junit::document(&whole.report)
        );
        let closing = |run| terminal::closing(run, terminal::Screen::default());
        prop_assert_eq!(closing(&report), closing(&whole.report));
    }
}

#[test]
fn parts_of_different_runs_are_not_laid_together() {
    let plays = BTreeMap::from([("a".to_owned(), PlayVerdict::Pass)]);
    let one = saved(&plays, Shard::new(1, 2));
    let mut seed = saved(&BTreeMap::new(), Shard::new(2, 2));
    seed.manifest.seed += 1;
    let mut adapter = saved(&BTreeMap::new(), Shard::new(2, 2));
    adapter.manifest.asked.adapter = "other".to_owned();
    let parts = saved(&BTreeMap::new(), Shard::new(2, 3));
    let mut times = saved(&BTreeMap::new(), Shard::new(2, 2));
    times.manifest.balanced_by = Some("other times".to_owned());
    for (other, why) in [
        (seed, "--seed"),
        (adapter, "adapters"),
        (parts, "shards"),
        (times, "times"),
    ] {
        let error = merged(&[one.clone(), other]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let whole = saved(&plays, None);
    let twice = merged(&[whole.clone(), whole]).unwrap_err().to_string();
    assert_eq!(twice, "a was played in two of them");
}
