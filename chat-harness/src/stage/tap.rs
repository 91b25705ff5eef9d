//! The tap on one client's link: passes bytes on, unchanged and in order, and records each
//! of them before it does.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Weak;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use super::input::Input;
use super::thread::StageThread;
use crate::timeline::{Direction, LinkEnd};

/// Bytes read at once: 64 KiB, where a plain copy is fastest.
const CHUNK: usize = 64 * 1024;

/// What the harness does to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkState {
    /// Both directions pass.
    Pass,
    /// Reset towards both sides.
    Reset,
    /// Nothing is read or written any more; nothing is closed either.
    Vanished,
}

/// A running tap. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Tap {
    /// Where the client connects to.
    pub(super) port: u16,
    state: watch::Sender<LinkState>,
    _task: AbortOnDropHandle<()>,
}

impl Tap {
    /// Accepts for `link` and connects to whatever port the relay has by then.
    pub(super) fn start(
        link: String,
        listener: std::net::TcpListener,
        stage: Weak<StageThread>,
        relay_port: watch::Receiver<u16>,
        inputs: mpsc::Sender<Input>,
    ) -> Result<Self, super::EngineError> {
        let system = super::EngineError::system("listen for a client");
        let listener = TcpListener::from_std(listener).map_err(system)?;
        let address = listener.local_addr();
        let port = address
            .map_err(super::EngineError::system("listen for a client"))?
            .port();
        let (state, watched) = watch::channel(LinkState::Pass);
        let recorder = Recorder { link, inputs };
        let task = tokio::spawn(accept(listener, stage, relay_port, watched, recorder));
        Ok(Self {
            port,
            state,
            _task: AbortOnDropHandle::new(task),
        })
    }

