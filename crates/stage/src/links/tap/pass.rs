//! One connection through the tap: reads, records, decides, writes when it is time.

use std::collections::VecDeque;
use std::pin::pin;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::core::{Act, Core, Outcome};
use super::{Control, LinkState, Recorder, effect};
use crate::buffers::{Buffers, OF_LINKS};
use scenario::adapter::Framing;
use timeline::{Direction, LinkEnd};

/// Bytes that may wait for their time; a sender of more is made to wait.
const WAITING: usize = 4 * 1024 * 1024;

/// Why a direction stops before it has ended in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Reset: by the sender, or by a fault.
    Reset,
    /// Closed in order towards both sides, by a fault.
    Cut,
    /// The receiver has reset it.
    Deaf,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Both sides have closed it.
    Fin,
    Cut,
    Reset,
    /// Its network has gone.
    Vanished,
}

/// What both directions of a connection know of it.
#[derive(Clone, Default)]
struct Ends {
    /// The client, or the relay, has reset it.
    client_gone: CancellationToken,
    relay_gone: CancellationToken,
    /// It is to be reset: what waits passes, and nothing is read any more.
    over: CancellationToken,
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
    let ends = Ends::default();
    let faults = control.clone();
    let lane = |direction| Lane::new(direction, framing, faults.clone(), &recorder, &ends);
    let (mut up, mut down) = (lane(Direction::Up), lane(Direction::Down));
    let sides = (&mut client, &mut relay);
    match both(&mut up, &mut down, sides, &mut control, &ends).await {
        End::Fin => return,
        End::Cut => return close(&mut client, &mut relay, &recorder).await,
        End::Reset => {}
        End::Vanished => {
            let is_over = |control: &Control| control.state == LinkState::Reset;
            drop(control.wait_for(is_over).await);
        }
    }
    drop(client.set_zero_linger());
    drop(relay.set_zero_linger());
    for lane in [&up, &down].into_iter().filter(|lane| !lane.has_ended) {
        recorder.closed(lane.direction, LinkEnd::Reset).await;
    }
}

/// Lets both directions pass until they are over.
async fn both(
    up: &mut Lane<'_>,
    down: &mut Lane<'_>,
    (client, relay): (&mut TcpStream, &mut TcpStream),
    control: &mut watch::Receiver<Control>,
    ends: &Ends,
) -> End {
    let (client_read, client_write) = client.split();
    let (relay_read, relay_write) = relay.split();
    let mut up = pin!(up.run(client_read, relay_write));
    let mut down = pin!(down.run(relay_read, client_write));
    let (mut up_is_over, mut down_is_over) = (false, false);
    while !(up_is_over && down_is_over) {
        let is_whole = !ends.over.is_cancelled();
        let stop = tokio::select! {
            biased;
            state = state_of(control), if is_whole => match state {
                Some(LinkState::Vanished) => return End::Vanished,
                // The tap itself may have ended: then the link ends too.
                None => return End::Reset,
                Some(LinkState::Pass | LinkState::Reset) => Err(Stop::Reset),
            },
            // Who had ended in order has answered with a reset.
            () = ends.client_gone.cancelled(), if is_whole && up_is_over => Err(Stop::Reset),
            () = ends.relay_gone.cancelled(), if is_whole && down_is_over => Err(Stop::Reset),
            stop = &mut up, if !up_is_over => {
                up_is_over = true;
                stop
            }
            stop = &mut down, if !down_is_over => {
                down_is_over = true;
                stop
            }
        };
        match stop {
            Err(Stop::Cut) => return End::Cut,
            Err(Stop::Reset) => ends.over.cancel(),
            // The other direction finds that its sender has gone.
            Ok(()) | Err(Stop::Deaf) => {}
        }
    }
    let resets = [&ends.over, &ends.client_gone, &ends.relay_gone];
    if resets.iter().any(|reset| reset.is_cancelled()) {
        End::Reset
    } else {
        End::Fin
    }
}

/// How the link is, once it does not pass any more; nothing when the tap has ended.
async fn state_of(control: &mut watch::Receiver<Control>) -> Option<LinkState> {
    let changed = control.wait_for(|control| control.state != LinkState::Pass);
    Some(changed.await.ok()?.state)
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
    /// The sender has reset the connection.
    Reset,
    /// The receiver has.
    Deaf,
    /// The connection is to be reset.
    Over,
}

/// One direction of a connection.
struct Lane<'r> {
    direction: Direction,
    core: Core,
    control: watch::Receiver<Control>,
    recorder: &'r Recorder,
    /// Waits for its time, in order.
    waiting: VecDeque<Act>,
    /// The sending side has ended, and that is recorded.
    has_ended: bool,
    /// The receiving side was informed of an end, by a fault: nothing passes any more.
    is_closed: bool,
    /// The sending side, and the receiving one, has reset the connection.
    sender_gone: &'r CancellationToken,
    receiver_gone: &'r CancellationToken,
    over: &'r CancellationToken,
}

