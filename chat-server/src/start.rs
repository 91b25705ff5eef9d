//! From arguments to a running relay, and to its end.

use std::io;
use std::net::SocketAddr;

use crate::{Listeners, Registry};
use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::cli::{Cli, Forget, Key};
use crate::error::StartError;
use crate::{ready, telemetry};

/// Runs the relay until it is told to end.
pub(crate) fn start(cli: Cli) -> Result<(), StartError> {
    let (address, metrics) = addresses(&cli)?;
    telemetry::start(cli.log_level, cli.log_file.as_deref())?;
    let registry = match &cli.data {
        Some(folder) if cli.no_mail => Registry::open(folder)?,
        Some(folder) => Registry::open(folder)?.with_mail()?,
        None => Registry::in_memory(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    runtime.block_on(async {
        let clients = listen(address).await?;
        let metrics = match metrics {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        // Before anybody can know that the relay runs, and so stop it.
        let stop = stop_signal().map_err(StartError::Runtime)?;
        let bound = clients.local_addr().map_err(StartError::Runtime)?;
        // So is its key, which somebody may look for then.
        info!(key = %registry.relay_key(), "the relay's key");
        if cli.data.is_none() {
            warn!("without --data the key is forgotten at exit: clients will refuse the next relay at this address");
        }
        ready::announce(bound).map_err(StartError::Ready)?;
        let listeners = Listeners { clients, metrics };
        crate::run(listeners, cli.settings(), registry, stop).await?;
        Ok(())
    })
}

/// Says whether the relay would start like this, as far as nothing has to be opened for it.
pub(crate) fn check(cli: &Cli) -> Result<(), StartError> {
    addresses(cli)?;
    ready::say("the configuration is valid").map_err(StartError::Ready)
}

/// Lets go of a name.
pub(crate) fn forget(which: &Forget) -> Result<(), StartError> {
    let Forget { name, data } = which;
    if !crate::forget(data, name)? {
        return Err(StartError::NobodyHas(name.clone()));
    }
    ready::say(&format!("forgot {name}")).map_err(StartError::Ready)
}

/// Shows the key that clients know the relay by.
pub(crate) fn key(which: &Key) -> Result<(), StartError> {
    let key = crate::relay_key(&which.data)?;
    ready::say(&format!("key {key}")).map_err(StartError::Ready)
}

/// For clients and for metrics. Plain TCP stays on this machine.
fn addresses(cli: &Cli) -> Result<(SocketAddr, Option<SocketAddr>), StartError> {
    if cli.tls && !cfg!(feature = "tls") {
        return Err(StartError::BuiltWithoutTls);
    }
    if !cli.tls && !cli.listen.ip().is_loopback() {
        return Err(StartError::NeedsTls(cli.listen));
    }
    match cli.metrics {
        Some(address) if !address.ip().is_loopback() => Err(StartError::Metrics(address)),
        metrics => Ok((cli.listen, metrics)),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| busy(address, source))
}

fn busy(address: SocketAddr, source: io::Error) -> StartError {
    if source.kind() == io::ErrorKind::AddrInUse {
        StartError::Busy(address)
    } else {
        StartError::Bind { address, source }
    }
}

/// Ready when somebody asks the relay to end: SIGTERM or SIGINT.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ready when somebody asks the relay to end: Ctrl-C.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
