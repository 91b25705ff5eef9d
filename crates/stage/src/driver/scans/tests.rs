//! What is searched at which moment, and what a search finds.

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::{Moment, Scans};
use crate::driver::RELAY;
use crate::driver::testing::{ADAPTER, Staged, chat, chatting, planned_for, play};
use crate::participant::scratch::Scratch;
use crate::record::Writer;
use crate::scan::comparing::Comparing;
use crate::scan::memory::SamplingMode;
use scenario::plan::{AuditPlan, Canary, Plan};
use timeline::{Kind, StepId, Surface};

const SECRET: &str = r#"
title = "a secret"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "the code of the old vault is {canary}" }
"#;

fn plan(memory: &str) -> Plan {
    let adapter = ADAPTER.replace(
        "stop = \"eof\"",
        &format!("stop = \"eof\"\nmemory = \"{memory}\""),
    );
    planned_for(&adapter, SECRET)
}

fn scans(plan: &Plan) -> (Scratch, Scans<'_>) {
    let scratch = Scratch::make().unwrap();
    let scans = Scans::of(
        plan,
        &scratch,
        CancellationToken::new(),
        Comparing::default(),
    );
    (scratch, scans)
}

fn record() -> (TempDir, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let writer = Writer::create(dir.path(), None).unwrap();
    (dir, writer)
}

#[test]
fn memory_stands_still_only_at_the_end_and_only_where_the_adapter_allows_it() {
    let moments = [
        Moment::AfterStep("1"),
        Moment::BeforeEnd,
        Moment::AtTheEnd,
        Moment::Again,
    ];
    let (running, stopped) = (Some(SamplingMode::Running), Some(SamplingMode::Stopped));
    for (memory, wanted) in [
        ("off", [None; 4]),
        ("running", [running; 4]),
        ("stop", [running, running, stopped, stopped]),
    ] {
        let plan = plan(memory);
        let (_scratch, scans) = scans(&plan);
        assert_eq!(
            moments.map(|moment| scans.sampling_mode(moment)),
            wanted,
            "{memory}"
        );
    }
}

#[test]
fn only_the_last_scan_unpacks_memory_and_files() {
    let plan = plan("off");
    let (scratch, mut scans) = scans(&plan);
    for (moment, is_last) in [
        (Moment::AfterStep("1"), false),
        (Moment::BeforeEnd, true),
        (Moment::AtTheEnd, true),
        (Moment::Again, false),
    ] {
        let job = scans.prepare(moment, Vec::new(), &scratch).unwrap();
        assert_eq!(job.nested.is_some(), is_last, "{moment:?}");
        scans.seen(job.run(), moment);
    }
    assert_eq!(scans.counters(Surface::Files).samples, 4);
}

#[test]
fn what_a_scan_finds_is_recorded_at_once_and_where_it_was_searched() {
    let plan = plan("off");
    let (scratch, mut scans) = scans(&plan);
    let canary = &plan.audit.canaries[0];
    std::fs::create_dir_all(scratch.of(RELAY)).unwrap();
    let mut after = |step| {
        let moment = Moment::AfterStep(step);
        let job = scans.prepare(moment, Vec::new(), &scratch).unwrap();
        scans.seen(job.run(), moment)
    };
    let surfaces = std::collections::BTreeSet::from([Surface::Files]);
    let scanned = |bytes| Kind::Scanned {
        surfaces: surfaces.clone(),
        bytes,
    };
    assert_eq!(after("1"), [scanned(0)]);
    std::fs::write(scratch.of(RELAY).join("relay.log"), &canary.text).unwrap();
    let found = Kind::Finding {
        surface: Surface::Files,
        place: "relay.log, after step 2".to_owned(),
        at: 0,
        what: canary.called(),
        transformation: "as-is".to_owned(),
    };
    let bytes = canary.text.len() as u64;
    assert_eq!(after("2"), [found, scanned(bytes)]);
    let third = after("3");
    assert!(matches!(third[..], [Kind::Scanned { .. }]), "{third:?}");
}

#[test]
fn what_a_round_plants_is_searched_for_and_its_fixtures_once() {
    let plan = plan("off");
    let (_scratch, mut scans) = scans(&plan);
    let before = scans.audit.canaries.len();
    let round = |name: &str| AuditPlan {
        canaries: vec![Canary {
            name: name.to_owned(),
            text: format!("canary-{name}"),
            step: StepId("1".to_owned()),
        }],
        files: vec![("alice".to_owned(), "fixture".to_owned())],
        ..AuditPlan::default()
    };
    scans.plant(round("one"), &[], true);
    scans.plant(round("two"), &[], false);
    assert_eq!(scans.audit.canaries.len(), before + 2);
    assert_eq!(scans.audit.files.len(), 1);
}

#[test]
fn a_searcher_is_made_again_only_when_clients_have_other_keys() {
    let plan = plan("off");
    let (scratch, mut scans) = scans(&plan);
    let first = scans.searcher(&scratch).unwrap();
    let again = scans.searcher(&scratch).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &again));
    let key = super::KeyPiece::new(
        "a message key",
        vec!["alice".to_owned()],
        (0..16).collect(),
        audit::Transformation::MessageKey,
    );
    scans.search_for_opened(vec![key]);
    let other = scans.searcher(&scratch).unwrap();
    assert!(!std::sync::Arc::ptr_eq(&first, &other));
}

#[test]
fn nothing_is_noted_of_a_relay_that_does_not_run() {
    let plan = plan("off");
    let (_scratch, mut scans) = scans(&plan);
    let (_dir, record) = record();
    scans.note_arguments(&[], &record).unwrap();
    assert_eq!(scans.counters(Surface::Arguments).samples, 0);
    scans.note_arguments(&[i32::MAX], &record).unwrap();
    assert_eq!(scans.counters(Surface::Arguments).samples, 1);
}

fn findings(kinds: &[&Kind]) -> Vec<(Surface, String)> {
    let found = kinds.iter().filter_map(|kind| match kind {
        Kind::Finding { surface, place, .. } => Some((*surface, place.clone())),
        _ => None,
    });
    found.collect()
}

#[test]
fn a_canary_that_the_relay_prints_is_found_where_it_stands_and_nowhere_else() {
    let plan = plan("off");
    let canary = plan.audit.canaries[0].text.clone();
    let leaking = play(
        &plan,
        Staged::default(),
        Box::new(move |cue, all| {
            chatting(cue, all);
            if matches!(cue, crate::driver::testing::Cue::Typed("alice", line) if line.contains(&canary))
            {
                all.prints(RELAY, &format!("log: {canary}\n"));
            }
        }),
    );
    let found = findings(&leaking.kinds());
    assert_eq!(found, [(Surface::Output, "out/relay.stdout".to_owned())]);
    let quiet = play(&plan, Staged::default(), chat());
    assert_eq!(findings(&quiet.kinds()), []);
    let control = quiet.kinds().into_iter().find_map(|kind| match kind {
        Kind::Searched {
            surface: Surface::Output,
            control,
            ..
        } => *control,
        _ => None,
    });
    assert_eq!(control, Some(true), "the same search finds the control");
}
