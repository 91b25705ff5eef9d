//! Marks, from the plays of an item.

use std::path::Path;
use std::time::Duration;

use grading::{Graded, Mark, Marks, Overrides, Rubric, RubricItem, Standing};
use judge::{Check, CheckKind, Evidence, PlayVerdict, Verdict, Verdicts};
use proptest::prelude::*;
use report::{PlayReport, Searches};
use timeline::{StepId, Surface};

/// A rubric with one item that has these keys besides those that it must have.
fn item(keys: &str) -> RubricItem {
    let text = format!(
        "title = \"t\"\nadapter = \"a.toml\"\n[[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 10\n{keys}"
    );
    let rubric = Rubric::parse(&text, Path::new("r.toml"));
    let mut rubric = rubric.unwrap_or_else(|problems| panic!("{}", problems.render(false)));
    rubric.items.remove(0)
}

pub(crate) fn check(kind: CheckKind, step: Option<&str>, verdict: Verdict) -> Check {
    Check {
        kind,
        name: "bob shows the text".to_owned(),
        step: step.map(|step| StepId(step.to_owned())),
        line: None,
        verdict,
        evidence: Evidence::default(),
    }
}

/// A play with these steps, and this verdict on the wire.
pub(crate) fn play(steps: &[Verdict], wire: Verdict) -> PlayReport {
    let steps = steps.iter().enumerate().map(|(place, verdict)| {
        let step = (place + 1).to_string();
        check(CheckKind::LastWords, Some(&step), *verdict)
    });
    let whole = [
        check(CheckKind::Orphans, None, Verdict::Pass),
        check(CheckKind::Audit(Surface::Wire), None, wire),
    ];
    let checks: Vec<Check> = steps.chain(whole).collect();
    let fine = checks.iter().all(|check| check.verdict == Verdict::Pass);
    let play = if fine {
        PlayVerdict::Pass
    } else {
        PlayVerdict::Fail
    };
    with(Verdicts {
        play,
        checks,
        uncovered: Vec::new(),
        refused: Vec::new(),
    })
}

pub(crate) fn with(verdicts: Verdicts) -> PlayReport {
    PlayReport {
        scenario: "s".to_owned(),
        path: "s.toml".into(),
        adapter: "a".to_owned(),
        seed: 1,
        level: "namespaces".to_owned(),
        elapsed: Duration::ZERO,
        try_number: 1,
        tries: Vec::new(),
        verdicts,
        searches: Searches::default(),
        steps: Vec::new(),
        used: Vec::new(),
        dir: "plays/s/try-1".into(),
    }
}

fn unplayed(why: PlayVerdict) -> PlayReport {
    with(Verdicts {
        play: why,
        checks: Vec::new(),
        uncovered: Vec::new(),
        refused: Vec::new(),
    })
}

/// Points and standing of an item with these keys after these plays.
fn earned(keys: &str, plays: &[PlayReport]) -> (u32, Standing) {
    let mark = Mark::of(&item(keys), plays);
    (mark.points, mark.standing)
}

use Verdict::{CannotTell as C, Fail as F, Pass as P, Plaintext as X};

#[test]
fn everything_counts_unless_the_item_says_otherwise() {
    let good = play(&[P, P], P);
    let readable = play(&[P, P], X);
    let broken = play(&[P, F], P);
    for keys in ["", "counts = \"behaviour\"", "counts = \"secrecy\""] {
        assert_eq!(
            earned(keys, std::slice::from_ref(&good)),
            (10, Standing::Earned),
            "{keys}"
        );
    }
    assert_eq!(
        earned("", std::slice::from_ref(&readable)),
        (0, Standing::Missed)
    );
    assert_eq!(
        earned("counts = \"behaviour\"", std::slice::from_ref(&readable)).0,
        10
    );
    assert_eq!(earned("counts = \"secrecy\"", &[readable]).0, 0);
    assert_eq!(earned("", std::slice::from_ref(&broken)).0, 0);
    assert_eq!(earned("counts = \"behaviour\"", &[broken]).0, 0);
}

#[test]
fn a_relay_that_received_nothing_keeps_no_secret() {
    let silent = play(&[F, F], P);
    assert_eq!(
        earned("counts = \"secrecy\"", &[silent]),
        (0, Standing::Missed)
    );
}

