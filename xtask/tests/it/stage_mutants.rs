//! Stages that do not do what they should, and whether reading the terminal reveals it.
//! A stage that was stopped does nothing at all: it neither follows its terminal nor says who
//! has died. Then it goes on, and the same check passes.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use crate::runs::Runs;
use crate::screen::{Screen, has_tmux};

fn send(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

/// Whether what is there was drawn for a terminal of this size: from its first row to its
/// last, and to its right edge.
fn is_drawn_for(screen: &str, width: usize, height: usize) -> bool {
    let rows: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let columns = |row: &&str| row.chars().count();
    let is_last = |row: &&str| row.contains("? keys") && row.contains("q quit");
    let reaches = |row: &&&str| columns(row) == width && row.ends_with(['┐', '│', '┘']);
    rows.len() == height
        && rows.first().map(columns) == Some(width - 1)
        && rows.last().is_some_and(is_last)
        && rows.iter().filter(reaches).count() >= height - 4
}

/// Whether somebody in the last row of the class can see that this one has died.
fn says_dead(screen: &str, who: &str) -> bool {
    screen.contains(&format!("{who} ─ DIED: ")) && screen.contains(&format!("✂ {who} "))
}

/// The process id of a client that this process has started, or what it has started.
fn client(ancestor: i32, name: &str) -> i32 {
    let children = |pid: i32| -> Vec<i32> {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        let tasks = tasks.into_iter().flatten().flatten();
        let printed =
            tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let pids =
            |text: String| -> Vec<i32> { text.split_whitespace().flat_map(str::parse).collect() };
        printed.flat_map(pids).collect()
    };
    let is_client = |pid: &i32| {
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = command.split(|byte| *byte == 0);
        words
            .next()
            .is_some_and(|program| program.ends_with(b"chat-client"))
            && words.any(|word| word == name.as_bytes())
    };
    let mut all = vec![ancestor];
    let mut visited = 0;
    while let Some(pid) = all.get(visited).copied() {
        all.extend(children(pid));
        visited += 1;
    }
    let found = all.iter().copied().find(|pid| is_client(pid));
    found.unwrap_or_else(|| panic!("{name} is none of {all:?}"))
}

#[test]
fn a_stage_that_ignores_the_size_of_its_terminal_is_found_out() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(120, 40, &runs, "demo three-clients");
    let begin = screen.wait_for(&["SPACE begins", "manager ─ ready", "q quit"]);
    assert!(is_drawn_for(&begin, 120, 40), "{begin}");
    for (width, height) in [(80, 24), (160, 45)] {
        send(screen.program(), Signal::STOP);
        screen.resize(width, height);
        let (columns, rows) = (usize::from(width), usize::from(height));
        let ignored = screen.shows();
        assert!(!is_drawn_for(&ignored, columns, rows), "{ignored}");
        send(screen.program(), Signal::CONT);
        screen.wait_until(&format!("drawn for {width}x{height}"), |screen| {
            is_drawn_for(screen, columns, rows)
        });
    }
    screen.press("q");
    screen.wait_for(&["exit code: 4"]);
}

#[test]
fn a_stage_that_does_not_say_who_has_died_is_found_out() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(120, 40, &runs, "demo three-clients");
    screen.wait_for(&["SPACE begins", "manager ─ ready", "bob ─ ready"]);
    send(screen.program(), Signal::STOP);
    send(client(screen.program(), "bob"), Signal::KILL);
    let quiet = screen.shows();
    assert!(!says_dead(&quiet, "bob"), "{quiet}");
    send(screen.program(), Signal::CONT);
    let printed = screen.wait_until("bob has died", |screen| says_dead(screen, "bob"));
    assert!(!says_dead(&printed, "alice"), "{printed}");
    // Nobody did it by hand, and there is a way out.
    assert!(!printed.contains("UNSCRIPTED"), "{printed}");
    assert!(printed.contains("f recorded"), "{printed}");
    screen.press("q");
    screen.wait_for(&["exit code: 1"]);
}
