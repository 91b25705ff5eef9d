//! The last screen of a red play: the worst first, then what came first, one block a cause.

use std::path::Path;

use judge::{PlayVerdict, Verdict};
use report::terminal::{self, Screen};

use crate::{check, play};

#[test]
fn what_is_worst_comes_first_and_then_what_was_settled_first() {
    let mut play = play("a", &[PlayVerdict::Plaintext], PlayVerdict::Plaintext);
    let of = |name: &str, verdict, event| {
        let mut check = check(verdict);
        check.name = name.to_owned();
        check.evidence.event = event;
        check
    };
    play.verdicts.checks = vec![
        of("cannot tell", Verdict::CannotTell, Some(1)),
        of("missed", Verdict::Fail, Some(60)),
        of("of the whole", Verdict::Fail, None),
        of("passed", Verdict::Pass, None),
        of("died", Verdict::Fail, Some(50)),
        of("leaked", Verdict::Plaintext, None),
    ];
    let red: Vec<&str> = play.red().map(|check| check.name.as_str()).collect();
    assert_eq!(
        red,
        ["leaked", "died", "missed", "of the whole", "cannot tell"]
    );
}

#[test]
fn failures_of_one_cause_are_one_block() {
    let mut play = play("a", &[PlayVerdict::Fail], PlayVerdict::Fail);
    let silent = (1..=18).map(|number| {
        let mut check = check(Verdict::Fail);
        check.name = format!("client{number} shows the text");
        check.evidence.got = format!("no line from client{number} for {number}.5 s");
        check
    });
    play.verdicts.checks = silent.collect();
    let text = terminal::failure(
        &play,
        Path::new("run"),
        "cargo xtask test a",
        Screen::default(),
    );
    assert_eq!(text.matches("no line from").count(), 1, "{text}");
    assert!(text.contains("and 17 more like it"), "{text}");
}

#[test]
fn a_lesson_is_learnt_from_a_play_that_shows_it() {
    let lesson = |verdict| play("a", &[], verdict).lesson("nobody reads it");
    assert_eq!(lesson(PlayVerdict::Pass), "nobody reads it");
    let refuted = "refuted by this play: nobody reads it";
    assert_eq!(lesson(PlayVerdict::Plaintext), refuted);
    for verdict in [
        PlayVerdict::CannotTell,
        PlayVerdict::Fail,
        PlayVerdict::Flaky,
    ] {
        assert_eq!(lesson(verdict), "not shown by this play: nobody reads it");
    }
}

#[test]
fn nothing_is_said_of_canaries_and_surfaces_that_there_were_not() {
    let mut searches = play("a", &[], PlayVerdict::Pass).searches;
    let mut off = searches.surfaces[0].clone();
    (off.bytes, off.samples) = (0, 0);
    searches.surfaces.push(off);
    let sentence = searches.sentence();
    assert!(sentence.starts_with("no canary was seen"), "{sentence}");
    assert!(sentence.contains("on 1 surface"), "{sentence}");
    searches.secrets = 0;
    let sentence = searches.sentence();
    assert!(sentence.starts_with("nothing was planted"), "{sentence}");
}