#[test]
fn a_search_that_could_not_have_failed_earns_nothing() {
    let mute = play(&[P], C);
    assert_eq!(
        earned("counts = \"secrecy\"", &[mute]),
        (0, Standing::Missed)
    );
}

#[test]
fn a_part_of_the_steps_earns_a_part_of_the_points_rounded_down() {
    // Two of three steps, and the rest of the play.
    let most = play(&[P, F, P], P);
    let keys = "partial = true\ncounts = \"behaviour\"";
    let part = Standing::Partly { held: 3, of: 4 };
    assert_eq!(earned(keys, std::slice::from_ref(&most)), (7, part));
    assert_eq!(earned("counts = \"behaviour\"", &[most]).0, 0);
}

#[test]
fn a_penalty_is_taken_for_what_went_wrong_and_not_for_what_was_not_tried() {
    let lost = |keys: &str, plays: &[PlayReport]| {
        let mark = Mark::of(&item(keys), plays);
        (mark.points, mark.lost, mark.adds())
    };
    let (good, bad) = (play(&[P], P), play(&[F], P));
    let keys = "penalty = 4";
    assert_eq!(lost(keys, std::slice::from_ref(&good)), (10, 0, 10));
    assert_eq!(lost(keys, std::slice::from_ref(&bad)), (0, 4, -4));
    // The worst of several tries counts here as well.
    assert_eq!(lost(keys, &[good, bad]), (0, 4, -4));
    // A step of four parts went wrong: a quarter of five, in the student's favour.
    let most = play(&[P, F, P], P);
    let part = "penalty = 5\npartial = true\ncounts = \"behaviour\"";
    assert_eq!(lost(part, &[most]), (7, 1, 6));
    for why in [
        PlayVerdict::Skip("no namespaces".to_owned()),
        PlayVerdict::Unsupported("no files".to_owned()),
    ] {
        assert_eq!(lost(keys, &[unplayed(why)]), (0, 0, 0));
    }
}

#[test]
fn penalties_are_taken_before_late_days_are_counted_and_a_total_is_never_negative() {
    let text = "title = \"t\"\n[late]\npercent_per_day = 50\n\
        [[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 10\n\
        [[items]]\nid = \"b\"\ntitle = \"b\"\nscenario = \"s\"\npoints = 0\npenalty = 4\n";
    let rubric = Rubric::parse(text, Path::new("r.toml")).unwrap();
    let total = |first: Verdict, second: Verdict, decided: &str| {
        let decided = Overrides::parse(decided, Path::new("o.toml")).unwrap();
        let plays = [play(&[first], P), play(&[second], P)];
        let each = rubric.items.iter().zip(plays);
        let graded = Graded {
            submission: "ada".to_owned(),
            dir: "/d".to_owned(),
            seed: 1,
            stamp: String::new(),
            marks: each.map(|(item, play)| Mark::of(item, &[play])).collect(),
        };
        assert!(graded.fits(&rubric));
        let marks = Marks::new(graded, &rubric, &decided);
        (marks.total, marks.deduction, marks.maximum)
    };
    assert_eq!(total(P, P, ""), (10, 0, 10));
    assert_eq!(total(P, F, ""), (6, 0, 10));
    assert_eq!(total(F, F, ""), (0, 0, 10));
    let late = "[[late]]\nsubmission = \"ada\"\ndays = 1\n";
    assert_eq!(total(P, F, late), (3, 3, 10));
    let forgiven = "[[points]]\nsubmission = \"ada\"\nitem = \"b\"\npoints = 0\nreason = \"r\"\n";
    assert_eq!(total(P, F, forgiven), (10, 0, 10));
}

#[test]
fn tries_that_disagree_are_flaky_and_the_worst_counts_until_somebody_decides() {
    let (good, bad) = (play(&[P], P), play(&[F], P));
    let flaky = Standing::Flaky {
        passed: 2,
        tries: 3,
    };
    let plays = [bad.clone(), good.clone(), good.clone()];
    assert_eq!(earned("", &plays), (0, flaky));
    assert!(Mark::of(&item(""), &plays).is_open());
    assert_eq!(earned("", &[bad.clone(), bad]), (0, Standing::Missed));
}

