//! The address of the page, on the terminal: each works once, so there is another whenever somebody asks for it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::sync::Arc;

use session_guard::SessionGuard;

/// Prints the address, and another one for each line of standard input.
pub(super) fn offer(guard: Arc<SessionGuard>) -> io::Result<()> {
    print(&guard.address())?;
    if io::stdin().is_terminal() {
        // Where nobody reads it, nothing is lost.
        drop(writeln!(
            io::stderr().lock(),
            "It works once: press Enter for another one. Ctrl-C leaves the chat."
        ));
    }
    std::thread::Builder::new()
        .name("addresses".to_owned())
        .spawn(move || {
            let mut lines = io::stdin().lock();
            let mut line = Vec::new();
            // What cannot be read or printed is the end of it: the page goes on.
            while lines
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
                && print(&guard.another_address()).is_ok()
            {
                line.clear();
            }
        })?;
    Ok(())
}

fn print(address: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "open {address}")?;
    stdout.flush()
}
