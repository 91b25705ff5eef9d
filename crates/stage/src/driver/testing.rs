//! A machine that does what a script says, for tests of the driver: no process, no socket, and a
//! clock that goes on only when nothing else happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::host::{Doing, Host, Launch, ProcessHandle};
use super::input::{Input, Instance};
use super::scans::{Look, Seen};
use super::{Play, QUEUE, RELAY, Script, Surroundings};
use crate::isolation::netlink::Listening;
use crate::isolation::stage_thread::Side;
use crate::links::tap::{self, Link, Tap};
use crate::participant::orphans::Orphan;
use crate::participant::spawn::{Child, Command};
use crate::{EngineError, Hand, Inquiries, Pace, Settings};
use scenario::plan::{self, Plan};
use scenario::{Scenario, adapter};
use timeline::{Ask, Direction, Ended, Event, Kind, Level, LinkEnd, StepResult, Stream};

/// A chat whose programs are played by a script.
pub(super) const ADAPTER: &str = r#"
about = "a chat that a script plays"
[programs]
shell = { path = "/bin/sh" }
[relay]
run = ["{shell}", "relay"]
ready = { line = 'ready on (?<port>\d+)' }
stop = "eof"
keepalive = "30s"
[client]
run = ["{shell}", "client", "{port}"]
downloads = "{work}/downloads"
[client.type]
say = "/say {text}"
file = "/file {to} {path}"
quit = "/quit"
[client.events]
ready = '^ready$'
joined = '^joined (?<who>\S+)$'
left = '^left (?<who>\S+)$'
message = '^message (?<from>\S+) (?<text>.*)$'
sent = '^sent (?<to>\S+)$'
file_received = '^file-received (?<from>\S+) (?<name>.+)$'
[controls]
output = "ready on"
wire = "message"
"#;

