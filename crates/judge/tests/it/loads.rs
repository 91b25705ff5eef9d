//! Verdicts of loads.

use std::path::Path;
use std::time::Duration;

use judge::{PlayVerdict, Verdict, load};
use scenario::Hearing;
use scenario::plan::{Implementations, LoadPlan, LoadShape};
use test_plays::{TimelineBuilder, planned};
use timeline::{ExpectationId, Kind, Limit, StepResult};

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

/// A load of one group in which alice says something, and bob does not show it; before that carol
/// was ended for what she used, or nobody was.
fn unheard(is_over: bool) -> Vec<(Verdict, String)> {
    let scenario = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
        [[steps]]\nsay = { from = \"alice\", text = \"good morning to all of you, {canary}\" }\n";
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let cells = scenario::parse(scenario, "test", Path::new("test.toml"), &root).unwrap();
    let adapter = test_plays::reference();
    let cast = Implementations::from(&adapter);
    let shape = LoadShape {
        clients: 3,
        length: Duration::from_secs(1),
        say: Hearing::Everyone,
    };
    let plan = LoadPlan::new(&cells[0], &cast, (7, &root), shape, Some(4)).unwrap();
    let round = plan.round(1, 1).unwrap();
    let step = round.steps[0].id.clone();
    let mut timeline = TimelineBuilder::new();
    timeline.add(Kind::StepBegan { step: step.clone() });
    if is_over {
        timeline.add(Kind::Exceeded {
            who: "carol-1".to_owned(),
            limit: Limit::Memory,
            allowed: 1,
            used: Some(2),
        });
    }
    timeline.add(Kind::StepEnded {
        step,
        result: StepResult::Missing(vec![round.steps[0].expects[0].id.clone()]),
    });
    timeline.close(&plan.whole);
    let (verdicts, _) = load(&plan.whole, &[round], &timeline.0);
    let red = red(&verdicts).into_iter();
    red.filter(|(_, name)| name.starts_with("step 1 holds") || name.contains("its limits"))
        .collect()
}

#[test]
fn under_load_nobody_is_blamed_for_what_follows_from_somebody_elses_limit() {
    let verdicts = |is_over| {
        let red = unheard(is_over).into_iter();
        red.map(|(verdict, _)| verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(false), [Verdict::Fail]);
    assert_eq!(verdicts(true), [Verdict::Fail, Verdict::CannotTell]);
    assert_eq!(unheard(true)[0].1, "carol-1 stays within its limits");
}
