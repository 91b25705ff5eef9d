//! The tap on one client's link: records every byte before it passes it on, unchanged and in
//! order where no fault is in force.
//!
//! ```text
//! accept ── from clients to the relay ── pass ── one connection: reads, records, writes, on time
//! datagrams ── the same for what is no connection
//!                                        core ── what becomes of bytes: pure
//!                                        effect ── one fault: pure
//! ```

mod accept;
mod core;
#[cfg(test)]
mod datagram_tests;
mod datagrams;
mod effect;
mod pass;
#[cfg(test)]
mod socket_tests;
#[cfg(test)]
mod tests;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use rustix::net::Shutdown;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use self::accept::accept;
use self::core::Shared;
use self::datagrams::carry;
use self::effect::Effect;
use crate::EngineError;
use crate::input::Input;
use crate::isolation::stage_thread::StageThread;
use crate::links::reach::Reached;
use scenario::adapter::{Framing, Transport};
use scenario::{Fault, FaultKind, Way};
use timeline::{Direction, LinkEnd};

pub(crate) use self::effect::Fate;

/// In words, for errors.
const LISTEN: &str = "listen for a client";

/// Clients that wait until the tap has accepted them, at most.
const BACKLOG: i32 = 4096;

/// Whether a link passes at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// Both directions pass.
    #[default]
    Pass,
    /// Reset towards both sides.
    Reset,
    /// Nothing is read or written any more; nothing is closed either.
    Vanished,
}

/// What the harness does to a link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Control {
    pub(crate) state: LinkState,
    up: Vec<Shared>,
    down: Vec<Shared>,
}

/// Which link, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    /// The client's name.
    pub(crate) name: String,
    /// What carries it.
    pub(crate) transport: Transport,
    /// How its frames are cut.
    pub(crate) framing: Framing,
    /// Connections that are carried at a time.
    pub(crate) connections: usize,
    /// Where the relay sees the client come from: its own address, so that its network alone
    /// can go.
    pub(crate) source: Ipv4Addr,
}

/// A running tap. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Tap {
    /// Where the client connects to.
    pub(crate) port: u16,
    control: watch::Sender<Control>,
    /// Where it takes clients; it may refuse meanwhile.
    listener: Listener,
    _task: AbortOnDropHandle<()>,
}

/// Where clients come to a tap.
#[derive(Debug)]
enum Listener {
    Connections(OwnedFd),
    /// Its own address, as well.
    Datagrams(OwnedFd, SocketAddr),
    #[cfg(test)]
    Nowhere,
}

impl Control {
    fn faults(&self, direction: Direction) -> Vec<Shared> {
        match direction {
            Direction::Down => self.down.clone(),
            Direction::Up => self.up.clone(),
        }
    }
}

