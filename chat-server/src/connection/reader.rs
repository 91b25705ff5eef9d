//! What a client sends, after its login.

use bytes::{Bytes, BytesMut};
use chat_protocol::{Deframer, ErrorCode, Frame, LeaveReason, ToClient, ToRelay};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::{Instant, timeout_at};

use super::Ending;
use super::renewal::Renewals;
use crate::context::Context;
use crate::limits::{BUSY_READ, IDLE_READ, MAX_READ};
use crate::outbox::{Full, Outbox};
use crate::patience::{Overdue, Patience};
use crate::refusal::Refusal;
use crate::router::{ConnectionId, Event, Request};

impl From<Full> for Ending {
    fn from(_: Full) -> Self {
        Self::Cut(LeaveReason::Slow)
    }
}

/// Reads until the connection is over.
pub(super) async fn read(
    reader: &mut (impl AsyncRead + Unpin),
    deframer: &mut Deframer,
    mut patience: Patience,
    (id, outbox, mut renewals): (ConnectionId, &Outbox, Renewals),
    relay: &Context,
) -> Ending {
    let mut space = IDLE_READ;
    loop {
        let before = deframer.pending();
        let handled = handle_frames(deframer, (id, outbox), &mut renewals, relay).await;
        if let Err(ending) = handled {
            return ending;
        }
        let pending = deframer.pending();
        patience.heard(pending != before, pending > 0, Instant::now());
        let buffer = deframer.buffer_mut();
        if pending == 0 && space == IDLE_READ {
            // What is left of a larger block would be held while nothing comes.
            *buffer = BytesMut::new();
        }
        buffer.reserve(space.max(pending).min(MAX_READ));
        let read = more_bytes(reader, buffer, &mut patience, (outbox, relay)).await;
        space = match read {
            // Twice what came, so that a client that sends much is read in few steps.
            Ok(bytes) => (2 * bytes).clamp(IDLE_READ, BUSY_READ),
            Err(ending) => return ending,
        };
    }
}

/// Waits for bytes, says how many have come, and asks a client that is silent whether it is there.
async fn more_bytes(
    reader: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
    patience: &mut Patience,
    (outbox, relay): (&Outbox, &Context),
) -> Result<usize, Ending> {
    loop {
        let bytes = reader.read_buf(buffer);
        let read = match patience.deadline() {
            Some(deadline) => timeout_at(deadline, bytes).await,
            None => Ok(bytes.await),
        };
        match read {
            Ok(Ok(0) | Err(_)) => return Err(Ending::Left(LeaveReason::Dropped)),
            Ok(Ok(bytes)) => {
                relay.metrics.received.bytes.add(bytes);
                return Ok(bytes);
            }
            Err(_) => overdue(patience, outbox)?,
        }
    }
}

fn overdue(patience: &mut Patience, outbox: &Outbox) -> Result<(), Ending> {
    match patience.overdue(Instant::now()) {
        None => Ok(()),
        Some(Overdue::Ping) => {
            // Any bytes are an answer, so the number says nothing.
            outbox.push(ToClient::Ping { n: 0 }.frame(Bytes::new()))?;
            Ok(())
        }
        Some(Overdue::Silent) => Err(Ending::Cut(LeaveReason::Silent)),
        Some(Overdue::Frame) => {
            let text = "a frame was not completed in time";
            Err(Ending::Fault(Refusal::new(ErrorCode::TooSlow, text)))
        }
    }
}

async fn handle_frames(
    deframer: &mut Deframer,
    (id, outbox): (ConnectionId, &Outbox),
    renewals: &mut Renewals,
    relay: &Context,
) -> Result<(), Ending> {
    while let Some(frame) = next_frame(deframer)? {
        relay.metrics.received.frames.add(1);
        let Some(request) = immediate(frame, outbox, relay)? else {
            continue;
        };
        if let Request::Renew { certificate } = &request
            && let Err(refusal) = renewals.check(certificate).await
        {
            refuse(&refusal, outbox, relay)?;
            continue;
        }
        // Waits while the router has too much to do: this client reads no further.
        let sent = relay
            .events
            .send(Event::Request { from: id, request })
            .await;
        sent.map_err(|_| Ending::Cut(LeaveReason::ShuttingDown))?;
    }
    Ok(())
}

fn next_frame(deframer: &mut Deframer) -> Result<Option<Frame>, Ending> {
    let frame = deframer.next_frame();
    frame.map_err(|error| Ending::Fault(Refusal::from(error)))
}

fn refuse(refusal: &Refusal, outbox: &Outbox, relay: &Context) -> Result<(), Full> {
    relay.metrics.refusals.add(refusal.code);
    outbox.push(refusal.frame())
}

/// Answers what concerns this connection alone; gives what the router must know.
fn immediate(frame: Frame, outbox: &Outbox, relay: &Context) -> Result<Option<Request>, Ending> {
    let message = match ToRelay::decode(&frame) {
        Ok(message) => message,
        Err(error) => {
            refuse(&Refusal::from(error), outbox, relay)?;
            return Ok(None);
        }
    };
    let request = match message {
        ToRelay::Hello { .. } | ToRelay::Login { .. } => {
            let refusal = Refusal::out_of_order("this connection is already logged in");
            refuse(&refusal, outbox, relay)?;
            return Ok(None);
        }
        ToRelay::Ping { n } => {
            outbox.push(ToClient::Pong { n }.frame(Bytes::new()))?;
            return Ok(None);
        }
        ToRelay::Bye {} => return Err(Ending::Left(LeaveReason::Quit)),
        ToRelay::Pong { n: _ } => Request::Alive,
        ToRelay::Send { id, to } => Request::Send {
            id,
            to,
            envelope: frame.body,
        },
        ToRelay::Receipt { to } => Request::Receipt {
            to,
            envelope: frame.body,
        },
        ToRelay::Ack { seq, refused } => Request::Ack { seq, refused },
        ToRelay::Chunk { to, file, index } => Request::Chunk {
            to,
            file,
            index,
            sealed: frame.body,
        },
        ToRelay::Credit { to, file, until } => Request::Credit { to, file, until },
        ToRelay::Cancel { to, file, reason } => Request::Cancel { to, file, reason },
        ToRelay::Find { name } => Request::Find { name },
        ToRelay::Renew { certificate } => Request::Renew { certificate },
    };
    Ok(Some(request))
}
