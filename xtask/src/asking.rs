//! SIGUSR1, and on a terminal the key `t`: what does every running play wait for?

use std::io::{self, IsTerminal as _};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::command_error::CommandError;
use crate::keys::{self, SingleKeys};

/// Counts the questions. Keys are taken one by one as long as what is returned lives.
///
/// # Errors
///
/// When the system refuses to tell of signals.
pub(crate) fn listen(asking: watch::Sender<u64>) -> Result<Option<SingleKeys>, CommandError> {
    let mut signals = signal(SignalKind::user_defined1()).map_err(|error| {
        CommandError::environment(format!("cannot listen for signals: {error}"))
    })?;
    let by_signal = asking.clone();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            by_signal.send_modify(|questions| *questions += 1);
        }
    });
    let is_watched = io::stderr().is_terminal() && std::env::var_os("CI").is_none();
    let keys = is_watched.then(SingleKeys::begin).flatten();
    if keys.is_some() {
        keys::each_t(move || asking.send_modify(|questions| *questions += 1));
    }
    Ok(keys)
}
