//! What waits to be written to one client, bounded in frames and in bytes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::IoSlice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use bytes::{Buf, Bytes};
use chat_protocol::Frame;

use crate::budget::{Account, Charge};
use crate::limits::{
    KEPT_ROOM, MAIL_SHARE, MAX_BATCH, MAX_COPIED, MAX_QUEUED_BYTES, MAX_QUEUED_FRAMES,
};

/// The queue's end that frames are put in. It never waits.
#[derive(Clone, Debug)]
pub(crate) struct Outbox(Arc<Mutex<Queue>>);

/// The queue's end that the connection writes from.
#[derive(Debug)]
pub(crate) struct Inbox(Arc<Mutex<Queue>>);

/// What waits. It takes no memory while nothing does: most connections wait most of the time.
#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    /// Of the items, and of the batch that is being written: it counts until it is gone.
    bytes: usize,
    in_flight: usize,
    charges: Vec<Charge>,
    /// Whoever writes, where it waits for something to write.
    writer: Option<Waker>,
    /// Nothing comes after what is in the queue.
    ended: bool,
    /// Nobody writes any more.
    closed: bool,
}

#[derive(Debug)]
struct Item {
    frame: Frame,
    charge: Option<Charge>,
}

/// The client does not read fast enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A queue for one client.
pub(crate) fn channel() -> (Outbox, Inbox) {
    let queue = Arc::default();
    (Outbox(Arc::clone(&queue)), Inbox(queue))
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    // Nothing in between can panic and leave a queue half changed.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    /// Puts in a frame that another client has caused: it leaves room for the relay's own, and counts
    /// against that client. Whoever has answered for all before and has nothing waiting gets it however much
    /// waits for others, who may read slowly.
    pub(crate) fn push_mail(
        &self,
        frame: Frame,
        sender: &Account,
        has_answered: bool,
    ) -> Result<Charge, Full> {
        let (part, of) = MAIL_SHARE;
        let mut queue = lock(&self.0);
        let bytes = queue.bytes + frame.wire_len();
        if queue.items.len() >= MAX_QUEUED_FRAMES / of * part
            || bytes > MAX_QUEUED_BYTES / of * part
        {
            return Err(Full);
        }
        let charge = if has_answered && queue.bytes == 0 {
            sender.charge_anyway(frame.wire_len())
        } else {
            sender.charge(frame.wire_len())?
        };
        queue.push(Item {
            frame,
            charge: Some(charge.clone()),
        })?;
        Ok(charge)
    }

    /// Puts a frame in. Where the connection has ended already the frame is lost, and the
    /// router will hear of the end.
    pub(crate) fn push(&self, frame: Frame) -> Result<(), Full> {
        lock(&self.0).push(Item {
            frame,
            charge: None,
        })
    }

    /// Lets the writer finish after what is in the queue and the farewell.
    pub(crate) fn end(&self, farewell: Option<Frame>) -> Result<(), Full> {
        farewell.map_or(Ok(()), |frame| self.push(frame))?;
        let mut queue = lock(&self.0);
        queue.ended = true;
        queue.wake();
        Ok(())
    }
}

impl Queue {
    fn push(&mut self, item: Item) -> Result<(), Full> {
        if self.closed || self.ended {
            return Ok(());
        }
        let bytes = self.bytes + item.frame.wire_len();
        if self.items.len() >= MAX_QUEUED_FRAMES || bytes > MAX_QUEUED_BYTES {
            return Err(Full);
        }
        self.bytes = bytes;
        self.items.push_back(item);
        self.wake();
        Ok(())
    }

    fn wake(&mut self) {
        if let Some(writer) = self.writer.take() {
            writer.wake();
        }
    }

    /// The last batch is written.
    fn written(&mut self) {
        self.bytes -= std::mem::take(&mut self.in_flight);
        self.charges = Vec::new();
    }

    fn take_batch(&mut self) -> Batch {
        let count = self.items.len().min(MAX_BATCH);
        let mut batch = Batch::with_room(self.items.range(..count).map(|item| &item.frame));
        for Item { frame, charge } in self.items.drain(..count) {
            self.in_flight += frame.wire_len();
            self.charges.extend(charge);
            batch.push(frame);
        }
        if self.items.is_empty() && self.items.capacity() > KEPT_ROOM {
            self.items = VecDeque::new();
        }
        batch.finish();
        batch
    }
}

