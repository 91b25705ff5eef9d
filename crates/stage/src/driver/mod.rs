//! The driver of a play: one queue in, one timeline out.

mod captured;
pub(crate) mod commands;
mod counters;
mod dialogue;
mod expected;
mod external;
mod fault;
mod fences;
mod guess;
pub(crate) mod input;
pub(crate) mod limits;
pub(crate) mod load;
mod opening;
mod others;
pub(crate) mod pace;
pub(crate) mod participant;
mod sampling;
mod scans;
pub(crate) mod start;
pub(crate) mod status;
mod steps;
mod stop;
mod stores;
mod structure;
mod surfaces;
mod timer;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::EngineError;
use crate::Settings;
use crate::driver::captured::Captured;
use crate::driver::commands::Hold;
use crate::driver::expected::Expecting;
use crate::driver::external::Outside;
use crate::driver::input::{Input, Run};
use crate::driver::participant::Member;
use crate::driver::scans::Search;
use crate::driver::status::{Pulse, Status};
use crate::driver::timer::Alarm;
use crate::isolation::confine;
use crate::isolation::sockets;
use crate::isolation::stage_thread::StageThread;
use crate::links::decode::Decoder;
use crate::participant::scratch::{Digested, Scratch};
use crate::record::{Placed, Writer};
use matching::Recogniser;
use scenario::plan::{AuditPlan, LoadPlan, Plan};
use timeline::{Direction, Event, FORMAT_VERSION, Kind, Level, Limit, Stream};

/// What happened and was not yet recorded, at the most. Each may hold what was read at once.
pub(crate) const QUEUE: usize = 256;

/// What is kept of each direction of a link.
const MAX_WIRE: u64 = 256 * 1024 * 1024;

/// How often the stage looks for a file that nobody announces.
const LOOK_FOR_FILES: Duration = Duration::from_millis(20);

/// How long the processor is left to threads of processes that have ended.
const LEAVE: Duration = Duration::from_micros(200);

/// How often the runtime gets a turn while taps end.
const LET_GO: u32 = 100_000;

pub(crate) const CLOSED: EngineError = EngineError::Fault("the queue of a play is closed");

/// The name of the relay among participants. No client can have it: names are checked.
pub(crate) const RELAY: &str = "relay";

/// A running play.
#[derive(Debug)]
pub(crate) struct Play<'p> {
    pub(crate) plan: &'p Plan,
    pub(crate) settings: Settings,
    pub(crate) stage: Arc<StageThread>,
    pub(crate) scratch: Scratch,
    pub(crate) writer: Writer,
    pub(crate) inputs: mpsc::Receiver<Input>,
    pub(crate) sender: mpsc::Sender<Input>,
    pub(crate) alarm: Alarm,
    pub(crate) outside: Outside,
    pub(crate) hold: Hold,
    pub(crate) cast: BTreeMap<String, Member>,
    /// Those whose process has ended, and whose end is not yet recorded.
    ending: BTreeSet<String>,
    pub(crate) relay_port: watch::Sender<u16>,
    pub(crate) relay_ready: RelayReady,
    pub(crate) expecting: Expecting,
    pub(crate) pulse: Pulse,
    /// What lies in outboxes, by client and name.
    pub(crate) outbox: BTreeMap<(String, String), Digested>,
    /// By adapter.
    recognisers: BTreeMap<String, Recogniser>,
    decoders: BTreeMap<(String, Direction), Decoder>,
    wire_lengths: BTreeMap<(String, Direction), u64>,
    /// Where a link's latest connection begins in its files.
    pub(crate) wire_begins: BTreeMap<(String, Direction), u64>,
    /// When is looked next at what participants use.
    pub(crate) next_watch: Instant,
    /// Index of the event at which the last step that did something began.
    pub(crate) acted: usize,
    /// A child was killed and has not ended: nobody can wait for the end of everything.
    pub(crate) has_unreaped: bool,
    /// The client that was started first.
    pub(crate) first: Option<String>,
    /// What participants have shown that others need.
    pub(crate) captured: Captured,
    /// What to search for: what the plan says, and what rounds have planted since.
    pub(crate) audit: AuditPlan,
    /// What was searched so far.
    pub(crate) search: Search,
}

