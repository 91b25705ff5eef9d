//! The first process of a play's PID namespace, and the probe for the level.
//!
//! `stage-init` adopts and reaps whatever its play leaves behind, and ends at the end of
//! its input. The kernel then kills everything in the namespace: so nothing survives, not
//! even a SIGKILL of the harness, whose end closes that input.
//!
//! `stage-init probe` tries, in this expendable process, all that the level `namespaces`
//! needs, and prints `ok` or the step that failed. A half success would leave the harness
//! itself stuck. A second line says why sockets that are files cannot be hidden, and a third one
//! why the machine's processes cannot; empty where they can.

use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::thread;

use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use stage::{init, namespace, sockets};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("probe") {
        return probe();
    }
    // Before there is a second thread: rights belong to threads.
    let prepared = init::prepare();
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
    // Whoever has started it waits for this.
    if writeln!(std::io::stdout(), "{prepared}").is_err() {
        return ExitCode::FAILURE;
    }
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

/// Why a play has no `/proc` of its own here; empty where it has. As in a play, pid 1 tries it.
fn why_proc() -> String {
    let own = std::env::current_exe().map_err(|error| error.to_string());
    let started = own.and_then(|own| init::start(&own).map_err(|error| error.to_string()));
    match started {
        Ok(init) => {
            let why = init.why_proc.clone();
            init.end();
            why.unwrap_or_default()
        }
        Err(why) => why,
    }
}

fn probe() -> ExitCode {
    // Sockets first: they are those of the machine's network.
    let tried = namespace::enter_user().and_then(|()| {
        let hidden = sockets::hide();
        namespace::try_play().map(|()| hidden)
    });
    let answer = match tried {
        Ok(Ok(hidden)) => format!("ok\n{}\n{}", hidden.left.join("; "), why_proc()),
        Ok(Err(why)) => format!("ok\n{why}\n{why}"),
        Err(error) => error.to_string(),
    };
    match writeln!(std::io::stdout(), "{answer}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
