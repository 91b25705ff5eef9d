//! Accepts connections, as many as allowed.

use std::sync::Arc;

use chat_protocol::ErrorCode;
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::connection;
use crate::context::Context;
use crate::limits::ACCEPT_PAUSE;
use crate::refusal::Refusal;
use crate::router::ConnectionId;

/// Accepts until the future is dropped. Each connection is a task of `tasks`.
pub(crate) async fn accept(listener: TcpListener, relay: &Arc<Context>, tasks: &TaskTracker) {
    for id in (1..).map(ConnectionId) {
        let (stream, address) = loop {
            match listener.accept().await {
                Ok(accepted) => break accepted,
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    pause(relay).await;
                }
            }
        };
        relay.metrics.connections.add(1);
        let client = (id, address.ip());
        let relay = Arc::clone(relay);
        if let Some(seat) = relay.seats.take(id, address.ip()) {
            debug!(connection = id.0, "connected");
            tasks.spawn(async move { connection::serve(stream, client, seat, &relay).await });
        } else {
            info!(connection = id.0, code = %ErrorCode::Full, "refused");
            let text = "the relay has reached its limit of connections: try again later";
            let refusal = Refusal::new(ErrorCode::Full, text);
            tasks.spawn(async move {
                connection::turn_away_newcomer(stream, client, &refusal, &relay).await;
            });
        }
    }
}

/// Lets some connections end: the usual cause is that there are no more file descriptors.
async fn pause(relay: &Context) {
    let closing = relay.closing.cancelled();
    tokio::time::timeout(ACCEPT_PAUSE, closing).await.ok();
}
