//! To the baseline.

use bytes::BytesMut;

use super::{Heard, ROOM, Speech, To, read};
use crate::bare::{self, HEAD};

pub(in super::super) struct Bare(pub(in super::super) usize);

impl Speech for Bare {
    fn greet(&mut self, out: &mut Vec<u8>) {
        let room = number(self.0 / ROOM).to_be_bytes();
        bare::frame(bare::HELLO, number(self.0), &room, out);
    }

    fn say(&mut self, to: To, text: &[u8], out: &mut Vec<u8>) {
        match to {
            To::One(to) => bare::frame(bare::ONE, number(to), text, out),
            To::Room => bare::frame(bare::ROOM, number(self.0 / ROOM), text, out),
        }
    }

    fn hear(&mut self, input: &mut BytesMut, _: &mut Vec<u8>) -> Result<Option<Heard>, String> {
        match bare::next_frame(input) {
            None => Ok(None),
            Some((bare::READY, _, _)) => Ok(Some(Heard::Ready)),
            Some((_, _, whole)) => read(whole.get(HEAD..).unwrap_or_default()).map(Some),
        }
    }
}

fn number(client: usize) -> u32 {
    u32::try_from(client).unwrap_or(u32::MAX)
}
