//! The stage, as somebody in front of a terminal has it: keys typed into a real one, and what
//! stands on it. Where tmux is not installed the tests say so and are skipped; in CI they fail.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::runs::{Runs, root};

/// The longest wait for a text. Programs may have to be built first.
const LONG: Duration = Duration::from_secs(120);

/// Names of terminals.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A terminal with something on it.
struct Screen {
    socket: String,
    watcher: Child,
    /// Something was painted.
    painted: Receiver<()>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "these tests look at xtask through the terminal of another program"
)]
fn program() -> Command {
    Command::new("tmux")
}

/// False, and a loud word, where there is no tmux.
fn has_tmux() -> bool {
    let found = program().arg("-V").output();
    if found.is_ok_and(|output| output.status.success()) {
        return true;
    }
    let word = "NOT TESTED: tmux is not installed, so nobody has looked at the stage";
    assert!(std::env::var_os("CI").is_none(), "{word}");
    println!("{word}");
    false
}

impl Screen {
    /// Runs xtask on a terminal of this size. When it has ended, its exit code and the
    /// terminal's settings are printed below.
    fn of(width: u16, height: u16, runs: &Runs, arguments: &str) -> Self {
        let nth = COUNT.fetch_add(1, Ordering::SeqCst);
        let socket = format!("xtask-{}-{nth}", std::process::id());
        let xtask = assert_cmd::cargo::cargo_bin("xtask");
        let command = format!(
            "env -u CI -u NO_COLOR -u COLUMNS -u CHAT_PLAY {} {arguments} --reports {}; echo \"exit code: $?\"; stty -a; cat",
            xtask.display(),
            runs.path().display()
        );
        let size = [width.to_string(), height.to_string()];
        let [columns, rows] = &size;
        tmux(
            &socket,
            &[
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-s",
                "stage",
                "-c",
                &root().display().to_string(),
                "-x",
                columns,
                "-y",
                rows,
                &command,
            ],
        );
        tmux(&socket, &["set-option", "-g", "window-size", "manual"]);
        tmux(&socket, &["set-option", "-g", "history-limit", "5000"]);
        let mut watcher = program()
            .args(["-L", &socket, "-C", "attach-session", "-t", "stage"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = BufReader::new(watcher.stdout.take().unwrap());
        let (paint, painted) = sync_channel(1);
        thread::spawn(move || {
            // Bytes: a letter may be cut where one piece of output ends.
            for line in told.split(b'\n') {
                if line.is_err() {
                    return;
                }
                // One that waits says as much as two.
                if matches!(paint.try_send(()), Err(error) if is_gone(&error)) {
                    return;
                }
            }
        });
        Self {
            socket,
            watcher,
            painted,
        }
    }

    /// The process id of xtask.
    fn program(&self) -> i32 {
        let place = ["display-message", "-p", "-t", "stage", "#{pane_pid}"];
        let shell = tmux(&self.socket, &place);
        let shell = shell.trim();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
        children.unwrap().trim().parse().unwrap()
    }

    fn resize(&self, width: u16, height: u16) {
        let (width, height) = (width.to_string(), height.to_string());
        tmux(
            &self.socket,
            &["resize-window", "-t", "stage", "-x", &width, "-y", &height],
        );
    }

    fn press(&self, key: &str) {
        tmux(&self.socket, &["send-keys", "-t", "stage", key]);
    }

    fn type_text(&self, text: &str) {
        tmux(&self.socket, &["send-keys", "-t", "stage", "-l", text]);
    }

    /// What stands on it now.
    fn shows(&self) -> String {
        tmux(&self.socket, &["capture-pane", "-p", "-t", "stage"])
    }

    /// With what has scrolled off.
    fn scrolled(&self) -> String {
        tmux(
            &self.socket,
            &["capture-pane", "-p", "-S", "-", "-J", "-t", "stage"],
        )
    }

    /// The screen, once all of this stands on it.
    fn wait_for(&self, texts: &[&str]) -> String {
        let deadline = Instant::now() + LONG;
        loop {
            let screen = self.shows();
            if texts.iter().all(|text| screen.contains(text)) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // What is painted between a look and the wait has left its word.
            match self.painted.recv_timeout(left) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!(
                        "{texts:?} did not come. On the screen:\n{}",
                        self.scrolled()
                    )
                }
            }
        }
    }

