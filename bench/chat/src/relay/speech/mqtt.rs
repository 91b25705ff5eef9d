//! MQTT 5, without acknowledgements of its own (QoS 0): all relays here have the same ones.

use bytes::{Buf as _, BytesMut};

use super::{Heard, Speech, To, name, read, room};

pub(in super::super) struct Mqtt(pub(in super::super) usize);

const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x30;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;
const DISCONNECT: u8 = 0xe0;

/// Level 5, clean start, no time after which silence is an end, no properties.
const CONNECTION: &[u8] = b"\x00\x04MQTT\x05\x02\x00\x00\x00";

/// Not what the client itself says; QoS 0.
const NOT_MINE: u8 = 0x04;

impl Speech for Mqtt {
    fn greet(&mut self, out: &mut Vec<u8>) {
        let (name, room) = (name(self.0), room(self.0));
        let mut body = CONNECTION.to_vec();
        string(name.as_bytes(), &mut body);
        packet(CONNECT, &body, out);
        let mut body = vec![0, 1, 0];
        for topic in [name, room] {
            string(topic.as_bytes(), &mut body);
            body.push(NOT_MINE);
        }
        packet(SUBSCRIBE, &body, out);
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        let to = match to {
            To::One(to) => name(to),
            To::Room => room(self.0),
        };
        let mut body = Vec::new();
        string(to.as_bytes(), &mut body);
        body.push(0);
        body.extend_from_slice(text);
        packet(PUBLISH, &body, out);
    }

    fn hear(&mut self, input: &mut BytesMut, _: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        let Some((start, length)) = length(input) else {
            return Ok(None);
        };
        if input.len() < start + length {
            return Ok(None);
        }
        let kind = input.first().copied().unwrap_or_default() & 0xf0;
        input.advance(start);
        let mut body = input.split_to(length);
        match kind {
            PUBLISH => {
                let topic = usize::from(body.try_get_u16().unwrap_or_default());
                let properties = body.get(topic).copied().unwrap_or_default();
                let text = body.get(topic + 1 + usize::from(properties)..);
                read(text.unwrap_or_default()).map(Some)
            }
            SUBACK => Ok(Some(Heard::Ready)),
            CONNACK if body.get(1) != Some(&0) => Err(format!("no connection: {body:?}")),
            DISCONNECT => Err(format!("disconnected: {body:?}")),
            _ => Ok(Some(Heard::Other)),
        }
    }
}

fn string(text: &[u8], out: &mut Vec<u8>) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text);
}

fn packet(kind: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(kind);
    let mut left = body.len();
    loop {
        let seven = u8::try_from(left % 128).unwrap_or_default();
        left /= 128;
        if left == 0 {
            out.push(seven);
            break;
        }
        out.push(seven | 128);
    }
    out.extend_from_slice(body);
}

/// Where the body of the next packet begins, and its length.
fn length(input: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (place, byte) in input.iter().enumerate().skip(1).take(4) {
        length |= usize::from(byte & 127) << (7 * (place - 1));
        if byte & 128 == 0 {
            return Some((place + 1, length));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::speech::{Text, message};

    #[test]
    fn what_is_said_is_heard_when_all_of_it_has_come() {
        let mut whole = Vec::new();
        Mqtt(1).say(To::One(3), &message(1, 5), &mut whole);
        assert_eq!(length(&whole), Some((3, whole.len() - 3)));
        let hear = |bytes: &[u8]| Mqtt(3).hear(&mut BytesMut::from(bytes), &mut Vec::new());
        for cut in 0..whole.len() {
            assert_eq!(hear(&whole[..cut]), Ok(None), "{cut}");
        }
        let text = Text::Message { from: 1, at: 5 };
        assert_eq!(hear(&whole), Ok(Some(Heard::Text(text))));
        assert!(hear(&[CONNACK, 3, 0, 0x87, 0]).is_err());
        assert_eq!(hear(&[CONNACK, 3, 0, 0, 0]), Ok(Some(Heard::Other)));
    }
}
