//! What waits to be written to one client, bounded in frames and in bytes.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf, Bytes};
use chat_protocol::Frame;
use tokio::sync::mpsc;

use crate::budget::{Account, Charge};
use crate::limits::{MAIL_SHARE, MAX_BATCH, MAX_QUEUED_BYTES, MAX_QUEUED_FRAMES};

/// The queue's end that frames are put in. It never waits.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    items: mpsc::Sender<Item>,
    bytes: Arc<AtomicUsize>,
}

/// The queue's end that the connection writes from.
#[derive(Debug)]
pub(crate) struct Inbox {
    items: mpsc::Receiver<Item>,
    bytes: Arc<AtomicUsize>,
    /// Bytes of the batch that is being written: they count until they are gone.
    in_flight: usize,
    charges: Vec<Charge>,
    ended: bool,
}

#[derive(Debug)]
enum Item {
    Frame(Frame, Option<Charge>),
    /// Nothing comes after it.
    End,
}

/// The client does not read fast enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A queue for one client.
pub(crate) fn channel() -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::channel(MAX_QUEUED_FRAMES);
    let bytes = Arc::new(AtomicUsize::new(0));
    let outbox = Outbox {
        items: sender,
        bytes: Arc::clone(&bytes),
    };
    let inbox = Inbox {
        items: receiver,
        bytes,
        in_flight: 0,
        charges: Vec::new(),
        ended: false,
    };
    (outbox, inbox)
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
        let waiting = self.items.max_capacity() - self.items.capacity();
        let bytes = self.bytes.load(Ordering::Relaxed) + frame.wire_len();
        if waiting >= MAX_QUEUED_FRAMES / of * part || bytes > MAX_QUEUED_BYTES / of * part {
            return Err(Full);
        }
        let is_idle = waiting == 0 && self.bytes.load(Ordering::Relaxed) == 0;
        let charge = if has_answered && is_idle {
            sender.charge_anyway(frame.wire_len())
        } else {
            sender.charge(frame.wire_len())?
        };
        self.push_charged(frame, Some(charge.clone()))?;
        Ok(charge)
    }

    /// Puts a frame in. Where the connection has ended already the frame is lost, and the
    /// router will hear of the end.
    pub(crate) fn push(&self, frame: Frame) -> Result<(), Full> {
        self.push_charged(frame, None)
    }

    fn push_charged(&self, frame: Frame, charge: Option<Charge>) -> Result<(), Full> {
        let length = frame.wire_len();
        // Only a count: the channel itself orders what it carries.
        let before = self.bytes.fetch_add(length, Ordering::Relaxed);
        let pushed = if before + length > MAX_QUEUED_BYTES {
            Err(Full)
        } else {
            self.put(Item::Frame(frame, charge))
        };
        if pushed.is_err() {
            self.bytes.fetch_sub(length, Ordering::Relaxed);
        }
        pushed
    }

    /// Lets the writer finish after what is in the queue and the farewell.
    pub(crate) fn end(&self, farewell: Option<Frame>) -> Result<(), Full> {
        farewell.map_or(Ok(()), |frame| self.push(frame))?;
        self.put(Item::End)
    }

    fn put(&self, item: Item) -> Result<(), Full> {
        match self.items.try_send(item) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
        }
    }
}

impl Inbox {
    /// The next frames, as many as wait and fit; `None` when there will be no more. What was
    /// taken before is now counted as written.
    pub(crate) async fn next_batch(&mut self) -> Option<Batch> {
        self.bytes.fetch_sub(self.in_flight, Ordering::Relaxed);
        self.in_flight = 0;
        self.charges.clear();
        let mut items = Vec::new();
        if self.ended || self.items.recv_many(&mut items, MAX_BATCH).await == 0 {
            return None;
        }
        let mut batch = Batch::default();
        for item in items {
            match item {
                Item::Frame(frame, charge) => {
                    self.in_flight += frame.wire_len();
                    self.charges.extend(charge);
                    batch.push(frame);
                }
                Item::End => self.ended = true,
            }
        }
        Some(batch)
    }
}

/// Frames that are written together: their parts as they are, nothing copied.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// None of them empty.
    parts: VecDeque<Bytes>,
    frames: usize,
}

impl Batch {
    /// How many there were.
    pub(crate) fn frames(&self) -> usize {
        self.frames
    }

    fn push(&mut self, frame: Frame) {
        self.frames += 1;
        self.parts.push_back(frame.head());
        if !frame.body.is_empty() {
            self.parts.push_back(frame.body);
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

    #[test]
    fn queue_is_full_by_frames() {
        let (outbox, _inbox) = channel();
        for _ in 0..MAX_QUEUED_FRAMES {
            outbox.push(frame(0)).unwrap();
        }
        assert_eq!(outbox.push(frame(0)), Err(Full));
    }
}
