//! The stage, as somebody in front of a terminal has it: keys typed into a real one, and what
//! is on it. Where tmux is not installed the tests say so and are skipped; in CI they fail.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::runs::Runs;
use crate::screen::{LONG, Screen, has_tmux, quit, tmux};

/// Sealed bytes and the clock are others each time.
fn redacted(screen: &str, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"…[0-9a-f]{2}( [0-9a-f]{2})+", "…(sealed bytes)");
    settings.add_filter(r"\d[\d ]* bytes", "(so many) bytes");
    // Where in its memory differs from one relay to the next.
    settings.add_filter(r"plain-relay, \[\w+\],", "plain-relay, [somewhere],");
    settings.add_filter(r"\d\d:\d\d", "mm:ss");
    settings.add_filter(r"0x[0-9a-f]+", "(an address)");
    let row = r"[0-9a-f]{6}  (?:[0-9a-f]{2} ){16} .{16}";
    settings.add_filter(row, "(a row of bytes)");
    settings.bind(|| insta::assert_snapshot!(name, screen));
}

#[test]
fn a_demo_is_stepped_through_to_its_end_in_three_sizes() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    for (width, height) in [(80, 24), (96, 30), (160, 50)] {
        let screen = Screen::of(width, height, &runs, "demo three-clients --seed 7");
        let begin = screen.wait_for(&["SPACE begins", "manager ─ ready"]);
        assert!(begin.contains(" LIVE "), "{begin}");
        screen.step(1, true);
        screen.step(2, true);
        let second = screen.wait_for(&["has none of 2", "memory, files", "(bob has it)"]);
        // People see a chat.
        assert!(second.contains("[private] alice: "), "{second}");
        // Below stand bytes, which are others each time.
        let upper: Vec<&str> = second.lines().take(29).collect();
        redacted(&upper.join("\n"), &format!("step-2-{width}x{height}"));
        assert!(second.contains("q quit"), "{second}");
        screen.step(3, true);
        screen.press("b");
        let past = screen.wait_for(&[" PAST – step 2 "]);
        assert!(!past.contains("LIVE"), "{past}");
        screen.press("Space");
        screen.wait_for(&[" LIVE "]);
        screen.step(4, false);
        screen.press("Space");
        let end = screen.wait_for(&["✔ PASS", " OVER "]);
        assert!(end.contains("no planted text was seen"), "{end}");
        assert!(!end.contains("UNSCRIPTED"), "{end}");
        let left = quit(&screen, 0);
        assert!(left.contains("The relay moves every byte"), "{left}");
    }
}

/// What is in the pane with the double border, from what was found until where else the relay has it: how many
/// records have passed by then is a matter of time, and memory may have been written over.
fn has_it(screen: &str) -> String {
    let rows = screen.lines().filter_map(|line| line.split('║').nth(1));
    let rows = rows.map(str::trim_end);
    let is_first =
        |row: &&str| !row.starts_with("in its memory") && !row.starts_with("in its files");
    rows.skip_while(|row| !row.contains("FOUND"))
        .take_while(is_first)
        .collect::<Vec<&str>>()
        .join("\n")
}

#[test]
fn the_relays_pane_turns_in_the_step_in_which_a_nosy_relay_gets_the_word() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    for (width, height) in [(80, 24), (96, 30), (160, 50)] {
        let arguments = "demo three-clients --relay nosy --seed 7";
        let screen = Screen::of(width, height, &runs, arguments);
        let begin = screen.wait_for(&["SPACE begins", "manager ─ ready"]);
        assert!(!begin.contains("FOUND"), "{begin}");
        screen.step(1, true);
        screen.wait_for(&["HAS 1 OF 1", "in its files"]);
        screen.step(2, true);
        let second = screen.wait_for(&["HAS 2 OF 2", "in its files"]);
        assert!(second.contains("■ FOUND: the relay has it"), "{second}");
        assert!(second.contains("in its output: “relay-"), "{second}");
        redacted(&has_it(&second), &format!("found-{width}x{height}"));
    }
}

#[test]
fn a_nosy_relay_ends_in_plaintext_and_its_lesson_is_refuted() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(120, 40, &runs, "demo three-clients --relay nosy");
    let end = screen.to_the_end("■ PLAINTEXT");
    assert!(
        end.contains("refuted by this play: The relay moves"),
        "{end}"
    );
    assert!(end.contains("■ FOUND: the relay has it"), "{end}");
    let left = quit(&screen, 3);
    assert!(
        left.contains("refuted by this play: The relay moves"),
        "{left}"
    );
}

#[test]
fn what_a_person_types_is_searched_for_at_once() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    for (relay, presence) in [
        ("", "✔ NOT FOUND"),
        ("--relay nosy", "■ FOUND: the relay has it"),
    ] {
        let screen = Screen::of(96, 30, &runs, &format!("demo three-clients {relay}"));
        screen.wait_for(&["SPACE begins", "manager ─ ready"]);
        screen.press("t");
        screen.wait_for(&["take over whom?"]);
        screen.press("1");
        screen.wait_for(&["alice ─ BY HAND"]);
        screen.type_text("/msg bob what if I write this?");
        screen.press("Enter");
        screen.wait_for(&["by hand: “what if I write this?”", presence]);
        screen.escape_from("BY HAND");
        screen.wait_for(&["q quit"]);
        screen.press("q");
        screen.wait_for(&["exit code: "]);
    }
}

