//! The end of a play: everything stops, and nothing is left.

use std::time::Duration;

use rustix::process::Signal;
use tokio::time::Instant;

use crate::EngineError;
use crate::driver::{Play, RELAY};
use crate::participant::orphans::{self, Orphan};
use timeline::{Direction, Kind, Level, LinkEnd};

/// How long clients may take to quit, then to end on SIGTERM, then to be gone when killed.
const QUIT: Duration = Duration::from_secs(2);
const TERM: Duration = Duration::from_secs(1);
const KILL: Duration = Duration::from_secs(5);

/// Of those that do not end, so many are named.
const NAMED: usize = 4;

/// How long a relay that has closed a link may take to end.
const DYING: Duration = Duration::from_secs(1);

impl Play<'_> {
    /// A relay that dies closes its links a moment before its process is gone. Clients that end
    /// because of it would be blamed, were it stopped in that moment: so its end is awaited, where
    /// it has closed a link and a step has failed.
    pub(crate) async fn let_relay_die(&mut self) -> Result<(), EngineError> {
        let clients = &self.plan.clients;
        if !clients.iter().any(|client| self.was_cut_off(&client.name)) {
            return Ok(());
        }
        self.until(Instant::now() + DYING, |play| Ok(play.is_silent(RELAY)))
            .await
            .map(drop)
    }

    /// The relay was the first to end its latest connection, or nobody knows who was.
    fn was_cut_off(&self, who: &str) -> bool {
        let events = self.writer.events().iter().rev();
        let latest = events
            .take_while(|event| !matches!(&event.kind, Kind::LinkOpened { link } if link == who));
        let ends = latest.filter_map(|event| match &event.kind {
            Kind::LinkClosed {
                link,
                direction,
                how,
            } if link == who => Some((*direction, *how)),
            _ => None,
        });
        let first = ends.last();
        first.is_some_and(|(direction, how)| direction == Direction::Down || how == LinkEnd::Reset)
    }

    /// Clients quit, then the relay stops; who does not is made to.
    pub(crate) async fn stop_in_order(&mut self) -> Result<(), EngineError> {
        self.record(Kind::Stopping)?;
        // A short play was over before anybody looked.
        self.look_at_usage()?;
        let clients: Vec<String> = self
            .plan
            .clients
            .iter()
            .map(|client| client.name.clone())
            .collect();
        self.look_at_the_end().await?;
        self.ask_to_quit(&clients);
        self.end_all(&clients, QUIT).await?;
        // While the relay is there: it is looked at once more for what they hold.
        self.open_stores().await?;
        if self.is_running(RELAY) {
            self.stop_relay().await?;
        }
        // What they printed last is on its way.
        let all: Vec<String> = self.cast.keys().cloned().collect();
        self.until(Instant::now() + TERM, |play| {
            Ok(all
                .iter()
                .all(|who| !play.was_started(who) || play.is_silent(who)))
        })
        .await?;
        self.flush()
    }

    fn was_started(&self, who: &str) -> bool {
        self.cast
            .get(who)
            .is_some_and(|member| member.process.is_some())
    }

    fn ask_to_quit(&mut self, clients: &[String]) {
        for who in clients {
            // One that needs what nobody has shown is ended as any other.
            let quit = self.quit(who).map(|quit| self.with_shown(&quit));
            let Some(member) = self.cast.get_mut(who) else {
                continue;
            };
            let Some(process) = member.process.as_mut() else {
                continue;
            };
            // A stopped process could not end.
            process.signal(Signal::CONT);
            match quit {
                Some(quit) => drop(member.type_line(&quit)),
                None => process.end_input(),
            }
        }
    }

    async fn end_all(&mut self, who: &[String], patience: Duration) -> Result<(), EngineError> {
        for (signal, patience) in [(Signal::TERM, patience), (Signal::KILL, TERM)] {
            let ended = self
                .until(Instant::now() + patience, |play| {
                    Ok(who.iter().all(|one| !play.is_running(one)))
                })
                .await?;
            if ended {
                return Ok(());
            }
            self.insist(who, signal, patience)?;
        }
        self.until(Instant::now() + KILL, |play| {
            Ok(who.iter().all(|one| !play.is_running(one)))
        })
        .await
        .map(drop)
    }

    /// Sends a signal to those that still run, and says so: nobody is killed in silence.
    fn insist(
        &mut self,
        who: &[String],
        signal: Signal,
        patience: Duration,
    ) -> Result<(), EngineError> {
        let deaf = who.iter().filter(|one| self.is_running(one));
        let deaf: Vec<&str> = deaf.map(String::as_str).collect();
        for one in &deaf {
            self.signal(one, signal);
        }
        let (asked, done) = match signal {
            Signal::KILL => ("SIGTERM", "killed"),
            _ => ("the end of the play", "sent SIGTERM"),
        };
        let text = format!(
            "{} did not end within {patience:?} of {asked}: {done}",
            named(&deaf)
        );
        self.record(Kind::Note { text })
    }

    /// Kills what still runs, and names what participants left behind. Also the end of a
    /// play that was interrupted: so it does not listen to the cancelling any more.
    pub(crate) async fn sweep(&mut self) -> Result<(), EngineError> {
        self.outside.ignore_cancelling();
        self.let_go();
        let all: Vec<String> = self.cast.keys().cloned().collect();
        for who in &all {
            self.signal(who, Signal::KILL);
        }
        self.until(Instant::now() + KILL, |play| {
            Ok(all.iter().all(|who| !play.is_running(who)))
        })
        .await?;
        let unreaped = self.cast.iter().filter(|(_, member)| member.is_running());
        let unreaped: Vec<Orphan> = unreaped
            .filter_map(|(who, member)| Some(orphans::unreaped(member.process.as_ref()?.pid, who)))
            .collect();
        self.has_unreaped = !unreaped.is_empty();
        let orphans = self.orphans().await?;
        for Orphan { pid, command } in unreaped.into_iter().chain(orphans) {
            self.record(Kind::Orphan { pid, command })?;
        }
        self.flush()
    }

    async fn orphans(&mut self) -> Result<Vec<Orphan>, EngineError> {
        if let Some(init) = self.stage.init {
            // They die with pid 1, at the end of the stage thread.
            return Ok(orphans::adopted_by(init));
        }
        if self.settings.level < Level::Reaper {
            return Ok(Vec::new());
        }
        let mark = self.settings.mark.clone();
        let swept = tokio::task::spawn_blocking(move || orphans::adopted_by_us(Some(&mark))).await;
        swept.map_err(|_| EngineError::Fault("the search for orphans panicked"))
    }
}

/// The first of them by name, and how many more there are.
fn named(all: &[&str]) -> String {
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
        assert_eq!(named(&["bob"]), "bob");
        assert_eq!(named(&["a", "b", "c", "d"]), "a, b, c, d");
        assert_eq!(
            named(&["a", "b", "c", "d", "e", "f"]),
            "a, b, c, d and 2 more"
        );
    }
}