/// What the driver does to a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue<'a> {
    Started(&'a str),
    Typed(&'a str, &'a str),
    InputEnded(&'a str),
    Signalled(&'a str, Signal),
}

impl Cue<'_> {
    /// A participant was typed this.
    pub(super) fn is_typed(self, who: &str, line: &str) -> bool {
        matches!(self, Cue::Typed(whom, typed) if (whom, typed) == (who, line))
    }
}

/// What participants do about it.
pub(super) type Behaviour = Box<dyn FnMut(Cue<'_>, &mut Happenings) + Send>;

/// Where happenings keep their order. Between two of these nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// Whoever controls the play.
    Control,
    Stream(String, Stream),
    End(String),
    Link(String, Direction),
    /// The same one, who waits for what comes of the last command.
    PatientControl,
}

/// What has happened and was not yet told to the driver.
#[derive(Debug, Default)]
pub(super) struct Happenings {
    pending: BTreeMap<Source, VecDeque<Input>>,
    /// Whose latest process has not ended.
    running: BTreeMap<String, Arc<Instance>>,
    connected: BTreeSet<String>,
    /// Where each participant was started.
    pub(super) homes: BTreeMap<String, PathBuf>,
}

impl Happenings {
    pub(super) fn prints(&mut self, who: &str, text: &str) {
        self.prints_on(who, Stream::Stdout, text);
    }

    /// In two pieces: how bytes arrive is nobody's to say.
    pub(super) fn prints_on(&mut self, who: &str, stream: Stream, text: &str) {
        let Some(instance) = self.running.get(who).cloned() else {
            return;
        };
        let (one, two) = text.split_at(text.len() / 2);
        for part in [one, two] {
            let input = Input::Output {
                instance: Arc::clone(&instance),
                stream,
                bytes: Bytes::copy_from_slice(part.as_bytes()),
            };
            self.add(Source::Stream(who.to_owned(), stream), input);
        }
    }

    /// Its process ends; its streams do so after what it has printed.
    pub(super) fn exits(&mut self, who: &str, how: Ended) {
        let Some(instance) = self.running.remove(who) else {
            return;
        };
        for stream in [Stream::Stdout, Stream::Stderr] {
            let ended = Input::OutputEnded {
                instance: Arc::clone(&instance),
                stream,
            };
            self.add(Source::Stream(who.to_owned(), stream), ended);
        }
        self.ends(who, instance, how);
    }

    /// Its process ends, and something that it has left behind holds its streams open.
    pub(super) fn exits_with_open_streams(&mut self, who: &str, how: Ended) {
        if let Some(instance) = self.running.remove(who) {
            self.ends(who, instance, how);
        }
    }

    fn ends(&mut self, who: &str, instance: Arc<Instance>, how: Ended) {
        let cpu = Duration::ZERO;
        let ended = Input::Exited { instance, how, cpu };
        self.add(Source::End(who.to_owned()), ended);
    }

    pub(super) fn connects(&mut self, link: &str) {
        self.connected.insert(link.to_owned());
        let opened = Input::LinkOpened {
            link: link.to_owned(),
        };
        self.add(Source::Link(link.to_owned(), Direction::Up), opened);
    }

    pub(super) fn passes(&mut self, link: &str, direction: Direction, bytes: &str) {
        let wire = Input::Wire {
            link: link.to_owned(),
            direction,
            bytes: Bytes::copy_from_slice(bytes.as_bytes()),
        };
        self.add(Source::Link(link.to_owned(), direction), wire);
    }

    pub(super) fn disconnects(&mut self, link: &str, how: LinkEnd) {
        if !self.connected.remove(link) {
            return;
        }
        for direction in [Direction::Up, Direction::Down] {
            let closed = Input::LinkClosed {
                link: link.to_owned(),
                direction,
                how,
            };
            self.add(Source::Link(link.to_owned(), direction), closed);
        }
    }

    pub(super) fn commands(&mut self, ask: Ask) {
        self.add(Source::Control, Input::Command(Some(ask)));
    }

    /// When nothing else has happened.
    pub(super) fn commands_later(&mut self, ask: Ask) {
        self.add(Source::PatientControl, Input::Command(Some(ask)));
    }

    pub(super) fn cancels(&mut self) {
        self.add(Source::Control, Input::Cancelled);
    }

    /// What a participant has printed and nobody has read yet, it has never printed.
    pub(super) fn forget_what_is_printed(&mut self, who: &str) {
        self.pending
            .remove(&Source::Stream(who.to_owned(), Stream::Stdout));
    }

    pub(super) fn is_running(&self, who: &str) -> bool {
        self.running.contains_key(who)
    }

    /// Clients that run.
    pub(super) fn clients(&self) -> Vec<String> {
        let running = self.running.keys().filter(|who| *who != RELAY);
        running.cloned().collect()
    }

    fn add(&mut self, source: Source, input: Input) {
        self.pending.entry(source).or_default().push_back(input);
    }

    /// From which sources something can come next. Of a link, nothing comes down before it was
    /// opened; a relay ends when nothing passes any more.
    fn ready(&self, opened: &BTreeSet<String>) -> Vec<Source> {
        let is_link = |source: &Source| matches!(source, Source::Link(..));
        let waiting = self.pending.iter().filter(|(_, inputs)| !inputs.is_empty());
        let waiting: Vec<&Source> = waiting.map(|(source, _)| source).collect();
        let passes = waiting.iter().any(|source| is_link(source));
        let is_ready = |source: &&&Source| match source {
            Source::Link(link, Direction::Down) => opened.contains(link),
            Source::End(who) => who != RELAY || !passes,
            Source::Control | Source::PatientControl => true,
            Source::Link(..) | Source::Stream(..) => true,
        };
        waiting
            .iter()
            .filter(is_ready)
            .map(|one| (*one).clone())
            .collect()
    }
}

/// No play of a script takes so long by its own clock.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

struct State {
    began: Instant,
    now: Instant,
    sender: mpsc::Sender<Input>,
    /// Which of those that can come next does so, over and over.
    order: Vec<usize>,
    delivered: usize,
    opened: BTreeSet<String>,
    happenings: Happenings,
    behaviour: Option<Behaviour>,
    started: i32,
    signals: Vec<(String, Signal)>,
    taps: BTreeMap<String, watch::Receiver<tap::Control>>,
}

/// The machine of a script: a host and a clock.
#[derive(Clone)]
pub(super) struct World(Arc<Mutex<State>>);

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

impl World {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Signals that were sent, in order.
    pub(super) fn signals(&self) -> Vec<(String, Signal)> {
        self.lock().signals.clone()
    }

    /// What a client's link was told last.
    pub(super) fn link_state(&self, client: &str) -> tap::LinkState {
        self.lock().taps[client].borrow().state
    }

    fn cue(&self, cue: Cue<'_>) {
        let mut state = self.lock();
        if let Cue::Signalled(who, signal) = cue {
            state.signals.push((who.to_owned(), signal));
        }
        let mut behaviour = state.behaviour.take().expect("no cue within a cue");
        behaviour(cue, &mut state.happenings);
        state.behaviour = Some(behaviour);
        if let Cue::Signalled(who, Signal::KILL) = cue {
            state.happenings.exits(who, Ended::Signal(9));
        }
    }
}

impl State {
    /// Tells the driver one thing; false when nothing has happened.
    fn deliver(&mut self) -> bool {
        let ready = self.happenings.ready(&self.opened);
        if ready.is_empty() {
            return false;
        }
        let choice = self.order[self.delivered % self.order.len()] % ready.len();
        self.delivered += 1;
        let inputs = self.happenings.pending.get_mut(&ready[choice]).unwrap();
        let input = inputs.pop_front().unwrap();
        if let Input::LinkOpened { link } = &input {
            self.opened.insert(link.clone());
        }
        self.sender.try_send(input).expect("there is room");
        true
    }
}

impl Clock for World {
    fn now(&self) -> Instant {
        self.lock().now
    }

    fn poll_until(&mut self, due: Instant, _: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if !state.deliver() {
            state.now = state.now.max(due);
            let waits = state.now - state.began;
            assert!(waits < LONG, "it waits for what does not come any more");
        }
        Poll::Ready(())
    }
}

/// A process of a script.
#[derive(Debug)]
struct Scripted {
    who: String,
    pid: i32,
    world: World,
}

impl ProcessHandle for Scripted {
    fn pid(&self) -> i32 {
        self.pid
    }

    fn keys(&self, line: &str) -> Result<Vec<u8>, String> {
        Ok(format!("{line}\n").into_bytes())
    }

    fn echoes(&self) -> bool {
        false
    }

    fn send(&self, bytes: Vec<u8>) -> bool {
        for line in String::from_utf8(bytes).unwrap().lines() {
            self.world.cue(Cue::Typed(&self.who, line));
        }
        true
    }

    fn end_input(&mut self) {
        self.world.cue(Cue::InputEnded(&self.who));
    }

    fn signal(&self, signal: Signal) {
        self.world.cue(Cue::Signalled(&self.who, signal));
    }
}

fn done<T: Send + 'static>(value: T) -> Doing<'static, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl Host for World {
    fn shortcomings(&self) -> Vec<String> {
        Vec::new()
    }

    fn init(&self) -> Option<i32> {
        None
    }

    fn start(&self, launch: Launch) -> Doing<'_, Box<dyn ProcessHandle>> {
        let who = launch.instance.participant.clone();
        let mut state = self.lock();
        state.started += 1;
        // No process has such a number, so nothing real is looked at or limited.
        let pid = i32::MAX - state.started;
        let happenings = &mut state.happenings;
        happenings.running.insert(who.clone(), launch.instance);
        happenings.homes.insert(who.clone(), launch.home);
        drop(state);
        self.cue(Cue::Started(&who));
        let world = self.clone();
        done(Box::new(Scripted { who, pid, world }))
    }

    fn start_helper(&self, _: Side, _: PathBuf, _: Command) -> Doing<'_, Child> {
        Box::pin(std::future::ready(Err(EngineError::Fault("no helpers"))))
    }

    fn open_link(
        &self,
        _: Side,
        port: Option<u16>,
        link: Link,
        _: watch::Receiver<u16>,
    ) -> Doing<'_, Tap> {
        let (tap, told) = Tap::detached(port.unwrap_or(5000));
        self.lock().taps.insert(link.name, told);
        done(tap)
    }

    fn cut_off(&self, _: Ipv4Addr) -> Doing<'_, bool> {
        done(true)
    }

    fn connect_again(&self, _: Ipv4Addr) -> Doing<'_, bool> {
        done(true)
    }

    fn unacknowledged(&self, _: Ipv4Addr) -> Doing<'_, u64> {
        done(0)
    }

    fn listening(&self) -> Doing<'_, Vec<Listening>> {
        done(Vec::new())
    }

    fn renew_relay_side(&self) -> Doing<'_, ()> {
        done(())
    }

    fn look(&self, look: Look) -> Doing<'static, Seen> {
        done(look.take())
    }

    fn orphans(&self, _: String) -> Doing<'_, Vec<Orphan>> {
        done(Vec::new())
    }

    fn stop(self: Box<Self>, _: bool) -> Doing<'static, ()> {
        done(())
    }
}

