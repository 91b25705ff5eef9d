//! What the judge says of searches: what they found, and whether they could have found it.

use judge::{FurtherPlays, PlayVerdict, Verdict, judge, judge_with};
use scenario::plan::Plan;
use test_plays::{TimelineBuilder, planned};
use timeline::{Kind, Stream, Surface};

use crate::further_plays::compared;
use crate::{judged, red};

#[test]
fn a_finding_is_plaintext_whatever_else_is_red() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.add(Kind::Orphan {
        pid: 1,
        command: "left behind".to_owned(),
    });
    assert_eq!(judged(&timeline).play, PlayVerdict::Orphan);
    timeline.add(Kind::Finding {
        surface: Surface::Files,
        place: "relay.log".to_owned(),
        at: 12,
        what: "canary #1".to_owned(),
        transformation: "hex".to_owned(),
    });
    let verdicts = judged(&timeline);
    assert_eq!(verdicts.play, PlayVerdict::Plaintext);
    let searched = verdicts
        .checks
        .iter()
        .find(|check| check.verdict == Verdict::Plaintext)
        .unwrap();
    let got = &searched.evidence.got;
    assert_eq!(got, "the relay kept: canary #1, as hex, relay.log byte 12");
}

#[test]
fn a_finding_is_said_with_the_text_around_it_and_the_line_that_sent_it() {
    let plan = test_plays::plan_of(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
         say = { from = \"alice\", text = \"the vault code is {canary}, and nobody knows it\" }\n",
    );
    let canary = plan.audit.canaries[0].clone();
    let step = plan
        .all_steps()
        .find(|step| step.id == canary.step)
        .unwrap();
    let mut timeline = TimelineBuilder::good(&plan);
    for text in ["listening", &format!("log: {}", canary.text)] {
        timeline.add(Kind::Line {
            who: "relay".to_owned(),
            stream: Stream::Stderr,
            text: text.to_owned(),
            seen: None,
            unfinished: false,
        });
    }
    for at in [5, 70, 90] {
        timeline.add(Kind::Finding {
            surface: Surface::Output,
            place: "out/relay.stderr".to_owned(),
            at,
            what: canary.called(),
            transformation: "as-is".to_owned(),
        });
    }
    let verdicts = judge(&plan, &timeline.0, &[]);
    let mut checks = verdicts.checks.iter();
    let found = checks
        .find(|check| check.verdict == Verdict::Plaintext)
        .unwrap();
    let sent = &step.sent.as_ref().unwrap().text;
    let got = &found.evidence.got;
    assert!(sent.contains(&canary.text));
    assert!(got.starts_with("the relay printed: “"), "{got}");
    assert!(got.contains(&canary.text), "{got}");
    assert!(
        got.contains("out/relay.stderr line 2; and 2 more findings"),
        "{got}"
    );
    assert_eq!(found.line, Some(step.line));
}

#[test]
fn a_search_that_could_find_nothing_cannot_tell() {
    for (control, incomplete) in [
        (Some(false), None),
        (None, None),
        (Some(true), Some("cut at its cap")),
    ] {
        let plan = planned();
        let mut timeline = TimelineBuilder::good(&plan);
        timeline
            .0
            .retain(|event| !matches!(event.kind, Kind::Searched { .. }));
        timeline.searched(control, incomplete);
        let verdicts = judge(&plan, &timeline.0, &[]);
        assert_eq!(
            verdicts.play,
            PlayVerdict::CannotTell,
            "{control:?} {incomplete:?}"
        );
        assert_eq!(red(&verdicts).len(), Surface::ALL.len());
    }
    let plan = planned();
    let mut timeline = TimelineBuilder::good(&plan);
    timeline
        .0
        .retain(|event| !matches!(event.kind, Kind::Searched { .. }));
    assert_eq!(
        judge(&plan, &timeline.0, &[]).play,
        PlayVerdict::CannotTell,
        "never searched"
    );
}

#[test]
fn a_verdict_names_the_surfaces_without_control() {
    let mut plan = planned();
    let timeline = TimelineBuilder::good(&plan);
    let limit = |plan: &Plan| judge(plan, &timeline.0, &[]).limit();
    assert_eq!(limit(&plan), None);
    plan.audit.controls.remove(&Surface::Memory);
    let memory = "says nothing about the relay's memory";
    assert_eq!(limit(&plan).as_deref(), Some(memory));
    plan.audit.controls.remove(&Surface::Wire);
    plan.audit.controls.remove(&Surface::Files);
    let three = "says nothing about the relay's files, the relay's memory and the wire";
    assert_eq!(limit(&plan).as_deref(), Some(three));
    // Where nothing is planted, a play claims nothing of any surface.
    plan.audit.canaries.clear();
    plan.audit.texts.clear();
    assert_eq!(limit(&plan), None);
}

#[test]
fn what_a_search_left_out_cannot_tell_unless_it_was_compared() {
    let plan = planned();
    let mut timeline = TimelineBuilder::good(&plan);
    for event in &mut timeline.0 {
        if let Kind::Searched {
            surface: Surface::Output,
            left_out,
            ..
        } = &mut event.kind
        {
            *left_out = Some("without 700000 bytes: at most 4 MiB are".to_owned());
        }
    }
    let verdicts = judge(&plan, &timeline.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    assert_eq!(red(&verdicts).len(), 1);
    let checks = verdicts.checks.iter();
    let mut checks = checks.filter(|check| check.verdict == Verdict::CannotTell);
    let got = &checks.next().unwrap().evidence.got;
    assert!(
        got.ends_with("without 700000 bytes: at most 4 MiB are"),
        "{got}"
    );
    let mut further = compared();
    let with = |further: &FurtherPlays| judge_with(&plan, &timeline.0, &[], Some(further));
    assert_eq!(with(&further).play, PlayVerdict::Pass);
    let output = further.differences.surfaces.get_mut(&Surface::Output);
    output.unwrap().control = false;
    assert_eq!(with(&further).play, PlayVerdict::CannotTell);
}

#[test]
fn a_verdict_names_the_surfaces_that_the_machine_refuses() {
    let plan = planned();
    let mut timeline = TimelineBuilder::good(&plan);
    assert_eq!(judge(&plan, &timeline.0, &[]).refused, []);
    for event in &mut timeline.0 {
        if let Kind::Searched {
            surface: Surface::Memory,
            incomplete,
            is_refused,
            ..
        } = &mut event.kind
        {
            *incomplete = Some("the system refuses it".to_owned());
            *is_refused = true;
        }
    }
    let verdicts = judge(&plan, &timeline.0, &[]);
    assert_eq!(verdicts.refused, [Surface::Memory]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
}

#[test]
fn an_adapter_without_any_control_shows_nothing() {
    let mut plan = planned();
    assert!(!plan.audit.texts.is_empty());
    let wire = plan.audit.controls.remove(&Surface::Wire);
    let timeline = TimelineBuilder::good(&plan);
    assert_eq!(
        judge(&plan, &timeline.0, &[]).play,
        PlayVerdict::Pass,
        "{wire:?}"
    );
    plan.audit.controls.clear();
    let verdicts = judge(&plan, &timeline.0, &[]);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    // What others received has a control of its own.
    assert_eq!(red(&verdicts).len(), Surface::ALL.len() - 1);
    // Where nothing is planted, nothing is searched for.
    plan.audit.canaries.clear();
    plan.audit.texts.clear();
    assert_eq!(judge(&plan, &timeline.0, &[]).play, PlayVerdict::Pass);
}

/// A good play in which the search of one surface came to this.
fn with_search(surface: Surface, searched: Option<(u64, u64)>) -> PlayVerdict {
    let plan = planned();
    let mut timeline = TimelineBuilder::good(&plan);
    timeline.0.retain(
        |event| !matches!(event.kind, Kind::Searched { surface: one, .. } if one == surface),
    );
    if let Some((samples, found)) = searched {
        timeline.add(Kind::Searched {
            surface,
            bytes: 4096,
            places: 1,
            samples,
            found,
            control: Some(found > 0),
            incomplete: None,
            strings: 3,
            nested: 4096,
            is_refused: false,
            left_out: None,
        });
    }
    judge(&plan, &timeline.0, &[]).play
}

#[test]
fn each_scan_of_memory_must_find_the_control() {
    let memory = |sums| with_search(Surface::Memory, Some(sums));
    assert_eq!(memory((3, 3)), PlayVerdict::Pass);
    assert_eq!(memory((3, 2)), PlayVerdict::CannotTell);
    assert_eq!(memory((0, 0)), PlayVerdict::CannotTell);
    // Files come and go; one of them holds it.
    let files = with_search(Surface::Files, Some((3, 1)));
    assert_eq!(files, PlayVerdict::Pass);
}

#[test]
fn what_others_received_is_judged_where_something_was_private() {
    let others = |sums| with_search(Surface::Others, sums);
    assert_eq!(others(None), PlayVerdict::Pass);
    assert_eq!(others(Some((1, 0))), PlayVerdict::CannotTell);
    assert_eq!(with_search(Surface::Wire, None), PlayVerdict::CannotTell);
}
