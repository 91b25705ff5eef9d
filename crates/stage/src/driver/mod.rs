//! The driver of a play: one queue in, one timeline out.
//!
//! ```text
//! mod ── the loop: order of a play, waiting, one input after another
//!   steps ───────── what a play does, each kind of step in a file of its own
//!   participants ── processes: what they print, how they end, what they use
//!   links ───────── taps, what is stored of them, frames
//!   scans ───────── what is searched, when, and what was found
//!   control ─────── who pauses, cancels, asks; how long it may take
//!   record ──────── the timeline's writer (`crate::record`)
//!   host, clock ─── the machine and its time, or a script of them in tests
//! ```
//!
//! Each part owns its state; the loop passes an input to the part that it belongs to. What a step
//! waits for (`expected`) is the loop's own, for all parts may bring it.

mod clock;
pub(crate) mod control;
mod expected;
pub(crate) mod host;
pub(crate) mod links;
pub(crate) mod machine;
#[cfg(test)]
mod order;
mod participants;
pub(crate) mod scans;
mod steps;
#[cfg(test)]
mod testing;

pub(crate) use self::steps::load::allow_open_files;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use self::clock::{Clock, SystemClock};
use self::control::{Control, Controls};
use self::expected::Expected;
use self::host::Host;
use self::links::Links;
use self::machine::Machine;
use self::participants::{Participants, Setting};
use self::scans::{ScanProgress, Scans};
use crate::input::Input;
use crate::last_resort::{self, LastResort};
use crate::participant::orphans::GRACE;
use crate::participant::scratch::Scratch;
use crate::record::Writer;
use crate::{EngineError, Settings};
use scenario::plan::{LoadPlan, Plan};
use timeline::{Event, FORMAT_VERSION, Kind, Limit};

/// What happened and was not yet recorded, at most. Each may hold what was read at once.
pub(crate) const QUEUE: usize = 256;

/// How often the stage checks for a file that no line announces.
const POLL_FILES: Duration = Duration::from_millis(20);

/// A wait that ends so long after it was due was not waited by the harness. On a busy machine waits
/// end late as well, by less.
const LOST: Duration = Duration::from_secs(1);

/// How long a scan may do nothing at all: who it reads may hold it up.
const STANDS_STILL: Duration = Duration::from_secs(30);

/// How long something that holds up a play which is late already may still take.
const MOMENT: Duration = Duration::from_millis(500);

const CLOSED: EngineError = EngineError::Fault("the queue of a play is closed");

/// The name of the relay among participants. No client can have it: names are checked.
const RELAY: &str = "relay";

/// A running play.
#[derive(Debug)]
pub(crate) struct Play<'p> {
    plan: &'p Plan,
    inputs: mpsc::Receiver<Input>,
    host: Box<dyn Host>,
    clock: Box<dyn Clock>,
    participants: Participants<'p>,
    links: Links<'p>,
    scans: Scans<'p>,
    control: Control,
    record: Writer,
    /// What the current step waits for.
    expected: Expected,
    /// Index of the event at which the last step that did something began.
    acted: usize,
    /// Waits for the end of all processes, where the play may take only so long.
    last_resort: Option<LastResort>,
}

/// What is done between the first process and the last.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Script<'a> {
    /// The steps of the plan, one after another.
    Steps,
    /// Those of many groups at once, round after round.
    Load(&'a LoadPlan),
}

/// Where a play runs, and by which time.
#[derive(Debug)]
struct Surroundings {
    host: Box<dyn Host>,
    clock: Box<dyn Clock>,
    sender: mpsc::Sender<Input>,
    inputs: mpsc::Receiver<Input>,
}

/// How much later than its limit a play that does not even notice it is ended with the run. Time
/// in which the harness did not run is not the play's, so this is generous.
const UNNOTICED: Duration = Duration::from_secs(60);

/// What ends the run when a play that may take so long has not ended soon after.
fn last_resort_after(limit: Duration) -> Result<LastResort, EngineError> {
    let last_resort = LastResort::ready().map_err(EngineError::system("make a thread"))?;
    let what = format!("within {UNNOTICED:?} of the limit of a play, {limit:?}");
    last_resort.arm(std::time::Instant::now() + limit + UNNOTICED, what);
    Ok(last_resort)
}

