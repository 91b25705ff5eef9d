//! What a client is sent, after its login.

use bytes::Buf as _;
use chat_protocol::LeaveReason;
use crash_test::{Point, reach};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::Ending;
use super::taken::{Taken, Unwritten};
use crate::limits::WRITE_DEADLINE;
use crate::metrics::Traffic;
use crate::outbox::Inbox;

/// Writes what is in the queue until its end and closes this direction, or until the client
/// takes no more.
pub(super) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    taken: &Taken,
    inbox: &mut Inbox,
    sent: &Traffic,
) -> Ending {
    while let Some(mut batch) = inbox.next_batch().await {
        sent.frames.add(batch.frames());
        sent.bytes.add(batch.remaining());
        while batch.has_remaining() {
            let writing = writer.write_buf(&mut batch);
            match taken.wait_for(writing, WRITE_DEADLINE).await {
                Ok(1..) => {}
                Ok(0) => return Ending::Left(LeaveReason::Dropped),
                Err(unwritten) => return unwritten.into(),
            }
        }
        // What TLS still holds of it.
        if let Err(unwritten) = taken.wait_for(writer.flush(), WRITE_DEADLINE).await {
            return unwritten.into();
        }
        reach(Point::RelaySent);
    }
    // The queue is ended only when the connection is: what is left is to say so.
    writer.shutdown().await.ok();
    Ending::Left(LeaveReason::Quit)
}

impl From<Unwritten> for Ending {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Gone => Self::Left(LeaveReason::Dropped),
            Unwritten::Slow => Self::Cut(LeaveReason::Slow),
        }
    }
}