#[test]
fn a_terminal_may_change_its_size_in_the_middle() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(120, 40, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins", "so far"]);
    screen.step(1, true);
    screen.resize(80, 24);
    // The story has no room there; everything else stays.
    screen.wait_until("no story", |screen| !screen.contains("so far"));
    let small = screen.wait_for(&["RELAY sees", "q quit", "manager ─ ready"]);
    assert!(small.lines().all(|line| line.chars().count() <= 80));
    screen.resize(60, 20);
    screen.wait_for(&["This terminal is 60x20"]);
    screen.resize(120, 40);
    screen.wait_for(&["so far"]);
    screen.step(2, true);
    screen.press("q");
    screen.wait_for(&["exit code: 4"]);
}

#[test]
fn a_client_that_is_taken_over_and_killed_is_reported_as_unscripted() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(96, 30, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins", "manager ─ ready"]);
    screen.press("t");
    screen.wait_for(&["take over whom?"]);
    screen.press("2");
    screen.wait_for(&["bob ─ BY HAND"]);
    screen.type_text("/say q here");
    screen.press("Enter");
    screen.wait_for(&["bob: q here", "UNSCRIPTED"]);
    screen.press("C-k");
    screen.escape_from("BY HAND");
    screen.wait_for(&["bob was killed by hand", "was ended by signal"]);
    // The others go on.
    screen.press("q");
    screen.wait_for(&["exit code: 4"]);
    let left = screen.scrolled();
    assert!(left.contains("UNSCRIPTED"), "{left}");
    assert!(left.contains("bob was killed by hand"), "{left}");
    assert!(!left.contains("✔ PASS"), "{left}");
}

#[test]
fn a_relay_that_dies_says_so_and_the_class_gets_a_verdict() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let arguments = "demo three-clients --adapter zoo/adapters/relay-dies-midway.toml";
    let screen = Screen::of(96, 30, &runs, arguments);
    screen.wait_for(&["SPACE begins"]);
    screen.press_until("Space", "OVER");
    screen.wait_for(&["RELAY sees ─ DIED: ", " OVER "]);
    // It reads every word as well.
    quit(&screen, 3);
}

#[test]
fn a_saved_play_is_shown_on_the_same_stage_as_a_recording() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let live = Screen::of(80, 24, &runs, "demo three-clients --auto 50ms");
    live.wait_for(&["exit code: 0"]);
    let screen = Screen::of(120, 40, &runs, "replay latest --ui");
    let begin = screen.wait_for(&[" RECORDED ", "SPACE begins"]);
    assert!(!begin.contains("LIVE"), "{begin}");
    screen.step(1, true);
    screen.press("t");
    screen.wait_for(&["it cannot be changed"]);
    for (number, types) in [(2, true), (3, true), (4, false), (5, false)] {
        screen.step(number, types);
    }
    screen.press("Space");
    screen.press("Space");
    let end = screen.wait_for(&["✔ PASS"]);
    assert!(end.contains(" RECORDED "), "{end}");
    screen.press("q");
    screen.wait_for(&["exit code: 0", "icanon"]);
}

#[test]
fn without_room_on_a_dumb_terminal_and_in_ci_lines_are_streamed() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let large = (120, 40);
    for (size, variables) in [((70, 20), ""), (large, "TERM=dumb"), (large, "CI=1")] {
        let screen = Screen::with(size, &runs, "demo three-clients", variables);
        let begin = screen.wait_for(&["SPACE or Enter: next step"]);
        assert!(!begin.contains("q quit"), "{variables}: {begin}");
        screen.press("Space");
        let step = screen.wait_for(&["── step 1 of 5 ── "]);
        assert!(!step.contains("RELAY sees"), "{variables}: {step}");
        screen.press("q");
        // It has scrolled by and was never painted over.
        screen.wait_for(&["exit code: 4"]);
        let left = screen.scrolled();
        assert!(left.contains("SPACE or Enter: next step"), "{left}");
        assert!(left.contains("── step 1 of 5 ── "), "{left}");
    }
}

#[test]
fn a_terminal_is_given_back_when_the_demo_is_ended_from_outside() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(80, 24, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins"]);
    let kill = format!("kill -TERM {}", screen.program());
    tmux(&screen.socket, &["run-shell", &kill]);
    let left = screen.wait_for(&["exit code: 143", "icanon"]);
    assert!(!left.contains("-icanon"), "{left}");
}

#[test]
fn a_demo_whose_terminal_is_closed_ends() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(80, 24, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins"]);
    let program = Pid::from_raw(screen.program()).unwrap();
    let program = pidfd_open(program, PidfdFlags::empty()).unwrap();
    tmux(&screen.socket, &["kill-session", "-t", "stage"]);
    let limit = Timespec::try_from(LONG).unwrap();
    let mut ended = [PollFd::new(&program, PollFlags::IN)];
    assert_eq!(
        poll(&mut ended, Some(&limit)).unwrap(),
        1,
        "it is still there"
    );
}
