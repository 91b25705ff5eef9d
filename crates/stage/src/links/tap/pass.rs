//! One connection through the tap: reads, records, decides, writes when it is time.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::core::{Act, Core, Outcome};
use super::effect::End;
use super::{Control, LinkState, Recorder};
use crate::buffers::{Buffers, OF_LINKS};
use scenario::adapter::Framing;
use timeline::{Direction, LinkEnd};

/// Bytes that may wait for their time; a sender of more is made to wait.
const WAITING: usize = 4 * 1024 * 1024;

/// Why a connection ends before both directions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Reset: by one side, or by the harness.
    Reset,
    /// Closed in order towards both sides, by a fault.
    Cut,
}

/// One connection, until both directions have ended or the link is cut.
pub(super) async fn pass(
    mut client: TcpStream,
    mut relay: TcpStream,
    mut control: watch::Receiver<Control>,
    framing: Framing,
    recorder: Recorder,
) {
    // Delays of our own would be faults that nobody asked for.
    drop(client.set_nodelay(true));
    drop(relay.set_nodelay(true));
    let faults = control.clone();
    let (state, stop) = {
        let (client_read, client_write) = client.split();
        let (relay_read, relay_write) = relay.split();
        let lane = |direction| Lane::new(direction, framing, faults.clone(), &recorder);
        let up = lane(Direction::Up);
        let down = lane(Direction::Down);
        tokio::select! {
            biased;
            // The tap itself may have ended: then the link ends too.
            changed = control.wait_for(|control| control.state != LinkState::Pass) => {
                (changed.map_or(LinkState::Reset, |control| control.state), Stop::Reset)
            }
            passed = async {
                tokio::try_join!(up.run(client_read, relay_write), down.run(relay_read, client_write))
            } => match passed {
                Ok(_) => return,
                Err(stop) => (LinkState::Pass, stop),
            },
        }
    };
    if stop == Stop::Cut {
        close(&mut client, &mut relay, &recorder).await;
        return;
    }
    if state == LinkState::Vanished {
        let is_over = |control: &Control| control.state == LinkState::Reset;
        drop(control.wait_for(is_over).await);
    }
    drop(client.set_zero_linger());
    drop(relay.set_zero_linger());
    for direction in [Direction::Up, Direction::Down] {
        recorder.closed(direction, LinkEnd::Reset).await;
    }
}

/// Closes both sides in order. What they still send is recorded and goes nowhere, until they
/// have understood.
async fn close(client: &mut TcpStream, relay: &mut TcpStream, recorder: &Recorder) {
    drop(client.shutdown().await);
    drop(relay.shutdown().await);
    tokio::join!(
        swallow(client, Direction::Up, recorder),
        swallow(relay, Direction::Down, recorder)
    );
}

async fn swallow(from: &mut TcpStream, direction: Direction, recorder: &Recorder) {
    let mut buffers = Buffers::of(&OF_LINKS);
    while let Ok(read @ 1..) = from.read(buffers.room()).await {
        recorder.bytes(direction, buffers.take(read)).await;
    }
    recorder.closed(direction, LinkEnd::Fin).await;
}

/// What a direction waits for.
enum Event {
    /// The faults of the link are others now.
    Changed,
    /// It is time for the first that waits.
    Due,
    /// So many bytes have come; none at the end.
    Read(usize),
}

/// One direction of a connection.
struct Lane<'r> {
    direction: Direction,
    core: Core,
    control: watch::Receiver<Control>,
    recorder: &'r Recorder,
    /// Waits for its time, in order.
    waiting: VecDeque<Act>,
    /// The sending side has ended.
    has_ended: bool,
    /// The receiving side was told so, by a fault: nothing passes any more.
    is_closed: bool,
}

impl<'r> Lane<'r> {
    fn new(
        direction: Direction,
        framing: Framing,
        mut control: watch::Receiver<Control>,
        recorder: &'r Recorder,
    ) -> Self {
        // Faults may be there already.
        control.mark_changed();
        Self {
            direction,
            core: Core::new(framing),
            control,
            recorder,
            waiting: VecDeque::new(),
            has_ended: false,
            is_closed: false,
        }
    }