/// A chat that works: it says and passes on what it should.
pub(super) fn chat() -> Behaviour {
    Box::new(chatting)
}

/// What [`chat`] does about one cue.
pub(super) fn chatting(cue: Cue<'_>, all: &mut Happenings) {
    match cue {
        Cue::Started(RELAY) => {
            all.prints_on(RELAY, Stream::Stderr, "a log\n");
            all.prints(RELAY, "ready on 4000\n");
        }
        Cue::Started(client) => {
            all.connects(client);
            all.passes(client, Direction::Up, "login");
            all.prints_on(client, Stream::Stderr, "connecting\n");
            all.prints(client, "hello\nready\n");
            for other in all.clients().iter().filter(|other| *other != client) {
                all.passes(other, Direction::Down, "joined");
                all.prints(other, &format!("joined {client}\n"));
            }
        }
        Cue::Typed(client, "/quit") => leaves(client, all),
        Cue::Typed(client, line) => says(client, line, all),
        Cue::InputEnded(RELAY) => all.exits(RELAY, Ended::Exit(0)),
        Cue::InputEnded(client) => leaves(client, all),
        Cue::Signalled(client, Signal::KILL) if client != RELAY && all.is_running(client) => {
            all.disconnects(client, LinkEnd::Fin);
            all.exits(client, Ended::Signal(9));
            tells_that_one_left(client, all);
        }
        Cue::Signalled(..) => {}
    }
}

