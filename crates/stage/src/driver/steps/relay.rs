//! The relay: started, stopped, held; and what counts as ready.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::Signal;

use super::STOP;
use super::impossible::StepImpossible;
use crate::EngineError;
use crate::driver::links::is_linked;
use crate::driver::participants::RelayStart;
use crate::driver::scans::Moment;
use crate::driver::{Play, RELAY};
use crate::isolation::stage_thread::Side;
use crate::links::reach::{self, Reached};
use crate::links::tap::LinkState;
use matching::compiled;
use scenario::RelayAction;
use scenario::adapter::{ReadyWhen, Stop, Transport};
use timeline::Kind;

/// The first, and the longest, pause between two checks of which ports are listened on. No event says so.
const LISTEN_FIRST: Duration = Duration::from_micros(200);
const LISTEN_LONGEST: Duration = Duration::from_millis(5);

impl Play<'_> {
    /// Does something with the relay.
    pub(super) async fn relay(
        &mut self,
        action: RelayAction,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        if let RelayAction::Kill | RelayAction::Stop | RelayAction::Restart = action {
            self.scan(Moment::BeforeEnd).await?;
        }
        let started = match action {
            RelayAction::Freeze => {
                self.participants.signal(RELAY, Signal::STOP);
                true
            }
            RelayAction::Thaw => {
                self.participants.signal(RELAY, Signal::CONT);
                true
            }
            RelayAction::Kill => {
                self.kill_relay().await?;
                true
            }
            RelayAction::Stop => {
                self.stop_relay().await?;
                true
            }
            RelayAction::Start => self.start_relay().await?,
            RelayAction::Restart => {
                self.stop_relay().await?;
                self.start_relay().await?
            }
        };
        Ok(started.then_some(()).ok_or(StepImpossible::RelayNotReady))
    }

    /// As the adapter says; killed when it takes too long.
    pub(super) async fn stop_relay(&mut self) -> Result<(), EngineError> {
        let stop = self.plan.adapter.relay.stop;
        match stop {
            Stop::Int => self.participants.signal(RELAY, Signal::INT),
            Stop::Term => self.participants.signal(RELAY, Signal::TERM),
            Stop::Eof => self.participants.end_input(RELAY),
        }
        // A stopped process could not end.
        self.participants.signal(RELAY, Signal::CONT);
        let within = self.control.patience(STOP);
        if self.relay_ends(within).await? {
            return Ok(());
        }
        let events = self.record.events();
        let cut = self.links.cut(|client| is_linked(client, events));
        let more = if cut.is_empty() {
            Duration::ZERO
        } else {
            within / 2
        };
        if self.ends_without_clients(&cut, more).await? {
            return Ok(());
        }
        self.kill_deaf(RELAY, stop.in_words(), within + more)?;
        self.relay_ends(within).await.map(drop)
    }

    /// A relay may wait for its clients to go before it ends. They do at the end of a play; in the
    /// middle of one their connections are ended for them.
    async fn ends_without_clients(
        &mut self,
        cut: &[String],
        within: Duration,
    ) -> Result<bool, EngineError> {
        let ends = self.relay_ends(within).await?;
        for client in cut {
            self.links.set(client, LinkState::Pass);
        }
        if ends && !cut.is_empty() {
            let text = "the relay ended once the harness had closed its clients' connections";
            let text = text.to_owned();
            self.record.append(Kind::Note { text })?;
        }
        Ok(ends)
    }

    async fn kill_relay(&mut self) -> Result<(), EngineError> {
        self.participants.signal(RELAY, Signal::KILL);
        let within = self.control.patience(STOP);
        self.relay_ends(within).await.map(drop)
    }

    async fn relay_ends(&mut self, within: Duration) -> Result<bool, EngineError> {
        self.until(self.clock.now() + within, |play| {
            Ok(!play.participants.is_running(RELAY))
        })
        .await
    }

    /// Starts the relay and waits until it can serve. False when it does not get ready:
    /// the timeline says why.
    pub(super) async fn start_relay(&mut self) -> Result<bool, EngineError> {
        let spec = &self.plan.adapter.relay;
        self.participants.scratch.prepare(RELAY)?;
        if !self.copy(RELAY, &spec.copy, 0)? {
            return Ok(false);
        }
        self.participants.forget_captures(RELAY);
        let mut values = self.participants.values(RELAY)?;
        values.insert("keepalive".to_owned(), in_milliseconds(self.plan.keepalive));
        values.insert("does".to_owned(), self.plan.does.word().to_owned());
        values.insert("seed".to_owned(), self.plan.seed.to_string());
        self.participants.relay = RelayStart::awaiting(match &spec.ready {
            ReadyWhen::Line(pattern) => compiled(pattern),
            ReadyWhen::Listens(_) | ReadyWhen::AfterDialogue(_) => None,
        });
        if !self
            .launch(
                RELAY,
                Side::Relay,
                (&spec.run, &spec.env),
                &values,
                &spec.io,
            )
            .await?
        {
            return Ok(false);
        }
        self.control
            .progress
            .waits_for(RELAY, &spec.ready.in_words());
        let reached = self.await_relay(&values).await?;
        self.control.progress.waits_no_more();
        let Some(reached) = reached else {
            return Ok(false);
        };
        if let Some(text) = reach::elsewhere(&reached) {
            self.record.append(Kind::Note { text })?;
        }
        self.links.relay_is_at(reached)?;
        self.expected.relay_is_there();
        self.record.append(Kind::Ready {
            who: RELAY.to_owned(),
        })?;
        let roots = self.participants.roots_of_relay();
        self.scans.note_arguments(&roots, &self.record)?;
        Ok(true)
    }

    /// Waits for the relay's sign, and then until it listens: many say that they are ready before
    /// they are.
    async fn await_relay(
        &mut self,
        values: &BTreeMap<String, String>,
    ) -> Result<Option<Reached>, EngineError> {
        if !self.converse(RELAY, values).await? {
            return Ok(None);
        }
        let port = match self.plan.adapter.relay.ready {
            ReadyWhen::Line(_) => self.await_ready_line().await?,
            ReadyWhen::AfterDialogue(port) | ReadyWhen::Listens(port) => Some(port),
        };
        match port {
            Some(port) => self.await_listening(port).await,
            None => Ok(None),
        }
    }

    /// The port that the ready line names.
    async fn await_ready_line(&mut self) -> Result<Option<u16>, EngineError> {
        let deadline = self.ready_deadline(RELAY);
        self.until(deadline, |play| {
            Ok(play.participants.relay.is_seen || play.participants.is_silent(RELAY))
        })
        .await?;
        let relay = &self.participants.relay;
        if let Some(port) = relay.port.filter(|_| relay.is_seen) {
            return Ok(Some(port));
        }
        let awaited = self.plan.adapter.relay.ready.in_words();
        self.not_ready(RELAY, &awaited, self.participants.ready_within(RELAY))
            .await?;
        Ok(None)
    }

    async fn await_listening(&mut self, port: u16) -> Result<Option<Reached>, EngineError> {
        let deadline = self.ready_deadline(RELAY);
        let transport = self.plan.adapter.wire.transport;
        let mut pause = LISTEN_FIRST;
        loop {
            let roots = self.participants.roots_of_relay();
            let listening = self.host.listening(transport, Some(roots)).await?;
            let reached = reach::at(port, &listening);
            if !reached.is_empty() {
                return Ok(Some(reached));
            }
            let next = (self.clock.now() + pause).min(deadline);
            let ended = self
                .until(next, |play| Ok(play.participants.is_silent(RELAY)))
                .await?;
            if ended || self.clock.now() >= deadline {
                let mut awaited = format!("the relay gets ready, by listening on port {port}");
                if let ReadyWhen::Line(_) = self.plan.adapter.relay.ready {
                    awaited.push_str(", which its line announces");
                }
                if !listening.is_empty() {
                    let places = reach::in_words(&listening);
                    awaited.push_str(&format!(" (it listens on {places})"));
                }
                if let Some(why) = self.speaks_another(transport, port).await? {
                    awaited.push_str(&why);
                }
                self.not_ready(RELAY, &awaited, self.participants.ready_within(RELAY))
                    .await?;
                return Ok(None);
            }
            pause = pause.mul_f32(1.5).min(LISTEN_LONGEST);
        }
    }

    /// What to say of a relay that is at its port, and is called there in another way.
    async fn speaks_another(
        &mut self,
        transport: Transport,
        port: u16,
    ) -> Result<Option<String>, EngineError> {
        let other = match transport {
            Transport::Tcp => Transport::Udp,
            Transport::Udp => Transport::Tcp,
        };
        let roots = self.participants.roots_of_relay();
        let listening = self.host.listening(other, Some(roots)).await?;
        let word: &str = other.into();
        Ok((!reach::at(port, &listening).is_empty()).then(|| {
            format!(" (it is there by {word}: write `transport = \"{word}\"` under `[wire]`)")
        }))
    }

    /// Once a relay has ended, nobody takes clients at its address; unless something that it has
    /// left behind does.
    pub(in crate::driver) async fn refuse_without_relay(&mut self) -> Result<(), EngineError> {
        if self.participants.is_running(RELAY) {
            return Ok(());
        }
        let Some(was_at) = self.links.relay_has_ended() else {
            return Ok(());
        };
        let transport = self.plan.adapter.wire.transport;
        let listening = self.host.listening(transport, None).await?;
        let is_there = |one: &SocketAddr| reach::at(one.port(), &listening).contains(one);
        if !was_at.iter().any(is_there) {
            self.links.relay_is_gone();
            self.expected.relay_is_gone(self.record.now());
        }
        Ok(())
    }
}

fn in_milliseconds(length: Duration) -> String {
    format!("{}ms", length.as_millis())
}
