//! The relay: started, stopped, held; and what counts as ready.

use std::collections::BTreeSet;
use std::time::Duration;

use rustix::process::Signal;

use super::impossible::StepImpossible;
use super::{READY, STOP};
use crate::EngineError;
use crate::driver::participants::RelayStart;
use crate::driver::scans::Moment;
use crate::driver::{Play, RELAY};
use crate::isolation::stage_thread::Side;
use crate::participant::orphans::tree;
use matching::compiled;
use scenario::RelayAction;
use scenario::adapter::{ReadyWhen, Stop};
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
                self.end_relay(Signal::KILL).await?;
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
        let signal = match self.plan.adapter.relay.stop {
            Stop::Int => Signal::INT,
            Stop::Term => Signal::TERM,
            Stop::Eof => {
                self.participants.end_input(RELAY);
                Signal::CONT
            }
        };
        self.end_relay(signal).await
    }

    async fn end_relay(&mut self, signal: Signal) -> Result<(), EngineError> {
        self.participants.signal(RELAY, signal);
        let ended = self
            .until(self.clock.now() + STOP, |play| {
                Ok(!play.participants.is_running(RELAY))
            })
            .await?;
        if !ended {
            let text = format!("the relay did not stop within {STOP:?}; it was killed");
            self.record.append(Kind::Note { text })?;
            self.participants.signal(RELAY, Signal::KILL);
            self.until(self.clock.now() + STOP, |play| {
                Ok(!play.participants.is_running(RELAY))
            })
            .await?;
        }
        Ok(())
    }

    /// Starts the relay and waits until it can serve. False when it does not get ready:
    /// the timeline says why.
    pub(super) async fn start_relay(&mut self) -> Result<bool, EngineError> {
        let spec = &self.plan.adapter.relay;
        if self.participants.has_incarnation(RELAY) {
            self.host.renew_relay_side().await?;
        }
        self.participants.scratch.prepare(RELAY)?;
        self.participants.scratch.copy(RELAY, &spec.copy, 0)?;
        self.participants.forget_captures(RELAY);
        let mut values = self.participants.values(RELAY)?;
        values.insert("keepalive".to_owned(), in_milliseconds(self.plan.keepalive));
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
        let ready = self.converse(RELAY, &values).await?
            && match spec.ready {
                ReadyWhen::Line(_) => self.await_ready_line().await?,
                ReadyWhen::Listens(port) => self.await_listening(port).await?,
                ReadyWhen::AfterDialogue(port) => {
                    self.participants.relay.port = Some(port);
                    true
                }
            };
        self.control.progress.waits_no_more();
        if ready {
            let port = self.participants.relay.port.unwrap_or_default();
            self.links.relay_is_at(port);
            self.record.append(Kind::Ready {
                who: RELAY.to_owned(),
            })?;
            let roots = self.participants.roots_of_relay();
            self.scans.note_arguments(&roots, &self.record)?;
        }
        Ok(ready)
    }

    async fn await_ready_line(&mut self) -> Result<bool, EngineError> {
        let deadline = self.control.progress.clamp(self.clock.now() + READY);
        self.until(deadline, |play| {
            Ok(play.participants.relay.is_seen || play.participants.is_silent(RELAY))
        })
        .await?;
        if self.participants.relay.is_seen && self.participants.relay.port.is_some() {
            return Ok(true);
        }
        let awaited = self.plan.adapter.relay.ready.in_words();
        self.not_ready(RELAY, &awaited, READY)
    }

    async fn await_listening(&mut self, port: u16) -> Result<bool, EngineError> {
        let deadline = self.control.progress.clamp(self.clock.now() + READY);
        let mut pause = LISTEN_FIRST;
        loop {
            let ports = self.relay_listens().await?;
            if ports.contains(&port) {
                self.participants.relay.port = Some(port);
                return Ok(true);
            }
            let next = (self.clock.now() + pause).min(deadline);
            let ended = self
                .until(next, |play| Ok(play.participants.is_silent(RELAY)))
                .await?;
            if ended || self.clock.now() >= deadline {
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
        let listening = self.host.listening().await?;
        if self.host.init().is_some() {
            return Ok(listening.iter().map(|socket| socket.port).collect());
        }
        let pid = self.participants.pid(RELAY);
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
}

/// What its descriptors lead to.
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