#[test]
fn what_the_machine_cannot_play_is_nobodys_fault_and_what_the_program_cannot_do_is_its_own() {
    let skip = unplayed(PlayVerdict::Skip("no namespaces".to_owned()));
    let mark = Mark::of(&item(""), &[skip]);
    assert!(mark.is_open());
    assert_eq!(
        mark.standing,
        Standing::CannotGrade("no namespaces".to_owned())
    );
    let lacks = unplayed(PlayVerdict::Unsupported("no files".to_owned()));
    let mark = Mark::of(&item(""), &[lacks]);
    assert!(!mark.is_open() && !mark.may_change());
    assert_eq!(mark.standing, Standing::NotSupported("no files".to_owned()));
}

#[test]
fn points_set_by_hand_replace_those_that_were_worked_out_and_late_days_cost_percent() {
    let rubric = "title = \"t\"\nadapter = \"a.toml\"\n[late]\nfree_days = 1\npercent_per_day = 10\nmost_percent = 15\n\
        [[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 10\n\
        [[items]]\nid = \"b\"\ntitle = \"b\"\nscenario = \"s\"\npoints = 3\nextra = true\n";
    let rubric = Rubric::parse(rubric, Path::new("r.toml")).unwrap();
    let decided = "[[points]]\nsubmission = \"ada\"\nitem = \"a\"\npoints = 9\nreason = \"seen by hand\"\n\
        [[late]]\nsubmission = \"ada\"\ndays = 2\n[[late]]\nsubmission = \"bob\"\ndays = 9\n";
    let decided = Overrides::parse(decided, Path::new("o.toml")).unwrap();
    let total = |submission: &str, verdict| {
        let plays = [play(&[verdict], P)];
        let graded = Graded {
            submission: submission.to_owned(),
            dir: "/d".to_owned(),
            seed: 1,
            stamp: String::new(),
            marks: rubric
                .items
                .iter()
                .map(|item| Mark::of(item, &plays))
                .collect(),
        };
        let marks = Marks::new(graded, &rubric, &decided);
        (marks.total, marks.deduction, marks.maximum)
    };
    // 9 by hand and 0, less a tenth of 9, rounded in the student's favour.
    assert_eq!(total("ada", F), (9, 0, 10));
    assert_eq!(total("ada", P), (11, 1, 10));
    // Never more than the rubric says.
    assert_eq!(total("bob", P), (12, 1, 10));
    assert_eq!(total("cleo", P), (13, 0, 10));
    assert_eq!(decided.strangers(|name| name == "ada"), ["bob"]);
    let by_hand = |points: u32| {
        let text = format!(
            "[[points]]\nsubmission = \"ada\"\nitem = \"a\"\npoints = {points}\nreason = \"r\"\n"
        );
        Overrides::parse(&text, Path::new("o.toml")).unwrap()
    };
    assert_eq!(by_hand(10).beyond(&rubric).count(), 0);
    let beyond = by_hand(100);
    let beyond: Vec<_> = beyond.beyond(&rubric).collect();
    assert_eq!((beyond[0].0.points, beyond[0].1), (100, 10));
}

#[test]
fn what_was_earned_and_set_to_less_by_hand_is_not_full() {
    let full = |by_hand: Option<u32>, verdict| {
        let mark = Mark::of(&item(""), &[play(&[verdict], P)]);
        let overridden = by_hand.map(|_| "seen by hand".to_owned());
        let points = by_hand.unwrap_or(mark.points);
        let mark = Mark {
            points,
            overridden,
            ..mark
        };
        mark.is_full()
    };
    assert!(full(None, P) && !full(None, F));
    let of = item("").points;
    assert!(!full(Some(0), P) && full(Some(of), F));
}

#[test]
fn marks_that_come_from_elsewhere_are_held_to_the_rubric() {
    let text =
        "title = \"t\"\n[[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 10\n";
    let rubric = Rubric::parse(text, Path::new("r.toml")).unwrap();
    let graded = |change: fn(&mut Vec<Mark>)| {
        let mut marks = vec![Mark::of(&rubric.items[0], &[play(&[P], P)])];
        change(&mut marks);
        Graded {
            submission: "ada".to_owned(),
            dir: "/d".to_owned(),
            seed: 1,
            stamp: String::new(),
            marks,
        }
    };
    assert!(graded(|_| ()).fits(&rubric));
    let forged: [fn(&mut Vec<Mark>); 5] = [
        |marks| marks[0].lost = 1,
        |marks| marks[0].points = 11,
        |marks| marks[0].of = 9,
        |marks| marks[0].item = "b".to_owned(),
        |marks| marks.push(marks[0].clone()),
    ];
    for change in forged {
        assert!(!graded(change).fits(&rubric));
    }
}

