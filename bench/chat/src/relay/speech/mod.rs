//! What clients of each relay say and hear. All say the same: a message of the same size, and an acknowledgement for
//! each one that has come.

mod bare;
mod irc;
mod mqtt;
mod nats;
mod ours;
mod redis;

use bytes::BytesMut;

pub(super) use bare::Bare;
pub(super) use irc::Irc;
pub(super) use mqtt::Mqtt;
pub(super) use nats::Nats;
pub(super) use ours::{Ours, certify, log_in};
pub(super) use redis::Redis;

/// Bytes of a message.
pub(super) const MESSAGE: usize = 256;

/// Members of a room. The first ten clients are in the first room, and so on.
pub(super) const ROOM: usize = 10;

/// Whom a message is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    One(usize),
    /// All others of the room of whoever says it.
    Room,
}

/// What has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// What the client has asked for at its beginning is done.
    Ready,
    Text(Text),
    /// The relay itself says that somebody has acknowledged a message.
    Acknowledged,
    /// Nothing that is counted.
    Other,
}

/// A text, as it travels through relays that know nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// Who sent it, and when: nanoseconds since the load began.
    Message { from: usize, at: u64 },
    /// One message of this client has come.
    Acknowledgement,
}

/// One client's side of a protocol.
pub(super) trait Speech: Send {
    /// What it says first; it is heard [`Heard::Ready`] when the relay has done that.
    fn greet(&mut self, out: &mut Vec<u8>);
    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>);
    /// Says that the text that was heard last has come.
    fn acknowledge(&mut self, from: usize, out: &mut Vec<u8>) {
        self.say(To::One(from), &acknowledgement(), out);
    }
    /// Takes the next thing from what was read, and answers it where the protocol wants that.
    fn hear(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<Option<Heard>, String>;
}

/// The text of a message.
pub(super) fn message(from: usize, at: u64) -> Vec<u8> {
    let mut text = format!("m{from:06}{at:020}").into_bytes();
    text.resize(MESSAGE, b'.');
    text
}

fn acknowledgement() -> Vec<u8> {
    b"a00000000000000000000000000".to_vec()
}

/// Reads a text.
fn read(text: &[u8]) -> Result<Heard, String> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text
            .get(range)
            .and_then(|digits| str::from_utf8(digits).ok());
        digits.and_then(|digits| digits.parse::<u64>().ok())
    };
    match (text.first(), number(1..7), number(7..27)) {
        (Some(b'a'), _, _) => Ok(Heard::Text(Text::Acknowledgement)),
        (Some(b'm'), Some(from), Some(at)) if text.len() == MESSAGE => {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            Ok(Heard::Text(Text::Message { from, at }))
        }
        _ => Err(format!("unknown text {:?}", String::from_utf8_lossy(text))),
    }
}

/// The next line, without its end.
fn line(input: &mut BytesMut) -> Option<BytesMut> {
    let end = memchr::memchr(b'\n', input)?;
    let mut line = input.split_to(end + 1);
    let length = line.trim_ascii_end().len();
    line.truncate(length);
    Some(line)
}

/// The name of a client.
fn name(client: usize) -> String {
    format!("c{client}")
}

/// The name of a client's room.
fn room(client: usize) -> String {
    format!("r{}", client / ROOM)
}

/// All others of a client's room.
pub(super) fn others(client: usize) -> impl Iterator<Item = usize> {
    let first = client / ROOM * ROOM;
    (first..first + ROOM).filter(move |other| *other != client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written_and_nothing_else_is_one() {
        let text = message(42, 7_000);
        assert_eq!(text.len(), MESSAGE);
        let heard = Heard::Text(Text::Message {
            from: 42,
            at: 7_000,
        });
        assert_eq!(read(&text), Ok(heard));
        assert_eq!(
            read(&acknowledgement()),
            Ok(Heard::Text(Text::Acknowledgement))
        );
        assert!(read(&text[1..]).is_err());
        assert!(read(&text[..MESSAGE - 1]).is_err(), "a part of one");
    }

    #[test]
    fn a_room_is_ten_clients() {
        assert_eq!(
            others(13).collect::<Vec<_>>(),
            [10, 11, 12, 14, 15, 16, 17, 18, 19]
        );
    }
}
