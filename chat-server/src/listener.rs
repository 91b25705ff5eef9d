//! Accepts connections, as many as allowed.

use std::sync::Arc;

use chat_protocol::ErrorCode;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::connection;
use crate::context::Context;
use crate::limits::{ACCEPT_PAUSE, MAX_TURNED_AWAY};
use crate::refusal::Refusal;
use crate::router::ConnectionId;

/// Accepts until the future is dropped. Each connection is a task of `tasks`.
pub(crate) async fn accept(listener: TcpListener, relay: &Arc<Context>, tasks: &TaskTracker) {
    let seats = Arc::new(Semaphore::new(relay.settings.max_connections));
    let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    for id in (1..).map(ConnectionId) {
        let stream = loop {
            match listener.accept().await {
                Ok((stream, _)) => break stream,
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    pause(relay).await;
                }
            }
        };
        if let Ok(seat) = Arc::clone(&seats).try_acquire_owned() {
            debug!(connection = id.0, "connected");
            let relay = Arc::clone(relay);
            tasks.spawn(async move {
                connection::serve(stream, id, &relay).await;
                drop(seat);
            });
        } else if let Ok(seat) = Arc::clone(&turned_away).try_acquire_owned() {
            info!(connection = id.0, code = %ErrorCode::Full, "refused");
            tasks.spawn(async move {
                let text = "the relay has as many connections as it allows: try again later";
                connection::turn_away(stream, &Refusal::new(ErrorCode::Full, text)).await;
                drop(seat);
            });
        }
    }
}

/// Lets some connections end: the usual cause is that there are no more file descriptors.
async fn pause(relay: &Context) {
    let closing = relay.closing.cancelled();
    tokio::time::timeout(ACCEPT_PAUSE, closing).await.ok();
}
