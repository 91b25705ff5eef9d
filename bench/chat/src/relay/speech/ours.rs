//! To our relay. Its rooms are its clients' own: whoever writes to one sends each member an envelope.

use bytes::{Bytes, BytesMut};
use chat_crypto::Identity;
use chat_identity::{Channel, Statement, verify_relay};
use chat_protocol::{
    Blob, Certificate, Deframer, Frame, Name, Nonce, ToClient, ToRelay, VERSION, limits,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Heard, Speech, Text, To, name, others, read};

pub(in super::super) struct Ours {
    me: usize,
    deframer: Deframer,
    /// Chosen for the next message.
    id: u64,
    /// Of the delivery that was heard last.
    seq: u64,
}

impl Ours {
    pub(in super::super) fn new(me: usize) -> Self {
        Self {
            me,
            deframer: Deframer::new(limits::MAX_FRAME),
            id: 1,
            seq: 0,
        }
    }

    fn send(&mut self, to: usize, text: &[u8], out: &mut Vec<u8>) {
        let Ok(to) = name(to).parse() else {
            return;
        };
        let send = ToRelay::Send { id: self.id, to };
        self.id += 1;
        put(&send, text, out);
    }
}

impl Speech for Ours {
    /// The login is over: the answer to a ping comes after all that the relay has told of others.
    fn greet(&mut self, out: &mut Vec<u8>) {
        put(&ToRelay::Ping { n: 1 }, &[], out);
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        match to {
            To::One(to) => self.send(to, text, out),
            To::Room => others(self.me).for_each(|to| self.send(to, text, out)),
        }
    }

    fn acknowledge(&mut self, _: usize, out: &mut Vec<u8>) {
        let refused = Vec::new();
        let seq = self.seq;
        put(&ToRelay::Ack { seq, refused }, &[], out);
    }

    fn hear(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        self.deframer.push(&input.split());
        let frame = self.deframer.next_frame();
        let Some(frame) = frame.map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        match ToClient::decode(&frame).map_err(|error| error.to_string())? {
            ToClient::Deliver { seq, .. } => {
                self.seq = seq;
                match read(&frame.body)? {
                    heard @ Heard::Text(Text::Message { .. }) => Ok(Some(heard)),
                    heard => Err(format!("delivered: {heard:?}")),
                }
            }
            ToClient::Accepted { refused: false, .. } => Ok(Some(Heard::Acknowledged)),
            ToClient::Pong { .. } => Ok(Some(Heard::Ready)),
            ToClient::Ping { n } => {
                put(&ToRelay::Pong { n }, &[], out);
                Ok(Some(Heard::Other))
            }
            ToClient::Present { .. } | ToClient::Joined { .. } | ToClient::Left { .. } => {
                Ok(Some(Heard::Other))
            }
            other => Err(format!("the relay says {other:?}")),
        }
    }
}

fn put(message: &ToRelay, body: &[u8], out: &mut Vec<u8>) {
    let frame = message.frame(Bytes::new());
    let whole = Frame {
        body: Bytes::copy_from_slice(body),
        ..frame
    };
    out.extend_from_slice(&whole.to_bytes());
}

/// Any; the relay checks that the login names it.
const NONCE: Nonce = Nonce([3; 32]);

/// Logs a client in, up to the welcome.
pub(in super::super) async fn log_in(
    stream: &mut TcpStream,
    client: usize,
    identity: &Identity,
    certificate: Certificate,
) -> Result<(), String> {
    let called = name(client);
    let hello = ToRelay::Hello {
        v: VERSION,
        name: called.clone(),
        key: Blob(identity.public().spki().to_vec()),
        nonce: NONCE,
        agent: "bench".to_owned(),
    };
    let ToClient::Challenge {
        relay,
        key,
        nonce,
        signature,
    } = ask(stream, &hello).await?
    else {
        return Err("no challenge answers the hello".to_owned());
    };
    let channel = Channel::Plain;
    let us = (relay.as_str(), &key, &channel);
    let statement = Statement::challenge(us, &nonce, &NONCE);
    verify_relay(&key, &statement, &signature.0).map_err(|error| error.to_string())?;
    let proof = (us, &nonce, &NONCE, called.as_str());
    let signature = Blob(identity.sign_login(&mut rand::rng(), proof, &certificate));
    let login = ToRelay::Login {
        certificate,
        signature,
    };
    match ask(stream, &login).await? {
        ToClient::Welcome { .. } => Ok(()),
        other => Err(format!("no welcome: {other:?}")),
    }
}

/// The certificate of a client: known before its login, which is timed.
pub(in super::super) fn certify(
    identity: &Identity,
    client: usize,
    now: u64,
) -> Option<Certificate> {
    let name: Name = name(client).parse().ok()?;
    Some(identity.certify(&mut rand::rng(), &name, now))
}

/// Says something, and reads one frame and nothing behind it.
async fn ask(stream: &mut TcpStream, message: &ToRelay) -> Result<ToClient, String> {
    let said = message.frame(Bytes::new()).to_bytes();
    let failed = |error: std::io::Error| error.to_string();
    stream.write_all(&said).await.map_err(failed)?;
    let mut deframer = Deframer::new(limits::MAX_FRAME);
    let length = stream.read_u32().await.map_err(failed)?;
    let mut rest = vec![0; length as usize];
    stream.read_exact(&mut rest).await.map_err(failed)?;
    deframer.push(&length.to_be_bytes());
    deframer.push(&rest);
    match deframer.next_frame() {
        Ok(Some(frame)) => ToClient::decode(&frame).map_err(|error| error.to_string()),
        Ok(None) => Err("half a frame".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
