//! SPACE and Enter go on, q ends: keys of whoever shows a demo.

use std::io::{self, IsTerminal as _, Read as _};
use std::thread;

use nix::sys::signal::{SigSet, Signal};
use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use timeline::ControlCommand;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The terminal gives single keys, without showing them, as long as this lives. Ctrl-C stays
/// what it is.
pub(crate) struct SingleKeys {
    before: Termios,
}

impl SingleKeys {
    /// `None` where standard input is no terminal.
    pub(crate) fn begin() -> Option<Self> {
        let stdin = io::stdin();
        if !stdin.is_terminal() || !is_foreground() {
            return None;
        }
        let before = tcgetattr(&stdin).ok()?;
        let mut single = before.clone();
        single
            .local_modes
            .remove(LocalModes::ICANON | LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Now, &single).ok()?;
        Some(Self { before })
    }
}

impl Drop for SingleKeys {
    fn drop(&mut self) {
        // A terminal that has gone needs no mending, and one that others use is theirs.
        if !is_foreground() {
            return;
        }
        tcsetattr(io::stdin(), OptionalActions::Now, &self.before).ok();
    }
}

/// The terminal is ours: a process in the background that asks it for something is stopped.
fn is_foreground() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// Calls for each key `t`. The thread that waits for a key ends with the process, or when
/// the process goes to the background.
pub(crate) fn each_t(call: impl Fn() + Send + 'static) {
    thread::spawn(move || {
        // Then reading in the background is an error and does not stop the process.
        if SigSet::from(Signal::SIGTTIN).thread_block().is_err() {
            return;
        }
        for key in io::stdin().lock().bytes().map_while(Result::ok) {
            if key == b't' {
                call();
            }
        }
    });
}

/// Asks for the next step with each key that goes on. `q` ends the play in order, and a
/// second one, or one that comes when nothing can be asked any more, at once. The thread that
/// waits for a key ends with the process; when the input ends, nobody asks any more.
pub(crate) fn ask(asks: mpsc::Sender<ControlCommand>, cancel: CancellationToken) {
    thread::spawn(move || {
        let mut is_ending = false;
        for key in io::stdin().lock().bytes().map_while(Result::ok) {
            match key {
                b' ' | b'\r' | b'\n' if asks.blocking_send(ControlCommand::Step).is_err() => {}
                b'q' if is_ending || asks.blocking_send(ControlCommand::Stop).is_err() => {
                    cancel.cancel();
                }
                b'q' => is_ending = true,
                _ => {}
            }
        }
    });
}
