//! Pseudo-terminals: a participant that wants a person in front of it.
//!
//! A process that leads its session and opens a terminal gets it as its controlling
//! terminal: so `/dev/tty` works, and nobody ever asks the person who started the harness.

use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::ioctl_fionread;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use crate::error::EngineError;
use crate::participant::spawn::{self, Command};
use scenario::adapter::Terminal;

/// The longest line that a terminal takes while it waits for whole lines, without its end.
const LONGEST_LINE: usize = 4095;

/// A process that was started on a terminal.
#[derive(Debug)]
pub(crate) struct OnTerminal {
    /// As the harness sees it.
    pub(crate) pid: i32,
    /// Readable when it has ended.
    pub(crate) pidfd: OwnedFd,
    /// Our end of its terminal. Does not block.
    pub(crate) terminal: OwnedFd,
}

/// Starts a process on a terminal of its own, as [`spawn::spawn`] does with pipes.
pub(crate) fn spawn(command: &Command, terminal: &Terminal) -> Result<OnTerminal, EngineError> {
    let (ours, name) = open(terminal).map_err(EngineError::system("make a terminal"))?;
    let (pid, pidfd) = spawn::start(command, |actions| {
        actions.add_open(0, name.as_c_str(), OFlag::O_RDWR, Mode::empty())?;
        actions.add_dup2(0, 1)?;
        actions.add_dup2(0, 2)
    })?;
    Ok(OnTerminal {
        pid,
        pidfd,
        terminal: ours,
    })
}

/// Our end, and the name of theirs.
fn open(terminal: &Terminal) -> rustix::io::Result<(OwnedFd, CString)> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    tcsetwinsize(
        &ours,
        Winsize {
            ws_col: terminal.columns.get(),
            ws_row: terminal.rows.get(),
            ws_xpixel: 0,
            ws_ypixel: 0,
        },
    )?;
    silence(&ours)?;
    fcntl_setfl(&ours, fcntl_getfl(&ours)? | OFlags::NONBLOCK)?;
    Ok((ours, name))
}

/// What we type is not shown by the terminal, but for the line break: so a prompt and what
/// comes after our answer are two lines, and nothing that we typed passes for something
/// that the program said.
fn silence(terminal: &impl AsFd) -> rustix::io::Result<()> {
    let mut modes = tcgetattr(terminal)?;
    modes.local_modes -= LocalModes::ECHO;
    modes.local_modes |= LocalModes::ECHONL;
    tcsetattr(terminal, OptionalActions::Now, &modes)
}

/// How a terminal treats what is typed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TtyMode {
    /// It hands over whole lines.
    pub(crate) by_line: bool,
    /// It, or the program itself, may show what is typed.
    pub(crate) echoes: bool,
}

/// A line that its terminal would cut, in words that follow the name of the participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "runs on a terminal that hands over whole lines, and cuts them after {LONGEST_LINE} bytes; \
     this one has {length}"
)]
pub(crate) struct LineTooLong {
    /// In bytes.
    length: usize,
}

impl TtyMode {
    /// As the program has set them; whole lines without echo when nobody can tell any more.
    pub(crate) fn of(terminal: &impl AsFd) -> Self {
        let local = tcgetattr(terminal).map_or(LocalModes::ICANON, |modes| modes.local_modes);
        Self {
            by_line: local.contains(LocalModes::ICANON),
            echoes: local.contains(LocalModes::ECHO) || !local.contains(LocalModes::ICANON),
        }
    }

    /// Why a line cannot be typed.
    pub(crate) fn objection(self, line: &str) -> Option<LineTooLong> {
        let length = line.len();
        (self.by_line && length > LONGEST_LINE).then_some(LineTooLong { length })
    }
}

