//! Screens, as they are.

use ratatui::crossterm::event::KeyCode;
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
