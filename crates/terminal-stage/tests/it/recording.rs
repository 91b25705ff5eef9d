//! The stage as a recording, read back by others' parser and terminal; and as a picture.

use asciicast_rs::v3::{Event as Line, Recording};
use terminal_stage::{Ending, SavedPlay, Source, record, still};

use crate::{Stage, planned, reader};

const WHEN: &str = "20261121-151500";

fn ending() -> Ending {
    Ending {
        verdict: "✔ PASS".to_owned(),
        lines: vec!["not seen in 41 882 bytes".to_owned()],
        is_fine: true,
    }
}

/// After two steps.
fn stage() -> Stage {
    let mut stage = Stage::of(Source::Recorded(WHEN.to_owned()));
    stage.open();
    stage.say();
    stage.msg();
    stage
}

fn played(stage: &Stage) -> SavedPlay {
    SavedPlay {
        plan: planned(),
        events: stage.log.clone(),
        ending: ending(),
        when: WHEN.to_owned(),
        reader: reader(),
    }
}

/// Rows without what cannot be seen at their end.
fn rows(screen: &str) -> Vec<String> {
    let rows = screen.lines().map(|row| row.trim_matches('"').trim_end());
    rows.map(str::to_owned).collect()
}

#[test]
fn a_recording_shows_what_the_stage_showed_with_a_marker_for_each_step() {
    let mut stage = stage();
    let text = record(played(&stage), (96, 30));
    let read = Recording::from_slice(text.as_bytes()).unwrap();
    assert_eq!((read.header.term.cols, read.header.term.rows), (96, 30));
    let markers: Vec<&str> = read.events.iter().filter_map(Line::as_marker).collect();
    assert!(
        markers[0].starts_with("s1 ") && markers[1].starts_with("s2 "),
        "{markers:?}"
    );
    let mut terminal = vt100::Parser::new(30.try_into().unwrap(), 96.try_into().unwrap(), 0);
    for text in read.events.iter().filter_map(Line::as_output) {
        terminal.process(text.as_bytes());
    }
    let seen: Vec<String> = terminal.screen().rows(0, 96).collect();
    stage.model.end(ending());
    assert_eq!(rows(&seen.join("\n")), rows(&stage.screen(96, 30)));
    assert!(
        seen[0].contains("RECORDED"),
        "never passed off as live: {}",
        seen[0]
    );
}

#[test]
fn a_picture_holds_what_the_stage_showed_after_a_step_and_is_well_formed() {
    let svg = still(played(&stage()), 2, (96, 30)).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let mut drawn = vec![String::new(); 30];
    for text in document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
    {
        let number = |name: &str| text.attribute(name).unwrap().parse::<usize>().unwrap();
        let (row, column) = ((number("y") - 25) / 17, (number("x") - 12) / 8);
        let row = &mut drawn[row];
        row.push_str(&" ".repeat(column - row.chars().count()));
        row.push_str(text.text().unwrap());
    }
    assert_eq!(drawn, rows(&stage().screen(96, 30)));
    assert!(!svg.contains("href") && !svg.contains("<script"));
}

#[test]
fn there_is_no_picture_of_a_step_that_was_not_reached() {
    for step in [3, 99] {
        assert_eq!(still(played(&stage()), step, (96, 30)), None);
    }
    let first = still(played(&stage()), 0, (96, 30)).unwrap();
    assert!(first.contains("SPACE begins"), "{first}");
}