impl<'p> Play<'p> {
    /// Makes everything that a play on this machine needs but its participants.
    pub(crate) async fn begin(plan: &'p Plan, settings: Settings) -> Result<Self, EngineError> {
        let (sender, inputs) = mpsc::channel(QUEUE);
        let stage_init = settings.stage_init.clone();
        let last_resort = settings.limit.map(last_resort_after).transpose()?;
        let machine = Machine::start(
            settings.level,
            stage_init,
            &settings.reports,
            settings.comparing.is_on(),
            sender.clone(),
        )
        .await?;
        let surroundings = Surroundings {
            host: Box::new(machine),
            clock: Box::new(SystemClock::new()),
            sender,
            inputs,
        };
        let mut play = Self::within(surroundings, plan, settings)?;
        play.last_resort = last_resort;
        Ok(play)
    }

    fn within(
        surroundings: Surroundings,
        plan: &'p Plan,
        settings: Settings,
    ) -> Result<Self, EngineError> {
        let Surroundings {
            host,
            clock,
            sender,
            inputs,
        } = surroundings;
        let scratch = Scratch::make()?;
        let is_shown = settings.observer.is_some();
        let mut record = Writer::create(&settings.dir, settings.observer)?;
        for client in &plan.clients {
            let limits = plan.adapter_of(&client.name).client.limits;
            record.allow(&client.name, limits.record, 1);
        }
        let clients = plan.clients.len().max(1) as u64;
        record.allow(RELAY, plan.adapter.relay.limits.record, clients);
        let scans =
            Scans::of(plan, &scratch, settings.cancel.clone(), settings.comparing).shown(is_shown);
        let scratch_root = scratch.root().display().to_string();
        let setting = Setting {
            scratch,
            binaries: settings.binaries,
            adopter: host.adopter(),
        };
        let controls = Controls {
            cancel: settings.cancel,
            status_requests: settings.status_requests,
            commands: settings.commands,
            pace: settings.pace,
            limit: settings.limit,
        };
        let level = settings.level.to_string();
        let version = FORMAT_VERSION;
        record.append(Kind::Began {
            version,
            level,
            scratch: Some(scratch_root),
        })?;
        for text in host.shortcomings() {
            record.append(Kind::Note { text })?;
        }
        let now = clock.now();
        Ok(Self {
            plan,
            inputs,
            participants: Participants::of(plan, setting, now),
            links: Links::of(plan),
            scans,
            control: Control::listen(controls, &sender, now),
            record,
            expected: Expected::nothing(plan, now),
            acted: 0,
            last_resort: None,
            host,
            clock,
        })
    }

    /// Plays it to the end. What was started is gone afterwards, whatever the result.
    pub(crate) async fn run(mut self, script: Script<'_>) -> Result<Vec<Event>, EngineError> {
        let played = match script {
            Script::Steps => self.act().await,
            Script::Load(load) => self.act_under_load(load).await,
        };
        self.control.progress.lift(self.clock.now());
        let stopped = match &played {
            Ok(()) => self.stop_in_order(script).await,
            Err(_) => Ok(()),
        };
        // One who interrupts does not wait for those who may yet end by themselves.
        let grace = played.as_ref().map_or(Duration::ZERO, |()| GRACE);
        let swept = self.sweep(grace).await;
        self.last_resort = None;
        let searched = match (&played, &stopped, &swept) {
            (Ok(()), Ok(()), Ok(())) => self.search_all(),
            _ => Ok(()),
        };
        let has_unreaped = !self.participants.unreaped().is_empty();
        self.participants.leave();
        self.links.close();
        let ended = self.host.stop(has_unreaped).await;
        played.and(stopped).and(swept).and(searched).and(ended)?;
        self.record.finish()
    }

