//! The relay as a whole: starts its tasks and ends them.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::context::Context;
use crate::limits::{MAX_QUEUED_EVENTS, SHUTDOWN_DEADLINE};
use crate::mail::{self, Boxes, Desk, Store as _};
use crate::router::{Event, Mail, Router};
use crate::{Registry, Settings, listener, metrics, saver};

/// Why a relay that had started ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The listener's own address is not known.
    #[error("the listening socket does not work: {0}")]
    Listener(io::Error),
    /// The letters that wait cannot be read.
    #[error("the waiting mail cannot be read: {0}")]
    Mail(io::Error),
    /// Connections cannot be encrypted.
    #[error("no TLS: {0}")]
    Tls(String),
    /// A fault of the relay itself.
    #[error("the router has stopped: this is a fault of the relay")]
    Router,
}

/// Where the relay listens.
#[derive(Debug)]
pub struct Listeners {
    /// Clients connect here.
    pub clients: TcpListener,
    /// Whoever runs the relay reads its counters here.
    pub metrics: Option<TcpListener>,
}

/// For clients alone.
impl From<TcpListener> for Listeners {
    fn from(clients: TcpListener) -> Self {
        Self {
            clients,
            metrics: None,
        }
    }
}

/// Serves clients that connect to `listeners` until `shutdown` is ready; then says goodbye to
/// all of them and returns, within three seconds.
///
/// # Errors
///
/// [`RunError`]; what clients do is never one.
pub async fn run(
    listeners: impl Into<Listeners>,
    settings: Settings,
    registry: Registry,
    shutdown: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let Listeners {
        clients,
        metrics: scraped,
    } = listeners.into();
    let address = clients.local_addr().map_err(RunError::Listener)?;
    let kept = registry.store.is_some();
    let (events, queue) = mpsc::channel(MAX_QUEUED_EVENTS);
    let relay = Context::new(settings, registry.secret, events.clone());
    let relay = Arc::new(relay.map_err(RunError::Tls)?);
    let settings = &relay.settings;
    info!(name = %settings.name, %address, tls = settings.tls, names_kept = kept, "started");

    let tasks = TaskTracker::new();
    let mut router = Router::new(
        settings,
        registry.directory,
        (&relay.waiting, &relay.metrics),
    );
    if let Some(store) = registry.store {
        let snapshots = router.snapshots();
        tasks.spawn(saver::run(
            store,
            snapshots,
            events.clone(),
            Arc::clone(&relay.metrics),
        ));
    }
    if let Some(mut store) = registry.mail {
        let boxes = Boxes::of(store.labels().map_err(RunError::Mail)?);
        let (desk, jobs) = Desk::new();
        router.keep_mail(Mail::new(boxes, desk));
        tasks.spawn(mail::run(store, jobs, events, Arc::clone(&relay.metrics)));
    }
    let mut router = tasks.spawn(router.run(queue));

    let stopped = tokio::select! {
        () = shutdown => Ok(()),
        () = listener::accept(clients, &relay, &tasks) => Ok(()),
        () = serve_metrics(scraped, &relay) => Ok(()),
        _ = &mut router => Err(RunError::Router),
    };
    relay.closing.cancel();
    relay.events.send(Event::Shutdown).await.ok();
    tasks.close();
    let ended = tokio::time::timeout(SHUTDOWN_DEADLINE, tasks.wait()).await;
    if ended.is_err() {
        warn!(
            connections = tasks.len(),
            "connections were closed without a goodbye"
        );
    }
    info!("stopped");
    stopped
}

/// Never ends by itself.
async fn serve_metrics(listener: Option<TcpListener>, relay: &Arc<Context>) {
    match listener {
        Some(listener) => metrics::serve(listener, relay).await,
        None => std::future::pending().await,
    }
}
