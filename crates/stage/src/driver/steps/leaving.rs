//! Clients that leave: they quit, are killed, or their network goes.

use rustix::process::Signal;

use super::STOP;
use super::impossible::StepImpossible;
use crate::EngineError;
use crate::driver::Play;
use crate::links::tap::LinkState;
use scenario::LeaveHow;
use scenario::plan::{Action, PlannedStep};
use timeline::Kind;

impl Play<'_> {
    /// Lets a client leave in some way.
    pub(super) async fn leave(
        &mut self,
        client: &str,
        how: LeaveHow,
    ) -> Result<Result<(), StepImpossible>, EngineError> {
        match how {
            LeaveHow::Quit => {
                return match self.participants.quit(client) {
                    Some(quit) => self.type_for_step(client, &quit, None).await,
                    None => Ok(Err(StepImpossible::NoWayToQuit)),
                };
            }
            LeaveHow::Eof => self.participants.end_input(client),
            LeaveHow::Kill => self.participants.signal(client, Signal::KILL),
            LeaveHow::Reset => self.links.set(client, LinkState::Reset),
            LeaveHow::Vanish => self.vanish(client).await?,
        }
        Ok(Ok(()))
    }

    /// A client whose network has gone cannot know it; it is ended with its step.
    pub(super) async fn leave_for_good(
        &mut self,
        group: &[&PlannedStep],
    ) -> Result<(), EngineError> {
        for step in group {
            if let Action::Leave {
                client,
                how: LeaveHow::Vanish,
            } = &step.action
            {
                self.participants.signal(client, Signal::KILL);
                let deadline = self.clock.now() + STOP;
                self.until(deadline, |play| Ok(play.participants.is_silent(client)))
                    .await?;
                self.note_unacknowledged(client).await?;
                self.links.set(client, LinkState::Reset);
            }
        }
        Ok(())
    }

    /// Nothing of this client reaches the relay any more, and nothing of the relay reaches it.
    async fn vanish(&mut self, client: &str) -> Result<(), EngineError> {
        self.links.set(client, LinkState::Vanished);
        if !self.host.cut_off(self.links.source(client)).await? {
            let text = format!(
                "only the program of {client} loses its network: without network namespaces, the \
                 tap's system still acknowledges what the relay sends"
            );
            self.record.append(Kind::Note { text })?;
        }
        Ok(())
    }

    /// That the network of a client is really gone: what the relay has sent to it since waits
    /// for an answer.
    async fn note_unacknowledged(&mut self, client: &str) -> Result<(), EngineError> {
        if self.host.adopter().is_none() {
            return Ok(()); // there is no network of its own to look at
        }
        let bytes = self.host.unacknowledged(self.links.source(client)).await?;
        if bytes > 0 {
            let text = format!("{bytes} bytes of the relay to {client} are unacknowledged");
            self.record.append(Kind::Note { text })?;
        }
        Ok(())
    }
}