    /// Shows the line of the next step, then sends it; the screen when the step is over.
    fn step(&self, number: usize, types: bool) -> String {
        if types {
            self.press("Space");
            self.wait_for(&["▏"]);
        }
        self.press("Space");
        let bar = format!("{}{} ", "■".repeat(number), "□".repeat(5 - number));
        self.wait_for(&[bar.trim_end(), "✔ "])
    }

    /// From the first key to the verdict.
    fn to_the_end(&self, verdict: &str) -> String {
        self.wait_for(&["SPACE begins", "manager ─ ready"]);
        for (number, types) in [(1, true), (2, true), (3, true), (4, false)] {
            self.step(number, types);
        }
        // After the last step the play ends by itself.
        self.press("Space");
        self.wait_for(&[verdict, " OVER "])
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let killed = program().args(["-L", &self.socket, "kill-server"]).output();
        assert!(killed.is_ok());
        self.watcher.kill().ok();
        self.watcher.wait().ok();
    }
}

fn is_gone<T>(error: &std::sync::mpsc::TrySendError<T>) -> bool {
    matches!(error, std::sync::mpsc::TrySendError::Disconnected(_))
}

fn tmux(socket: &str, arguments: &[&str]) -> String {
    let output = program()
        .args(["-u", "-L", socket])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

/// Sealed bytes and the clock are others each time.
fn redacted(screen: &str, name: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"…[0-9a-f]{2}( [0-9a-f]{2})+", "…(sealed bytes)");
    settings.add_filter(r"\d+ bytes", "(so many) bytes");
    settings.add_filter(r"\d\d:\d\d", "mm:ss");
    settings.bind(|| insta::assert_snapshot!(name, screen));
}

/// Quits, and sees that the terminal is as it was and that the summary was left.
fn quit(screen: &Screen, code: u8) -> String {
    screen.press("q");
    screen.wait_for(&[&format!("exit code: {code}"), "icanon"]);
    let left = screen.scrolled();
    assert!(
        !left.contains("-icanon") && !left.contains("-echo "),
        "{left}"
    );
    assert!(left.contains("as a page: "), "{left}");
    left
}

#[test]
fn a_demo_is_stepped_through_to_its_end_in_three_sizes() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    for (width, height) in [(80, 24), (120, 40), (160, 45)] {
        let screen = Screen::of(width, height, &runs, "demo three-clients --seed 7");
        let begin = screen.wait_for(&["SPACE begins", "manager ─ ready"]);
        assert!(begin.contains(" LIVE "), "{begin}");
        screen.step(1, true);
        let second = screen.step(2, true);
        redacted(&second, &format!("step-2-{width}x{height}"));
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

#[test]
fn a_nosy_relay_ends_in_plaintext_with_the_place() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(120, 40, &runs, "demo three-clients --relay nosy");
    let end = screen.to_the_end("■ PLAINTEXT");
    assert!(end.contains("relay.stdout"), "{end}");
    quit(&screen, 3);
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
    let deadline = Instant::now() + LONG;
    while screen.shows().contains("so far") {
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(screen.painted.recv_timeout(left).is_ok());
    }
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
fn a_client_that_is_taken_over_and_killed_is_told_as_unscripted() {
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
    screen.wait_for(&["message bob q here", "UNSCRIPTED"]);
    screen.press("C-k");
    screen.press("Escape");
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
    let deadline = Instant::now() + LONG;
    while !screen.shows().contains("OVER") {
        screen.press("Space");
        let left = deadline.saturating_duration_since(Instant::now());
        assert!(screen.painted.recv_timeout(left).is_ok());
    }
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
    screen.wait_for(&["nobody can change it"]);
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
fn without_room_or_with_a_dumb_terminal_lines_are_streamed() {
    if !has_tmux() {
        return;
    }
    let runs = Runs::new();
    let screen = Screen::of(70, 20, &runs, "demo three-clients");
    screen.wait_for(&["SPACE or Enter: next step"]);
    screen.press("q");
    screen.wait_for(&["exit code: 4"]);
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
