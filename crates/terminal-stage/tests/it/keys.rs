//! What keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use terminal_stage::{Effect, Ending, Source};
use timeline::{ControlCommand, Ended, Kind};

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
    let typed = ControlCommand::Type {
        client: "bob".to_owned(),
        line: "/say q b x".to_owned(),
    };
    assert_eq!(
        stage.press(KeyCode::Enter),
        Some(Effect::ControlCommand(typed))
    );
    let control = KeyEvent::new(KeyCode::Char('k'), KeyModifiers::CONTROL);
    let kill = ControlCommand::Kill {
        client: "bob".to_owned(),
    };
    assert_eq!(stage.model.key(control), Some(Effect::ControlCommand(kill)));
    let control = KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL);
    let disconnect = ControlCommand::Disconnect {
        client: "bob".to_owned(),
    };
    assert_eq!(
        stage.model.key(control),
        Some(Effect::ControlCommand(disconnect))
    );
    assert_eq!(stage.press(KeyCode::Esc), None);
    assert_eq!(
        stage.press(KeyCode::Char(' ')),
        Some(Effect::ControlCommand(ControlCommand::Next))
    );
}

#[test]
fn q_asks_first_and_insists_then() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.press(KeyCode::Char('q')),
        Some(Effect::ControlCommand(ControlCommand::Stop))
    );
    assert_eq!(stage.press(KeyCode::Char('q')), Some(Effect::Cancel));
    stage.model.end(Ending::default());
    assert_eq!(stage.press(KeyCode::Char('q')), Some(Effect::Leave));
}