impl Inbox {
    /// The next frames, as many as wait and fit; `None` when there will be no more. What was
    /// taken before is now counted as written.
    pub(crate) async fn next_batch(&mut self) -> Option<Batch> {
        lock(&self.0).written();
        poll_fn(|cx| {
            let mut queue = lock(&self.0);
            if !queue.items.is_empty() {
                return Poll::Ready(Some(queue.take_batch()));
            }
            if queue.ended {
                return Poll::Ready(None);
            }
            queue.writer = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut queue = lock(&self.0);
        // Its memory, and what counts against others: the router may hold its end for a while.
        *queue = Queue {
            closed: true,
            ..Queue::default()
        };
    }
}

/// Frames that are written together: small ones one behind the other in one piece, large bodies as they are.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// None of them empty.
    parts: VecDeque<Bytes>,
    /// The part that grows.
    last: Vec<u8>,
    frames: usize,
}

impl Batch {
    /// With room for what is copied of these frames.
    fn with_room<'a>(frames: impl Iterator<Item = &'a Frame>) -> Self {
        let copied = frames.map(|frame| match frame.body.len() {
            ..=MAX_COPIED => frame.wire_len(),
            body => frame.wire_len() - body,
        });
        Self {
            last: Vec::with_capacity(copied.sum()),
            ..Self::default()
        }
    }

    /// How many there were.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    fn push(&mut self, frame: Frame) {
        self.frames += 1;
        frame.put_head(&mut self.last);
        if frame.body.len() <= MAX_COPIED {
            self.last.extend_from_slice(&frame.body);
        } else {
            self.finish();
            self.parts.push_back(frame.body);
        }
    }

    fn finish(&mut self) {
        if !self.last.is_empty() {
            self.parts.push_back(std::mem::take(&mut self.last).into());
        }
    }
}

