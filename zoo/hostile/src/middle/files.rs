//! What becomes of chunks.

use bytes::Bytes;
use chat_protocol::{FileId, Name, ToClient};

use super::{Middle, Passed};
use crate::does::Occasion;

impl Middle {
    /// A chunk is on its way to a client.
    pub(super) fn pass_chunk(
        &mut self,
        to: &str,
        (from, file, index): (Name, FileId, u32),
        body: Bytes,
    ) -> Vec<Passed> {
        let chunk = |index: u32, body: Bytes| {
            let from = from.clone();
            Passed::Down(to.to_owned(), ToClient::Chunk { from, file, index }, body)
        };
        if let Some((first, held)) = self.chunk.take() {
            // The numbers are right, and the contents are exchanged.
            return vec![chunk(first, body), chunk(index, held)];
        }
        if !self.strikes(Occasion::Chunk) {
            return vec![chunk(index, body)];
        }
        match self.way(6) {
            0 => {
                let mut bytes = body.to_vec();
                if let Some(byte) = bytes.get_mut(index as usize) {
                    *byte ^= 1;
                }
                vec![chunk(index, bytes.into())]
            }
            1 => {
                self.chunk = Some((index, body));
                Vec::new()
            }
            2 => vec![chunk(index, body.clone()), chunk(index, body)],
            3 => vec![chunk(index, body.slice(..body.len() / 2))],
            4 => vec![chunk(index, [body.as_ref(), b"more"].concat().into())],
            _ => vec![chunk(index + 1, body)],
        }
    }
}
