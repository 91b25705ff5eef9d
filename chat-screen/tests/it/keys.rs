//! What keys do.

use chat_harness::timeline::Ask;
use chat_screen::{Effect, Ending, Origin};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::Stage;

#[test]
fn a_client_is_taken_over_and_given_back() {
    let mut stage = Stage::opened();
    stage.press(KeyCode::Char('t'));
    assert!(stage.screen(80, 24).contains("take over whom?"));
    stage.press(KeyCode::Char('2'));
    for letter in "/say q b x".chars() {
        assert_eq!(stage.press(KeyCode::Char(letter)), None);
    }
    let screen = stage.screen(80, 24);
    assert!(screen.contains("bob ─ BY HAND"), "{screen}");
    assert!(screen.contains("» /say q b x"), "{screen}");
    assert!(screen.contains("UNSCRIPTED"), "{screen}");
    let typed = Ask::Type {
        client: "bob".to_owned(),
        line: "/say q b x".to_owned(),
    };
    assert_eq!(stage.press(KeyCode::Enter), Some(Effect::Ask(typed)));
    let control = KeyEvent::new(KeyCode::Char('k'), KeyModifiers::CONTROL);
    let kill = Ask::Kill {
        client: "bob".to_owned(),
    };
    assert_eq!(stage.model.key(control), Some(Effect::Ask(kill)));
    assert_eq!(stage.press(KeyCode::Esc), None);
    assert_eq!(
        stage.press(KeyCode::Char(' ')),
        Some(Effect::Ask(Ask::Next))
    );
}

#[test]
fn q_asks_first_and_insists_then() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.press(KeyCode::Char('q')),
        Some(Effect::Ask(Ask::Stop))
    );
    assert_eq!(stage.press(KeyCode::Char('q')), Some(Effect::Cancel));
    stage.model.end(Ending::default());
    assert_eq!(stage.press(KeyCode::Char('q')), Some(Effect::Leave));
}

#[test]
fn nobody_changes_a_recording_and_the_screen_says_so() {
    let mut stage = Stage::of(Origin::Recorded("then".to_owned()));
    stage.open();
    for key in ['r', 't'] {
        assert_eq!(stage.press(KeyCode::Char(key)), None);
        assert!(stage.screen(80, 24).contains("nobody can change it"));
    }
}

#[test]
fn a_stream_has_everything_that_was_missed() {
    let mut stage = Stage::opened();
    stage.say();
    assert!(stage.model.to_stream().is_empty());
    assert_eq!(stage.press(KeyCode::Char('s')), Some(Effect::Stream(true)));
    let lines = stage.model.to_stream().join("\n");
    assert!(lines.contains("step 1 of 3"), "{lines}");
    assert!(stage.model.to_stream().is_empty());
    stage.msg();
    assert!(stage.model.to_stream().join("\n").contains("step 2 of 3"));
    assert_eq!(stage.press(KeyCode::Char('s')), Some(Effect::Stream(false)));
}

#[test]
fn every_key_on_the_screen_does_something_or_says_why_not() {
    for key in ['b', 'r', 't', 'x', 'z', 's', '?', 'q', ' '] {
        let mut stage = Stage::opened();
        let before = stage.screen(80, 24);
        let effect = stage.press(KeyCode::Char(key));
        let after = stage.screen(80, 24);
        assert!(effect.is_some() || after != before, "{key}");
    }
}
