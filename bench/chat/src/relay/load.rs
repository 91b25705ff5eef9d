//! Clients that keep a relay busy: each has so many messages under way, and sends the next one when one of them is
//! acknowledged. Or, paced, each sends when its time has come, whatever is under way.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{sleep_until, timeout};

use super::speech::{self, Heard, ROOM, Speech, Text, To};

/// Deliveries that each client has under way.
const WINDOW: usize = 36;

/// How long a load may go on without an end.
const DEADLINE: Duration = Duration::from_secs(120);

/// Bytes that are read at once.
const READ: usize = 16 * 1024;

/// One client that is connected.
pub(super) struct Client {
    pub(super) me: usize,
    pub(super) stream: TcpStream,
    pub(super) speech: Box<dyn Speech>,
    pub(super) input: BytesMut,
}

/// Who writes to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Each client to one other.
    Pairs,
    /// Each client to all others of its room.
    Rooms,
}

impl Shape {
    fn to(self, client: usize) -> To {
        match self {
            Self::Pairs => To::One(client ^ 1),
            Self::Rooms => To::Room,
        }
    }

    /// How many get a message.
    pub(super) fn recipients(self) -> usize {
        match self {
            Self::Pairs => 1,
            Self::Rooms => ROOM - 1,
        }
    }
}

/// When a client sends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// When its window has room.
    Window,
    /// So often, in turns with all others.
    Every(Duration),
}

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) shape: Shape,
    pub(super) pace: Pace,
    /// Deliveries before anything is measured.
    pub(super) warm: usize,
    /// Deliveries that are measured.
    pub(super) measured: usize,
}

/// What all clients of a load share; they are tasks of one thread.
struct Shared {
    load: Load,
    began: Instant,
    clients: usize,
    /// Deliveries so far.
    delivered: Cell<usize>,
    /// Deliveries that are sent and not acknowledged.
    open: Cell<usize>,
    took: RefCell<Vec<Duration>>,
    warmed: Notify,
    measured: Notify,
    /// Nothing is under way any more.
    quiet: Notify,
}

/// What came of a load.
pub(super) struct Loaded<T> {
    pub(super) clients: Vec<Client>,
    /// What was read before and after the deliveries that are measured.
    pub(super) between: (T, T),
    /// How long each delivery took, from when it was to be sent.
    pub(super) took: Vec<Duration>,
}

/// Loads the relay that the clients are connected to; `look` is called when the measured part begins and ends.
pub(super) async fn run<T>(
    clients: Vec<Client>,
    load: Load,
    mut look: impl FnMut() -> T,
) -> Result<Loaded<T>, String> {
    let shared = Rc::new(Shared {
        load,
        began: Instant::now(),
        clients: clients.len(),
        delivered: Cell::new(0),
        open: Cell::new(0),
        took: RefCell::new(Vec::new()),
        warmed: Notify::new(),
        measured: Notify::new(),
        quiet: Notify::new(),
    });
    let local = LocalSet::new();
    let mut tasks = JoinSet::new();
    let stop = Rc::new(tokio_util::sync::CancellationToken::new());
    for client in clients {
        let (shared, stop) = (Rc::clone(&shared), Rc::clone(&stop));
        tasks.spawn_local_on(talk(client, shared, stop), &local);
    }
    let seen = Rc::clone(&shared);
    let all = async {
        let mut clients = Vec::new();
        let between = tokio::select! {
            failed = failed(&mut tasks) => return Err(failed),
            between = async {
                seen.warmed.notified().await;
                let before = look();
                seen.measured.notified().await;
                let after = look();
                seen.quiet.notified().await;
                (before, after)
            } => between,
        };
        stop.cancel();
        while let Some(ended) = tasks.join_next().await {
            clients.push(ended.map_err(|error| error.to_string())??);
        }
        Ok((clients, between))
    };
    let done = timeout(DEADLINE, local.run_until(all)).await;
    let (mut clients, between) = done.map_err(|_| {
        let (delivered, open) = (shared.delivered.get(), shared.open.get());
        format!("after {DEADLINE:?} {delivered} messages had come, {open} had not been acknowledged: {load:?}")
    })??;
    clients.sort_by_key(|client| client.me);
    let took = shared.took.take();
    Ok(Loaded {
        clients,
        between,
        took,
    })
}

/// Why a client has ended before it was told to.
async fn failed(tasks: &mut JoinSet<Result<Client, String>>) -> String {
    match tasks.join_next().await {
        Some(Ok(Err(why))) => why,
        Some(Err(error)) => error.to_string(),
        Some(Ok(Ok(_))) | None => "a client has ended too early".to_owned(),
    }
}

