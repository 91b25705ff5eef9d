//! Questions to the person in front of the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The controlling terminal, whatever the standard streams are.
///
/// # Errors
///
/// When there is none.
pub(crate) fn open() -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(|error| io::Error::other(format!("this program needs a terminal: {error}")))
}

/// Asks, and reads one line.
///
/// # Errors
///
/// When the input ends.
pub(crate) fn question(question: &str) -> io::Result<String> {
    let mut out = io::stdout().lock();
    out.write_all(question.as_bytes())?;
    out.flush()?;
    line(&mut io::stdin().lock())
}

/// Asks on the terminal itself, without echo.
///
/// # Errors
///
/// When there is no terminal.
pub(crate) fn secret(question: &str) -> io::Result<String> {
    let mut terminal = open()?;
    terminal.write_all(question.as_bytes())?;
    let before = tcgetattr(&terminal)?;
    without(&terminal, &before, LocalModes::ECHO)?;
    let typed = line(&mut BufReader::new(&terminal));
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    typed
}

/// Asks the terminal where its cursor is, and waits for the answer.
///
/// # Errors
///
/// When there is no terminal.
pub(crate) fn cursor() -> io::Result<String> {
    let mut terminal = open()?;
    let before = tcgetattr(&terminal)?;
    without(&terminal, &before, LocalModes::ECHO | LocalModes::ICANON)?;
    terminal.write_all(b"\x1b[6n")?;
    let mut answer = String::new();
    let mut byte = [0];
    while !answer.ends_with('R') && terminal.read(&mut byte)? == 1 {
        answer.push(char::from(byte[0]));
    }
    tcsetattr(&terminal, OptionalActions::Now, &before)?;
    Ok(answer)
}

/// Asks for the cursor position on standard output, and waits for the answer on standard input,
/// as programs do that assume that both are a terminal.
///
/// # Errors
///
/// When the input ends.
pub(crate) fn cursor_by_input() -> io::Result<String> {
    question("\x1b[6n")
}

/// Turns off the terminal's echo until the program ends.
///
/// # Errors
///
/// When there is no terminal.
pub(crate) fn quiet() -> io::Result<()> {
    let terminal = open()?;
    let before = tcgetattr(&terminal)?;
    without(&terminal, &before, LocalModes::ECHO | LocalModes::ECHONL)
}

fn without(terminal: &File, before: &Termios, modes: LocalModes) -> io::Result<()> {
    let mut changed = before.clone();
    changed.local_modes -= modes;
    Ok(tcsetattr(terminal, OptionalActions::Now, &changed)?)
}

fn line(input: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
