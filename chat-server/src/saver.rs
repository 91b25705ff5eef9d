//! Writes the directory down while the router goes on. Bindings that come while one file is
//! being written share the next one.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tracing::error;

use crate::directory::Snapshot;
use crate::metrics::Metrics;
use crate::router::Event;
use crate::store::Store;

/// Stores the newest snapshot whenever there is one, until the router is gone and the last
/// one is stored. The router is told how each attempt went.
pub(crate) async fn run(
    store: Store,
    mut snapshots: watch::Receiver<Snapshot>,
    events: mpsc::Sender<Event>,
    metrics: Arc<Metrics>,
) {
    let store = Arc::new(store);
    while snapshots.changed().await.is_ok() {
        let Snapshot { state, directory } = snapshots.borrow_and_update().clone();
        let writer = Arc::clone(&store);
        let saved = tokio::task::spawn_blocking(move || writer.save(&directory)).await;
        let saved = match saved {
            Ok(Ok(())) => {
                metrics.name_commits.add(1);
                true
            }
            Ok(Err(error)) => {
                error!(%error, "the directory cannot be stored");
                false
            }
            Err(_) => false,
        };
        // The router may be gone already; the file is what counts then.
        events.send(Event::Stored { state, saved }).await.ok();
    }
}
