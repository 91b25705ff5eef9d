//! The first process of a play's PID namespace, and the probe for the level.
//!
//! `stage-init` adopts and reaps whatever its play leaves behind, and ends at the end of
//! its input. The kernel then kills everything in the namespace: so nothing survives, not
//! even a SIGKILL of the harness, whose end closes that input.
//!
//! `stage-init probe` tries, in this expendable process, all that the level `namespaces`
//! needs, and prints `ok` or the step that failed. A half success would leave the harness
//! itself stuck. A second line says why sockets that are files cannot be hidden, where they
//! cannot.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::thread;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use stage::{namespace, sockets};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("probe") {
        return probe();
    }
    let mut child_ended = SigSet::empty();
    child_ended.add(Signal::SIGCHLD);
    if child_ended.thread_block().is_err() {
        return ExitCode::FAILURE;
    }
    thread::spawn(move || {
        loop {
            reap();
            if child_ended.wait().is_err() {
                return;
            }
        }
    });
    let mut input = std::io::stdin().lock();
    let mut byte = [0; 64];
    while !matches!(input.read(&mut byte), Ok(0) | Err(_)) {}
    ExitCode::SUCCESS
}

fn reap() {
    while !matches!(
        waitpid(None, Some(WaitPidFlag::WNOHANG)),
        Ok(WaitStatus::StillAlive) | Err(_)
    ) {}
}

fn probe() -> ExitCode {
    // Sockets first: they are those of the machine's network.
    let tried = namespace::enter_user().and_then(|()| {
        let hidden = sockets::hide();
        namespace::try_play().map(|()| hidden)
    });
    let answer = match tried {
        Ok(Ok(hidden)) if hidden.left.is_empty() => "ok".to_owned(),
        Ok(Ok(hidden)) => format!("ok\n{}", hidden.left.join("; ")),
        Ok(Err(why)) => format!("ok\n{why}"),
        Err(error) => error.to_string(),
    };
    match writeln!(std::io::stdout(), "{answer}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