fn says(client: &str, line: &str, all: &mut Happenings) {
    let Some(text) = line.strip_prefix("/say ") else {
        return;
    };
    all.passes(client, Direction::Up, "message sealed");
    all.prints_on(RELAY, Stream::Stderr, "passed one on\n");
    all.prints(client, "sent all\n");
    for other in all.clients().iter().filter(|other| *other != client) {
        all.passes(other, Direction::Down, "message sealed");
        all.prints(other, &format!("message {client} {text}\n"));
    }
}

fn leaves(client: &str, all: &mut Happenings) {
    all.prints(client, "bye\n");
    all.disconnects(client, LinkEnd::Fin);
    all.exits(client, Ended::Exit(0));
    tells_that_one_left(client, all);
}

fn tells_that_one_left(client: &str, all: &mut Happenings) {
    for other in all.clients() {
        all.passes(&other, Direction::Down, "left");
        all.prints(&other, &format!("left {client}\n"));
    }
}

/// The plan of a scenario for [`ADAPTER`].
pub(super) fn planned(scenario: &str) -> Plan {
    planned_for(ADAPTER, scenario)
}

pub(super) fn planned_for(adapter: &str, scenario: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let cells: Vec<Scenario> =
        scenario::parse(scenario, "test", Path::new("test.toml"), &root).unwrap();
    let adapter = adapter::parse(adapter, Path::new("script.toml")).unwrap();
    plan::build(&cells[0], &adapter, 7, &root).unwrap()
}

