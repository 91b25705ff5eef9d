//! Ctrl-C and SIGTERM: what was started is stopped first, then the process ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use stage::EngineError;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::command_error::CommandError;
use crate::exit_code::{self, INTERRUPTED, TERMINATED};

/// Listens for signals as long as the runtime lives.
pub(crate) struct Interrupt {
    code: Arc<AtomicU8>,
}

impl Interrupt {
    /// From now on a signal cancels instead of ending the process.
    ///
    /// # Errors
    ///
    /// When the system refuses to tell of signals.
    pub(crate) fn listen(cancel: CancellationToken) -> Result<Self, CommandError> {
        let code = Arc::new(AtomicU8::new(0));
        let kinds = [
            (SignalKind::interrupt(), INTERRUPTED),
            (SignalKind::terminate(), TERMINATED),
            (SignalKind::hangup(), TERMINATED),
        ];
        for (kind, means) in kinds {
            let mut signals = signal(kind).map_err(|error| {
                CommandError::environment(format!("cannot listen for signals: {error}"))
            })?;
            let (code, cancel) = (Arc::clone(&code), cancel.clone());
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    code.store(means, Ordering::SeqCst);
                    cancel.cancel();
                }
            });
        }
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
                let text = "interrupted; everything that was started is gone".to_owned();
                CommandError { code, text }
            }
            error => CommandError {
                code: exit_code::of(error.blame()),
                text,
            },
        }
    }
}
