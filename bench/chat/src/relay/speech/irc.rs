//! IRC (RFC 2812).

use bytes::BytesMut;

use super::{Heard, Speech, To, line, name, read, room};

pub(in super::super) struct Irc(pub(in super::super) usize);

/// The end of the list of a channel's members: its joining is done.
const END_OF_NAMES: &[u8] = b"366";

/// The end of the message of the day, or that there is none: its registration is done.
const REGISTERED: [&[u8]; 2] = [b"376", b"422"];

impl Speech for Irc {
    fn greet(&mut self, out: &mut Vec<u8>) {
        let name = name(self.0);
        out.extend_from_slice(format!("NICK {name}\r\nUSER {name} 0 * :{name}\r\n").as_bytes());
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        let to = match to {
            To::One(to) => name(to),
            To::Room => format!("#{}", room(self.0)),
        };
        out.extend_from_slice(format!("PRIVMSG {to} :").as_bytes());
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    }

    fn hear(&mut self, input: &mut BytesMut, out: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        let Some(line) = line(input) else {
            return Ok(None);
        };
        if let Some(token) = line.strip_prefix(b"PING ") {
            out.extend_from_slice(b"PONG ");
            out.extend_from_slice(token);
            out.extend_from_slice(b"\r\n");
            return Ok(Some(Heard::Other));
        }
        let mut words = line.splitn(4, |byte| *byte == b' ');
        let (_, command, _, rest) = (words.next(), words.next(), words.next(), words.next());
        let command = command.unwrap_or_default();
        let heard = match (command, rest) {
            (b"PRIVMSG", Some(text)) => read(text.strip_prefix(b":").unwrap_or(text))?,
            (END_OF_NAMES, _) => Heard::Ready,
            _ if REGISTERED.contains(&command) => {
                out.extend_from_slice(format!("JOIN #{}\r\n", room(self.0)).as_bytes());
                Heard::Other
            }
            _ if line.starts_with(b"ERROR") || command.starts_with(b"4") => {
                return Err(String::from_utf8_lossy(&line).into_owned());
            }
            _ => Heard::Other,
        };
        Ok(Some(heard))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::speech::{Text, message};

    #[test]
    fn what_a_server_says_is_heard_and_its_pings_are_answered() {
        let (mut irc, mut out) = (Irc(3), Vec::new());
        let mut input = BytesMut::from(
            &b":s 422 c3 :none\r\n:s 366 c3 #r0 :End\r\nPING :s\r\n:c1!c@h PRIVMSG c3 :"[..],
        );
        input.extend_from_slice(&message(1, 5));
        let mut hear = |input: &mut BytesMut| irc.hear(input, &mut out).unwrap();
        assert_eq!(hear(&mut input), Some(Heard::Other));
        assert_eq!(hear(&mut input), Some(Heard::Ready));
        assert_eq!(hear(&mut input), Some(Heard::Other));
        assert_eq!(hear(&mut input), None, "the line is not over");
        input.extend_from_slice(b"\r\n:s 401 c3 c9 :No such nick\r\n");
        let text = Text::Message { from: 1, at: 5 };
        assert_eq!(hear(&mut input), Some(Heard::Text(text)));
        assert!(irc.hear(&mut input, &mut out).is_err());
        assert_eq!(out, b"JOIN #r0\r\nPONG :s\r\n");
    }
}
