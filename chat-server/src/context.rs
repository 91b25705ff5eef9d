//! What every connection knows of the relay.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::Settings;
use crate::router::Event;

/// The relay, for its connections.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) events: mpsc::Sender<Event>,
    /// Cancelled when the relay shuts down: nobody logs in any more.
    pub(crate) closing: CancellationToken,
}
