//! Starting participants; all of it is the same for clients and the relay but what comes before
//! and after.

use std::collections::BTreeMap;
use std::time::Duration;

use super::READY;
use crate::EngineError;
use crate::driver::Play;
use crate::driver::host::Launch;
use crate::isolation::stage_thread::Side;
use crate::links::tap::LinkState;
use crate::participant::limits;
use scenario::Keys;
use scenario::adapter::{IoSettings, Template};
use scenario::plan::PlannedClient;
use timeline::{Ended, ExpectationId, Kind};

/// How long a key may take to be made.
const PREPARE: Duration = Duration::from_secs(60);

impl Play<'_> {
    /// Starts a client. That it gets ready is an expectation like any other.
    pub(super) async fn start_client(
        &mut self,
        client: &PlannedClient,
    ) -> Result<bool, EngineError> {
        let who = client.name.as_str();
        let spec = &self.plan.adapter_of(who).client;
        self.participants.scratch.prepare(who)?;
        self.participants.note_first(who);
        self.participants.forget_captures(who);
        let mut values = self.participants.values(who)?;
        values.insert("name".to_owned(), client.login.clone());
        values.insert("port".to_owned(), self.link(who).await?.to_string());
        match self.plan.keys {
            Keys::Pool => self
                .participants
                .scratch
                .copy(who, &spec.copy, client.pool_index)?,
            // Those that it made for its first start are still there.
            Keys::Fresh if self.participants.has_incarnation(who) => {}
            Keys::Fresh => {
                for command in &spec.prepare {
                    if !self.prepare(who, command, &values).await? {
                        return Ok(false);
                    }
                }
            }
        }
        let templates: Vec<&Template> = spec.run.iter().chain(spec.env.values()).collect();
        let deadline = self.control.progress.clamp(self.clock.now() + READY);
        let Some(values) = self
            .with_captures(who, &templates, &values, deadline)
            .await?
        else {
            return Ok(false);
        };
        let start = (spec.run.as_slice(), &spec.env);
        let side = self.participants.side_of(who);
        let launched = self.launch(who, side, start, &values, &spec.io).await?;
        Ok(launched && self.converse(who, &values).await?)
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
            _ => self.not_ready(who, "its preparation ends with status 0", PREPARE),
        }
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
            Err(EngineError::System { error, .. }) => {
                let why = format!("cannot start {}: {error}", argv.join(" "));
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
            turn: instance.incarnation,
        })?;
        self.participants.started(who, process, io);
        Ok(true)
    }

    /// Records that a participant did not get ready: what was awaited and what was seen.
    pub(super) fn not_ready(
        &mut self,
        who: &str,
        awaited: &str,
        within: Duration,
    ) -> Result<bool, EngineError> {
        self.not_shown(who, awaited, within, None)
    }

    /// The same, where a line was expected that the judge can look for again.
    pub(super) fn not_shown(
        &mut self,
        who: &str,
        awaited: &str,
        within: Duration,
        expectation: Option<ExpectationId>,
    ) -> Result<bool, EngineError> {
        let within = self.control.limit.map_or(within, |limit| limit.min(within));
        let events = self.record.events();
        let why = self
            .participants
            .why_not_ready(who, awaited, within, events);
        let who = who.to_owned();
        self.record.append(Kind::NotReady {
            who,
            why,
            expectation,
        })?;
        Ok(false)
    }
}
