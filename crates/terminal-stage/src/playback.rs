//! A play that was saved, shown part by part.

use std::time::Duration;

use scenario::plan::Plan;
use timeline::{ControlCommand, Event};

use crate::model::{Effect, Ending, Model, Pace, Reader, Source};
use crate::parts::parts;
use crate::player::{Countdown, Play, ScreenError, run};

/// A saved play.
#[derive(Debug)]
pub struct SavedPlay {
    /// What was planned.
    pub plan: Plan,
    /// What happened.
    pub events: Vec<Event>,
    /// How it went.
    pub ending: Ending,
    /// When, for people.
    pub when: String,
    /// Its files.
    pub reader: Reader,
}

/// Shows a saved play; each key, or each pause, shows the next part.
///
/// # Errors
///
/// When the terminal cannot be used; it is as it was then.
pub fn recorded(played: SavedPlay, pause: Option<Duration>) -> Result<(), ScreenError> {
    run(&mut Playback::of(played, Source::Recorded, pause))
}

/// A saved play on a screen, and what of it was not shown yet.
pub(crate) struct Playback {
    model: Model,
    parts: std::vec::IntoIter<Vec<Event>>,
    ending: Option<Ending>,
    until_next: Option<Countdown>,
}

impl Playback {
    /// From its begin, as what it is there.
    pub(crate) fn of(
        played: SavedPlay,
        source: fn(String) -> Source,
        pause: Option<Duration>,
    ) -> Self {
        let mut parts = parts(&played.plan, &played.events).into_iter();
        let mut model = Model::new(&played.plan, source(played.when), played.reader);
        if pause.is_some() {
            model = model.by_itself();
        }
        let first = parts.next().into_iter().flatten();
        first.for_each(|event| model.event(event));
        Self {
            model,
            parts,
            ending: Some(played.ending),
            until_next: pause.map(Countdown::of),
        }
    }

    /// False when everything was shown before.
    fn show_next(&mut self) -> bool {
        match (self.parts.next(), self.ending.take()) {
            (Some(part), ending) => {
                part.into_iter().for_each(|event| self.model.event(event));
                self.ending = ending;
            }
            (None, Some(ending)) => self.model.end(ending),
            (None, None) => return false,
        }
        true
    }
}

impl Play for Playback {
    fn model(&mut self) -> &mut Model {
        &mut self.model
    }

    fn turn(&mut self, effect: Option<Effect>) -> bool {
        let is_going = self.model.pace == Pace::Time;
        let clock = self.until_next.as_mut().filter(|_| is_going);
        let is_due = clock.is_some_and(Countdown::is_over);
        match effect {
            Some(Effect::Cancel | Effect::Leave) => return false,
            Some(Effect::ControlCommand(ControlCommand::Next)) => {}
            _ if is_due => {}
            Some(Effect::ControlCommand(_) | Effect::Stream(_) | Effect::StandIn) | None => {
                return true;
            }
        }
        // What goes on by itself ends so, too.
        self.show_next() || !is_due
    }
}