#[test]
fn nobody_changes_a_recording_and_the_screen_says_so() {
    let mut stage = Stage::of(Source::Recorded("then".to_owned()));
    stage.open();
    for key in ['r', 't'] {
        assert_eq!(stage.press(KeyCode::Char(key)), None);
        assert!(stage.screen(80, 24).contains("it cannot be changed"));
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

#[test]
fn what_goes_on_by_itself_can_be_paused_and_the_banner_says_when_it_stands_still() {
    let banner = |stage: &Stage| stage.screen(80, 24).lines().next().unwrap().to_owned();
    let mut stage = Stage::by_itself(Source::Live);
    stage.open();
    assert!(stage.screen(80, 24).contains("a pause"));
    stage.begin(1);
    let pause = Some(Effect::ControlCommand(ControlCommand::Pause));
    assert_eq!(stage.press(KeyCode::Char('a')), pause);
    // A step is not cut in two.
    assert!(banner(&stage).contains(" PAUSING "), "{}", banner(&stage));
    stage.end(1);
    assert!(banner(&stage).contains(" LIVE  PAUSED "));
    assert!(stage.screen(80, 24).contains("a go on"));
    let resume = Some(Effect::ControlCommand(ControlCommand::Resume));
    assert_eq!(stage.press(KeyCode::Char('a')), resume);
    assert!(!banner(&stage).contains("PAUS"));
    assert_eq!(stage.press(KeyCode::Char('a')), pause);
    stage.model.end(Ending::default());
    assert!(!banner(&stage).contains("PAUS"));
}

#[test]
fn the_script_waits_for_whoever_takes_a_client_over() {
    let mut stage = Stage::by_itself(Source::Live);
    stage.open();
    stage.press(KeyCode::Char('t'));
    let pause = Some(Effect::ControlCommand(ControlCommand::Pause));
    assert_eq!(stage.press(KeyCode::Char('2')), pause);
    stage.press(KeyCode::Esc);
    assert!(stage.screen(80, 24).contains(" PAUSED "));
}

#[test]
fn without_auto_there_is_nothing_to_pause_and_the_screen_says_so() {
    let mut stage = Stage::opened();
    assert!(!stage.screen(160, 45).contains("a pause"));
    assert_eq!(stage.press(KeyCode::Char('a')), None);
    assert!(
        stage
            .screen(80, 24)
            .contains("it is already waiting for SPACE")
    );
}

#[test]
fn every_key_line_fits() {
    for source in [Source::Live, Source::Recorded("20261121-150000".to_owned())] {
        let mut stage = Stage::by_itself(source);
        stage.open();
        for (width, has_zoom) in [(80, false), (96, true)] {
            let screen = stage.screen(width, 30);
            let keys = screen.lines().last().unwrap();
            assert!(keys.contains("? keys  q quit"), "{keys}");
            assert_eq!(keys.contains("z zoom"), has_zoom, "{keys}");
        }
    }
}

#[test]
fn a_saved_play_is_offered_when_somebody_died_and_the_screen_leaves_lines_for_it() {
    let mut stage = Stage::opened();
    assert!(!stage.screen(96, 30).contains("f recorded"));
    stage.add(Kind::Exited {
        who: "relay".to_owned(),
        how: Ended::Exit(1),
    });
    for (width, height) in [(80, 24), (96, 30)] {
        let screen = stage.screen(width, height);
        assert!(screen.contains("f recorded  q quit"), "{screen}");
    }
    stage.press(KeyCode::Char('s'));
    assert_eq!(stage.press(KeyCode::Char('f')), Some(Effect::StandIn));
    stage.msg();
    assert!(stage.model.to_stream().is_empty());
}

#[test]
fn what_stands_in_is_called_recorded_and_is_left_with_f_or_q() {
    let mut stage = Stage::of(Source::StandIn("20261121-141500".to_owned()));
    stage.open();
    let screen = stage.screen(80, 24);
    assert!(screen.contains(" RECORDED 20261121-141500 "), "{screen}");
    assert!(!screen.contains("LIVE"), "{screen}");
    assert!(screen.contains("f leave the recording"), "{screen}");
    for key in ['f', 'q'] {
        assert_eq!(stage.press(KeyCode::Char(key)), Some(Effect::StandIn));
    }
    assert_eq!(stage.press(KeyCode::Char('t')), None);
    assert!(stage.screen(80, 24).contains("it cannot be changed"));
    // Lines have no banner.
    stage.press(KeyCode::Char('s'));
    let lines = stage.model.to_stream();
    assert_eq!(
        lines.first().map(String::as_str),
        Some("RECORDED 20261121-141500")
    );
}

#[test]
fn a_recording_has_nothing_to_go_back_to() {
    let mut stage = Stage::of(Source::Recorded("then".to_owned()));
    stage.open();
    assert_eq!(stage.press(KeyCode::Char('f')), None);
    assert!(stage.screen(80, 24).contains("nothing else is running"));
}

#[test]
fn the_keys_are_shown_and_hidden_by_the_same_key() {
    let mut stage = Stage::opened();
    let before = stage.screen(80, 24);
    stage.press(KeyCode::Char('?'));
    let keys = stage.screen(80, 24);
    assert!(keys.contains("a saved play (RECORDED) instead"), "{keys}");
    assert!(keys.contains("without a verdict"), "{keys}");
    stage.press(KeyCode::Char('?'));
    assert_eq!(stage.screen(80, 24), before);
}

#[test]
fn what_is_pasted_is_no_key_and_sends_nothing_by_itself() {
    let mut stage = Stage::opened();
    stage.model.paste("quick brown\nqq\n");
    assert!(stage.screen(80, 24).contains("pasted text is ignored here"));
    stage.press(KeyCode::Char('t'));
    stage.press(KeyCode::Char('2'));
    stage.model.paste("/say a\n/quit\u{1b}[A\n");
    assert!(stage.screen(80, 24).contains("several lines were pasted"));
    let typed = ControlCommand::Type {
        client: "bob".to_owned(),
        line: "/say a /quit[A".to_owned(),
    };
    assert_eq!(
        stage.press(KeyCode::Enter),
        Some(Effect::ControlCommand(typed))
    );
}

#[test]
fn a_key_with_a_modifier_is_another_key_and_caps_lock_is_none() {
    let mut stage = Stage::opened();
    let modifiers = [
        KeyModifiers::CONTROL,
        KeyModifiers::ALT,
        KeyModifiers::SUPER,
    ];
    for modifier in modifiers {
        for letter in "qszab ".chars() {
            let key = KeyEvent::new(KeyCode::Char(letter), modifier);
            assert_eq!(stage.model.key(key), None, "{modifier} {letter}");
        }
    }
    assert!(
        stage
            .screen(80, 24)
            .contains("keys with Ctrl or Alt do nothing")
    );
    assert_eq!(
        stage.press(KeyCode::Char('Q')),
        Some(Effect::ControlCommand(ControlCommand::Stop))
    );
    let cancel = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(stage.model.key(cancel), Some(Effect::Cancel));
}

#[test]
fn whoever_types_by_hand_may_use_altgr() {
    let mut stage = Stage::opened();
    stage.press(KeyCode::Char('t'));
    stage.press(KeyCode::Char('2'));
    let altgr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    stage.model.key(KeyEvent::new(KeyCode::Char('@'), altgr));
    let screen = stage.screen(80, 24);
    assert!(screen.contains("» @"), "{screen}");
}
