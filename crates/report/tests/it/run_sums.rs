//! What is said of many plays: the exit code, the last line, the story of one that failed.

use std::path::Path;
use std::time::Duration;

use judge::{PlayVerdict, judge};
use report::terminal::{self, Detail, Screen};
use report::{PlayReport, RunReport, Searched, Searches, Tried, exit_code};
use test_plays::{TEXT, TimelineBuilder, planned};
use timeline::{Kind, Stream, Surface};

const FULL: Screen = Screen {
    columns: usize::MAX,
    detail: Detail::Full,
};

fn report(verdict: PlayVerdict, timeline: &TimelineBuilder) -> PlayReport {
    let mut verdicts = judge(&planned(), &timeline.0, &[]);
    verdicts.play = verdict;
    PlayReport {
        scenario: "test".to_owned(),
        path: "test.toml".into(),
        adapter: "reference".to_owned(),
        seed: 7,
        level: "none".to_owned(),
        elapsed: Duration::from_millis(1),
        try_number: 1,
        tries: vec![Tried {
            number: 1,
            verdict: verdicts.play.clone(),
            elapsed: Duration::from_millis(1),
        }],
        verdicts,
        searches: Searches::default(),
        steps: Vec::new(),
        used: Vec::new(),
        dir: "x".into(),
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_play() {
    let timeline = TimelineBuilder::good(&planned());
    let code = |plays: &[PlayVerdict]| {
        let reports: Vec<PlayReport> = plays
            .iter()
            .map(|play| report(play.clone(), &timeline))
            .collect();
        exit_code(&reports)
    };
    use PlayVerdict as P;
    assert_eq!(
        code(&[
            P::Pass,
            P::Skip("no".to_owned()),
            P::Xfail("as yet".to_owned()),
            P::Unsupported("no".to_owned())
        ]),
        0
    );
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&[P::Pass, P::CannotTell]), 4);
    assert_eq!(code(&[P::CannotTell, P::Flaky]), 1);
    assert_eq!(code(&[P::Orphan]), 1);
    let mut leaks = TimelineBuilder::good(&planned());
    leaks.add(Kind::Finding {
        surface: Surface::Wire,
        place: "x".to_owned(),
        at: 0,
        what: "x".to_owned(),
        transformation: "x".to_owned(),
    });
    let both = [report(P::Fail, &timeline), report(P::Plaintext, &leaks)];
    assert_eq!(exit_code(&both), 3);
}

#[test]
fn the_last_line_of_a_run_counts_plays() {
    let timeline = TimelineBuilder::good(&planned());
    let plays = [
        report(PlayVerdict::Pass, &timeline),
        report(PlayVerdict::Flaky, &timeline),
        report(PlayVerdict::Skip("why".to_owned()), &timeline),
    ];
    let closing = terminal::closing(
        &RunReport {
            plays: plays.to_vec(),
            ..RunReport::default()
        },
        FULL,
    );
    assert_eq!(
        closing.lines().last(),
        Some("1 passed, 1 failed, 1 skipped")
    );
}

#[test]
fn what_was_searched_is_added_up_surface_by_surface() {
    let timeline = TimelineBuilder::good(&planned());
    let searched = |bytes, found, control| Searched {
        surface: Surface::Wire,
        bytes,
        places: 1,
        samples: 2,
        strings: 3,
        transformations: 45,
        found,
        control_found: Some(control),
        nested: 10,
        left_out: None,
    };
    let closing = |second: Searched| {
        let mut plays = [PlayVerdict::Pass, PlayVerdict::Pass].map(|it| report(it, &timeline));
        plays[0].searches.surfaces = vec![searched(1000, 4, true)];
        plays[1].searches.surfaces = vec![second];
        let run = RunReport {
            plays: plays.to_vec(),
            ..RunReport::default()
        };
        terminal::closing(&run, FULL)
    };
    let found = closing(searched(500, 1, true));
    assert!(
        found.contains("1 500 bytes, control found 5 times in 4 scans"),
        "{found}"
    );
    let sums = "6 strings in 45 encodings; 20 also decoded";
    assert!(found.contains(sums), "{found}");
    let less = closing(Searched {
        left_out: Some("without 9 bytes".to_owned()),
        ..searched(1, 1, true)
    });
    assert!(
        less.contains("20 also decoded (less in some plays"),
        "{less}"
    );
    // Once not found is not found.
    let lost = closing(searched(500, 0, false));
    assert!(lost.contains("1 500 bytes, control NOT found"), "{lost}");
}

#[test]
fn nothing_that_was_printed_drives_the_readers_terminal() {
    let mut timeline = TimelineBuilder::good(&planned());
    timeline.before_closing(Kind::Line {
        who: "carol".to_owned(),
        stream: Stream::Stdout,
        text: format!("\u{1b}]52;c;x\u{7}\u{202e} {TEXT}"),
        seen: None,
        unfinished: false,
    });
    let screen = terminal::failure(
        &report(PlayVerdict::Fail, &timeline),
        Path::new(""),
        "again",
        FULL,
    );
    let plain = anstream::adapter::strip_str(&screen).to_string();
    assert!(plain.contains("carol"), "{plain}");
    for forbidden in ['\u{7}', '\u{1b}', '\u{202e}'] {
        assert!(!plain.contains(forbidden), "{plain:?}");
    }
    assert!(!screen.contains("\u{1b}]"), "{screen:?}");
}

#[test]
fn a_run_in_which_nothing_could_be_played_is_red_and_says_why() {
    let timeline = TimelineBuilder::good(&planned());
    let unsupported = |why: &str| report(PlayVerdict::Unsupported(why.to_owned()), &timeline);
    let mut run = RunReport {
        plays: vec![
            unsupported("no way to do `file`"),
            unsupported("no way to do `msg`"),
            unsupported("no way to do `msg`"),
        ],
        ..RunReport::default()
    };
    let asked = report::Asked::default();
    assert_eq!(run.exit_code(), 4);
    assert_eq!(
        terminal::red(&run, Path::new("run"), &asked, FULL),
        "nothing could be played, so nothing is known:\n   \
         2 scenarios: no way to do `msg`\n   1 scenario: no way to do `file`\n"
    );
    run.plays.push(report(PlayVerdict::Pass, &timeline));
    assert_eq!(run.exit_code(), 0);
    assert_eq!(terminal::red(&run, Path::new("run"), &asked, FULL), "");
}
