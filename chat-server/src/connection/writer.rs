//! What a client is sent, after its login.

use bytes::Buf as _;
use chat_protocol::LeaveReason;
use crash_test::{Point, reach};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use super::Ending;
use crate::limits::WRITE_DEADLINE;
use crate::metrics::Traffic;
use crate::outbox::Inbox;

/// Writes what is in the queue until its end and closes this direction, or until the client
/// takes no more.
pub(super) async fn write(
    writer: &mut (impl AsyncWrite + Unpin),
    inbox: &mut Inbox,
    sent: &Traffic,
) -> Ending {
    while let Some(mut batch) = inbox.next_batch().await {
        sent.frames.add(batch.frames());
        sent.bytes.add(batch.remaining());
        while batch.has_remaining() {
            match timeout(WRITE_DEADLINE, writer.write_buf(&mut batch)).await {
                Ok(Ok(1..)) => {}
                Ok(Ok(0) | Err(_)) => return Ending::Left(LeaveReason::Dropped),
                Err(_) => return Ending::Cut(LeaveReason::Slow),
            }
        }
        // What TLS still holds of it.
        match timeout(WRITE_DEADLINE, writer.flush()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Ending::Left(LeaveReason::Dropped),
            Err(_) => return Ending::Cut(LeaveReason::Slow),
        }
        reach(Point::RelaySent);
    }
    // The queue is ended only when the connection is: what is left is to say so.
    writer.shutdown().await.ok();
    Ending::Left(LeaveReason::Quit)
}
