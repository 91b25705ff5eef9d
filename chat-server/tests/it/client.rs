//! A client that says exactly what the test tells it to.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use chat_crypto::Identity;
use chat_identity::{Channel, Statement, verify_relay};
use chat_protocol::{
    Blob, Deframer, ErrorCode, Frame, LeaveReason, Nonce, Peer, RelayKey, ToClient, ToRelay,
    VERSION, limits,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Waits for what must come, and fails where it does not.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let waited = timeout(Duration::from_secs(20), future).await;
    waited.expect("what the test waits for must come")
}

/// One of the published identities in `scenarios/fixtures/keys`.
pub(crate) fn identity(number: usize) -> Identity {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/fixtures/keys");
    let store = std::fs::read_to_string(folder.join(format!("{number:02}.keys"))).unwrap();
    Identity::from_store(&store, None).unwrap()
}

/// Some time at which the test keys are valid.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) const CLIENT_NONCE: Nonce = Nonce([3; 32]);

/// A hello that keeps every rule.
pub(crate) fn hello(name: &str, identity: &Identity) -> ToRelay {
    ToRelay::Hello {
        v: VERSION,
        name: name.to_owned(),
        key: Blob(identity.public().spki().to_vec()),
        nonce: CLIENT_NONCE,
        agent: "test/1".to_owned(),
    }
}

/// What a relay says of itself, with proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) relay: String,
    pub(crate) key: RelayKey,
    pub(crate) channel: Channel,
    pub(crate) nonce: Nonce,
}

/// The answer to a challenge that keeps every rule.
pub(crate) fn login(name: &str, identity: &Identity, challenge: &Challenge) -> ToRelay {
    let mut rng = rand::rng();
    // Who claims a name that is none is refused before.
    let called = name.parse().unwrap_or_else(|_| "nobody".parse().unwrap());
    let certificate = identity.certify(&mut rng, &called, NOW);
    let Challenge {
        relay,
        key,
        channel,
        nonce,
    } = challenge;
    let statement = ((relay.as_str(), key, channel), nonce, &CLIENT_NONCE, name);
    let signature = identity.sign_login(&mut rng, statement, &certificate);
    ToRelay::Login {
        certificate,
        signature: Blob(signature),
    }
}

/// What a client speaks over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(crate) struct Client {
    stream: Box<dyn Stream>,
    channel: Channel,
    deframer: Deframer,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = within(TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::on(Box::new(stream), Channel::Plain)
    }

    pub(crate) fn on(stream: Box<dyn Stream>, channel: Channel) -> Self {
        Self {
            stream,
            channel,
            deframer: Deframer::new(limits::MAX_FRAME),
        }
    }

    #[cfg(feature = "tls")]
    pub(crate) fn channel(&self) -> Channel {
        self.channel
    }

    pub(crate) async fn send(&mut self, message: &ToRelay) {
        self.send_with(message, &[]).await;
    }

    pub(crate) async fn send_with(&mut self, message: &ToRelay, body: &[u8]) {
        let frame = message.frame(Bytes::copy_from_slice(body));
        self.send_bytes(&frame.to_bytes()).await;
    }

    /// Bytes as they are; the relay may have closed already.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        within(self.stream.write_all(bytes)).await.ok();
    }

    /// A frame with this text as its header.
    pub(crate) async fn send_header(&mut self, header: &str) {
        let frame = Frame {
            header: Bytes::copy_from_slice(header.as_bytes()),
            body: Bytes::new(),
        };
        self.send_bytes(&frame.to_bytes()).await;
    }

    /// The next message and its body, or `None` when the relay has closed.
    pub(crate) async fn next_or_end(&mut self) -> Option<(ToClient, Bytes)> {
        loop {
            if let Some(frame) = self.deframer.next_frame().unwrap() {
                let message = ToClient::decode(&frame).unwrap();
                return Some((message, frame.body));
            }
            let read = within(self.stream.read_buf(self.deframer.buffer_mut())).await;
            // A reset is a failure: what was sent before it may be lost on the way.
            if read.expect("the relay closes cleanly") == 0 {
                return None;
            }
        }
    }

    pub(crate) async fn next(&mut self) -> ToClient {
        self.next_or_end().await.expect("the relay has closed").0
    }

    pub(crate) async fn next_with_body(&mut self) -> (ToClient, Bytes) {
        self.next_or_end().await.expect("the relay has closed")
    }

    /// Logs in and gives whoever was present.
    pub(crate) async fn login(&mut self, name: &str, key: usize) -> Vec<Peer> {
        self.ask_for_login(name, &identity(key)).await;
        self.welcomed().await
    }

    /// Says all of the login; the answer is still to come.
    pub(crate) async fn ask_for_login(&mut self, name: &str, identity: &Identity) {
        let challenge = self.challenge(name, identity).await;
        self.send(&login(name, identity, &challenge)).await;
    }

    /// Says hello, and checks what the relay answers.
    pub(crate) async fn challenge(&mut self, name: &str, identity: &Identity) -> Challenge {
        self.send(&hello(name, identity)).await;
        let ToClient::Challenge {
            relay,
            key,
            nonce,
            signature,
        } = self.next().await
        else {
            panic!("a challenge answers the hello");
        };
        let us = (relay.as_str(), &key, &self.channel);
        let statement = Statement::challenge(us, &nonce, &CLIENT_NONCE);
        verify_relay(&key, &statement, &signature.0).expect("the relay proves its key");
        Challenge {
            relay,
            key,
            channel: self.channel,
            nonce,
        }
    }

    pub(crate) async fn welcomed(&mut self) -> Vec<Peer> {
        let answer = self.next().await;
        let ToClient::Welcome { present, .. } = answer else {
            panic!("not welcome: {answer:?}");
        };
        let mut peers = Vec::new();
        for _ in 0..present {
            match self.next().await {
                ToClient::Present { peer } => peers.push(peer),
                other => panic!("not a present peer: {other:?}"),
            }
        }
        peers
    }

    pub(crate) async fn expect_joined(&mut self, who: &str) {
        match self.next().await {
            ToClient::Joined { peer } => assert_eq!(peer.name.as_str(), who),
            other => panic!("{who} has not joined: {other:?}"),
        }
    }

    pub(crate) async fn expect_left(&mut self, who: &str, why: LeaveReason) {
        let name = who.parse().unwrap();
        assert_eq!(self.next().await, ToClient::Left { name, reason: why });
    }

    pub(crate) async fn expect_error(&mut self, expected: ErrorCode) -> String {
        match self.next().await {
            ToClient::Error { code, text } => {
                assert_eq!(code, expected, "{text}");
                text
            }
            other => panic!("no error {expected}: {other:?}"),
        }
    }

    pub(crate) async fn expect_end(&mut self) {
        if let Some((message, _)) = self.next_or_end().await {
            panic!("the relay has not closed: {message:?}");
        }
    }

    /// Whether the connection still works, and nothing else has arrived: the pong comes next.
    pub(crate) async fn expect_quiet(&mut self) {
        self.send(&ToRelay::Ping { n: 77 }).await;
        assert_eq!(self.next().await, ToClient::Pong { n: 77 });
    }
}
