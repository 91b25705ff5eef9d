//! Keys of the stage that need a play to show what they do.

use crate::runs::Runs;
use crate::screen::{Screen, has_tmux};

#[test]
fn a_demo_that_goes_on_by_itself_stands_still_as_long_as_it_is_paused() {
    if !has_tmux() {
        return;
    }
    let (runs, others) = (Runs::new(), Runs::new());
    let paused = Screen::of(80, 24, &runs, "demo three-clients --auto 1s");
    paused.wait_for(&["LIVE", "manager ─ ready", "a pause"]);
    paused.press("a");
    let before = paused.wait_for(&[" LIVE  PAUSED ", "a go on"]);
    // One as long, from its begin to its end.
    let whole = Screen::of(80, 24, &others, "demo three-clients --auto 1s");
    whole.wait_for(&["exit code: 0"]);
    let bar = |screen: &str| screen.matches('■').count();
    let after = paused.wait_for(&[" PAUSED "]);
    assert_eq!(bar(&before), bar(&after), "{after}");
    // A key makes a step all the same, and then it waits again.
    let next = format!("{}□", "■".repeat(bar(&before) + 1));
    paused.press("Space");
    paused.wait_for(&[&next, " PAUSED ", "✔ "]);
    paused.press("a");
    paused.wait_for(&["exit code: 0", "icanon"]);
}

#[test]
fn a_saved_play_is_shown_in_place_of_one_that_went_wrong_and_never_as_live() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let saved = Screen::of(80, 24, &runs, "demo three-clients --auto 50ms");
    saved.wait_for(&["exit code: 0"]);
    let screen = Screen::of(96, 30, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins", "manager ─ ready"]);
    screen.press("t");
    screen.wait_for(&["take over whom?"]);
    screen.press("2");
    screen.wait_for(&["bob ─ BY HAND"]);
    screen.press("C-k");
    screen.escape_from("BY HAND");
    screen.wait_for(&["bob was killed by hand"]);
    screen.press("f");
    let begin = screen.wait_for(&[" RECORDED ", "SPACE begins", "bob ─ ready"]);
    assert!(!begin.contains("LIVE"), "{begin}");
    assert!(!begin.contains("UNSCRIPTED"), "{begin}");
    for (number, types) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
        screen.step(number, types);
    }
    screen.press("Space");
    screen.press("Space");
    screen.wait_for(&["✔ PASS", " RECORDED "]);
    screen.press("f");
    let live = screen.wait_for(&[" LIVE ", " UNSCRIPTED ", "✂ bob was ended"]);
    assert!(!live.contains("RECORDED"), "{live}");
    screen.press("q");
    screen.wait_for(&["exit code: 4", "icanon"]);
}

#[test]
fn where_no_play_was_saved_the_screen_says_how_to_get_one() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let adapter = "zoo/adapters/relay-dies-midway.toml";
    let arguments = format!("demo three-clients --adapter {adapter}");
    let screen = Screen::of(96, 30, &runs, &arguments);
    screen.wait_for(&["SPACE begins"]);
    screen.press_until("Space", "DIED");
    screen.wait_for(&["f recorded"]);
    screen.press("f");
    let says = screen.wait_for(&["no saved play", "then press f again"]);
    assert!(says.contains("--auto 1s"), "{says}");
    screen.escape_from("no saved play");
    screen.press("q");
    screen.wait_for(&["exit code: 3", "icanon"]);
}

#[test]
fn a_client_that_is_disconnected_by_hand_runs_on_and_the_others_are_reported() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(96, 30, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins", "manager ─ ready"]);
    screen.press("t");
    screen.wait_for(&["take over whom?"]);
    screen.press("2");
    screen.wait_for(&["bob ─ BY HAND", "Ctrl-D disconnects"]);
    screen.press("C-d");
    screen.wait_for(&["bob was disconnected by", "bob left (dropped)"]);
    screen.press("q");
    // It was typed to bob.
    screen.wait_for(&["» q"]);
    screen.escape_from("BY HAND");
    screen.wait_for(&["UNSCRIPTED", "q quit"]);
    screen.press("q");
    screen.wait_for(&["exit code: 4", "icanon"]);
}
