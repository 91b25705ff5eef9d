//! What the judge says of plays in which other words were said.

use differential::{Dependence, Differences, SurfaceDifferences, Words};
use judge::{FurtherPlays, PlayVerdict, Verdict, Verdicts, judge_with};
use test_plays::{TimelineBuilder, planned};
use timeline::Surface;

use crate::{judged, red};

/// Every surface was compared, and the control found on each.
pub(crate) fn compared() -> FurtherPlays {
    let found = SurfaceDifferences {
        bytes: 1000,
        grams: 900,
        control: true,
        ..SurfaceDifferences::default()
    };
    let surfaces = Surface::ALL.into_iter().map(|one| (one, found.clone()));
    FurtherPlays {
        differences: Differences {
            plays: 6,
            first: 0,
            surfaces: surfaces.collect(),
        },
        red: Vec::new(),
    }
}

fn verdicts(further: &FurtherPlays) -> Verdicts {
    let plan = planned();
    judge_with(&plan, &TimelineBuilder::good(&plan).0, &[], Some(further))
}

fn of(further: &mut FurtherPlays, surface: Surface) -> &mut SurfaceDifferences {
    further.differences.surfaces.get_mut(&surface).unwrap()
}

#[test]
fn surfaces_that_hold_the_same_whatever_is_said_pass() {
    let verdicts = verdicts(&compared());
    assert_eq!(verdicts.play, PlayVerdict::Pass);
    let without = judged(&TimelineBuilder::good(&planned())).checks.len();
    // What clients received of each other is no business of the relay.
    assert_eq!(verdicts.checks.len(), without + Surface::ALL.len() - 1);
}

#[test]
fn what_goes_with_the_texts_is_distinguishable_and_has_its_place() {
    let mut further = compared();
    of(&mut further, Surface::Files).found.push(Dependence {
        place: "notes.db".to_owned(),
        at: Some(4711),
        length: 16,
        shown: "0f3a".to_owned(),
        words: Words::A,
        encoding: None,
        bytes: Vec::new(),
    });
    let verdicts = verdicts(&further);
    assert_eq!(verdicts.play, PlayVerdict::Distinguishable);
    let check = verdicts
        .checks
        .iter()
        .max_by_key(|check| check.verdict)
        .unwrap();
    assert!(
        check
            .evidence
            .got
            .contains("16 bytes in notes.db from byte 4711 on"),
        "{check:?}"
    );
    assert!(
        check
            .evidence
            .got
            .contains("of 900 pieces that were compared, chance would leave"),
        "{check:?}"
    );
    assert!(!check.evidence.got.contains("PLAINTEXT"), "{check:?}");
    assert!(
        check.kind.is_secrecy(),
        "a program that differs does what it should"
    );
}

#[test]
fn what_a_known_encoding_explains_is_plaintext_and_has_its_name() {
    let mut further = compared();
    of(&mut further, Surface::Output).found.push(Dependence {
        place: "out/relay.stdout".to_owned(),
        at: Some(12),
        length: 16,
        shown: "51585a564b574247".to_owned(),
        words: Words::A,
        encoding: Some("hex".to_owned()),
        bytes: Vec::new(),
    });
    let verdicts = verdicts(&further);
    assert_eq!(verdicts.play, PlayVerdict::Plaintext);
    let checks = format!("{:?}", verdicts.checks);
    assert!(checks.contains("on, a part of it as `hex`: "), "{checks}");
}

#[test]
fn a_comparison_that_could_find_nothing_cannot_tell() {
    let mut without_control = compared();
    of(&mut without_control, Surface::Memory).control = false;
    let mut cut = compared();
    of(&mut cut, Surface::Wire).incomplete = Some("it is too large to be compared".to_owned());
    let mut nothing = compared();
    nothing.differences.surfaces.remove(&Surface::Output);
    for further in [without_control, cut, nothing] {
        let verdicts = verdicts(&further);
        assert_eq!(verdicts.play, PlayVerdict::CannotTell);
        assert_eq!(red(&verdicts).len(), 1, "{:?}", red(&verdicts));
    }
}

#[test]
fn a_play_that_goes_otherwise_than_the_first_counts() {
    let mut further = compared();
    let mut check = judged(&TimelineBuilder::good(&planned())).checks.remove(0);
    check.verdict = Verdict::Fail;
    further.red.push(check);
    let verdicts = verdicts(&further);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    let red = red(&verdicts);
    assert!(
        red.len() == 1 && format!("{red:?}").contains("in play 6 of the comparison"),
        "{red:?}"
    );
}

#[test]
fn what_luck_may_have_left_where_the_plays_ended_early_is_no_finding() {
    for (plays, first) in [(7, 19), (3, 0), (12, 70)] {
        let mut further = compared();
        (further.differences.plays, further.differences.first) = (plays, first);
        of(&mut further, Surface::Memory).found.push(Dependence {
            place: "relay, [heap]".to_owned(),
            at: Some(4711),
            length: 8,
            shown: "00".to_owned(),
            words: Words::A,
            encoding: None,
            bytes: Vec::new(),
        });
        let verdicts = verdicts(&further);
        assert_eq!(verdicts.play, PlayVerdict::CannotTell, "{plays} plays");
        let checks = format!("{:?}", verdicts.checks);
        assert!(checks.contains("the differences may be chance"), "{checks}");
    }
}
