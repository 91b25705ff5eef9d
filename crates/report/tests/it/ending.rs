//! What stays on a terminal when a demo is over.

use anstream::adapter::strip_str;
use judge::PlayVerdict;
use report::narrator;
use report::terminal::{Detail, Screen};

use super::play;

const COLUMNS: usize = 60;

/// The end of a play on a terminal of this width, without colours.
fn ending(columns: usize) -> String {
    let report = play("basics/private", &[PlayVerdict::Pass], PlayVerdict::Pass);
    let lesson = "The relay moves every byte and can read none of them, however often it tries.";
    let screen = Screen {
        columns,
        detail: Detail::Usual,
    };
    strip_str(&narrator::ending(&report, Some(lesson), screen)).to_string()
}

#[test]
fn the_end_of_a_demo_fits_the_terminal_and_lacks_no_letter() {
    let (narrow, wide) = (ending(COLUMNS), ending(usize::MAX));
    for line in narrow.lines() {
        assert!(line.chars().count() <= COLUMNS, "{line:?}\n{narrow}");
    }
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(letters(&narrow), letters(&wide));
    assert!(
        wide.lines().any(|line| line.chars().count() > COLUMNS),
        "{wide}"
    );
}
