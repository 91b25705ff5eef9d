//! Screens, as they are.

use std::time::Duration;

use ratatui::crossterm::event::KeyCode;
use ratatui::style::Color;
use terminal_stage::{Ending, Source};
use timeline::{ControlCommand, Ended, Kind};

use crate::Stage;

#[test]
fn before_the_first_step_everybody_is_there() {
    insta::assert_snapshot!(Stage::opened().screen(80, 24));
}

#[test]
fn a_line_is_shown_before_it_is_typed() {
    let mut stage = Stage::opened();
    stage.say();
    stage.compose(2);
    insta::assert_snapshot!(stage.screen(80, 24));
}

#[test]
fn a_step_in_three_sizes() {
    let mut stage = Stage::opened();
    stage.say();
    stage.msg();
    for (width, height) in [(80, 24), (96, 30), (120, 40), (160, 45)] {
        insta::assert_snapshot!(format!("{width}x{height}"), stage.screen(width, height));
    }
}

/// Colours of the first cell that holds this, where one does.
fn painted(stage: &Stage, sign: &str, (width, height): (u16, u16)) -> Option<(Color, Color)> {
    let drawn = stage.drawn(width, height);
    let mut cells = drawn.buffer().content.iter();
    let cell = cells.find(|cell| cell.symbol() == sign && cell.bg != Color::Reset)?;
    Some((cell.fg, cell.bg))
}

#[test]
fn the_relays_pane_turns_in_the_step_in_which_it_gets_the_word() {
    for size in [(80, 24), (96, 30), (160, 50)] {
        let mut honest = Stage::opened();
        honest.say();
        honest.msg();
        assert_eq!(painted(&honest, "■", size), None);
        assert_eq!(
            painted(&honest, "✔", size),
            Some((Color::White, Color::Blue))
        );
        let screen = honest.screen(size.0, size.1);
        assert!(screen.contains("has none of 2"), "{screen}");
        assert!(screen.contains("looked for on the wire"), "{screen}");
        let mut nosy = Stage::opened();
        nosy.say();
        nosy.msg_that_is_read();
        assert_eq!(painted(&nosy, "✔", size), None);
        assert_eq!(
            painted(&nosy, "■", size),
            Some((Color::White, Color::Magenta))
        );
        insta::assert_snapshot!(
            format!("found-{}x{}", size.0, size.1),
            nosy.screen(size.0, size.1)
        );
        // It has what it has; what comes next is looked for as well.
        nosy.press(KeyCode::Char('b'));
        let before = nosy.screen(size.0, size.1);
        assert!(before.contains("has none of 1"), "{before}");
    }
}

#[test]
fn what_is_typed_by_hand_is_searched_for_at_once() {
    let mut stage = Stage::opened();
    stage.say();
    stage.add(Kind::Unscripted {
        ask: ControlCommand::Type {
            client: "alice".to_owned(),
            line: "/msg bob what if I write this?".to_owned(),
        },
        refused: None,
    });
    stage.frame("alice", "bob", 512);
    let screen = stage.screen(96, 30);
    assert!(
        screen.contains("by hand: “what if I write this?”"),
        "{screen}"
    );
    assert!(screen.contains("✔ NOT FOUND with the relay"), "{screen}");
    stage.line("relay", "alice to bob: what if I write this?");
    let screen = stage.screen(96, 30);
    assert!(screen.contains("■ FOUND: the relay has it"), "{screen}");
}

#[test]
fn every_pane_can_be_enlarged_and_scrolled() {
    let mut stage = Stage::opened();
    for number in 1..=60 {
        stage.line("alice", &format!("line {number} of alice"));
    }
    stage.say();
    stage.press(KeyCode::Char('z'));
    let title = |stage: &Stage| stage.screen(80, 24).lines().nth(1).unwrap().to_owned();
    let mut titles = Vec::new();
    for _ in 0..7 {
        titles.push(title(&stage));
        stage.press(KeyCode::Tab);
    }
    let names = [
        "RELAY sees",
        "alice",
        "bob",
        "manager",
        "relay",
        "what it means",
        "so far",
    ];
    for (shown, name) in titles.iter().zip(names) {
        assert!(shown.contains(&format!(" {name} ")), "{titles:?}");
    }
    stage.press(KeyCode::Tab);
    assert!(stage.screen(80, 24).contains("line 60 of alice"));
    for _ in 0..5 {
        stage.press(KeyCode::PageUp);
    }
    let up = stage.screen(80, 24);
    assert!(
        up.contains("line 10 of alice") && !up.contains("line 60"),
        "{up}"
    );
    stage.press(KeyCode::End);
    assert!(stage.screen(80, 24).contains("line 60 of alice"));
}