    /// Lets things happen until `done`, or until the deadline. True when it is done.
    async fn until(
        &mut self,
        deadline: Instant,
        mut done: impl FnMut(&mut Self) -> Result<bool, EngineError>,
    ) -> Result<bool, EngineError> {
        loop {
            let now = self.clock.now();
            self.note_ends()?;
            self.refuse_without_relay().await?;
            self.take_still(now)?;
            self.check_usage(now)?;
            self.see();
            if done(self)? {
                return Ok(true);
            }
            if self.is_overdue()? {
                return Ok(false);
            }
            if now >= deadline {
                return self.until_now(done);
            }
            let soon = self.next_check(self.control.progress.clamp(deadline), now);
            // What was due before the wait began is no time that was lost in it.
            let soon = soon.max(self.clock.now());
            let input = tokio::select! {
                biased;
                input = self.inputs.recv() => Some(input.ok_or(CLOSED)?),
                () = clock::until(&mut *self.clock, soon) => None,
            };
            self.leave_out_what_was_lost(soon)?;
            input.map_or(Ok(()), |input| self.handle(input))?;
        }
    }

    /// The time is over. What has happened until then still counts, and nothing else.
    fn until_now(
        &mut self,
        mut done: impl FnMut(&mut Self) -> Result<bool, EngineError>,
    ) -> Result<bool, EngineError> {
        self.take_queued()?;
        done(self)
    }

    /// Takes what has come until now, and nothing that comes meanwhile: who floods us does not
    /// keep us.
    fn take_queued(&mut self) -> Result<(), EngineError> {
        for _ in 0..self.inputs.len() {
            let Ok(input) = self.inputs.try_recv() else {
                break;
            };
            self.handle(input)?;
        }
        self.note_ends()?;
        self.see();
        Ok(())
    }

    /// Lets things happen until something else is done; once the play is late, no longer than a
    /// moment, and no longer than a while after it has last got on.
    async fn meanwhile(
        &mut self,
        until: impl Future<Output = ()>,
        progress: Option<&ScanProgress>,
    ) -> Result<(), EngineError> {
        tokio::pin!(until);
        let mut gives_up = None;
        let mut last = (progress.map(ScanProgress::count), self.clock.now());
        loop {
            let now = self.clock.now();
            let count = progress.map(ScanProgress::count);
            if count != last.0 {
                last = (count, now);
            }
            let stands_still = count.map(|_| last.1 + STANDS_STILL);
            if stands_still.is_some_and(|at| at <= now) {
                return Ok(());
            }
            self.is_overdue()?;
            if self.control.is_late() {
                gives_up.get_or_insert(now + MOMENT);
            }
            if gives_up.is_some_and(|at| at <= now) {
                return Ok(());
            }
            self.note_ends()?;
            self.take_still(now)?;
            self.check_usage(now)?;
            let latest = now + steps::LATER;
            let latest = gives_up.unwrap_or_else(|| self.control.progress.clamp(latest));
            let latest = stands_still.map_or(latest, |at| at.min(latest));
            let check = self.next_check(latest, now).max(self.clock.now());
            let input = tokio::select! {
                biased;
                () = &mut until => return Ok(()),
                input = self.inputs.recv() => Some(input.ok_or(CLOSED)?),
                () = clock::until(&mut *self.clock, check) => None,
            };
            self.leave_out_what_was_lost(check)?;
            input.map_or(Ok(()), |input| self.handle(input))?;
        }
    }

    /// A wait that ends long after it was due says that the harness itself did not run: somebody
    /// stopped it, or the machine slept. That time is nobody's: it is taken out of every deadline, so
    /// that what waits in pipes is read first.
    fn leave_out_what_was_lost(&mut self, due: Instant) -> Result<(), EngineError> {
        let lost = self.clock.now().saturating_duration_since(due);
        if lost < LOST {
            return Ok(());
        }
        self.clock.skip(lost);
        self.record.skip(lost);
        let text = format!(
            "the harness itself did not run for {}; that time counts for nobody",
            timeline::seconds(lost)
        );
        self.record.append(Kind::Note { text })?;
        Ok(())
    }

