//! The text protocol of NATS.

use bytes::{Buf as _, BytesMut};

use super::{Heard, Speech, To, line, name, read, room};

#[derive(Default)]
pub(in super::super) struct Nats {
    me: usize,
    /// Bytes of the payload that comes next, without its line end.
    payload: Option<usize>,
}

impl Nats {
    pub(in super::super) fn new(me: usize) -> Self {
        Self { me, payload: None }
    }
}

impl Speech for Nats {
    fn greet(&mut self, out: &mut Vec<u8>) {
        let (name, room) = (name(self.me), room(self.me));
        let options = r#"{"verbose":false,"pedantic":false,"echo":false}"#;
        let text = format!("CONNECT {options}\r\nSUB {name} 1\r\nSUB {room} 2\r\nPING\r\n");
        out.extend_from_slice(text.as_bytes());
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        let to = match to {
            To::One(to) => name(to),
            To::Room => room(self.me),
        };
        out.extend_from_slice(format!("PUB {to} {}\r\n", text.len()).as_bytes());
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    }

    fn hear(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        if let Some(length) = self.payload {
            if input.len() < length + 2 {
                return Ok(None);
            }
            self.payload = None;
            let text = input.split_to(length);
            input.advance(2);
            return read(&text).map(Some);
        }
        let Some(line) = line(input) else {
            return Ok(None);
        };
        match line.as_ref().split(|byte| *byte == b' ').next() {
            Some(b"MSG") => {
                let length = line.as_ref().rsplit(|byte| *byte == b' ').next();
                let length = length.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
                self.payload = Some(length.ok_or("a message without a length")?);
                self.hear(input, out)
            }
            // To the ping after the subscriptions.
            Some(b"PONG") => Ok(Some(Heard::Ready)),
            Some(b"PING") => {
                out.extend_from_slice(b"PONG\r\n");
                Ok(Some(Heard::Other))
            }
            Some(b"-ERR") => Err(String::from_utf8_lossy(&line).into_owned()),
            _ => Ok(Some(Heard::Other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::speech::{Text, message};

    #[test]
    fn a_message_is_heard_when_all_of_it_has_come() {
        let (mut nats, mut out) = (Nats::new(3), Vec::new());
        let mut input = BytesMut::from(&b"PONG\r\nMSG c3 1 256\r\n"[..]);
        assert_eq!(nats.hear(&mut input, &mut out), Ok(Some(Heard::Ready)));
        assert_eq!(nats.hear(&mut input, &mut out), Ok(None));
        input.extend_from_slice(&message(1, 5));
        assert_eq!(nats.hear(&mut input, &mut out), Ok(None));
        input.extend_from_slice(b"\r\n-ERR 'no'\r\n");
        let text = Text::Message { from: 1, at: 5 };
        assert_eq!(nats.hear(&mut input, &mut out), Ok(Some(Heard::Text(text))));
        assert!(nats.hear(&mut input, &mut out).is_err());
    }
}