    /// From now on the link is as `state` says. A new connection passes again only after
    /// [`LinkState::Pass`].
    pub(super) fn set(&self, state: LinkState) {
        self.state.send_replace(state);
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

    async fn bytes(&self, direction: Direction, bytes: Bytes) {
        let link = self.link.clone();
        let input = Input::Wire {
            link,
            direction,
            bytes,
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

async fn accept(
    listener: TcpListener,
    stage: Weak<StageThread>,
    relay_port: watch::Receiver<u16>,
    state: watch::Receiver<LinkState>,
    recorder: Recorder,
) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        recorder.opened().await;
        let port = *relay_port.borrow();
        // Held only for the call: the end of the play does not wait for a tap.
        let socket = match stage.upgrade() {
            Some(stage) => stage.socket().await.ok(),
            None => None,
        };
        let upstream = match socket {
            Some(socket) => connect(socket, port).await,
            None => None,
        };
        let Some(relay) = upstream else {
            // Nobody listens there: the client sees what it would see without a tap.
            drop(client.set_zero_linger());
            recorder.closed(Direction::Up, LinkEnd::Reset).await;
            continue;
        };
        connections.spawn(pass(client, relay, state.clone(), recorder.clone()));
    }
}

async fn connect(socket: OwnedFd, port: u16) -> Option<TcpStream> {
    let socket = TcpSocket::from_std_stream(socket.into());
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(address).await.ok()
}

/// One connection, until both directions have ended or the link is cut.
async fn pass(
    mut client: TcpStream,
    mut relay: TcpStream,
    mut state: watch::Receiver<LinkState>,
    recorder: Recorder,
) {
    // Delays of our own would be faults that nobody asked for.
    drop(client.set_nodelay(true));
    drop(relay.set_nodelay(true));
    let changed = {
        let (client_read, client_write) = client.split();
        let (relay_read, relay_write) = relay.split();
        let up = copy(client_read, relay_write, Direction::Up, &recorder);
        let down = copy(relay_read, client_write, Direction::Down, &recorder);
        tokio::select! {
            biased;
            // The tap itself may have ended: then the link ends too.
            changed = state.wait_for(|state| *state != LinkState::Pass) => {
                changed.map_or(LinkState::Reset, |state| *state)
            }
            passed = async { tokio::try_join!(up, down) } => match passed {
                Ok(_) => return,
                Err(Broken) => LinkState::Reset,
            },
        }
    };
    if changed == LinkState::Vanished {
        drop(state.wait_for(|state| *state == LinkState::Reset).await);
    }
    drop(client.set_zero_linger());
    drop(relay.set_zero_linger());
    for direction in [Direction::Up, Direction::Down] {
        recorder.closed(direction, LinkEnd::Reset).await;
    }
}

/// One side was reset, or does not take any more.
struct Broken;

/// One direction, until its end in order.
async fn copy(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    direction: Direction,
    recorder: &Recorder,
) -> Result<(), Broken> {
    let mut buffer = BytesMut::with_capacity(CHUNK);
    loop {
        buffer.reserve(CHUNK);
        if from.read_buf(&mut buffer).await.map_err(|_| Broken)? == 0 {
            recorder.closed(direction, LinkEnd::Fin).await;
            return to.shutdown().await.map_err(|_| Broken);
        }
        let bytes = buffer.split().freeze();
        recorder.bytes(direction, bytes.clone()).await;
        to.write_all(&bytes).await.map_err(|_| Broken)?;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::{mpsc, watch};

    use super::{LinkState, Tap};
    use crate::stage::Level;
    use crate::stage::input::Input;
    use crate::stage::thread::{Side, StageThread};
    use crate::timeline::{Direction, LinkEnd};

    /// A tap between a client's socket and a relay's, and what it records.
    async fn link() -> (
        Tap,
        TcpStream,
        TcpStream,
        mpsc::Receiver<Input>,
        Arc<StageThread>,
    ) {
        let stage = Arc::new(
            StageThread::start(Level::None, "unused".into(), std::env::temp_dir())
                .await
                .unwrap(),
        );
        let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = watch::Sender::new(relay.local_addr().unwrap().port());
        let (inputs, recorded) = mpsc::channel(1024);
        let tap = Tap::start(
            "alice".to_owned(),
            stage.listen(Side::Clients, 0).await.unwrap(),
            Arc::downgrade(&stage),
            port.subscribe(),
            inputs,
        )
        .unwrap();
        let client = TcpStream::connect(("127.0.0.1", tap.port)).await.unwrap();
        let (relay, _) = relay.accept().await.unwrap();
        (tap, client, relay, recorded, stage)
    }

    /// What was recorded of each direction, and how it ended.
    async fn drain(recorded: &mut mpsc::Receiver<Input>) -> ([Vec<u8>; 2], Vec<LinkEnd>) {
        let mut bytes = [Vec::new(), Vec::new()];
        let mut ends = Vec::new();
        while ends.len() < 2 {
            match recorded.recv().await.expect("two ends") {
                Input::Wire {
                    direction: Direction::Up,
                    bytes: more,
                    ..
                } => bytes[0].extend(more),
                Input::Wire { bytes: more, .. } => bytes[1].extend(more),
                Input::LinkClosed { how, .. } => ends.push(how),
                _ => {}
            }
        }
        (bytes, ends)
    }

    fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(test);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_tap_without_faults_is_byte_identical_and_records_all(
            up in prop::collection::vec(any::<u8>(), 0..200_000),
            down in prop::collection::vec(any::<u8>(), 0..200_000),
        ) {
            run(async {
                let (_tap, client, relay, mut recorded, _stage) = link().await;
                let send = |mut to: tokio::net::tcp::OwnedWriteHalf, bytes: Vec<u8>| async move {
                    to.write_all(&bytes).await.unwrap();
                    to.shutdown().await.unwrap();
                };
                let receive = |mut from: tokio::net::tcp::OwnedReadHalf| async move {
                    let mut all = Vec::new();
                    from.read_to_end(&mut all).await.unwrap();
                    all
                };
                let (client_read, client_write) = client.into_split();
                let (relay_read, relay_write) = relay.into_split();
                let (((), ()), at_relay, at_client, (bytes, ends)) = tokio::join!(
                    async { tokio::join!(send(client_write, up.clone()), send(relay_write, down.clone())) },
                    receive(relay_read),
                    receive(client_read),
                    drain(&mut recorded),
                );
                assert_eq!(at_relay, up);
                assert_eq!(at_client, down);
                assert_eq!(bytes, [up.clone(), down.clone()]);
                assert_eq!(ends, [LinkEnd::Fin, LinkEnd::Fin]);
            });
        }
    }

    #[test]
    fn a_reset_link_is_reset_on_both_sides() {
        run(async {
            let (tap, mut client, mut relay, mut recorded, _stage) = link().await;
            client.write_all(b"hello").await.unwrap();
            let mut hello = [0; 5];
            relay.read_exact(&mut hello).await.unwrap();
            tap.set(LinkState::Reset);
            let (_, ends) = drain(&mut recorded).await;
            assert_eq!(ends, [LinkEnd::Reset, LinkEnd::Reset]);
            for side in [&mut client, &mut relay] {
                let error = side.read(&mut hello).await.unwrap_err();
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
            }
        });
    }

    #[test]
    fn a_vanished_link_passes_nothing_and_closes_nothing() {
        run(async {
            let (tap, mut client, relay, mut recorded, _stage) = link().await;
            client.write_all(b"before").await.unwrap();
            let mut before = [0; 6];
            let (mut relay_read, _relay_write) = relay.into_split();
            relay_read.read_exact(&mut before).await.unwrap();
            tap.set(LinkState::Vanished);
            client.write_all(b"after").await.unwrap();
            tap.set(LinkState::Reset);
            let (bytes, _) = drain(&mut recorded).await;
            assert_eq!(bytes[0], b"before");
        });
    }

    #[test]
    fn without_a_relay_the_client_is_reset() {
        run(async {
            let stage = Arc::new(
                StageThread::start(Level::None, "unused".into(), std::env::temp_dir())
                    .await
                    .unwrap(),
            );
            let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = watch::Sender::new(gone.local_addr().unwrap().port());
            drop(gone);
            let (inputs, _recorded) = mpsc::channel(16);
            let tap = Tap::start(
                "alice".to_owned(),
                stage.listen(Side::Clients, 0).await.unwrap(),
                Arc::downgrade(&stage),
                port.subscribe(),
                inputs,
            )
            .unwrap();
            let mut client = TcpStream::connect(("127.0.0.1", tap.port)).await.unwrap();
            let error = client.read(&mut [0; 1]).await.unwrap_err();
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
        });
    }
}