    /// Passes on until the end in order.
    async fn run(mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Stop> {
        let mut buffers = Buffers::of(&OF_LINKS);
        loop {
            self.act(&mut to).await?;
            if self.has_ended && self.waiting.is_empty() {
                break;
            }
            match self.next(&mut from, &mut buffers).await? {
                Event::Changed => self.update().await,
                Event::Due => {}
                Event::Read(0) => self.end().await,
                Event::Read(read) => self.take(buffers.take(read), &mut to).await?,
            }
        }
        if self.is_closed {
            return Ok(());
        }
        to.shutdown().await.map_err(|_| Stop::Reset)
    }

    /// Does all that is due.
    async fn act(&mut self, to: &mut WriteHalf<'_>) -> Result<(), Stop> {
        while let Some(act) = self.waiting.front() {
            if matches!(act, Act::Pass(_, due) if *due > Instant::now()) {
                break;
            }
            match self.waiting.pop_front() {
                Some(Act::Pass(..)) if self.is_closed => {}
                Some(Act::Pass(bytes, _)) => write(to, &bytes).await?,
                Some(Act::End(End::Cut)) => return Err(Stop::Cut),
                Some(Act::End(End::Reset)) => return Err(Stop::Reset),
                Some(Act::End(End::HalfOpen)) => {
                    self.is_closed = true;
                    to.shutdown().await.map_err(|_| Stop::Reset)?;
                }
                None => break,
            }
        }
        Ok(())
    }

    /// Waits for the next thing to do.
    async fn next(
        &mut self,
        from: &mut ReadHalf<'_>,
        buffers: &mut Buffers,
    ) -> Result<Event, Stop> {
        let due = match self.waiting.front() {
            Some(Act::Pass(_, due)) => Some(*due),
            Some(Act::End(_)) | None => None,
        };
        let reads = !self.has_ended && !self.core.is_stalled() && self.waiting_bytes() < WAITING;
        let event = async {
            tokio::select! {
                biased;
                // Without a tap the link ends: whoever runs this sees to it.
                Ok(()) = self.control.changed() => Ok(Event::Changed),
                read = from.read(buffers.room()), if reads => {
                    read.map(Event::Read).map_err(|_| Stop::Reset)
                }
                else => std::future::pending().await,
            }
        };
        match due {
            // The fault is time: the one place where a link waits for it.
            Some(due) => timeout_at(due, event).await.unwrap_or(Ok(Event::Due)),
            None => event.await,
        }
    }

    fn waiting_bytes(&self) -> usize {
        let lengths = self.waiting.iter().map(|act| match act {
            Act::Pass(bytes, _) => bytes.len(),
            Act::End(_) => 0,
        });
        lengths.sum()
    }

    /// Bytes have come.
    async fn take(&mut self, bytes: Bytes, to: &mut WriteHalf<'_>) -> Result<(), Stop> {
        self.recorder.bytes(self.direction, bytes.clone()).await;
        // A step that has begun before they came is in force for them.
        if self.control.has_changed().unwrap_or(false) {
            self.update().await;
        }
        if self.core.is_idle() && self.waiting.is_empty() && !self.is_closed {
            self.core.pass(&bytes);
            return write(to, &bytes).await;
        }
        let outcome = self.core.push(Instant::now(), bytes);
        self.record_fates(outcome).await;
        Ok(())
    }

    /// The sending side has ended; what waits still passes.
    async fn end(&mut self) {
        self.has_ended = true;
        self.recorder.closed(self.direction, LinkEnd::Fin).await;
        let outcome = self.core.finish(Instant::now());
        self.record_fates(outcome).await;
    }

    async fn update(&mut self) {
        let faults = {
            let control = self.control.borrow_and_update();
            match self.direction {
                Direction::Down => control.down.clone(),
                Direction::Up => control.up.clone(),
            }
        };
        if faults.is_empty() && self.core.is_idle() {
            return;
        }
        let outcome = self.core.update(Instant::now(), &faults);
        self.record_fates(outcome).await;
    }

    /// What a fault does is recorded before it is done.
    async fn record_fates(&mut self, outcome: Outcome) {
        for fate in outcome.fates {
            self.recorder.fate(self.direction, fate).await;
        }
        self.waiting.extend(outcome.acts);
    }
}

async fn write(to: &mut WriteHalf<'_>, bytes: &[u8]) -> Result<(), Stop> {
    to.write_all(bytes).await.map_err(|_| Stop::Reset)
}