    /// Records what happened, and ends who has gone over a limit of the record with it.
    fn handle(&mut self, input: Input) -> Result<(), EngineError> {
        self.take(input)?;
        while let Some((who, limit)) = self.record.take_over() {
            self.participants
                .exceeded(&who, limit, None, &mut self.record)?;
        }
        Ok(())
    }

    fn take(&mut self, input: Input) -> Result<(), EngineError> {
        let Self {
            participants,
            links,
            control,
            expected,
            record,
            clock,
            ..
        } = self;
        match input {
            Input::Output {
                instance,
                stream,
                bytes,
            } => {
                control.progress.hear(&instance.participant, clock.now());
                participants.output(&instance, stream, &bytes, record)?;
                participants.stir(&instance.participant, clock.now());
                Ok(())
            }
            Input::OutputEnded { instance, stream } => {
                participants.output_ended(&instance, stream, record)?;
                self.note_ends()
            }
            Input::Exited { instance, how, cpu } => {
                participants.exited(&instance, how, cpu, clock.now());
                self.note_ends()
            }
            Input::LinkOpened { link } => links.opened(link, record),
            Input::LinkRefused { link } => {
                record.exceeds(&link, Limit::Connections);
                Ok(())
            }
            Input::Wire {
                link,
                direction,
                bytes,
            } => links.wire(link, direction, &bytes, record),
            Input::Fault {
                link,
                direction,
                fate,
            } => links.fault(link, direction, fate, record),
            Input::LinkClosed {
                link,
                direction,
                how,
            } => record.append(Kind::LinkClosed {
                link,
                direction,
                how,
            }),
            Input::Cancelled if control.may_cancel() => Err(EngineError::Interrupted),
            Input::Cancelled => Ok(()),
            Input::StatusRequest(asker) => {
                expected.see(record.events());
                // Who asked may have gone.
                drop(asker.send(control.status(clock.now(), expected)));
                Ok(())
            }
            Input::Command(command) => self.obey(command),
        }
    }

    /// Records the end of each process once all that it printed has been read.
    fn note_ends(&mut self) -> Result<(), EngineError> {
        let clock = &self.clock;
        self.participants
            .note_ends(|| clock.now(), &mut self.record)
    }

    /// Sees what of that which is awaited has been recorded.
    fn see(&mut self) {
        self.expected.see(self.record.events());
    }

    /// Takes what counts of those who print nothing for a moment.
    fn take_still(&mut self, now: Instant) -> Result<(), EngineError> {
        self.see();
        self.participants
            .take_still(now, &self.expected, &mut self.record)
    }

    /// Measures what everybody uses, when it is time.
    fn check_usage(&mut self, now: Instant) -> Result<(), EngineError> {
        if !self.participants.is_check_due(now) {
            return Ok(());
        }
        // Children come and go.
        let roots = self.participants.roots_of_relay();
        self.scans.note_arguments(&roots, &self.record)?;
        self.participants.measure_usage(&mut self.record)?;
        // A step may take long, and somebody may give up the harness itself.
        self.record.flush_lines()?;
        self.participants.measured(now, self.clock.now() - now);
        Ok(())
    }

    /// The whole play has taken as long as it may, or is asked to end. The first time that it
    /// takes too long, that is recorded with what is awaited.
    fn is_overdue(&mut self) -> Result<bool, EngineError> {
        let overdue = self.control.take_overdue(self.clock.now(), &self.expected);
        if let Some(kind) = overdue {
            self.record.append(kind)?;
            if let Some(last_resort) = &self.last_resort {
                let within = last_resort::WITHIN;
                let what = format!("within {within:?} of the limit of a play");
                last_resort.arm(std::time::Instant::now() + within, what);
            }
        }
        Ok(self.control.is_over())
    }

    /// When to check again at the latest: usage is to be measured, or a file may have come that no
    /// line announces.
    fn next_check(&self, deadline: Instant, now: Instant) -> Instant {
        let files = self
            .expected
            .awaits_files()
            // What was done since `now` may have taken as long.
            .then(|| self.clock.now() + POLL_FILES);
        let due = self.expected.next_deadline(now);
        let checks = [files, due, self.participants.next_due()];
        checks.into_iter().flatten().fold(deadline, Instant::min)
    }
}
