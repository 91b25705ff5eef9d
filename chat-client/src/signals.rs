//! Requests to end from outside.

use std::io;
use std::sync::Arc;

use tokio::sync::Notify;

/// SIGINT and SIGTERM, elsewhere what stands for the first, and the keys of a screen that mean the same.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    keys: Arc<Notify>,
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            keys: Arc::default(),
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// What is to be told of such a key.
    pub(crate) fn keys(&self) -> Arc<Notify> {
        Arc::clone(&self.keys)
    }

    /// Waits for any of them. Safe to be cancelled.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            () = self.keys.notified() => {}
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What stands for SIGINT here, and keys.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals {
    keys: Arc<Notify>,
}

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        let keys = Arc::default();
        Ok(Self { keys })
    }

    /// What is to be told of such a key.
    pub(crate) fn keys(&self) -> Arc<Notify> {
        Arc::clone(&self.keys)
    }

    /// Waits for either. Safe to be cancelled.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            () = self.keys.notified() => {}
            Ok(()) = tokio::signal::ctrl_c() => {}
        }
    }
}
