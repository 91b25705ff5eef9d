use std::collections::BTreeMap;
use std::time::Duration;

use harness::{Meant, MeantScenario, SavedRun, Shard, merged};
use judge::PlayVerdict;
use proptest::prelude::*;
use report::{RunReport, json, junit, terminal};

use super::{play, reference};

fn verdict() -> impl Strategy<Value = PlayVerdict> {
    prop_oneof![
        Just(PlayVerdict::Pass),
        Just(PlayVerdict::CannotTell),
        Just(PlayVerdict::Fail),
        Just(PlayVerdict::Flaky),
        Just(PlayVerdict::Plaintext),
        Just(PlayVerdict::Xfail("as yet".to_owned())),
        Just(PlayVerdict::Skip("not here".to_owned())),
    ]
}

/// A run of these scenarios, or a part of it.
fn saved(plays: &BTreeMap<String, PlayVerdict>, shard: Option<Shard>) -> SavedRun {
    let ours = plays
        .iter()
        .filter(|(id, _)| shard.is_none_or(|shard| shard.holds(id)));
    let reports: Vec<_> = ours
        .map(|(id, verdict)| play(id, std::slice::from_ref(verdict), verdict.clone()))
        .collect();
    let scenarios = reports.iter().map(|report| MeantScenario {
        id: report.scenario.clone(),
        path: report.path.clone(),
    });
    SavedRun {
        load: None,
        dir: "x".into(),
        meant: Meant {
            id: "x".to_owned(),
            asked: reference(),
            seed: 81_723,
            shard,
            scenarios: scenarios.collect(),
        },
        report: RunReport {
            plays: reports,
            left: vec!["a.snap.new: waits for a decision".to_owned()],
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
        let (meant, report) = merged(&parts).unwrap();
        prop_assert_eq!(&meant, &whole.meant);
        prop_assert_eq!(&report, &whole.report);
        prop_assert_eq!(json::run(&report).unwrap(), json::run(&whole.report).unwrap());
        prop_assert_eq!(
            junit::document(&report.plays).unwrap(),
            junit::document(&whole.report.plays).unwrap()
        );
        prop_assert_eq!(terminal::closing(&report), terminal::closing(&whole.report));
    }
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let plays = [
        play(
            "a",
            &[PlayVerdict::Fail, PlayVerdict::Pass],
            PlayVerdict::Flaky,
        ),
        play("b", &[], PlayVerdict::Unsupported("no files".to_owned())),
    ];
    let report = RunReport {
        plays: plays.to_vec(),
        left: vec!["left".to_owned()],
        elapsed: Duration::from_millis(12_345),
    };
    let read: RunReport = json::read(&json::run(&report).unwrap()).unwrap();
    assert_eq!(read, report);
    let other = json::run(&report)
        .unwrap()
        .replace("\"version\": 1", "\"version\": 2");
    let error = json::read::<RunReport>(&other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "its version is 2, this program reads version 1"
    );
}

#[test]
fn parts_of_different_runs_are_not_laid_together() {
    let plays = BTreeMap::from([("a".to_owned(), PlayVerdict::Pass)]);
    let one = saved(&plays, Shard::new(1, 2));
    let mut seed = saved(&BTreeMap::new(), Shard::new(2, 2));
    seed.meant.seed += 1;
    let mut adapter = saved(&BTreeMap::new(), Shard::new(2, 2));
    adapter.meant.asked.adapter = "other".to_owned();
    let parts = saved(&BTreeMap::new(), Shard::new(2, 3));
    for (other, why) in [(seed, "--seed"), (adapter, "adapters"), (parts, "shards")] {
        let error = merged(&[one.clone(), other]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let whole = saved(&plays, None);
    let twice = merged(&[whole.clone(), whole]).unwrap_err().to_string();
    assert_eq!(twice, "a was played in two of them");
}