/// What is done between the first process and the last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Script<'a> {
    /// The steps of the plan, one after another.
    Steps,
    /// Those of many groups at once, round after round.
    Load(&'a LoadPlan),
}

/// How far the relay's start has come.
#[derive(Debug, Default)]
pub(crate) struct RelayReady {
    /// The ready line, where there is one.
    pub(crate) pattern: Option<Arc<regex::Regex>>,
    /// Whether it was seen since the last start.
    pub(crate) seen: bool,
    /// The port that it announced.
    pub(crate) port: Option<u16>,
}

impl<'p> Play<'p> {
    /// Makes everything that a play needs but its participants.
    pub(crate) async fn begin(plan: &'p Plan, mut settings: Settings) -> Result<Self, EngineError> {
        let observer = settings.observer.take();
        let scratch = Scratch::make()?;
        let stage = StageThread::start(settings.level, settings.stage_init.clone()).await?;
        let writer = Writer::create(&settings.dir, observer)
            .map_err(EngineError::file("write", settings.dir.clone()))?;
        let (sender, inputs) = mpsc::channel(QUEUE);
        let asks = std::mem::take(&mut settings.hand).asks();
        let hold = Hold::begin(asks.is_some());
        let inquiries = std::mem::take(&mut settings.inquiries);
        let outside = Outside::listen(settings.cancel.clone(), inquiries, asks, &sender);
        let search = Search::of(&plan.steps, scratch.of(RELAY));
        let mut play = Self {
            plan,
            stage: Arc::new(stage),
            scratch,
            writer,
            inputs,
            sender,
            alarm: Alarm::new(),
            outside,
            hold,
            cast: BTreeMap::new(),
            ending: BTreeSet::new(),
            relay_port: watch::Sender::new(0),
            relay_ready: RelayReady::default(),
            expecting: Expecting::default(),
            pulse: Pulse::begin(settings.limit),
            outbox: BTreeMap::new(),
            recognisers: recognisers(plan),
            decoders: BTreeMap::new(),
            wire_lengths: BTreeMap::new(),
            wire_begins: BTreeMap::new(),
            next_watch: Instant::now(),
            acted: 0,
            has_unreaped: false,
            first: None,
            captured: Captured::default(),
            audit: plan.audit.clone(),
            search,
            settings,
        };
        let level = play.settings.level.to_string();
        let version = FORMAT_VERSION;
        play.record(Kind::Began { version, level })?;
        if !confine::is_available() {
            let text = "participants can write wherever the user can: no Landlock here".to_owned();
            play.record(Kind::Note { text })?;
        }
        if play.settings.level == Level::Namespaces {
            let left = match sockets::hidden() {
                Ok(hidden) => hidden.left.join("; "),
                Err(why) => why.to_owned(),
            };
            if !left.is_empty() {
                let text = format!("participants can reach sockets that are files: {left}");
                play.record(Kind::Note { text })?;
            }
        }
        Ok(play)
    }

    /// Plays it to the end. What was started is gone afterwards, whatever the result.
    pub(crate) async fn run(mut self, script: Script<'_>) -> Result<Vec<Event>, EngineError> {
        let played = match script {
            Script::Steps => self.act().await,
            Script::Load(load) => self.act_under_load(load).await,
        };
        self.pulse.lift();
        let stopped = match &played {
            Ok(()) => self.stop_in_order().await,
            Err(_) => Ok(()),
        };
        let swept = self.sweep().await;
        let searched = match (&played, &stopped, &swept) {
            (Ok(()), Ok(()), Ok(())) => self.search_all(),
            _ => Ok(()),
        };
        let_threads_leave();
        self.cast.clear();
        let ended = end_stage(self.stage, self.has_unreaped).await;
        played.and(stopped).and(swept).and(searched).and(ended)?;
        let path = self.writer.dir().join("timeline.jsonl");
        self.writer
            .finish()
            .map_err(EngineError::file("write", path))
    }

