//! How a client meets its user.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use clap::ValueEnum;

use crate::fault::ClientFault;
use crate::orphan;
use crate::terminal;

/// How a client meets its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Face {
    /// One line in, one line out.
    Lines,
    /// Lines as people read them.
    People,
    /// Asks for everything before it is ready, and shows a prompt for what is typed.
    Asks,
    /// Paints the last lines on the alternate screen, again and again.
    Paints,
}

/// Rows that are painted above the prompt.
const ROWS: usize = 8;

/// What is shown at the moment.
static SHOWN: Mutex<(Face, VecDeque<String>)> = Mutex::new((Face::Lines, VecDeque::new()));

/// Learns who the user is, with `@` and the room, if there is one.
///
/// # Errors
///
/// When there is no terminal, or the password is wrong.
pub(super) fn meet(face: Face, name: String, fault: ClientFault) -> io::Result<String> {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    shown.0 = face;
    drop(shown);
    match face {
        Face::Lines | Face::People => Ok(name),
        Face::Asks => ask(fault),
        Face::Paints => {
            terminal::quiet()?;
            print(b"\x1b[?1049h\x1b[2J")?;
            Ok(name)
        }
    }
}

fn ask(fault: ClientFault) -> io::Result<String> {
    if !terminal::cursor()?.starts_with("\x1b[") {
        return Err(io::Error::other("this is a strange terminal"));
    }
    let name = if fault == ClientFault::Registers {
        if terminal::question("Do you agree? ")? != "yes" {
            return Err(io::Error::other("nobody comes in without agreeing"));
        }
        terminal::question("Choose a name: ")?
    } else {
        terminal::question("Name: ")?
    };
    match fault {
        ClientFault::DiesAsking => return Err(io::Error::other("I have heard enough")),
        ClientFault::StopsAsking => orphan::rest(),
        _ => {}
    }
    if terminal::secret("Password: ")? != format!("secret of {name}") {
        return Err(io::Error::other("wrong password"));
    }
    let room = if terminal::question("new or join? ")? == "new" {
        let room = format!("room-{}", std::process::id());
        print(format!("Tell the others: {room}\n").as_bytes())?;
        room
    } else {
        terminal::question("Room: ")?
    };
    Ok(format!("{name}@{room}"))
}

/// Lines are for people.
pub(super) fn is_for_people() -> bool {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    shown.0 == Face::People
}

/// Shows one more line.
///
/// # Errors
///
/// When nobody looks any more.
pub(super) fn show(line: &str) -> io::Result<()> {
    let mut shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match shown.0 {
        Face::Lines | Face::People => print(format!("{line}\n").as_bytes()),
        Face::Asks => print(format!("{line}\nEnter message: ").as_bytes()),
        Face::Paints => {
            let rows = &mut shown.1;
            rows.push_back(line.to_owned());
            if rows.len() > ROWS {
                rows.pop_front();
            }
            print(frame(rows).as_bytes())
        }
    }
}

fn frame(rows: &VecDeque<String>) -> String {
    let rows = rows.iter().enumerate();
    let rows: String = rows
        .map(|(n, row)| format!("\x1b[{};1H\x1b[K\x1b[32m{row}\x1b[0m", n + 1))
        .collect();
    format!("\x1b[?25l{rows}\x1b[{};1H\x1b[K> \x1b[?25h", ROWS + 2)
}

fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