fn verdicts() -> impl Strategy<Value = Verdict> {
    prop_oneof![Just(P), Just(C), Just(F), Just(X)]
}

proptest! {
    #[test]
    fn no_play_earns_more_than_an_item_is_worth_and_a_better_one_never_less(
        steps in proptest::collection::vec(verdicts(), 1..6),
        wire in verdicts(),
        better in 0usize..6,
    ) {
        for counts in ["everything", "behaviour", "secrecy"] {
            let keys = format!("partial = true\ncounts = \"{counts}\"");
            let (points, _) = earned(&keys, &[play(&steps, wire)]);
            prop_assert!(points <= 10);
            let mut mended = steps.clone();
            if let Some(step) = mended.get_mut(better) {
                *step = P;
            }
            let (after, _) = earned(&keys, &[play(&mended, wire)]);
            prop_assert!(after >= points, "{counts}: {points} became {after}");
        }
    }
}

#[test]
fn what_could_not_be_searched_everywhere_is_not_graded_as_secret() {
    let on = |steps: &[Verdict], wire| {
        let mut play = play(steps, wire);
        play.verdicts.uncovered = vec![Surface::Files, Surface::Memory];
        [play]
    };
    let why = "the adapter declares no control on the relay's files and the relay's memory, so a \
               search there could not have found anything; add them to its table `[controls]`";
    let cannot = (0, Standing::CannotGrade(why.to_owned()));
    for keys in ["", "partial = true", "counts = \"secrecy\"\npenalty = 4"] {
        assert_eq!(earned(keys, &on(&[P, P], P)), cannot, "{keys}");
        let mark = Mark::of(&item(keys), &on(&[P, P], P));
        assert!(mark.is_open() && mark.lost == 0, "{mark:?}");
        // What was found, or did not arrive, is so wherever else nothing was searched.
        assert_ne!(earned(keys, &on(&[P, P], X)).1, cannot.1, "{keys}");
        assert_ne!(earned(keys, &on(&[P, F], P)).1, cannot.1, "{keys}");
    }
    let behaviour = "counts = \"behaviour\"";
    assert_eq!(earned(behaviour, &on(&[P, P], P)), (10, Standing::Earned));
}

#[test]
fn what_the_machine_does_not_let_be_searched_costs_nobody_points() {
    let on = |steps: &[Verdict], wire| {
        let mut play = play(steps, wire);
        play.verdicts.refused = vec![Surface::Memory];
        [play]
    };
    let keys = "counts = \"secrecy\"\npenalty = 4";
    let mark = Mark::of(&item(keys), &on(&[P, P], C));
    let why = "this machine does not let the harness search the relay's memory; the report of the \
               play says what would help";
    assert_eq!(mark.standing, Standing::CannotGrade(why.to_owned()));
    assert_eq!((mark.points, mark.lost), (0, 0));
    for (steps, wire) in [([P, P], X), ([P, F], C)] {
        let mark = Mark::of(&item(keys), &on(&steps, wire));
        assert_eq!((mark.standing, mark.lost), (Standing::Missed, 4));
    }
}

#[test]
fn who_runs_out_of_time_avoids_no_penalty() {
    let unplayed = |standing: Standing| {
        let mark = Mark::without_play(&item("penalty = 4\npartial = true"), standing);
        (mark.points, mark.lost)
    };
    assert_eq!(unplayed(Standing::OutOfTime), (0, 4));
    let needs = "a".to_owned();
    for free in [
        Standing::Skipped { needs },
        Standing::CannotGrade("no namespaces".to_owned()),
    ] {
        assert_eq!(unplayed(free), (0, 0));
    }
}

#[test]
fn where_there_is_no_path_nothing_stands_for_it() {
    let mark = Mark::without_play(
        &item(""),
        Standing::DoesNotBuild("cc: /there/chat.c".to_owned()),
    );
    assert_eq!(mark.with("", "/handed/in"), mark);
    let moved = mark.with("/there", "/handed/in").standing;
    assert_eq!(
        moved,
        Standing::DoesNotBuild("cc: /handed/in/chat.c".to_owned())
    );
}