    /// Appends one event.
    pub(crate) fn record(&mut self, kind: Kind) -> Result<(), EngineError> {
        self.written(|writer| writer.append(kind).map(drop))
    }

    /// Appends one event that began a moment ago, and nothing else since.
    pub(crate) fn record_at(&mut self, t: u64, kind: Kind) -> Result<(), EngineError> {
        self.written(|writer| writer.append_at(t, kind).map(drop))
    }

    fn written<T>(
        &mut self,
        write: impl FnOnce(&mut Writer) -> io::Result<T>,
    ) -> Result<T, EngineError> {
        let written = write(&mut self.writer);
        written.map_err(|error| EngineError::file("write in", self.writer.dir())(error))
    }

    /// Lets things happen until `done`, or until the deadline. True when it is done.
    pub(crate) async fn until(
        &mut self,
        deadline: Instant,
        mut done: impl FnMut(&mut Self) -> Result<bool, EngineError>,
    ) -> Result<bool, EngineError> {
        loop {
            let now = Instant::now();
            self.note_ends()?;
            self.watch(now)?;
            if done(self)? {
                return Ok(true);
            }
            if self.is_overdue()? {
                return Ok(false);
            }
            if now >= deadline {
                return self.until_now(done);
            }
            let soon = self.next_look(self.pulse.clamp(deadline), now);
            let input = tokio::select! {
                biased;
                input = self.inputs.recv() => Some(input.ok_or(CLOSED)?),
                () = self.alarm.ring(soon) => None,
            };
            input.map_or(Ok(()), |input| self.handle(input))?;
        }
    }

    /// The time is over. What has happened until then still counts, and nothing else.
    fn until_now(
        &mut self,
        mut done: impl FnMut(&mut Self) -> Result<bool, EngineError>,
    ) -> Result<bool, EngineError> {
        for _ in 0..self.inputs.len() {
            let Ok(input) = self.inputs.try_recv() else {
                break;
            };
            self.handle(input)?;
        }
        self.note_ends()?;
        done(self)
    }

    /// The whole play has taken as long as it may, or is asked to end. The first time that it
    /// takes too long, that is recorded with what is awaited.
    fn is_overdue(&mut self) -> Result<bool, EngineError> {
        if self.pulse.is_due() {
            self.pulse.is_over = true;
            let limit = self.settings.limit.unwrap_or_default();
            let awaited = self.status().sentence();
            self.record(Kind::Overdue { limit, awaited })?;
        }
        Ok(self.pulse.is_over || self.hold.is_stopped())
    }

    /// What it waits for now.
    fn status(&self) -> Status {
        self.pulse.status(self.expecting.open())
    }

    /// Files may appear without a word: while one is awaited, look now and then.
    pub(crate) fn next_look(&self, deadline: Instant, now: Instant) -> Instant {
        let look = self
            .expecting
            .awaits_files()
            // What was done since `now` may have taken as long.
            .then(|| Instant::now() + LOOK_FOR_FILES);
        let due = self.expecting.next_deadline().filter(|due| *due > now);
        let ending = self.ending.iter().filter_map(|who| self.cast.get(who));
        let end = ending.filter_map(Member::end_due).min();
        let watch = self.cast.values().any(Member::is_running);
        let watch = watch.then_some(self.next_watch);
        let looks = [look, due, end, watch].into_iter().flatten();
        looks.fold(deadline, Instant::min)
    }

