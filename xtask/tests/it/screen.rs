//! A terminal of tmux with xtask or another program on it: keys typed, screens read. Where tmux is not
//! installed the tests say so and are skipped; in CI they fail.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::runs::{Runs, root};

/// The longest wait for a text. Programs may have to be built first.
pub(crate) const LONG: Duration = Duration::from_secs(120);

/// Names of terminals.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A terminal with something on it.
pub(crate) struct Screen {
    pub(crate) socket: String,
    watcher: Child,
    /// Something was painted.
    pub(crate) painted: Receiver<()>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "these tests read xtask through the terminal of another program"
)]
fn program() -> Command {
    Command::new("tmux")
}

/// False, and a loud word, where there is no tmux.
pub(crate) fn has_tmux() -> bool {
    let found = program().arg("-V").output();
    let is_there = found.is_ok_and(|output| output.status.success());
    testing::has_installed((!is_there).then(|| "tmux is not installed".to_owned()))
}

impl Screen {
    /// Runs xtask on a terminal of this size. When it has ended, its exit code and the
    /// terminal's settings are printed below.
    pub(crate) fn of(width: u16, height: u16, runs: &Runs, arguments: &str) -> Self {
        Self::with((width, height), runs, arguments, "")
    }

    /// The same, where `NAME=VALUE` is set.
    pub(crate) fn with(size: (u16, u16), runs: &Runs, arguments: &str, variables: &str) -> Self {
        let xtask = assert_cmd::cargo::cargo_bin("xtask");
        let (xtask, runs) = (xtask.display(), runs.path().display());
        let command = format!("{xtask} {arguments} --reports {runs}");
        Self::running(size, &command, variables)
    }

    /// The same of any program.
    pub(crate) fn running((width, height): (u16, u16), command: &str, variables: &str) -> Self {
        let nth = COUNT.fetch_add(1, Ordering::SeqCst);
        let socket = format!("xtask-{}-{nth}", std::process::id());
        let command = format!(
            "env -u CI -u NO_COLOR -u COLUMNS {variables} {command}; echo \"exit code: $?\"; stty -a; cat"
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
        let output_text = BufReader::new(watcher.stdout.take().unwrap());
        let (paint, painted) = sync_channel(1);
        thread::spawn(move || {
            // Bytes: a letter may be cut where one piece of output ends.
            for line in output_text.split(b'\n') {
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

    /// The process id of what runs on it.
    pub(crate) fn program(&self) -> i32 {
        let place = ["display-message", "-p", "-t", "stage", "#{pane_pid}"];
        let shell = tmux(&self.socket, &place);
        let shell = shell.trim();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children"));
        children.unwrap().trim().parse().unwrap()
    }

    pub(crate) fn resize(&self, width: u16, height: u16) {
        let (width, height) = (width.to_string(), height.to_string());
        tmux(
            &self.socket,
            &["resize-window", "-t", "stage", "-x", &width, "-y", &height],
        );
    }

    pub(crate) fn press(&self, key: &str) {
        tmux(&self.socket, &["send-keys", "-t", "stage", key]);
    }

    /// Presses Esc, and waits until the screen has left what this stood in: a key right behind an
    /// Esc would be read together with it, as that key with Alt.
    pub(crate) fn escape_from(&self, text: &str) {
        self.press("Escape");
        self.wait_until(&format!("a screen without {text:?}"), |screen| {
            !screen.contains(text)
        });
    }

    /// Presses a key again and again, until this is on the screen.
    pub(crate) fn press_until(&self, key: &str, text: &str) {
        let deadline = Instant::now() + LONG;
        while !self.shows().contains(text) {
            self.press(key);
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(self.painted.recv_timeout(left).is_ok(), "no {text:?}");
        }
    }

    pub(crate) fn type_text(&self, text: &str) {
        tmux(&self.socket, &["send-keys", "-t", "stage", "-l", text]);
    }

    /// What is on it now.
    pub(crate) fn shows(&self) -> String {
        tmux(&self.socket, &["capture-pane", "-p", "-t", "stage"])
    }

    /// With what has scrolled off.
    pub(crate) fn scrolled(&self) -> String {
        tmux(
            &self.socket,
            &["capture-pane", "-p", "-S", "-", "-J", "-t", "stage"],
        )
    }

    /// The screen, once all of this is on it.
    pub(crate) fn wait_for(&self, texts: &[&str]) -> String {
        self.wait_until(&format!("{texts:?}"), |screen| {
            texts.iter().all(|text| screen.contains(text))
        })
    }

    /// The screen, once it is as it should be.
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LONG;
        loop {
            let screen = self.shows();
            if is_so(&screen) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // What is painted between the read and the wait has left its mark.
            match self.painted.recv_timeout(left) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{what} did not come. On the screen:\n{}", self.scrolled())
                }
            }
        }
    }

    /// Shows the line of the next step, then sends it; the screen when the step is over.
    pub(crate) fn step(&self, number: usize, types: bool) -> String {
        if types {
            self.press("Space");
            self.wait_for(&["▏"]);
        }
        self.press("Space");
        let bar = format!("{}{} ", "■".repeat(number), "□".repeat(5 - number));
        // In what the step means, right behind the border.
        self.wait_for(&[bar.trim_end(), "│✔ "])
    }

    /// From the first key to the verdict.
    pub(crate) fn to_the_end(&self, verdict: &str) -> String {
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

pub(crate) fn tmux(socket: &str, arguments: &[&str]) -> String {
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

/// Quits, and sees that the terminal is as it was and that the summary was left.
pub(crate) fn quit(screen: &Screen, code: u8) -> String {
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
