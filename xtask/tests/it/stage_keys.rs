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
