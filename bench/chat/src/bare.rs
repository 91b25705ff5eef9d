//! A relay that does nothing but pass frames on, to one client or to all of a room.
//!
//! ```text
//! u32 length  of all that follows, big-endian
//! u8  kind    what the frame is: `HELLO`, `READY`, `ONE` or `ROOM`
//! u32 number  of a client, or of a room
//!     payload passed on as it is; the room of whoever says hello
//! ```

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Says who a client is.
pub(crate) const HELLO: u8 = 0;
/// Answers it.
pub(crate) const READY: u8 = 1;
/// For one client.
pub(crate) const ONE: u8 = 2;
/// For all others of a room.
pub(crate) const ROOM: u8 = 3;

/// Bytes before the payload.
pub(crate) const HEAD: usize = 9;

/// Frames that wait for one client: more are lost.
const QUEUE: usize = 8192;

/// Frames that are written at once.
const BATCH: usize = 64;

/// Bytes that are read at once.
const READ: usize = 16 * 1024;

/// Who is there.
#[derive(Debug, Default)]
struct Table {
    clients: BTreeMap<u32, mpsc::Sender<Bytes>>,
    rooms: BTreeMap<u32, Vec<(u32, mpsc::Sender<Bytes>)>>,
}

type Shared = Arc<RwLock<Table>>;

/// One frame, for both sides.
pub(crate) fn frame(kind: u8, number: u32, payload: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(HEAD - 4 + payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.push(kind);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The next whole frame of what was read: its kind, its number, and all of its bytes.
pub(crate) fn next_frame(input: &mut BytesMut) -> Option<(u8, u32, Bytes)> {
    let length = u32::from_be_bytes(*input.first_chunk::<4>()?) as usize + 4;
    if input.len() < length.max(HEAD) {
        return None;
    }
    let whole = input.split_to(length.max(HEAD)).freeze();
    let mut head = whole.slice(4..HEAD);
    Some((head.get_u8(), head.get_u32(), whole))
}

/// Passes on until the listener fails.
pub(crate) async fn relay(listener: TcpListener) -> io::Result<()> {
    let table = Shared::default();
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, Arc::clone(&table)));
    }
}

async fn serve(stream: TcpStream, table: Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let (queue, waiting) = mpsc::channel(QUEUE);
    tokio::spawn(write(writer, waiting));
    read(reader, queue, table).await
}

async fn read(
    mut reader: OwnedReadHalf,
    queue: mpsc::Sender<Bytes>,
    table: Shared,
) -> io::Result<()> {
    let mut input = BytesMut::new();
    let mut me = 0;
    loop {
        while let Some((kind, number, whole)) = next_frame(&mut input) {
            if kind == HELLO {
                me = number;
                enter(me, &whole, &queue, &table);
            } else {
                pass_on((kind, number), me, &whole, &table);
            }
        }
        input.reserve(READ);
        if reader.read_buf(&mut input).await? == 0 {
            return Ok(());
        }
    }
}

fn enter(me: u32, whole: &Bytes, queue: &mpsc::Sender<Bytes>, table: &Shared) {
    let mut ready = Vec::new();
    frame(READY, me, &[], &mut ready);
    let mut room = whole.slice(HEAD..);
    let mut table = table.write().unwrap_or_else(PoisonError::into_inner);
    table.clients.insert(me, queue.clone());
    if let Ok(room) = room.try_get_u32() {
        let members = table.rooms.entry(room).or_default();
        members.push((me, queue.clone()));
    }
    queue.try_send(ready.into()).ok();
}

fn pass_on((kind, number): (u8, u32), from: u32, whole: &Bytes, table: &Shared) {
    let table = table.read().unwrap_or_else(PoisonError::into_inner);
    if kind == ONE {
        if let Some(queue) = table.clients.get(&number) {
            queue.try_send(whole.clone()).ok();
        }
        return;
    }
    for (member, queue) in table.rooms.get(&number).into_iter().flatten() {
        if *member != from {
            queue.try_send(whole.clone()).ok();
        }
    }
}

async fn write(mut writer: OwnedWriteHalf, mut waiting: mpsc::Receiver<Bytes>) -> io::Result<()> {
    let (mut frames, mut out) = (Vec::new(), Vec::new());
    while waiting.recv_many(&mut frames, BATCH).await > 0 {
        for frame in frames.drain(..) {
            out.extend_from_slice(&frame);
        }
        writer.write_all(&out).await?;
        out.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_when_all_of_it_has_come() {
        let mut bytes = Vec::new();
        frame(ONE, 7, b"text", &mut bytes);
        let mut input = BytesMut::from(&bytes[..bytes.len() - 1]);
        assert_eq!(next_frame(&mut input), None);
        input.extend_from_slice(&bytes[bytes.len() - 1..]);
        let (kind, number, whole) = next_frame(&mut input).unwrap();
        assert_eq!((kind, number, &whole[HEAD..]), (ONE, 7, &b"text"[..]));
        assert!(input.is_empty());
    }
}