#[test]
fn bytes_are_scrolled_from_the_sealed_part_and_records_go_round() {
    let mut stage = Stage::opened();
    stage.say();
    stage.press(KeyCode::Char('x'));
    let top = |stage: &Stage| stage.screen(80, 24).lines().nth(2).unwrap().to_owned();
    assert!(
        top(&stage).contains("── sealed for manager, 140 bytes"),
        "{}",
        top(&stage)
    );
    stage.press(KeyCode::Home);
    assert!(
        top(&stage).contains("── header, 116 bytes, for the relay"),
        "{}",
        top(&stage)
    );
    let colours = stage
        .drawn(80, 50)
        .buffer()
        .content
        .iter()
        .map(|cell| cell.fg)
        .collect::<Vec<Color>>();
    assert!(colours.contains(&Color::Yellow) && colours.contains(&Color::Cyan));
    for _ in 0..99 {
        stage.press(KeyCode::PageDown);
    }
    assert!(
        stage.screen(80, 24).contains("0000f4"),
        "{}",
        stage.screen(80, 24)
    );
    stage.press(KeyCode::Tab);
    assert!(stage.screen(80, 24).contains(" #1 alice → bob, "));
    stage.press(KeyCode::BackTab);
    assert!(stage.screen(80, 24).contains(" #2 alice → manager, "));
}

#[test]
fn the_clock_of_a_play_that_goes_on_runs_while_nothing_happens() {
    let mut stage = Stage::opened();
    let clock = |stage: &Stage| stage.screen(80, 24).lines().next().unwrap().to_owned();
    let before = clock(&stage);
    stage.model.pass(Duration::from_secs(14));
    assert_ne!(clock(&stage), before);
    stage.model.end(Ending::default());
    let end = clock(&stage);
    stage.model.pass(Duration::from_secs(14));
    assert_eq!(clock(&stage), end);
}

#[test]
fn nothing_is_lost_of_what_the_keys_mean_at_80_columns() {
    let mut stage = Stage::opened();
    stage.press(KeyCode::Char('?'));
    let keys = stage.screen(80, 24);
    assert_eq!(keys.matches("(UNSCRIPTED)").count(), 2, "{keys}");
    assert!(keys.contains("(RECORDED) instead; back "), "{keys}");
}

#[test]
fn the_bytes_stand_beside_what_the_recipient_sees() {
    let mut stage = Stage::opened();
    stage.say();
    stage.msg();
    assert_eq!(stage.press(KeyCode::Char('x')), None);
    insta::assert_snapshot!(stage.screen(80, 24));
}

#[test]
fn a_participant_that_dies_says_why() {
    let mut stage = Stage::opened();
    stage.say();
    stage.add(Kind::Line {
        who: "relay".to_owned(),
        stream: timeline::Stream::Stderr,
        text: "Address already in use".to_owned(),
        seen: None,
        unfinished: false,
    });
    stage.add(Kind::Exited {
        who: "relay".to_owned(),
        how: Ended::Exit(1),
    });
    insta::assert_snapshot!(stage.screen(96, 30));
}

#[test]
fn plaintext_is_shown_with_its_place() {
    let mut stage = Stage::opened();
    stage.say();
    stage.msg();
    stage.finding();
    stage.model.end(Ending {
        verdict: "■ PLAINTEXT".to_owned(),
        lines: vec!["vault was seen in relay.log".to_owned()],
        is_fine: false,
    });
    insta::assert_snapshot!(stage.screen(96, 30));
}

#[test]
fn the_banner_says_what_is_shown_and_never_more() {
    let banner = |stage: &Stage| stage.screen(96, 30).lines().next().unwrap().to_owned();
    let mut stage = Stage::opened();
    stage.say();
    stage.msg();
    assert!(banner(&stage).contains(" LIVE "), "{}", banner(&stage));
    stage.press(KeyCode::Char('b'));
    assert!(banner(&stage).contains(" PAST – step 1 "));
    assert!(!banner(&stage).contains("LIVE"));
    stage.press(KeyCode::Char(' '));
    assert!(banner(&stage).contains(" LIVE "));
    stage.add(Kind::Unscripted {
        ask: ControlCommand::Repeat,
        refused: None,
    });
    assert!(banner(&stage).contains(" UNSCRIPTED "));
    // Nobody had interfered at step 1.
    stage.press(KeyCode::Char('b'));
    assert!(!banner(&stage).contains("UNSCRIPTED"));
    stage.press(KeyCode::Char(' '));
    stage.model.end(Ending::default());
    assert!(!banner(&stage).contains("LIVE"));
    let mut stage = Stage::of(Source::Recorded("20261121-141500".to_owned()));
    stage.open();
    stage.say();
    assert!(banner(&stage).contains(" RECORDED 20261121-141500 "));
    assert!(!banner(&stage).contains("LIVE"));
}

#[test]
fn a_step_back_shows_what_was_there_and_nothing_of_what_came() {
    let mut stage = Stage::opened();
    stage.say();
    stage.msg();
    stage.press(KeyCode::Char('b'));
    let screen = stage.screen(120, 40);
    assert!(screen.contains("good morning"), "{screen}");
    assert!(!screen.contains("vault"), "{screen}");
}

#[test]
fn a_terminal_that_is_too_small_says_so() {
    let screen = Stage::opened().screen(60, 20);
    assert!(screen.contains("This terminal is 60x20"), "{screen}");
}

#[test]
fn no_size_of_a_terminal_is_too_odd() {
    let mut stage = Stage::opened();
    stage.say();
    for key in ['z', 'x', 't', '?', 'b'] {
        stage.press(KeyCode::Char(key));
        for (width, height) in [
            (1, 1),
            (1, 200),
            (300, 1),
            (2, 3),
            (7, 9),
            (79, 23),
            (300, 100),
        ] {
            stage.screen(width, height);
        }
        stage.press(KeyCode::Esc);
    }
}