impl<'r> Lane<'r> {
    fn new(
        direction: Direction,
        framing: Framing,
        mut control: watch::Receiver<Control>,
        recorder: &'r Recorder,
        ends: &'r Ends,
    ) -> Self {
        // Faults may be there already.
        control.mark_changed();
        let (sender_gone, receiver_gone) = match direction {
            Direction::Up => (&ends.client_gone, &ends.relay_gone),
            Direction::Down => (&ends.relay_gone, &ends.client_gone),
        };
        Self {
            direction,
            core: Core::new(framing),
            control,
            recorder,
            waiting: VecDeque::new(),
            has_ended: false,
            is_closed: false,
            sender_gone,
            receiver_gone,
            over: &ends.over,
        }
    }

    /// Passes on until the end in order.
    async fn run(&mut self, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>) -> Result<(), Stop> {
        let mut buffers = Buffers::of(&OF_LINKS);
        loop {
            self.act(&mut to).await?;
            let has_ended = self.has_ended || self.over.is_cancelled();
            if has_ended && self.waiting.is_empty() {
                break;
            }
            match self.next(&mut from, &to, &mut buffers).await {
                Event::Changed => self.update().await,
                Event::Due | Event::Over => {}
                Event::Read(0) if self.sender_gone.is_cancelled() => self.reset().await,
                Event::Read(0) => self.end(LinkEnd::Fin).await,
                Event::Read(read) => self.take(buffers.take(read), &mut to).await?,
                Event::Reset => self.reset().await,
                Event::Deaf => return Err(self.deaf()),
            }
        }
        if self.is_closed || self.over.is_cancelled() {
            return Ok(());
        }
        to.shutdown().await.map_err(|_| self.deaf())
    }

    /// Does all that is due.
    async fn act(&mut self, to: &mut WriteHalf<'_>) -> Result<(), Stop> {
        while let Some(act) = self.waiting.front() {
            if matches!(act, Act::Pass(_, due) if *due > Instant::now()) {
                break;
            }
            match self.waiting.pop_front() {
                Some(Act::Pass(..)) if self.is_closed => {}
                Some(Act::Pass(bytes, _)) => self.write(to, &bytes).await?,
                Some(Act::End(effect::End::Cut)) => return Err(Stop::Cut),
                Some(Act::End(effect::End::Reset)) => return Err(Stop::Reset),
                Some(Act::End(effect::End::HalfOpen)) => {
                    self.is_closed = true;
                    to.shutdown().await.map_err(|_| self.deaf())?;
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
        to: &WriteHalf<'_>,
        buffers: &mut Buffers,
    ) -> Event {
        let due = match self.waiting.front() {
            Some(Act::Pass(_, due)) => Some(*due),
            Some(Act::End(_)) | None => None,
        };
        let is_over = self.over.is_cancelled();
        let reads = !self.has_ended
            && !is_over
            && !self.core.is_stalled()
            && self.waiting_bytes() < WAITING;
        let event = async {
            tokio::select! {
                biased;
                // Without a tap the link ends: whoever runs this sees to it.
                Ok(()) = self.control.changed() => Event::Changed,
                read = from.read(buffers.room()), if reads => read.map_or(Event::Reset, Event::Read),
                // A reset answers what was passed on to one who has closed; nothing is read then.
                Ok(_) = to.ready(Interest::ERROR) => Event::Deaf,
                () = self.over.cancelled(), if !is_over => Event::Over,
                else => std::future::pending().await,
            }
        };
        match due {
            // The fault is time: the one place where a link waits for it.
            Some(due) => timeout_at(due, event).await.unwrap_or(Event::Due),
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
            return self.write(to, &bytes).await;
        }
        let outcome = self.core.push(Instant::now(), bytes);
        self.record_fates(outcome).await;
        Ok(())
    }

    /// The sending side has ended; what waits still passes.
    async fn end(&mut self, how: LinkEnd) {
        self.has_ended = true;
        self.recorder.closed(self.direction, how).await;
        let outcome = self.core.finish(Instant::now());
        self.record_fates(outcome).await;
    }

    /// The sending side has reset the connection: the reset passes behind what waits.
    async fn reset(&mut self) {
        self.sender_gone.cancel();
        self.end(LinkEnd::Reset).await;
        self.waiting.push_back(Act::End(effect::End::Reset));
    }

    /// The receiving side has reset the connection: whoever reads from it finds that, too.
    fn deaf(&self) -> Stop {
        self.receiver_gone.cancel();
        Stop::Deaf
    }

    async fn update(&mut self) {
        let faults = self.control.borrow_and_update().faults(self.direction);
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

    /// Passes bytes on. Nobody waits for a receiver on behalf of a sender who has gone.
    async fn write(&self, to: &mut WriteHalf<'_>, bytes: &[u8]) -> Result<(), Stop> {
        tokio::select! {
            biased;
            written = to.write_all(bytes) => written.map_err(|_| self.deaf()),
            () = self.sender_gone.cancelled() => Err(Stop::Reset),
            () = self.over.cancelled() => Err(Stop::Reset),
        }
    }
}
