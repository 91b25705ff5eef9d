//! The terminal, taken and given back: at the end, when something panics, and while the program is stopped.

use std::io::{self, IsTerminal as _, Write};
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};

/// The smallest terminal that a screen makes sense on: columns and rows.
const SMALLEST: (u16, u16) = (40, 8);

/// The terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// It takes nothing: whoever writes to it waits for ever.
static STUCK: AtomicBool = AtomicBool::new(false);

/// Whether a person sits in front of a terminal that a screen can be painted on.
pub(crate) fn fits() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let has_room = || size().is_ok_and(|(w, h)| w >= SMALLEST.0 && h >= SMALLEST.1);
    !is_dumb && is_terminal && has_room()
}

/// Takes the terminal; whatever happens, it is given back.
pub(super) fn take(out: &mut impl Write) -> io::Result<()> {
    restore_on_panic();
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    // What is pasted comes as such, and not as keys that send it line by line.
    let entered = execute!(out, EnterAlternateScreen, EnableBracketedPaste);
    if entered.is_err() {
        restore(out);
    }
    entered
}

/// Whether it may be painted on.
pub(super) fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Gives it back, once. One that has gone needs no mending.
pub(super) fn restore(out: &mut impl Write) {
    if TAKEN.swap(false, Ordering::SeqCst) {
        execute!(out, DisableBracketedPaste, LeaveAlternateScreen, Show).ok();
        disable_raw_mode().ok();
    }
}

/// Gives back what can be had without a write. Nothing is to be written to it after this.
pub(super) fn give_up() {
    TAKEN.store(false, Ordering::SeqCst);
    STUCK.store(true, Ordering::SeqCst);
    disable_raw_mode().ok();
}

/// Whether it was given up.
pub(crate) fn is_stuck() -> bool {
    STUCK.load(Ordering::SeqCst)
}

/// For tests without a terminal.
#[cfg(test)]
pub(super) fn pretend_taken() {
    TAKEN.store(true, Ordering::SeqCst);
}

/// Waits until the terminal behind this has hung up, whoever ignores SIGHUP. Reading it would not tell: what reads
/// keys takes the end of a terminal for a pause.
#[cfg(unix)]
pub(super) fn wait_for_hang_up(terminal: BorrowedFd<'_>) -> io::Result<()> {
    use nix::errno::Errno;
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let hung_up = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
    loop {
        // It asks for no event: keys do not wake it.
        let mut terminals = [PollFd::new(terminal, PollFlags::empty())];
        match poll(&mut terminals, PollTimeout::NONE) {
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                let [terminal] = &terminals;
                if terminal
                    .revents()
                    .is_some_and(|seen| seen.intersects(hung_up))
                {
                    return Ok(());
                }
            }
        }
    }
}

/// What a panic says must be readable, and what follows it typed in a usable terminal.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore(&mut io::stdout());
            before(panic);
        }));
    });
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::fd::AsFd as _;

    use super::wait_for_hang_up;

    #[test]
    fn a_terminal_that_hangs_up_is_told_from_one_with_keys() {
        let pair = nix::pty::openpty(None, None).unwrap();
        let (far, near) = (pair.master, pair.slave);
        nix::unistd::write(&far, b"keys\n").unwrap();
        let (sender, seen) = std::sync::mpsc::sync_channel(1);
        let waiting = std::thread::spawn(move || {
            sender.send(wait_for_hang_up(near.as_fd())).unwrap();
        });
        assert!(seen.try_recv().is_err());
        drop(far);
        seen.recv().unwrap().unwrap();
        waiting.join().unwrap();
    }
}