async fn talk(
    mut client: Client,
    shared: Rc<Shared>,
    stop: Rc<tokio_util::sync::CancellationToken>,
) -> Result<Client, String> {
    let failed = |error: io::Error| error.to_string();
    let mut talker = Talker::new(client.me, &shared);
    let mut out = Vec::new();
    talker.fill(client.speech.as_mut(), &mut out);
    loop {
        client.stream.write_all(&out).await.map_err(failed)?;
        out.clear();
        let next = talker.next_turn();
        client.input.reserve(READ);
        tokio::select! {
            read = client.stream.read_buf(&mut client.input) => if read.map_err(failed)? == 0 {
                return Err("the relay has closed a connection".to_owned());
            },
            () = at(next) => {}
            () = stop.cancelled() => return Ok(client),
        }
        talker.hear(&mut client, &mut out)?;
        talker.fill(client.speech.as_mut(), &mut out);
    }
}

/// The time that a paced load plans, which is no event: it is the load itself.
async fn at(next: Option<Instant>) {
    match next {
        Some(next) => sleep_until(next.into()).await,
        None => std::future::pending().await,
    }
}

/// One client's part of a load.
struct Talker<'a> {
    me: usize,
    /// Its deliveries that are not acknowledged.
    open: usize,
    /// How many messages it has sent.
    sent: u32,
    shared: &'a Shared,
}

impl<'a> Talker<'a> {
    fn new(me: usize, shared: &'a Shared) -> Self {
        Self {
            me,
            open: 0,
            sent: 0,
            shared,
        }
    }

    /// When its next message is to be sent, in a paced load that goes on.
    fn next_turn(&self) -> Option<Instant> {
        let Pace::Every(period) = self.shared.load.pace else {
            return None;
        };
        let clients = u32::try_from(self.shared.clients).unwrap_or(u32::MAX);
        let place = u32::try_from(self.me).unwrap_or(u32::MAX);
        let turn = self.sent * clients + place;
        self.shared
            .goes_on()
            .then(|| self.shared.began + period * turn)
    }

    /// Sends what it may send now.
    fn fill(&mut self, speech: &mut dyn Speech, out: &mut Vec<u8>) {
        let shape = self.shared.load.shape;
        let recipients = shape.recipients();
        while self.shared.goes_on() {
            let at = match self.next_turn() {
                None if self.open + recipients > WINDOW => return,
                None => Instant::now(),
                Some(turn) if turn > Instant::now() => return,
                Some(turn) => turn,
            };
            let at = at.duration_since(self.shared.began).as_nanos();
            let text = speech::message(self.me, u64::try_from(at).unwrap_or(u64::MAX));
            speech.say(shape.to(self.me), &text, out);
            self.sent += 1;
            self.open += recipients;
            self.shared.open.set(self.shared.open.get() + recipients);
        }
    }

    /// Takes all that was read.
    fn hear(&mut self, client: &mut Client, out: &mut Vec<u8>) -> Result<(), String> {
        while let Some(heard) = client.speech.hear(&mut client.input, out)? {
            match heard {
                Heard::Text(Text::Message { from, at }) => {
                    self.shared.delivered(Duration::from_nanos(at));
                    client.speech.acknowledge(from, out);
                }
                Heard::Text(Text::Acknowledgement) | Heard::Acknowledged => {
                    self.open = self.open.checked_sub(1).ok_or("acknowledged twice")?;
                    self.shared.closed_one();
                }
                Heard::Ready | Heard::Other => {}
            }
        }
        Ok(())
    }
}

impl Shared {
    /// Whether more is to be sent.
    fn goes_on(&self) -> bool {
        self.delivered.get() < self.load.warm + self.load.measured
    }

    fn delivered(&self, at: Duration) {
        let now = self.delivered.get() + 1;
        self.delivered.set(now);
        let (warm, end) = (self.load.warm, self.load.warm + self.load.measured);
        if now > warm && now <= end {
            self.took
                .borrow_mut()
                .push(self.began.elapsed().saturating_sub(at));
        }
        if now == warm {
            self.warmed.notify_one();
        }
        if now == end {
            self.measured.notify_one();
        }
    }

    fn closed_one(&self) {
        self.open.set(self.open.get() - 1);
        if self.open.get() == 0 && !self.goes_on() {
            self.quiet.notify_one();
        }
    }
}
