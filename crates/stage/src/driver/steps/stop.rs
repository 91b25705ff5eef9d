//! The end of a play: everything stops, and nothing is left.

use std::time::Duration;

use rustix::process::Signal;

use crate::EngineError;
use crate::driver::links::was_cut_off;
use crate::driver::scans::Moment;
use crate::driver::{Play, RELAY, Script};
use crate::participant::orphans::Orphan;
use timeline::Kind;

/// How long clients may take to quit, then to end on SIGTERM, then to be gone when killed.
const QUIT: Duration = Duration::from_secs(2);
const TERM: Duration = Duration::from_secs(2);
const KILL: Duration = Duration::from_secs(3);

/// How long those of a load may take to quit. No step of a load shows who does not: so it fails.
const QUIT_LOAD: Duration = Duration::from_secs(10);

/// How long what they have printed last may be on its way.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Of those that do not end, so many are named.
const NAMED: usize = 4;

/// How long a relay that has closed a link may take to end.
const DYING: Duration = Duration::from_secs(1);

impl Play<'_> {
    /// A relay that dies closes its links a moment before its process is gone. Clients that end
    /// because of it would be blamed, were it stopped in that moment: so its end is awaited, where
    /// it has closed a link and a step has failed.
    pub(super) async fn let_relay_die(&mut self) -> Result<(), EngineError> {
        let clients = &self.plan.clients;
        if !clients
            .iter()
            .any(|client| was_cut_off(&client.name, self.record.events()))
        {
            return Ok(());
        }
        let patience = self.control.patience(DYING);
        self.until(self.clock.now() + patience, |play| {
            Ok(play.participants.is_silent(RELAY))
        })
        .await
        .map(drop)
    }

    /// Clients quit, then the relay stops; who does not is made to.
    pub(in crate::driver) async fn stop_in_order(
        &mut self,
        script: Script<'_>,
    ) -> Result<(), EngineError> {
        self.record.append(Kind::Stopping)?;
        // A short play may be over before the first check.
        self.participants.measure_usage(&mut self.record)?;
        let clients: Vec<String> = self
            .plan
            .clients
            .iter()
            .map(|client| client.name.clone())
            .collect();
        self.scan(Moment::AtTheEnd).await?;
        self.ask_to_quit(&clients);
        self.end_all(&clients, script).await?;
        // Those of a load make way for the next round.
        if matches!(script, Script::Steps) {
            for who in &clients {
                self.participants.list_downloads(who, &mut self.record)?;
            }
        }
        // While the relay is there: it is scanned once more for what they hold.
        self.open_stores().await?;
        if self.participants.is_running(RELAY) {
            self.stop_relay().await?;
        }
        // What they printed last is on its way.
        let all: Vec<String> = self.participants.names();
        let patience = self.control.patience(LAST_WORDS);
        self.until(self.clock.now() + patience, |play| {
            Ok(all
                .iter()
                .all(|who| !play.participants.was_started(who) || play.participants.is_silent(who)))
        })
        .await?;
        self.record.flush()
    }

    fn ask_to_quit(&mut self, clients: &[String]) {
        for who in clients {
            self.participants.ask_to_quit(who);
        }
    }

    /// Ends a program that stays when its relay is gone, so that its client can join again. False
    /// where its adapter says that it does not stay: then it should have ended by itself.
    pub(super) async fn make_way(&mut self, who: &str) -> Result<bool, EngineError> {
        if self.plan.adapter_of(who).client.exits_when_relay_gone {
            return Ok(false);
        }
        let text =
            format!("the program of {who} is still running; it is stopped before it joins again");
        self.record.append(Kind::Note { text })?;
        let all = [who.to_owned()];
        self.participants.ask_to_quit(who);
        let quit = self.control.patience(QUIT);
        if !self.still_run_after(&all, quit).await?.is_empty() {
            self.participants.signal(who, Signal::KILL);
        }
        let patience = self.control.patience(KILL);
        self.until(self.clock.now() + patience, |play| {
            Ok(play.participants.is_silent(who))
        })
        .await
    }

    async fn end_all(&mut self, who: &[String], script: Script<'_>) -> Result<(), EngineError> {
        let quit = self.control.patience(match script {
            Script::Steps => QUIT,
            Script::Load(_) => QUIT_LOAD,
        });
        let deaf = self.still_run_after(who, quit).await?;
        if deaf.is_empty() {
            return Ok(());
        }
        if let Script::Load(_) = script {
            for one in &deaf {
                self.record.append(Kind::Deaf {
                    who: one.clone(),
                    request: "what its adapter asks it to quit by".to_owned(),
                    within: quit,
                    terminated: true,
                })?;
            }
        }
        let text = format!(
            "{} did not end within {quit:?} of the end of the play: sent SIGTERM",
            named(&deaf)
        );
        self.record.append(Kind::Note { text })?;
        for one in &deaf {
            self.participants.signal(one, Signal::TERM);
        }
        let term = self.control.patience(TERM);
        for one in self.still_run_after(&deaf, term).await? {
            self.kill_deaf(&one, "SIGTERM", term)?;
        }
        let patience = self.control.patience(KILL);
        self.still_run_after(who, patience).await.map(drop)
    }

    /// Those of them that still run when so long has passed.
    async fn still_run_after(
        &mut self,
        who: &[String],
        patience: Duration,
    ) -> Result<Vec<String>, EngineError> {
        self.until(self.clock.now() + patience, |play| {
            Ok(!who.iter().any(|one| play.participants.is_running(one)))
        })
        .await?;
        let running = who.iter().filter(|one| self.participants.is_running(one));
        Ok(running.cloned().collect())
    }

    /// Somebody was asked to end and goes on: it is killed, and that is recorded. Who had less time
    /// than usual, because the play is late, is not blamed for it.
    pub(super) fn kill_deaf(
        &mut self,
        who: &str,
        request: &str,
        within: Duration,
    ) -> Result<(), EngineError> {
        self.participants.signal(who, Signal::KILL);
        self.record.append(if self.control.is_late() {
            let text = format!("{who} did not end within {within:?} of {request}: killed");
            Kind::Note { text }
        } else {
            Kind::Deaf {
                who: who.to_owned(),
                request: request.to_owned(),
                within,
                terminated: false,
            }
        })
    }

    /// Kills what still runs, and names what participants left behind and what does not end
    /// within `grace`. Also the end of a play that was interrupted: so it does not listen to the
    /// cancelling any more.
    pub(in crate::driver) async fn sweep(&mut self, grace: Duration) -> Result<(), EngineError> {
        self.control.ignore_cancelling();
        self.control.let_go();
        let all: Vec<String> = self.participants.names();
        for who in &all {
            self.participants.signal(who, Signal::KILL);
        }
        let patience = self.control.patience(KILL);
        self.until(self.clock.now() + patience, |play| {
            Ok(all.iter().all(|who| !play.participants.is_running(who)))
        })
        .await?;
        let unreaped = self.participants.unreaped();
        let scratch = self.participants.scratch.root().to_owned();
        let orphans = self.host.orphans(scratch, grace).await?;
        for Orphan { pid, command } in unreaped.into_iter().chain(orphans) {
            self.record.append(Kind::Orphan { pid, command })?;
        }
        self.record.flush()
    }
}

/// The first of them by name, and how many more there are.
fn named(all: &[String]) -> String {
    let (first, more) = all.split_at(all.len().min(NAMED));
    let first = first.join(", ");
    if more.is_empty() {
        first
    } else {
        format!("{first} and {} more", more.len())
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn of_a_crowd_a_few_are_named() {
        let all = ["a", "b", "c", "d", "e", "f"].map(str::to_owned);
        assert_eq!(named(&all[1..2]), "b");
        assert_eq!(named(&all[..4]), "a, b, c, d");
        assert_eq!(named(&all), "a, b, c, d and 2 more");
    }
}
