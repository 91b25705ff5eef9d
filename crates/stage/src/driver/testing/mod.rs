//! A machine that does what a script says, for tests of the driver: no process, no socket, and a
//! clock that goes on only when nothing else happens.

//!
//! ```text
//! mod ──────── the machine: host, clock, and whose turn it is
//! happenings ─ what has happened and the driver does not know yet
//! chat ─────── a chat that works, with its adapter and its plans
//! played ───── what became of a play
//! ```

mod chat;
mod happenings;
mod played;

pub(super) use self::chat::{ADAPTER, chat, chatting, load_of, planned, planned_for};
pub(super) use self::happenings::Happenings;
pub(super) use self::played::Played;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::host::{Doing, Host, Launch};
use super::scans::{ScanJob, Seen};
use super::{Play, QUEUE, Script, Surroundings};
use crate::input::Input;
use crate::isolation::closed::Reports;
use crate::isolation::netlink::Listening;
use crate::isolation::stage_thread::Side;
use crate::links::reach::Reached;
use crate::links::tap::{self, Link, Tap};
use crate::participant::adopter::Adopter;
use crate::participant::handle::ProcessHandle;
use crate::participant::orphans::Orphan;
use crate::participant::spawn::{Child, Command};
use crate::participant::terminal::LineTooLong;
use crate::scan::memory::InTheAct;
use crate::{Commands, EngineError, Pace, Settings, StatusRequests};
use audit::Searcher;
use scenario::adapter::Transport;
use scenario::plan::{LoadPlan, Plan};
use timeline::{Ended, Level};

/// What the driver does to a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue<'a> {
    Started(&'a str),
    Typed(&'a str, &'a str),
    InputEnded(&'a str),
    Signalled(&'a str, Signal),
    /// Its connections are ended.
    Cut(&'a str),
    /// Some are asked whether they wait for input.
    Asked,
}

impl Cue<'_> {
    /// A participant was typed this.
    pub(super) fn is_typed(self, who: &str, line: &str) -> bool {
        matches!(self, Cue::Typed(whom, typed) if (whom, typed) == (who, line))
    }
}

/// What participants do about it.
pub(super) type Behaviour = Box<dyn FnMut(Cue<'_>, &mut Happenings) + Send>;

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
    scans_are_stuck: bool,
    nobody_answers: bool,
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

    /// The last state that a client's link was set to.
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
    /// Clients whose links have been reset since this was last asked.
    fn take_cut(&mut self) -> Vec<String> {
        let taps = self.taps.iter_mut();
        let changed = taps.filter(|(_, tap)| tap.has_changed().unwrap_or_default());
        let cut = changed.filter_map(|(client, tap)| {
            let is_cut = tap.borrow_and_update().state == tap::LinkState::Reset;
            is_cut.then(|| client.clone())
        });
        cut.collect()
    }

    /// Tells the driver one thing; false when nothing has happened.
    fn deliver(&mut self) -> bool {
        let ready = self.happenings.ready(&self.opened);
        if ready.is_empty() {
            return false;
        }
        let choice = self.order[self.delivered % self.order.len()] % ready.len();
        self.delivered += 1;
        let input = self.happenings.take(&ready[choice]);
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
        let cut = self.lock().take_cut();
        for client in cut {
            self.cue(Cue::Cut(&client));
        }
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

    fn keys(&self, line: &str) -> Result<Vec<u8>, LineTooLong> {
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

    fn unread(&self) -> u64 {
        0
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

    fn adopter(&self) -> Option<Adopter> {
        None
    }

    fn start(&self, launch: Launch) -> Doing<'_, Box<dyn ProcessHandle>> {
        let who = launch.instance.participant.clone();
        let mut state = self.lock();
        state.started += 1;
        // No process has such a number, so nothing real is measured or limited.
        let pid = i32::MAX - state.started;
        state.happenings.starts(launch.instance, launch.home);
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
        _: watch::Receiver<Reached>,
    ) -> Doing<'_, Tap> {
        let (tap, control) = Tap::detached(port.unwrap_or(5000));
        self.lock().taps.insert(link.name, control);
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

    fn listening(&self, transport: Transport, _: Option<Vec<i32>>) -> Doing<'_, Vec<Listening>> {
        done(self.lock().happenings.listening(transport))
    }

    fn scan(&self, job: ScanJob) -> Doing<'static, Seen> {
        if self.lock().scans_are_stuck {
            return Box::pin(std::future::pending());
        }
        done(job.run())
    }

    fn who_reads(&self, _: Vec<i32>) -> Doing<'static, BTreeSet<i32>> {
        self.cue(Cue::Asked);
        if self.lock().nobody_answers {
            return Box::pin(std::future::pending());
        }
        done(BTreeSet::new())
    }

    fn watch(&self, _: Vec<i32>, _: Arc<Searcher>) -> Doing<'static, Option<InTheAct>> {
        if self.lock().scans_are_stuck {
            return Box::pin(std::future::pending());
        }
        done(None)
    }

    fn orphans(&self, _: PathBuf, _: Duration) -> Doing<'_, Vec<Orphan>> {
        done(Vec::new())
    }

    fn stop(self: Box<Self>, _: bool) -> Doing<'static, ()> {
        done(())
    }
}

/// How a play of a script goes on.
pub(super) struct Staged {
    pub(super) pace: Pace,
    pub(super) commands: Commands,
    pub(super) limit: Option<Duration>,
    /// See [`State::order`].
    pub(super) order: Vec<usize>,
    /// No scan of the relay ever ends.
    pub(super) scans_are_stuck: bool,
    /// Nobody says whether it reads its input.
    pub(super) nobody_answers: bool,
}

impl Default for Staged {
    fn default() -> Self {
        Self {
            pace: Pace::Full,
            commands: Commands::none(),
            limit: None,
            order: vec![0],
            scans_are_stuck: false,
            nobody_answers: false,
        }
    }
}

/// Plays a plan with participants that behave like this.
pub(super) fn play(plan: &Plan, staged: Staged, behaviour: Behaviour) -> Played {
    play_script(plan, Script::Steps, staged, behaviour)
}

/// The same under load.
pub(super) fn play_load(load: &LoadPlan, behaviour: Behaviour) -> Played {
    play_script(
        &load.whole,
        Script::Load(load),
        Staged::default(),
        behaviour,
    )
}

fn play_script(plan: &Plan, script: Script<'_>, staged: Staged, behaviour: Behaviour) -> Played {
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
        scans_are_stuck: staged.scans_are_stuck,
        nobody_answers: staged.nobody_answers,
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
        reports: Reports::default(),
        pace: staged.pace,
        commands: staged.commands,
        observer: None,
        limit: staged.limit,
        status_requests: StatusRequests::none(),
        comparing: crate::Comparing::default(),
        cancel: CancellationToken::new(),
    };
    let events = runtime.block_on(async {
        let play = Play::within(surroundings, plan, settings)?;
        play.run(script).await
    });
    let took = world.now() - began;
    Played {
        events,
        world,
        dir,
        took,
    }
}
