//! A relay in this process, on a port of its own.

use std::net::SocketAddr;

use chat_server::{Listeners, Registry, RunError, Settings};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::client::{Client, within};

pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), RunError>>,
}

impl Relay {
    pub(crate) async fn start() -> Self {
        Self::start_with(quiet(), Registry::in_memory()).await
    }

    pub(crate) async fn start_with(settings: Settings, registry: Registry) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::start_on(listener.into(), settings, registry)
    }

    pub(crate) fn start_on(listeners: Listeners, settings: Settings, registry: Registry) -> Self {
        let address = listeners.clients.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            stopped.await.ok();
        };
        let task = tokio::spawn(chat_server::run(listeners, settings, registry, shutdown));
        Self {
            address,
            stop,
            task,
        }
    }

    /// Shuts the relay down, as SIGTERM does.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        within(self.task).await.unwrap().unwrap();
    }

    /// Tells the relay to shut down and does not wait for it.
    pub(crate) fn begin_stop(self) -> JoinHandle<Result<(), RunError>> {
        self.stop.send(()).unwrap();
        self.task
    }

    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self.address).await
    }

    /// A client that is logged in with the fixture key of this number, alone or with others:
    /// whoever is present is read and forgotten.
    pub(crate) async fn login(&self, name: &str, key: usize) -> Client {
        let mut client = self.connect().await;
        client.login(name, key).await;
        client
    }

    /// Two clients that know of each other, alice with key 0 and bob with key 1.
    pub(crate) async fn alice_and_bob(&self) -> (Client, Client) {
        let mut alice = self.login("alice", 0).await;
        let bob = self.login("bob", 1).await;
        alice.expect_joined("bob").await;
        (alice, bob)
    }
}

/// Settings without pings, so that tests see only what they caused.
pub(crate) fn quiet() -> Settings {
    Settings {
        keepalive: None,
        ..Settings::default()
    }
}