    /// Records what happened and sees what it fulfils.
    pub(crate) fn handle(&mut self, input: Input) -> Result<(), EngineError> {
        match input {
            Input::Output { run, stream, bytes } => self.output(&run, stream, &bytes),
            Input::OutputEnded { run, stream } => self.output_ended(&run, stream),
            Input::Exited { run, how, cpu } => {
                if let Some(member) = self.current(&run) {
                    member.ended = Some((how, Instant::now()));
                    member.usage.cpu = member.usage.cpu.max(cpu);
                    self.ending.insert(run.who.clone());
                }
                self.note_ends()
            }
            Input::LinkOpened { link } => {
                for direction in [Direction::Up, Direction::Down] {
                    let key = (link.clone(), direction);
                    let at = self.wire_lengths.get(&key).copied().unwrap_or(0);
                    self.wire_begins.insert(key.clone(), at);
                    let framing = self.plan.adapter_of(&link).wire.framing;
                    let decoder = self
                        .decoders
                        .entry(key)
                        .or_insert_with(|| Decoder::new(framing));
                    decoder.restart(framing, at);
                }
                self.record(Kind::LinkOpened { link })
            }
            Input::Wire {
                link,
                direction,
                bytes,
            } => self.wire(link, direction, &bytes),
            Input::Fault {
                link,
                direction,
                deed,
            } => self.deed(link, direction, deed),
            Input::LinkClosed {
                link,
                direction,
                how,
            } => self.record(Kind::LinkClosed {
                link,
                direction,
                how,
            }),
            Input::Cancelled if self.outside.may_cancel() => Err(EngineError::Interrupted),
            Input::Cancelled => Ok(()),
            Input::Inquiry(asker) => {
                // Who asked may have gone.
                drop(asker.send(self.status()));
                Ok(())
            }
            Input::Wish(ask) => self.obey(ask),
        }
    }

    /// The participant, if this is its latest start.
    fn current(&mut self, run: &Run) -> Option<&mut Member> {
        self.cast
            .get_mut(&run.who)
            .filter(|member| member.turn == run.turn)
    }

    fn output(&mut self, run: &Run, stream: Stream, bytes: &Bytes) -> Result<(), EngineError> {
        self.pulse.hear(&run.who);
        let file = run.file(stream);
        let who = run.who.clone();
        let most = self.limits_of(&who).output;
        let at = match self.written(|writer| writer.keep(file, bytes, most))? {
            Placed::At(at) => at,
            Placed::Capped => {
                self.record(Kind::Capped {
                    who: who.clone(),
                    file: file.to_owned(),
                })?;
                return self.exceeded(&who, Limit::Output, None);
            }
            Placed::Dropped => return Ok(()),
        };
        let len = bytes.len() as u64;
        self.record(Kind::Output {
            who,
            stream,
            at,
            len,
        })?;
        let Some(member) = self.current(run) else {
            return Ok(());
        };
        let lines = member.reading(stream).push(bytes);
        member.answer();
        for line in &lines {
            member.heard(line);
        }
        lines
            .into_iter()
            .try_for_each(|line| self.line(run, stream, line))
    }

    fn output_ended(&mut self, run: &Run, stream: Stream) -> Result<(), EngineError> {
        let Some(member) = self.current(run) else {
            return Ok(());
        };
        member.open.remove(&stream);
        if let Some(rest) = member.reading(stream).finish() {
            member.heard(&rest);
            self.line(run, stream, rest)?;
        }
        let who = run.who.clone();
        self.record(Kind::OutputEnded { who, stream })?;
        self.note_ends()
    }

    /// Records the end of each process once all that it printed has been read.
    pub(crate) fn note_ends(&mut self) -> Result<(), EngineError> {
        if self.ending.is_empty() {
            return Ok(());
        }
        let now = Instant::now();
        let mut ends = Vec::new();
        let cast = &mut self.cast;
        self.ending.retain(|who| {
            let Some(member) = cast.get_mut(who) else {
                return false;
            };
            let (Some(due), Some((how, _))) = (member.end_due(), member.ended) else {
                // It was started again.
                return false;
            };
            if due <= now {
                member.is_silent = true;
                ends.push((who.clone(), how));
            }
            due > now
        });
        for (who, how) in ends {
            self.used(&who, how)?;
            self.expecting.exit(&who);
            self.record(Kind::Exited { who, how })?;
        }
        Ok(())
    }