/// How a play of a script goes on.
pub(super) struct Staged {
    pub(super) pace: Pace,
    pub(super) hand: Hand,
    pub(super) limit: Option<Duration>,
    /// See [`State::order`].
    pub(super) order: Vec<usize>,
}

impl Default for Staged {
    fn default() -> Self {
        Self {
            pace: Pace::Full,
            hand: Hand::none(),
            limit: None,
            order: vec![0],
        }
    }
}

/// What became of a play.
pub(super) struct Played {
    pub(super) events: Result<Vec<Event>, EngineError>,
    pub(super) world: World,
    /// Where its files lie.
    pub(super) dir: TempDir,
    /// How long it took by its own clock.
    pub(super) took: Duration,
}

impl Played {
    /// What was recorded, in order.
    pub(super) fn kinds(&self) -> Vec<&Kind> {
        let events = self.events.as_ref().expect("it was played");
        events.iter().map(|event| &event.kind).collect()
    }
}

/// Plays a plan with participants that behave like this.
pub(super) fn play(plan: &Plan, staged: Staged, behaviour: Behaviour) -> Played {
    // Searching at the end of a play is refused by a runtime with one thread.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (sender, inputs) = mpsc::channel(QUEUE);
    let began = Instant::now();
    let world = World(Arc::new(Mutex::new(State {
        began,
        now: began,
        sender: sender.clone(),
        order: staged.order,
        delivered: 0,
        opened: BTreeSet::new(),
        happenings: Happenings::default(),
        behaviour: Some(behaviour),
        started: 0,
        signals: Vec::new(),
        taps: BTreeMap::new(),
    })));
    let surroundings = Surroundings {
        host: Box::new(world.clone()),
        clock: Box::new(world.clone()),
        sender,
        inputs,
    };
    let settings = Settings {
        level: Level::None,
        stage_init: PathBuf::new(),
        binaries: BTreeMap::new(),
        dir: dir.path().to_owned(),
        mark: "script".to_owned(),
        pace: staged.pace,
        hand: staged.hand,
        observer: None,
        limit: staged.limit,
        inquiries: Inquiries::none(),
        cancel: CancellationToken::new(),
    };
    let events = runtime.block_on(async {
        let play = Play::within(surroundings, plan, settings)?;
        play.run(Script::Steps).await
    });
    let took = world.now() - began;
    Played {
        events,
        world,
        dir,
        took,
    }
}

impl Played {
    /// What the driver wrote as notes.
    pub(super) fn notes(&self) -> Vec<&str> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::Note { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }

    /// How each step went, by its id.
    pub(super) fn steps(&self) -> Vec<(&str, &StepResult)> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::StepEnded { step, result } => Some((step.0.as_str(), result)),
                _ => None,
            })
            .collect()
    }

    /// What was typed to a participant, in order.
    pub(super) fn typed_to(&self, whom: &str) -> Vec<&str> {
        let kinds = self.kinds().into_iter();
        kinds
            .filter_map(|kind| match kind {
                Kind::Typed { who, line } if who == whom => Some(line.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Why somebody did not get ready.
    pub(super) fn not_ready(&self) -> Option<(&str, &str)> {
        self.kinds().into_iter().find_map(|kind| match kind {
            Kind::NotReady { who, why } => Some((who.as_str(), why.as_str())),
            _ => None,
        })
    }

    /// Where the first of these stands among what was recorded.
    pub(super) fn position(&self, wanted: impl Fn(&Kind) -> bool) -> usize {
        let kinds = self.kinds();
        let at = kinds.iter().position(|kind| wanted(kind));
        at.unwrap_or_else(|| panic!("nothing of the kind: {kinds:#?}"))
    }
}
