//! Publish and subscribe of Redis. In version 3 of its protocol, whoever has subscribed may publish on the same
//! connection.

use bytes::{Buf as _, BytesMut};

use super::{Heard, Speech, Text, To, name, read, room};

pub(in super::super) struct Redis(pub(in super::super) usize);

/// A value of the protocol, as far as it is needed here.
#[derive(Debug, PartialEq, Eq)]
enum Value {
    Bytes(Vec<u8>),
    /// A number, a word, nothing.
    Small,
    Error(String),
    Many(Vec<Self>),
}

impl Speech for Redis {
    fn greet(&mut self, out: &mut Vec<u8>) {
        command(&[b"HELLO", b"3"], out);
        let (name, room) = (name(self.0), room(self.0));
        command(&[b"SUBSCRIBE", name.as_bytes(), room.as_bytes()], out);
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        let to = match to {
            To::One(to) => name(to),
            To::Room => room(self.0),
        };
        command(&[b"PUBLISH", to.as_bytes(), text], out);
    }

    fn hear(&mut self, input: &mut BytesMut, _: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        let mut at = 0;
        let Some(value) = value(input, &mut at) else {
            return Ok(None);
        };
        input.advance(at);
        match value {
            Value::Error(text) => Err(text),
            Value::Many(parts) => self.pushed(&parts).map(Some),
            Value::Bytes(_) | Value::Small => Ok(Some(Heard::Other)),
        }
    }
}

impl Redis {
    fn pushed(&self, parts: &[Value]) -> Result<Heard, String> {
        match parts {
            [Value::Bytes(kind), Value::Bytes(channel), rest] => match (kind.as_slice(), rest) {
                (b"message", Value::Bytes(text)) => Ok(match read(text)? {
                    // Redis gives a client its own words back.
                    Heard::Text(Text::Message { from, .. }) if from == self.0 => Heard::Other,
                    heard => heard,
                }),
                (b"subscribe", _) if *channel == room(self.0).as_bytes() => Ok(Heard::Ready),
                _ => Ok(Heard::Other),
            },
            _ => Ok(Heard::Other),
        }
    }
}

fn command(parts: &[&[u8]], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("*{}\r\n", parts.len()).as_bytes());
    for part in parts {
        out.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        out.extend_from_slice(part);
        out.extend_from_slice(b"\r\n");
    }
}

/// The value that begins there, when all of it has come; then `at` is its end.
fn value(input: &[u8], at: &mut usize) -> Option<Value> {
    let rest = input.get(*at..)?;
    let end = memchr::memchr(b'\n', rest)?;
    let (kind, text) = rest.get(..end)?.trim_ascii_end().split_first()?;
    let text = String::from_utf8_lossy(text);
    let length = text.parse::<usize>().unwrap_or(0);
    *at += end + 1;
    match kind {
        b'$' => {
            let bytes = input.get(*at..*at + length)?.to_vec();
            *at += length + 2;
            (*at <= input.len()).then_some(Value::Bytes(bytes))
        }
        b'>' | b'*' => (0..length)
            .map(|_| value(input, at))
            .collect::<Option<_>>()
            .map(Value::Many),
        b'%' => (0..length * 2)
            .map(|_| value(input, at))
            .collect::<Option<_>>()
            .map(Value::Many),
        b'-' => Some(Value::Error(text.into_owned())),
        _ => Some(Value::Small),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::speech::message;

    #[test]
    fn a_push_is_heard_when_all_of_it_has_come() {
        let mut whole = b">3\r\n$7\r\nmessage\r\n$2\r\nc3\r\n$256\r\n".to_vec();
        whole.extend_from_slice(&message(1, 5));
        whole.extend_from_slice(b"\r\n");
        let mut redis = Redis(3);
        for cut in 0..whole.len() {
            let mut input = BytesMut::from(&whole[..cut]);
            assert_eq!(redis.hear(&mut input, &mut Vec::new()), Ok(None), "{cut}");
            assert_eq!(input.len(), cut, "nothing is lost");
        }
        let mut input = BytesMut::from(&whole[..]);
        let text = Text::Message { from: 1, at: 5 };
        assert_eq!(
            redis.hear(&mut input, &mut Vec::new()),
            Ok(Some(Heard::Text(text)))
        );
        let mut own = BytesMut::from(&whole[..]);
        assert_eq!(
            Redis(1).hear(&mut own, &mut Vec::new()),
            Ok(Some(Heard::Other))
        );
        let mut error = BytesMut::from(&b"-NOPROTO\r\n"[..]);
        assert!(redis.hear(&mut error, &mut Vec::new()).is_err());
    }
}