    /// A participant has shown a line.
    pub(crate) fn line(
        &mut self,
        run: &Run,
        stream: Stream,
        line: String,
    ) -> Result<(), EngineError> {
        let said = match self.current(run) {
            Some(member) => member.chaff.winnow(line),
            None => Some(line),
        };
        let Some(text) = said else {
            return Ok(());
        };
        let is_client = run.who != RELAY;
        let seen = match stream {
            Stream::Stdout if is_client => {
                let adapter = &self.plan.adapter_of(&run.who).name;
                let recogniser = self.recognisers.get(adapter);
                recogniser.and_then(|recogniser| recogniser.seen(&text))
            }
            Stream::Stdout | Stream::Stderr => None,
        };
        if is_client && stream == Stream::Stdout {
            self.expecting.line(&run.who, &text, seen.as_ref());
        } else if stream == Stream::Stdout {
            self.relay_ready.line(&text);
        }
        self.capture(&run.who, &text)?;
        self.record(Kind::Line {
            who: run.who.clone(),
            stream,
            text,
            seen,
        })
    }

    fn wire(
        &mut self,
        link: String,
        direction: Direction,
        bytes: &Bytes,
    ) -> Result<(), EngineError> {
        let file = wire_file(&link, direction);
        let at = match self.written(|writer| writer.keep(&file, bytes, MAX_WIRE))? {
            Placed::At(at) => at,
            Placed::Capped => return self.record(Kind::Capped { who: link, file }),
            Placed::Dropped => return Ok(()),
        };
        let len = bytes.len() as u64;
        let key = (link.clone(), direction);
        self.wire_lengths.insert(key.clone(), at + len);
        self.record(Kind::Wire {
            link: link.clone(),
            direction,
            at,
            len,
        })?;
        let framing = self.plan.adapter_of(&link).wire.framing;
        let decoder = self
            .decoders
            .entry(key)
            .or_insert_with(|| Decoder::new(framing));
        let (frames, broken) = decoder.push(bytes);
        for frame in frames {
            self.record(Kind::Frame {
                link: link.clone(),
                direction,
                at: frame.at,
                len: frame.len,
                r#type: frame.r#type,
                fields: frame.fields,
                body: frame.body,
            })?;
        }
        match broken {
            Some(why) => self.record(Kind::BadFrame {
                link,
                direction,
                why,
            }),
            None => Ok(()),
        }
    }

    /// The timeline so far reaches its file.
    pub(crate) fn flush_lines(&mut self) -> Result<(), EngineError> {
        self.written(Writer::flush_lines)
    }

    /// Everything so far reaches the files.
    pub(crate) fn flush(&mut self) -> Result<(), EngineError> {
        self.written(Writer::flush)
    }
}

/// What each implementation shows.
fn recognisers(plan: &Plan) -> BTreeMap<String, Recogniser> {
    let adapters = std::iter::once(&plan.adapter).chain(plan.others.values());
    adapters
        .map(|adapter| (adapter.name.clone(), Recogniser::new(&adapter.client)))
        .collect()
}

/// Stands back before processes that have ended are reaped. Their last threads may not have left
/// `/proc` yet, and whoever reaps then goes round in the kernel until they have: for up to 25 ms
/// where it is on the processor that they need. Nobody can be asked whether they are gone.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing is waited for: what follows is the same without it, and slower"
)]
fn let_threads_leave() {
    std::thread::sleep(LEAVE);
}

/// Ends the stage thread, once the last tap has let go of it.
async fn end_stage(mut stage: Arc<StageThread>, has_unreaped: bool) -> Result<(), EngineError> {
    for _ in 0..LET_GO {
        match Arc::try_unwrap(stage) {
            Ok(stage) => return stage.stop(has_unreaped).await,
            Err(shared) => stage = shared,
        }
        tokio::task::yield_now().await;
    }
    Err(EngineError::Fault(
        "a tap does not let go of the stage thread",
    ))
}

impl RelayReady {
    fn line(&mut self, text: &str) {
        let Some(captures) = self
            .pattern
            .as_ref()
            .and_then(|pattern| pattern.captures(text))
        else {
            return;
        };
        self.seen = true;
        self.port = captures
            .name("port")
            .and_then(|port| port.as_str().parse().ok());
    }
}

/// Where a direction of a link is kept, below the play's directory.
pub(crate) fn wire_file(link: &str, direction: Direction) -> String {
    match direction {
        Direction::Down => format!("wire/{link}.down"),
        Direction::Up => format!("wire/{link}.up"),
    }
}
