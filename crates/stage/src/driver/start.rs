//! Starting participants, and what counts as ready.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use crate::EngineError;
use crate::driver::input::Run;
use crate::driver::limits;
use crate::driver::{Play, RELAY};
use crate::isolation::stage_thread::Side;
use crate::links::tap::{Link, LinkState, Tap};
use crate::participant::orphans::{PARTICIPANT_VARIABLE, PLAY_VARIABLE, tree};
use crate::participant::process::Process;
use crate::participant::programs;
use crate::participant::spawn::Command;
use matching::compiled;
use scenario::Keys;
use scenario::adapter::{Adapter, Console, Program, ReadyWhen, Template, Terminal};
use scenario::plan::PlannedClient;
use timeline::{Ended, Kind};

/// Where a clean environment looks for programs.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What our terminals understand, as programs call it.
const TERMINAL: &str = "xterm-256color";

/// How long a relay may take to get ready, and a key to be made.
pub(crate) const READY: Duration = Duration::from_secs(10);
const PREPARE: Duration = Duration::from_secs(60);

/// The first, and the longest, pause between two looks at who listens. No event tells it.
const LISTEN_FIRST: Duration = Duration::from_micros(200);
const LISTEN_LONGEST: Duration = Duration::from_millis(5);

impl Play<'_> {
    /// Starts the relay and waits until it can serve. False when it does not get ready:
    /// the timeline says why.
    pub(crate) async fn start_relay(&mut self) -> Result<bool, EngineError> {
        let manual = &self.plan.adapter.relay;
        if self.cast.get(RELAY).is_some_and(|member| member.turn > 0) {
            self.stage.renew_relay_side().await?;
        }
        self.scratch.prepare(RELAY)?;
        self.scratch.copy(RELAY, &manual.copy, 0)?;
        self.forget_captures(RELAY);
        let mut values = self.values(RELAY)?;
        values.insert("keepalive".to_owned(), in_milliseconds(self.plan.keepalive));
        self.relay_ready = crate::driver::RelayReady::default();
        if let ReadyWhen::Line(pattern) = &manual.ready {
            self.relay_ready.pattern = compiled(pattern);
        }
        if !self
            .launch(
                RELAY,
                Side::Relay,
                (&manual.run, &manual.env),
                &values,
                &manual.console,
            )
            .await?
        {
            return Ok(false);
        }
        self.pulse.waits_for(RELAY, &manual.ready.in_words());
        let ready = self.converse(RELAY, &values).await?
            && match manual.ready {
                ReadyWhen::Line(_) => self.await_ready_line().await?,
                ReadyWhen::Listens(port) => self.await_listening(port).await?,
                ReadyWhen::AfterDialogue(port) => {
                    self.relay_ready.port = Some(port);
                    true
                }
            };
        self.pulse.waits_no_more();
        if ready {
            let port = self.relay_ready.port.unwrap_or_default();
            self.relay_port.send_replace(port);
            self.record(Kind::Ready {
                who: RELAY.to_owned(),
            })?;
            self.note_arguments()?;
        }
        Ok(ready)
    }

    async fn await_ready_line(&mut self) -> Result<bool, EngineError> {
        let deadline = self.pulse.clamp(Instant::now() + READY);
        self.until(deadline, |play| {
            Ok(play.relay_ready.seen || play.is_silent(RELAY))
        })
        .await?;
        if self.relay_ready.seen && self.relay_ready.port.is_some() {
            return Ok(true);
        }
        let awaited = self.plan.adapter.relay.ready.in_words();
        self.not_ready(RELAY, &awaited, READY)
    }

    async fn await_listening(&mut self, port: u16) -> Result<bool, EngineError> {
        let deadline = self.pulse.clamp(Instant::now() + READY);
        let mut pause = LISTEN_FIRST;
        loop {
            let ports = self.relay_listens().await?;
            if ports.contains(&port) {
                self.relay_ready.port = Some(port);
                return Ok(true);
            }
            let look = (Instant::now() + pause).min(deadline);
            let ended = self.until(look, |play| Ok(play.is_silent(RELAY))).await?;
            if ended || Instant::now() >= deadline {
                let mut awaited = self.plan.adapter.relay.ready.in_words();
                if !ports.is_empty() {
                    awaited.push_str(&format!(" (it listens on {ports:?})"));
                }
                return self.not_ready(RELAY, &awaited, READY);
            }
            pause = pause.mul_f32(1.5).min(LISTEN_LONGEST);
        }
    }

    /// The ports on which sockets of the relay listen. In a network of our own every listener
    /// is the relay's; elsewhere one of its processes must hold it.
    async fn relay_listens(&mut self) -> Result<BTreeSet<u16>, EngineError> {
        let listening = self.stage.listening().await?;
        if self.stage.init.is_some() {
            return Ok(listening.iter().map(|socket| socket.port).collect());
        }
        let pid = self
            .cast
            .get(RELAY)
            .and_then(|member| member.process.as_ref())
            .map(|p| p.pid);
        let held: Vec<String> = pid
            .into_iter()
            .flat_map(tree)
            .flat_map(open_files)
            .collect();
        let ours = listening
            .iter()
            .filter(|socket| held.contains(&format!("socket:[{}]", socket.inode)));
        Ok(ours.map(|socket| socket.port).collect())
    }

    /// Starts a client. That it gets ready is an expectation like any other.
    pub(crate) async fn start_client(
        &mut self,
        client: &PlannedClient,
    ) -> Result<bool, EngineError> {
        let who = client.name.as_str();
        let manual = &self.plan.adapter_of(who).client;
        self.scratch.prepare(who)?;
        self.note_first(who);
        self.forget_captures(who);
        let mut values = self.values(who)?;
        values.insert("name".to_owned(), client.login.clone());
        values.insert("port".to_owned(), self.link(who).await?.to_string());
        match self.plan.keys {
            Keys::Pool => self.scratch.copy(who, &manual.copy, client.pool_index)?,
            Keys::Fresh => {
                for command in &manual.prepare {
                    if !self.prepare(who, command, &values).await? {
                        return Ok(false);
                    }
                }
            }
        }
        let templates: Vec<&Template> = manual.run.iter().chain(manual.env.values()).collect();
        let deadline = self.pulse.clamp(Instant::now() + READY);
        let Some(values) = self
            .with_captures(who, &templates, &values, deadline)
            .await?
        else {
            return Ok(false);
        };
        let start = (manual.run.as_slice(), &manual.env);
        let side = self.side_of(who);
        let launched = self
            .launch(who, side, start, &values, &manual.console)
            .await?;
        Ok(launched && self.converse(who, &values).await?)
    }

    /// The port of the client's tap; its link passes again.
    pub(crate) async fn link(&mut self, who: &str) -> Result<u16, EngineError> {
        let source = self.source(who);
        let member = self.cast.entry(who.to_owned()).or_default();
        if let Some(tap) = &member.tap {
            self.stage.connect_again(source).await?;
            tap.set(LinkState::Pass);
            return Ok(tap.port);
        }
        let fixed = self.plan.adapter_of(who).client.port;
        let listener = self
            .stage
            .listen(self.side_of(who), fixed.unwrap_or(0))
            .await?;
        let stage = Arc::downgrade(&self.stage);
        let port = self.relay_port.subscribe();
        let link = Link {
            name: who.to_owned(),
            framing: self.plan.adapter_of(who).wire.framing,
            source,
        };
        let tap = Tap::start(link, listener, stage, port, self.sender.clone())?;
        let number = tap.port;
        self.cast.entry(who.to_owned()).or_default().tap = Some(tap);
        Ok(number)
    }

    /// Where a client lives.
    pub(crate) fn side_of(&self, who: &str) -> Side {
        let place = self.plan.clients.iter().position(|one| one.name == who);
        match (self.plan.adapter_of(who).client.port, place) {
            (Some(_), Some(place)) => Side::Alone(place),
            _ => Side::Clients,
        }
    }

    /// Runs a command to its end before a client starts.
    async fn prepare(
        &mut self,
        who: &str,
        command: &[Template],
        values: &BTreeMap<String, String>,
    ) -> Result<bool, EngineError> {
        if self.cast.get(who).is_some_and(|member| member.turn > 0) {
            return Ok(true);
        }
        let (env, console) = (BTreeMap::new(), Console::default());
        if !self
            .launch(who, self.side_of(who), (command, &env), values, &console)
            .await?
        {
            return Ok(false);
        }
        self.until(Instant::now() + PREPARE, |play| Ok(play.is_silent(who)))
            .await?;
        match self.cast.get(who).and_then(|member| member.ended) {
            Some((Ended::Exit(0), _)) => Ok(true),
            _ => self.not_ready(who, "its preparation ends with status 0", PREPARE),
        }
    }

    /// Starts one process of a participant.
    async fn launch(
        &mut self,
        who: &str,
        side: Side,
        start: (&[Template], &BTreeMap<String, Template>),
        values: &BTreeMap<String, String>,
        console: &Console,
    ) -> Result<bool, EngineError> {
        let command = self.command(who, start, values, console.terminal.as_ref())?;
        let argv = command.line();
        let member = self.cast.entry(who.to_owned()).or_default();
        member.turn += 1;
        let turn = member.turn;
        let run = Arc::new(Run::of(who, turn));
        let process = match self.spawn(side, command, &run, console.terminal).await {
            Ok(process) => process,
            Err(EngineError::System { error, .. }) => {
                let why = format!("cannot start {}: {error}", argv.join(" "));
                let who = who.to_owned();
                self.record(Kind::NotReady { who, why })?;
                return Ok(false);
            }
            Err(other) => return Err(other),
        };
        limits::set(process.pid, self.limits_of(who));
        self.record(Kind::Started {
            who: run.who.clone(),
            pid: process.pid,
            argv,
            turn,
        })?;
        let member = self.cast.entry(run.who.clone()).or_default();
        member.started(process, console);
        Ok(true)
    }

    async fn spawn(
        &mut self,
        side: Side,
        command: Command,
        run: &Arc<Run>,
        terminal: Option<Terminal>,
    ) -> Result<Process, EngineError> {
        let home = self.scratch.of(&run.who);
        let Some(terminal) = terminal else {
            let child = self.stage.spawn(side, home, command).await?;
            return Process::attach(child, run, &self.sender);
        };
        let seated = self.stage.seat(side, home, command, terminal).await?;
        Process::attach_terminal(seated, terminal.enter, run, &self.sender)
    }

    pub(crate) fn command(
        &self,
        who: &str,
        (run, env): (&[Template], &BTreeMap<String, Template>),
        values: &BTreeMap<String, String>,
        terminal: Option<&Terminal>,
    ) -> Result<Command, EngineError> {
        let fill = |template: &Template| self.filled(who, template, values);
        let mut words = run.iter().map(fill);
        let program = words
            .next()
            .unwrap_or(Err(EngineError::Fault("an empty command")))?;
        let work = self.scratch.of(who);
        let home = work.display().to_string();
        let mut command = Command::new(program)
            .directory(&work)
            .variable("PATH", PATH)
            .variable("HOME", &home)
            .variable("TMPDIR", format!("{home}/tmp"))
            .variable("LANG", "C.UTF-8")
            .variable("TERM", terminal.map_or("dumb", |_| TERMINAL))
            .variable("PYTHONUNBUFFERED", "1")
            .variable(PLAY_VARIABLE, &self.settings.mark)
            .variable(PARTICIPANT_VARIABLE, who);
        for word in words {
            command = command.argument(word?);
        }
        for (name, value) in env {
            command = command.variable(name, fill(value)?);
        }
        Ok(command)
    }

    /// What every template of a participant may use.
    pub(crate) fn values(&self, who: &str) -> Result<BTreeMap<String, String>, EngineError> {
        let mut values = BTreeMap::new();
        let adapter = self.plan.adapter_of(who);
        for (name, program) in &adapter.programs {
            let path = self.program(adapter, name, program)?;
            values.insert(name.clone(), path.display().to_string());
        }
        values.extend(adapter.settings.clone());
        values.insert("control".to_owned(), self.plan.control.clone());
        values.insert(
            "work".to_owned(),
            self.scratch.of(who).display().to_string(),
        );
        Ok(values)
    }

    fn program(
        &self,
        adapter: &Adapter,
        name: &str,
        program: &Program,
    ) -> Result<PathBuf, EngineError> {
        let missing = |why: String| EngineError::NoProgram {
            name: name.to_owned(),
            adapter: adapter.name.clone(),
            why,
        };
        match program {
            Program::Cargo(binary) => self
                .settings
                .binaries
                .get(binary)
                .cloned()
                .ok_or_else(|| missing(format!("this workspace builds no binary {binary:?}"))),
            Program::Path(path) => programs::find(adapter, Path::new(path)).map_err(missing),
        }
    }

    /// The participant's process has ended, and all that it printed was read.
    pub(crate) fn is_silent(&self, who: &str) -> bool {
        self.cast.get(who).is_none_or(|member| member.is_silent)
    }

    /// Records that a participant did not get ready: what was awaited and what was seen.
    pub(crate) fn not_ready(
        &mut self,
        who: &str,
        awaited: &str,
        within: Duration,
    ) -> Result<bool, EngineError> {
        let within = self
            .settings
            .limit
            .map_or(within, |limit| limit.min(within));
        let ended = self.cast.get(who).and_then(|member| member.ended);
        let seen = match ended {
            Some((how, _)) => format!("it {how}"),
            None => format!("it still runs after {within:?}"),
        };
        let last = self.last_lines(who);
        let guess = self.why_silent(who);
        let guess = guess.map(|guess| format!("; {guess}")).unwrap_or_default();
        let why = format!("awaited: {awaited}; seen: {seen}; {last}{guess}");
        let who = who.to_owned();
        self.record(Kind::NotReady { who, why })?;
        Ok(false)
    }

    fn last_lines(&self, who: &str) -> String {
        let lines = self
            .writer
            .events()
            .iter()
            .rev()
            .filter_map(|event| match &event.kind {
                Kind::Line {
                    who: origin, text, ..
                } if origin == who => Some(text.as_str()),
                _ => None,
            });
        let mut last: Vec<&str> = lines.take(3).collect();
        last.reverse();
        let unfinished = self.unfinished(who);
        last.extend(unfinished.as_deref());
        if last.is_empty() {
            "it printed nothing".to_owned()
        } else {
            format!("its last lines: {}", last.join(" ⏎ "))
        }
    }

    /// A line that it has begun and not ended: mostly a prompt.
    fn unfinished(&self, who: &str) -> Option<String> {
        let member = self.cast.get(who)?;
        let partial = member.partial();
        (!partial.trim().is_empty()).then_some(partial)
    }

    /// Sends a signal to a participant that runs.
    pub(crate) fn signal(&self, who: &str, signal: Signal) {
        if let Some(process) = self
            .cast
            .get(who)
            .and_then(|member| member.process.as_ref())
        {
            process.signal(signal);
        }
    }
}

fn open_files(pid: i32) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect()
}

fn in_milliseconds(length: Duration) -> String {
    format!("{}ms", length.as_millis())
}
