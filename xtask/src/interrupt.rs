//! Ctrl-C and SIGTERM: what was started is stopped first, then the process ends.
//!
//! A thread of its own waits for them: the runtime may be held up by what is to be ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use nix::sys::signal::{SigSet, Signal};
use stage::{EngineError, last_resort};
use tokio_util::sync::CancellationToken;

use crate::command_error::CommandError;
use crate::exit_code::{self, INTERRUPTED, TERMINATED};

/// What ends a run.
const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

/// Signals as they are listened for.
pub(crate) struct Interrupt {
    code: Arc<AtomicU8>,
}

/// Keeps the signals that end a run from the calling thread and from those that it makes: so
/// they wait for [`Interrupt::listen`]. Called before there is another thread.
///
/// # Errors
///
/// What the system says.
pub(crate) fn hold() -> Result<(), CommandError> {
    let mut held = signals();
    // Nobody waits for this one: while it is kept away, a write that goes beyond the limit of a file
    // fails and is named, instead of ending the process without a word.
    held.add(Signal::SIGXFSZ);
    let held = held.thread_block();
    held.map_err(|error| CommandError::environment(format!("cannot hold signals: {error}")))
}

fn signals() -> SigSet {
    SIGNALS.into_iter().collect()
}

impl Interrupt {
    /// From now on a signal cancels instead of ending the process, until the process ends. It
    /// ends soon after the first, whatever holds it up.
    ///
    /// # Errors
    ///
    /// When the system refuses threads.
    pub(crate) fn listen(cancel: CancellationToken) -> Result<Self, CommandError> {
        let failed =
            |error| CommandError::environment(format!("cannot listen for signals: {error}"));
        let code = Arc::new(AtomicU8::new(0));
        let last_resort = stage::LastResort::ready().map_err(failed)?;
        let means = Arc::clone(&code);
        let thread = std::thread::Builder::new().name("signals".to_owned());
        let waits = move || {
            while let Ok(signal) = signals().wait() {
                means.store(code_of(signal), Ordering::SeqCst);
                let within = last_resort::WITHIN;
                let what = format!("within {within:?} of {signal}");
                last_resort.arm(Instant::now() + within, what);
                cancel.cancel();
            }
        };
        thread.spawn(waits).map_err(failed)?;
        Ok(Self { code })
    }

    /// What an error of a run means, with its exit code.
    pub(crate) fn command_error(&self, error: EngineError) -> CommandError {
        let text = error.to_string();
        match error {
            EngineError::Interrupted => {
                let code = match self.code.load(Ordering::SeqCst) {
                    0 => INTERRUPTED,
                    code => code,
                };
                let text = "interrupted; nothing that was started is still running".to_owned();
                CommandError { code, text }
            }
            error => CommandError {
                code: exit_code::of(error.blame()),
                text,
            },
        }
    }
}

fn code_of(signal: Signal) -> u8 {
    match signal {
        Signal::SIGINT => INTERRUPTED,
        _ => TERMINATED,
    }
}