/// Bytes that were typed and that its program has not read, as far as they have reached it: a
/// terminal keeps no more than a few thousand there.
pub(super) fn unread(terminal: &OwnedFd) -> u64 {
    let theirs = ioctl_tiocgptpeer(terminal, OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC);
    let unread = theirs.and_then(|theirs| ioctl_fionread(&theirs));
    unread.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::{TtyMode, spawn, unread};
    use crate::participant::spawn::{Command, wait_blocking};
    use scenario::adapter::Terminal;

    #[test]
    fn what_a_raw_program_does_not_read_is_counted() {
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument("stty raw; echo raw; exec sleep 60")
            .variable("PATH", "/bin:/usr/bin");
        let started = spawn(&command, &Terminal::default()).unwrap();
        let mut terminal = File::from(started.terminal.try_clone().unwrap());
        let mut shown = [0];
        let minute = Timespec::try_from(Duration::from_secs(60)).unwrap();
        while shown != *b"w" {
            let mut awaited = [PollFd::new(&terminal, PollFlags::IN)];
            assert_eq!(poll(&mut awaited, Some(&minute)), Ok(1), "it is raw");
            let read = terminal.read(&mut shown).unwrap();
            assert_eq!(read, 1);
        }
        assert_eq!(unread(&started.terminal), 0);
        terminal.write_all(&[b'x'; 1000]).unwrap();
        // The kernel passes it on by and by.
        let until = Instant::now() + Duration::from_secs(60);
        while unread(&started.terminal) == 0 {
            assert!(Instant::now() < until, "what was typed has not come");
            std::thread::yield_now();
        }
        let pid = rustix::process::Pid::from_raw(started.pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        wait_blocking(started.pid, &started.pidfd).unwrap();
    }

    /// Runs a shell on a terminal to its end: what was shown.
    fn shell(script: &str, typed: &str) -> String {
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument(script)
            .variable("PATH", "/bin:/usr/bin");
        let started = spawn(&command, &Terminal::default()).unwrap();
        let mut terminal = File::from(started.terminal);
        terminal.write_all(typed.as_bytes()).unwrap();
        let mut shown = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            poll(&mut [PollFd::new(&terminal, PollFlags::IN)], None).unwrap();
            match terminal.read(&mut buffer) {
                Ok(length) if length > 0 => shown.extend_from_slice(&buffer[..length]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                // The last one has closed its side.
                Ok(_) | Err(_) => break,
            }
        }
        wait_blocking(started.pid, &started.pidfd).unwrap();
        String::from_utf8(shown).unwrap()
    }

    #[test]
    fn a_program_has_a_controlling_terminal_of_the_usual_size() {
        let shown = shell("tty -s && stty size && echo here > /dev/tty", "");
        assert_eq!(shown, "50 200\r\nhere\r\n");
        let shown = shell("cut -d' ' -f1,6,7 /proc/$$/stat", "");
        let fields: Vec<&str> = shown.split_whitespace().collect();
        assert_eq!(fields[0], fields[1], "it leads its session");
        assert_ne!(fields[2], "0", "its session has a terminal");
    }

    #[test]
    fn what_is_typed_is_read_and_not_shown_but_for_the_line_break() {
        let shown = shell(
            "printf 'Name: '; read name; echo \"hello $name\"",
            "alice\r",
        );
        assert_eq!(shown.matches("alice").count(), 1, "{shown:?}");
        assert!(shown.ends_with("hello alice\r\n"), "{shown:?}");
        assert!(shown.contains("\r\n"), "{shown:?}");
    }

    #[test]
    fn a_line_that_would_be_cut_is_objected_to() {
        let (by_line, raw) = (true, false);
        let tty_mode = |by_line| TtyMode {
            by_line,
            echoes: false,
        };
        assert_eq!(tty_mode(by_line).objection(&"x".repeat(4095)), None);
        let why = tty_mode(by_line).objection(&"x".repeat(4096)).unwrap();
        let why = why.to_string();
        assert!(why.contains("4095") && why.contains("4096"), "{why}");
        assert_eq!(tty_mode(raw).objection(&"x".repeat(4096)), None);
    }
}
