//! A terminal after the stage on it has panicked.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use terminal_stage::{Ending, Reader, SavedPlay, Source, recorded};

use crate::{Stage, planned};

const WHY: &str = "nobody has thought of this";

/// The test below, and what makes it the program that panics.
const TEST: &str = "panic::a_terminal_is_given_back_before_it_is_reported_why_the_stage_panicked";
const ON_TERMINAL: &str = "CHAT_SCREEN_PANICS";

/// A terminal: our end, and that of a program.
fn terminal() -> (OwnedFd, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let size = Winsize {
        ws_col: 96,
        ws_row: 30,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&ours, size).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let theirs = open(ptsname(&ours, Vec::new()).unwrap(), flags, Mode::empty()).unwrap();
    (ours, theirs)
}

/// Runs the test again, as the program that panics, on a terminal: what it wrote.
#[expect(clippy::disallowed_methods, reason = "a panic ends the process")]
fn run_on(theirs: OwnedFd, ours: &OwnedFd) -> String {
    let stdio = || Stdio::from(theirs.try_clone().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture"])
        .env(ON_TERMINAL, "1")
        .env("RUST_BACKTRACE", "0")
        .stdin(stdio())
        .stdout(stdio())
        .stderr(stdio())
        .spawn()
        .unwrap();
    drop(theirs);
    let mut written = Vec::new();
    // It ends with an error, when the last program has closed its side.
    let ended = File::from(ours.try_clone().unwrap()).read_to_end(&mut written);
    assert!(ended.is_err());
    assert!(!child.wait().unwrap().success());
    String::from_utf8_lossy(&written).into_owned()
}

/// A stage that meets what nobody has thought of.
fn panicking() {
    let mut stage = Stage::of(Source::Recorded("then".to_owned()));
    stage.open();
    stage.say();
    let played = SavedPlay {
        plan: planned(),
        events: stage.log,
        ending: Ending::default(),
        when: "then".to_owned(),
        reader: Reader(Box::new(|_, _, _| panic!("{WHY}"))),
    };
    drop(recorded(played, Some(Duration::from_millis(1))));
}

#[test]
fn a_terminal_is_given_back_before_it_is_reported_why_the_stage_panicked() {
    if std::env::var_os(ON_TERMINAL).is_some() {
        return panicking();
    }
    let (ours, theirs) = terminal();
    let modes = |of: &OwnedFd| tcgetattr(of.as_fd()).unwrap();
    let before = modes(&ours);
    assert!(before.local_modes.contains(LocalModes::ICANON));
    let written = run_on(theirs, &ours);
    let place = |what: &str| {
        let place = written.rfind(what);
        place.unwrap_or_else(|| panic!("no {what:?} in {written:?}"))
    };
    let (taken, left) = (place("\u{1b}[?1049h"), place("\u{1b}[?1049l"));
    assert!(taken < left, "{written:?}");
    assert!(left < place(WHY), "nobody could read it: {written:?}");
    assert!(place("\u{1b}[?25l") < place("\u{1b}[?25h"), "the cursor");
    let after = modes(&ours);
    assert_eq!(after.local_modes, before.local_modes);
    assert_eq!(after.input_modes, before.input_modes);
    assert_eq!(after.output_modes, before.output_modes);
}
