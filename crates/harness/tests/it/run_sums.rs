//! What is said of many plays: the exit code, the last line, the story of one that failed.

use std::path::Path;
use std::time::Duration;

use judge::PlayVerdict;
use report::{PlayReport, RunReport, Searched, Searches, Tried, exit_code, terminal};
use timeline::{Kind, Stream, Surface};

use crate::tape::Tape;
use crate::verdicts::{TEXT, before_closing, good, judged, planned};

pub(crate) fn report(verdict: PlayVerdict, tape: &Tape) -> PlayReport {
    let mut verdicts = judged(tape);
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
        used: Vec::new(),
        dir: "x".into(),
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_play() {
    let tape = good(&planned());
    let code = |plays: &[PlayVerdict]| {
        let reports: Vec<PlayReport> = plays
            .iter()
            .map(|play| report(play.clone(), &tape))
            .collect();
        exit_code(&reports)
    };
    use PlayVerdict as P;
    assert_eq!(
        code(&[
            P::Pass,
            P::Skip("no".to_owned()),
            P::Unsupported("no".to_owned())
        ]),
        0
    );
    assert_eq!(code(&[P::Pass, P::CannotTell]), 4);
    assert_eq!(code(&[P::CannotTell, P::Flaky]), 1);
    assert_eq!(code(&[P::Orphan]), 1);
    let mut leaks = good(&planned());
    leaks.add(Kind::Finding {
        surface: Surface::Wire,
        place: "x".to_owned(),
        at: 0,
        what: "x".to_owned(),
        transformation: "x".to_owned(),
    });
    let both = [report(P::Fail, &tape), report(P::Plaintext, &leaks)];
    assert_eq!(exit_code(&both), 3);
}

#[test]
fn the_last_line_of_a_run_counts_plays() {
    let tape = good(&planned());
    let plays = [
        report(PlayVerdict::Pass, &tape),
        report(PlayVerdict::Flaky, &tape),
        report(PlayVerdict::Skip("why".to_owned()), &tape),
    ];
    let closing = terminal::closing(&RunReport {
        plays: plays.to_vec(),
        ..RunReport::default()
    });
    assert_eq!(
        closing.lines().last(),
        Some("1 passed, 1 failed, 1 skipped")
    );
}

#[test]
fn what_was_searched_is_added_up_surface_by_surface() {
    let tape = good(&planned());
    let searched = |bytes, found, control| Searched {
        surface: Surface::Wire,
        bytes,
        places: 1,
        samples: 2,
        strings: 3,
        transformations: 45,
        found,
        control_found: Some(control),
        below: 10,
        left_out: None,
    };
    let closing = |second: Searched| {
        let mut plays = [PlayVerdict::Pass, PlayVerdict::Pass].map(|it| report(it, &tape));
        plays[0].searches.surfaces = vec![searched(1000, 4, true)];
        plays[1].searches.surfaces = vec![second];
        let run = RunReport {
            plays: plays.to_vec(),
            ..RunReport::default()
        };
        terminal::closing(&run)
    };
    let found = closing(searched(500, 1, true));
    assert!(
        found.contains("1 500 bytes, control found 5 times in 4 looks"),
        "{found}"
    );
    let told = "6 strings in 45 transformations; 20 of them unpacked and deciphered";
    assert!(found.contains(told), "{found}");
    let less = closing(Searched {
        left_out: Some("without 9 bytes".to_owned()),
        ..searched(1, 1, true)
    });
    assert!(
        less.contains("20 of them unpacked and deciphered (in some plays less"),
        "{less}"
    );
    // Once not found is not found.
    let lost = closing(searched(500, 0, false));
    assert!(lost.contains("1 500 bytes, control NOT found"), "{lost}");
}

#[test]
fn nothing_that_was_printed_drives_the_readers_terminal() {
    let mut tape = good(&planned());
    before_closing(
        &mut tape,
        Kind::Line {
            who: "carol".to_owned(),
            stream: Stream::Stdout,
            text: format!("\u{1b}]52;c;x\u{7}\u{202e} {TEXT}"),
            seen: None,
        },
    );
    let screen = terminal::failure(&report(PlayVerdict::Fail, &tape), Path::new(""), "again");
    let plain = anstream::adapter::strip_str(&screen).to_string();
    assert!(plain.contains("carol"), "{plain}");
    for forbidden in ['\u{7}', '\u{1b}', '\u{202e}'] {
        assert!(!plain.contains(forbidden), "{plain:?}");
    }
    assert!(!screen.contains("\u{1b}]"), "{screen:?}");
}
