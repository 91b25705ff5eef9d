//! Starting participants; all of it is the same for clients and the relay but what comes before
//! and after.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use crate::EngineError;
use crate::driver::host::Launch;
use crate::driver::{Play, RELAY};
use crate::isolation::stage_thread::Side;
use crate::links::tap::LinkState;
use crate::participant::{interpreter, limits};
use scenario::Keys;
use scenario::adapter::{ClientReady, Copy, IoSettings, Template};
use scenario::plan::{PREPARE, PlannedClient};
use timeline::{Ended, ExpectationId, Kind};

impl Play<'_> {
    /// Starts a client. That it shows that it is ready is an expectation like any other.
    pub(super) async fn start_client(
        &mut self,
        client: &PlannedClient,
    ) -> Result<bool, EngineError> {
        match self.prepare_client(client).await? {
            Some(values) => self.launch_client(client, &values).await,
            None => Ok(false),
        }
    }

    /// All that is done before the process of a client starts: the values for its templates.
    /// `None` when that fails: the timeline says why.
    pub(super) async fn prepare_client(
        &mut self,
        client: &PlannedClient,
    ) -> Result<Option<BTreeMap<String, String>>, EngineError> {
        let who = client.name.as_str();
        let spec = &self.plan.adapter_of(who).client;
        self.participants.scratch.prepare(who)?;
        self.participants.note_first(who);
        self.participants.forget_captures(who);
        let mut values = self.participants.values(who)?;
        values.insert("name".to_owned(), client.login.clone());
        values.insert("port".to_owned(), self.link(who).await?.to_string());
        let is_fresh = self.plan.keys == Keys::Fresh;
        let copies = spec.copies(self.plan.keys);
        if !self.copy(who, &copies, client.pool_index)? {
            return Ok(None);
        }
        // Those that it made for its first start are still there.
        if is_fresh && !self.participants.has_been_started(who) {
            for command in &spec.prepare {
                if !self.prepare(who, command, &values).await? {
                    return Ok(None);
                }
            }
        }
        let templates: Vec<&Template> = spec.run.iter().chain(spec.env.values()).collect();
        let deadline = self.ready_deadline(who);
        self.with_captures(who, &templates, &values, deadline).await
    }

    /// Starts the process of a client, answers what it asks, and waits for what shows that it is
    /// ready where no line does.
    pub(super) async fn launch_client(
        &mut self,
        client: &PlannedClient,
        values: &BTreeMap<String, String>,
    ) -> Result<bool, EngineError> {
        let who = client.name.as_str();
        let spec = &self.plan.adapter_of(who).client;
        let start = (spec.run.as_slice(), &spec.env);
        let side = self.participants.side_of(who);
        let since = self.record.events().len();
        let is_up = self.launch(who, side, start, values, &spec.io).await?
            && self.converse(who, values).await?;
        match spec.ready {
            ClientReady::Connected | ClientReady::Joined if is_up => {
                self.await_connection(who, since).await
            }
            _ => Ok(is_up),
        }
    }

    /// Waits until a client has connected, after so many events.
    async fn await_connection(&mut self, who: &str, since: usize) -> Result<bool, EngineError> {
        let deadline = self.ready_deadline(who);
        let began = self.record.now();
        let connected = |play: &Self| {
            let events = play.record.events().get(since..).unwrap_or_default();
            let mut kinds = events.iter().map(|event| &event.kind);
            kinds.any(|kind| matches!(kind, Kind::LinkOpened { link } if link == who))
        };
        self.until(deadline, |play| {
            Ok(connected(play) || play.is_left(who, began))
        })
        .await?;
        if connected(self) {
            return Ok(true);
        }
        let awaited = format!("{who} gets ready, by connecting to the relay");
        self.not_ready(who, &awaited, self.participants.ready_within(who))
            .await
    }

    /// One has ended, or the relay has, since a time of the timeline, so that it does not get ready.
    pub(super) fn is_left(&self, who: &str, since: u64) -> bool {
        let now = self.clock.now();
        self.participants.is_silent(who)
            || (who != RELAY && self.expected.relay_was_lost(since, now))
    }

    /// When somebody who starts now is to be ready at the latest.
    pub(super) fn ready_deadline(&self, who: &str) -> Instant {
        let within = self.participants.ready_within(who);
        self.control.progress.clamp(self.clock.now() + within)
    }

    /// Runs a command to its end before a client starts.
    async fn prepare(
        &mut self,
        who: &str,
        command: &[Template],
        values: &BTreeMap<String, String>,
    ) -> Result<bool, EngineError> {
        let (env, io) = (BTreeMap::new(), IoSettings::default());
        if !self
            .launch(
                who,
                self.participants.side_of(who),
                (command, &env),
                values,
                &io,
            )
            .await?
        {
            return Ok(false);
        }
        self.until(self.clock.now() + PREPARE, |play| {
            Ok(play.participants.is_silent(who))
        })
        .await?;
        match self.participants.ended(who) {
            Some(Ended::Exit(0)) => Ok(true),
            _ => {
                self.not_ready(who, "its preparation ends with status 0", PREPARE)
                    .await
            }
        }
    }

    /// Copies what its adapter wants into a participant's directory. False when it has made that
    /// impossible in an earlier life: the timeline says how.
    pub(super) fn copy(
        &mut self,
        who: &str,
        copies: &[Copy],
        nth: usize,
    ) -> Result<bool, EngineError> {
        let Err(why) = self.participants.scratch.copy(who, copies, nth)? else {
            return Ok(true);
        };
        let (who, why) = (who.to_owned(), why.to_string());
        let expectation = None;
        self.record.append(Kind::NotReady {
            who,
            why,
            expectation,
        })?;
        Ok(false)
    }

    /// The port of the client's tap; its link passes again.
    pub(super) async fn link(&mut self, who: &str) -> Result<u16, EngineError> {
        if let Some(port) = self.links.port(who) {
            self.host.connect_again(self.links.source(who)).await?;
            self.links.set(who, LinkState::Pass);
            return Ok(port);
        }
        let fixed = self.plan.adapter_of(who).client.port;
        let side = self.participants.side_of(who);
        let link = self.links.link(who);
        let relay = self.links.relay();
        let tap = self.host.open_link(side, fixed, link, relay).await?;
        Ok(self.links.add(who, tap))
    }

    /// Starts one process of a participant.
    pub(super) async fn launch(
        &mut self,
        who: &str,
        side: Side,
        start: (&[Template], &BTreeMap<String, Template>),
        values: &BTreeMap<String, String>,
        io: &IoSettings,
    ) -> Result<bool, EngineError> {
        let terminal = io.terminal;
        let command = self
            .participants
            .command(who, start, values, terminal.as_ref())?;
        let argv = command.line();
        let instance = self.participants.next_instance(who);
        let launch = Launch {
            side,
            home: self.participants.scratch.of(who),
            command,
            terminal,
            instance: instance.clone(),
        };
        let process = match self.host.start(launch).await {
            Ok(process) => process,
            Err(error) if error.is_scarcity() => return Err(error),
            Err(EngineError::System { error, .. }) => {
                let program = argv.first().map(Path::new);
                let because = program.and_then(interpreter::why_not);
                let because = because.unwrap_or_else(|| error.to_string());
                let why = format!("cannot start {}: {because}", argv.join(" "));
                let who = who.to_owned();
                let expectation = None;
                self.record.append(Kind::NotReady {
                    who,
                    why,
                    expectation,
                })?;
                return Ok(false);
            }
            Err(other) => return Err(other),
        };
        let pid = process.pid();
        limits::set(pid, self.participants.limits_of(who));
        self.record.append(Kind::Started {
            who: who.to_owned(),
            pid,
            argv,
            turn: instance.start,
        })?;
        self.participants.started(who, process, io);
        Ok(true)
    }

    /// Records that a participant did not get ready: what was awaited and what was seen.
    pub(super) async fn not_ready(
        &mut self,
        who: &str,
        awaited: &str,
        within: Duration,
    ) -> Result<bool, EngineError> {
        self.not_shown(who, awaited, within, None).await
    }

    /// The same, where a line was expected that the judge can match again.
    pub(super) async fn not_shown(
        &mut self,
        who: &str,
        awaited: &str,
        within: Duration,
        expectation: Option<ExpectationId>,
    ) -> Result<bool, EngineError> {
        let within = self.control.limit.map_or(within, |limit| limit.min(within));
        let who = who.to_owned();
        let reads_input = !self.who_reads([&who]).await?.is_empty();
        let events = self.record.events();
        let why = self
            .participants
            .why_not_ready(&who, (awaited, within), reads_input, events);
        self.record.append(Kind::NotReady {
            who,
            why,
            expectation,
        })?;
        Ok(false)
    }
}