impl Buf for Batch {
    fn remaining(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], |part| part)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let filled = slices.len().min(self.parts.len());
        for (slice, part) in slices.iter_mut().zip(&self.parts) {
            *slice = IoSlice::new(part);
        }
        filled
    }

    fn advance(&mut self, mut count: usize) {
        while count > 0 {
            let front = self
                .parts
                .front_mut()
                .expect("advanced within what remains");
            let step = count.min(front.len());
            front.advance(step);
            count -= step;
            if front.is_empty() {
                self.parts.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_protocol::ToClient;

    use super::*;
    use crate::budget::Waiting;
    use crate::limits::MAX_SENT_BYTES;

    fn frame(body: usize) -> Frame {
        ToClient::Pong { n: 1 }.frame(Bytes::from(vec![7; body]))
    }

    #[tokio::test]
    async fn batch_is_the_frames_in_order_however_it_is_written() {
        let (outbox, mut inbox) = channel();
        let frames = [frame(0), frame(300), frame(1)];
        let mut expected = Vec::new();
        for frame in frames {
            expected.extend_from_slice(&frame.to_bytes());
            outbox.push(frame).unwrap();
        }
        outbox.end(None).unwrap();
        let mut batch = inbox.next_batch().await.unwrap();
        let mut written = Vec::new();
        while batch.has_remaining() {
            let part = batch.chunk().len().min(100);
            written.extend_from_slice(&batch.chunk()[..part]);
            batch.advance(part);
        }
        assert_eq!(written, expected);
        assert!(inbox.next_batch().await.is_none());
    }

    #[tokio::test]
    async fn queue_is_full_by_bytes_until_they_are_written() {
        let (outbox, mut inbox) = channel();
        let large = || frame(MAX_QUEUED_BYTES / 2);
        outbox.push(large()).unwrap();
        assert_eq!(outbox.push(large()), Err(Full));
        let batch = inbox.next_batch().await;
        assert_eq!(outbox.push(large()), Err(Full), "taken is not written");
        drop(batch);
        outbox.push(frame(0)).unwrap();
        inbox.next_batch().await.unwrap();
        outbox.push(large()).unwrap();
    }

    #[test]
    fn what_others_send_leaves_room_for_the_relay() {
        let sender = Waiting::default().account();
        let (outbox, _inbox) = channel();
        let (part, of) = MAIL_SHARE;
        for _ in 0..MAX_QUEUED_FRAMES / of * part {
            outbox.push_mail(frame(0), &sender, true).unwrap();
        }
        assert!(outbox.push_mail(frame(0), &sender, true).is_err());
        outbox.push(frame(0)).unwrap();
        let (outbox, _inbox) = channel();
        let large = || frame(MAX_QUEUED_BYTES / of * part / 2);
        outbox.push_mail(large(), &sender, true).unwrap();
        assert!(outbox.push_mail(large(), &sender, true).is_err());
        outbox.push(large()).unwrap();
    }

    #[tokio::test]
    async fn what_waits_counts_against_its_sender_until_it_is_written_or_nobody_is_left_to_read_it()
    {
        let sender = Waiting::default().account();
        let mut queues = Vec::new();
        let mail = || frame(MAX_QUEUED_BYTES / 4);
        let refused = loop {
            let (outbox, inbox) = channel();
            outbox.push(frame(0)).unwrap();
            let pushed = outbox.push_mail(mail(), &sender, true);
            queues.push((outbox, inbox));
            if pushed.is_err() {
                break queues.len() - 1;
            }
        };
        assert_eq!(refused, MAX_SENT_BYTES / mail().wire_len());
        let push = |queue: usize, queues: &[(Outbox, Inbox)]| {
            queues[queue].0.push_mail(mail(), &sender, true).is_ok()
        };
        assert!(!push(refused, &queues));
        let written = queues[0].1.next_batch().await.unwrap();
        drop(written);
        assert!(!push(refused, &queues), "taken is not written");
        drop(queues.remove(0));
        assert!(push(refused - 1, &queues));
    }

    #[test]
    fn who_reads_is_sent_mail_although_others_who_do_not_hold_all_that_may_wait() {
        let sender = Waiting::default().account();
        let mail = || frame(MAX_QUEUED_BYTES / 4);
        let slow: Vec<_> = (0..100).map(|_| channel()).collect();
        for _ in 0..3 {
            for (outbox, _) in &slow {
                outbox.push_mail(mail(), &sender, true).ok();
            }
        }
        assert!(slow[0].0.push_mail(frame(0), &sender, true).is_err());
        let (reads, _inbox) = channel();
        assert!(reads.push_mail(mail(), &sender, false).is_err());
        assert!(reads.push_mail(mail(), &sender, true).is_ok());
        assert!(reads.push_mail(mail(), &sender, true).is_err());
    }

    #[tokio::test]
    async fn a_queue_in_which_nothing_waits_any_more_takes_no_memory_to_speak_of() {
        let (outbox, mut inbox) = channel();
        for _ in 0..MAX_BATCH {
            outbox.push(frame(0)).unwrap();
        }
        assert!(lock(&outbox.0).items.capacity() >= MAX_BATCH);
        inbox.next_batch().await.unwrap();
        assert!(lock(&outbox.0).items.capacity() <= KEPT_ROOM);
    }

    #[tokio::test]
    async fn small_frames_are_one_piece_and_large_bodies_are_not_copied() {
        let (outbox, mut inbox) = channel();
        let large = frame(MAX_COPIED + 1);
        let body = large.body.as_ptr();
        for frame in [frame(1), frame(MAX_COPIED), large, frame(0)] {
            outbox.push(frame).unwrap();
        }
        let batch = inbox.next_batch().await.unwrap();
        assert_eq!((batch.parts.len(), batch.frames()), (3, 4));
        assert_eq!(batch.parts[1].as_ptr(), body);
    }

    #[test]
    fn what_waits_for_a_connection_that_is_gone_counts_against_nobody() {
        let sender = Waiting::default().account();
        let (outbox, inbox) = channel();
        let charge = outbox.push_mail(frame(100), &sender, true).unwrap();
        drop((charge, inbox));
        assert!(sender.charge(MAX_SENT_BYTES).is_ok());
        outbox.push(frame(100)).unwrap();
        assert!(lock(&outbox.0).items.is_empty());
    }

    #[test]
    fn queue_is_full_by_frames() {
        let (outbox, _inbox) = channel();
        for _ in 0..MAX_QUEUED_FRAMES {
            outbox.push(frame(0)).unwrap();
        }
        assert_eq!(outbox.push(frame(0)), Err(Full));
    }
}
