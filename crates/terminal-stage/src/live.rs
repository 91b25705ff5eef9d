//! A play that goes on now.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use scenario::plan::Plan;
use timeline::{ControlCommand, Event};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::model::{Effect, Ending, Model, Reader, Source};
use crate::playback::{Playback, SavedPlay};
use crate::player::{Countdown, Play, ScreenError, run};

/// Events that wait to be shown. A sender that is further ahead is held back.
const WAITING: usize = 4096;

/// What a play sends to its screen.
#[derive(Debug)]
pub enum Message {
    /// It is about to begin.
    Planned(Box<Plan>, Reader),
    /// Something happened.
    Event(Event),
    /// It was judged.
    Ended(Ending),
}

/// Both ends of the channel from a play to its screen. When the sender is dropped, the screen goes.
pub fn channel() -> (SyncSender<Message>, Receiver<Message>) {
    sync_channel(WAITING)
}

/// There is no saved play to show in place of this one.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    /// None went as it should.
    #[error(
        "No passing run of {scenario} with the same relay and clients is saved in {}. \
         In another terminal, `{command}` makes one; then press f again.",
        reports.display()
    )]
    NoneSaved {
        /// Which scenario.
        scenario: String,
        /// Where runs are saved.
        reports: PathBuf,
        /// What to type to have one.
        command: String,
    },
    /// There is one, and a file of it cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// Finds a saved play that can be shown in place of one that went wrong.
pub struct StandIn(pub Box<Find>);

/// As it is found.
pub type Find = dyn Fn() -> Result<SavedPlay, StandInError> + Send;

impl std::fmt::Debug for StandIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StandIn").finish_non_exhaustive()
    }
}

/// Who holds a play, and what it can be asked.
#[derive(Debug)]
pub struct Holder {
    /// Where to ask.
    pub asks: mpsc::Sender<ControlCommand>,
    /// Ends it at once.
    pub cancel: CancellationToken,
    /// What is shown in its place.
    pub stand_in: StandIn,
}

/// Shows a play that goes on, until its end was viewed, or for so long where `linger` says
/// so: then it goes on by itself, too; not after it was cancelled. Nothing is taken from the
/// terminal before the play was planned.
///
/// # Errors
///
/// When the terminal cannot be used; it is as it was then. The play should be ended.
pub fn live(
    messages: &Receiver<Message>,
    holder: &Holder,
    linger: Option<Duration>,
) -> Result<(), ScreenError> {
    let Some(model) = planned(messages) else {
        return Ok(());
    };
    let model = match linger {
        Some(_) => model.by_itself(),
        None => model,
    };
    run(&mut Live {
        model,
        messages,
        holder,
        over: linger.map(Countdown::of),
        playback: None,
    })
}

/// The model of the play that comes first.
fn planned(messages: &Receiver<Message>) -> Option<Model> {
    loop {
        if let Message::Planned(plan, reader) = messages.recv().ok()? {
            return Some(Model::new(&plan, Source::Live, reader));
        }
    }
}

/// A play that goes on, and what is shown in its place.
struct Live<'a> {
    model: Model,
    messages: &'a Receiver<Message>,
    holder: &'a Holder,
    over: Option<Countdown>,
    /// A saved play is on the screen; this one waits meanwhile.
    playback: Option<Playback>,
}

impl Play for Live<'_> {
    fn model(&mut self) -> &mut Model {
        match &mut self.playback {
            Some(playback) => playback.model(),
            None => &mut self.model,
        }
    }

    fn turn(&mut self, effect: Option<Effect>) -> bool {
        let goes_on = match effect {
            Some(Effect::Cancel) => {
                self.holder.cancel.cancel();
                false
            }
            Some(Effect::StandIn) => {
                self.change_places();
                true
            }
            effect => match &mut self.playback {
                Some(playback) => playback.turn(effect),
                None => self.obey(effect),
            },
        };
        let has_more = self.feed();
        if self.holder.cancel.is_cancelled() {
            return false;
        }
        if self.playback.is_some() {
            return goes_on;
        }
        let has_ended = self.model.ending.is_some();
        let is_late = has_ended && self.over.as_mut().is_some_and(Countdown::is_over);
        goes_on && has_more && !is_late && !(has_ended && self.model.is_leaving)
    }
}

impl Live<'_> {
    fn obey(&mut self, effect: Option<Effect>) -> bool {
        match effect {
            Some(Effect::ControlCommand(ask)) => self.ask(ask),
            Some(Effect::Leave) => return false,
            Some(Effect::Cancel | Effect::Stream(_) | Effect::StandIn) | None => {}
        }
        true
    }

    fn ask(&mut self, ask: ControlCommand) {
        match self.holder.asks.try_send(ask) {
            Ok(()) => {}
            // It is ending by itself; a second `q` does not wait for that.
            Err(_) if self.model.is_leaving => {}
            Err(_) => self.model.hint("not now: the play is ending"),
        }
    }

    /// A saved play comes in place of this one, which waits; or this one comes back.
    fn change_places(&mut self) {
        if self.playback.take().is_some() {
            return;
        }
        match (self.holder.stand_in.0)() {
            Ok(played) => {
                self.playback = Some(Playback::of(played, Source::StandIn, None));
                if let Some(ask) = self.model.stand_still() {
                    self.ask(ask);
                }
            }
            Err(why) => self.model.say("no saved play", why.to_string()),
        }
    }

    /// Everything that was sent since; false when nothing more will come.
    fn feed(&mut self) -> bool {
        loop {
            match self.messages.try_recv() {
                Ok(Message::Event(event)) => self.model.event(event),
                Ok(Message::Ended(ending)) => self.model.end(ending),
                Ok(Message::Planned(..)) => {}
                Err(TryRecvError::Empty) => return true,
                // Whoever ended it may still be reading the end.
                Err(TryRecvError::Disconnected) => return self.model.ending.is_some(),
            }
        }
    }
}