impl Tap {
    /// Accepts for `link` and connects to wherever the relay is by then.
    pub(crate) fn start(
        link: Link,
        listener: std::net::TcpListener,
        stage: Weak<StageThread>,
        relay: watch::Receiver<Reached>,
        inputs: mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let port = listener
            .local_addr()
            .map_err(EngineError::system(LISTEN))?
            .port();
        let same = listener.try_clone().map_err(EngineError::system(LISTEN))?;
        let (control, watched) = watch::channel(Control::default());
        let recorder = Recorder {
            link: link.name.clone(),
            inputs,
        };
        let task = tokio::spawn(accept(listener, stage, relay, watched, link, recorder));
        Ok(Self {
            port,
            control,
            listener: Listener::Connections(same.into()),
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// Carries the datagrams of `link` to wherever the relay is by then.
    pub(crate) fn start_for_datagrams(
        link: Link,
        socket: std::net::UdpSocket,
        stage: Weak<StageThread>,
        relay: watch::Receiver<Reached>,
        inputs: mpsc::Sender<Input>,
    ) -> Result<Self, EngineError> {
        let address = socket.local_addr().map_err(EngineError::system(LISTEN))?;
        let same = socket.try_clone().map_err(EngineError::system(LISTEN))?;
        let socket = UdpSocket::from_std(socket).map_err(EngineError::system(LISTEN))?;
        let (control, watched) = watch::channel(Control::default());
        let recorder = Recorder {
            link: link.name.clone(),
            inputs,
        };
        let task = tokio::spawn(carry(socket, stage, relay, watched, link, recorder));
        Ok(Self {
            port: address.port(),
            control,
            listener: Listener::Datagrams(same.into(), address),
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// Whether it passes.
    pub(crate) fn state(&self) -> LinkState {
        self.control.borrow().state
    }

    /// One that listens nowhere: its commands can be seen at the other end.
    #[cfg(test)]
    pub(crate) fn detached(port: u16) -> (Self, watch::Receiver<Control>) {
        let (control, changes) = watch::channel(Control::default());
        let tap = Self {
            port,
            control,
            listener: Listener::Nowhere,
            _task: AbortOnDropHandle::new(tokio::spawn(std::future::pending())),
        };
        (tap, changes)
    }

    /// Clients are accepted from now on.
    pub(crate) fn listen(&self) -> Result<(), EngineError> {
        let done = match &self.listener {
            Listener::Connections(socket) => rustix::net::listen(socket, BACKLOG),
            Listener::Datagrams(socket, _) => rustix::net::connect_unspec(socket),
            #[cfg(test)]
            Listener::Nowhere => Ok(()),
        };
        done.map_err(EngineError::system(LISTEN))
    }

    /// Clients are refused from now on, and reset where they were not accepted yet. The port
    /// remains the tap's.
    pub(crate) fn refuse(&self) {
        match &self.listener {
            // One that has never listened refuses already.
            Listener::Connections(socket) => drop(rustix::net::shutdown(socket, Shutdown::Read)),
            // Who has a peer takes nothing of others: their system says that nobody is there.
            Listener::Datagrams(socket, own) => drop(rustix::net::connect(socket, own)),
            #[cfg(test)]
            Listener::Nowhere => {}
        }
    }

    /// From now on the link is as `state` says. A new connection passes again only after
    /// [`LinkState::Pass`].
    pub(crate) fn set(&self, state: LinkState) {
        self.control.send_modify(|control| control.state = state);
    }

    /// A fault is in force from now on, also for connections to come.
    pub(crate) fn add(&self, fault: &Fault, seed: u64) {
        let effect = || Arc::new(Mutex::new(Effect::new(fault.clone(), seed)));
        let first = effect();
        // A connection ends once, whichever way it is met.
        let is_one = matches!(fault.kind, FaultKind::Cut { .. } | FaultKind::Reset);
        let second = if is_one { first.clone() } else { effect() };
        self.control.send_modify(|control| {
            if fault.way != Way::Down {
                control.up.push(first);
            }
            if fault.way != Way::Up {
                control.down.push(second);
            }
        });
    }

    /// No fault is in force any more: what was held back passes.
    pub(crate) fn heal(&self) {
        self.control.send_modify(|control| {
            control.up.clear();
            control.down.clear();
        });
    }
}

/// Sends what a link did to the one writer of the timeline.
#[derive(Clone)]
struct Recorder {
    link: String,
    inputs: mpsc::Sender<Input>,
}

impl Recorder {
    async fn opened(&self) {
        let link = self.link.clone();
        self.send(Input::LinkOpened { link }).await;
    }

    async fn refused(&self) {
        let link = self.link.clone();
        self.send(Input::LinkRefused { link }).await;
    }

    async fn bytes(&self, direction: Direction, bytes: Bytes) {
        let link = self.link.clone();
        let input = Input::Wire {
            link,
            direction,
            bytes,
        };
        self.send(input).await;
    }

    async fn fate(&self, direction: Direction, fate: Fate) {
        let link = self.link.clone();
        let input = Input::Fault {
            link,
            direction,
            fate,
        };
        self.send(input).await;
    }

    async fn closed(&self, direction: Direction, how: LinkEnd) {
        let link = self.link.clone();
        let input = Input::LinkClosed {
            link,
            direction,
            how,
        };
        self.send(input).await;
    }

    /// A play that has ended listens no more; then nothing needs to be recorded either.
    async fn send(&self, input: Input) {
        drop(self.inputs.send(input).await);
    }
}
