//! Verdicts of loads.

use judge::{PlayVerdict, Verdict, load};
use test_plays::{TimelineBuilder, planned};
use timeline::{ExpectationId, Kind};

use crate::red;

#[test]
fn a_load_in_which_nothing_was_played_never_passes() {
    let plan = planned();
    let mut timeline = TimelineBuilder::new();
    timeline.close(&plan);
    let (verdicts, _) = load(&plan, &[], &timeline.0);
    assert_eq!(verdicts.play, PlayVerdict::CannotTell);
    let name = "the timeline holds the whole play".to_owned();
    assert!(red(&verdicts).contains(&(Verdict::CannotTell, name)));
}

#[test]
fn what_was_not_shown_before_the_first_round_fails_a_load() {
    let plan = planned();
    let join = plan.opening.first().unwrap();
    let newcomer = join.about.clone().unwrap();
    let mut timeline = TimelineBuilder::new();
    timeline.add(Kind::Started {
        who: newcomer.clone(),
        pid: 2,
        argv: Vec::new(),
        turn: 1,
    });
    timeline.shows(&newcomer, timeline::EventKind::Ready, &[&newcomer]);
    timeline.add(Kind::Ready { who: newcomer });
    timeline.add(Kind::Missed {
        who: join.client.clone(),
        expectation: ExpectationId(join.id.0.clone()),
        awaited: join.sentence.clone(),
    });
    timeline.close(&plan);
    let (verdicts, _) = load(&plan, &[], &timeline.0);
    assert_eq!(verdicts.play, PlayVerdict::Fail);
    assert!(red(&verdicts).contains(&(Verdict::Fail, join.sentence.clone())));
}
