//! The loop: events and keys in, a painted screen and wishes out.

use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use chat_harness::plan::Plan;
use chat_harness::timeline::{Ask, Event};
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::draw::draw;
use crate::guard::Guard;
use crate::model::{Effect, Ending, Model, Origin, Pace, Reader};
use crate::recorded::beats;

/// How long a key is waited for before the next letter is shown.
const TICK: Duration = Duration::from_millis(30);

/// Events that wait to be shown. Who tells more waits until some were.
const WAITING: usize = 4096;

/// What a play tells its screen.
#[derive(Debug)]
pub enum Message {
    /// It is about to begin.
    Planned(Box<Plan>, Reader),
    /// Something happened.
    Event(Event),
    /// It was judged.
    Ended(Ending),
}

/// The terminal could not be used.
#[derive(Debug)]
pub struct ScreenError(pub io::Error);

/// Both ends of what a play tells its screen. When the first end is dropped, the screen goes.
pub fn channel() -> (SyncSender<Message>, Receiver<Message>) {
    sync_channel(WAITING)
}

/// Shows a play that goes on, until its end was looked at, or for so long where `linger` says
/// so: then it goes on by itself, too; not after it was cancelled. Nothing is taken from the terminal before the play was planned.
///
/// # Errors
///
/// When the terminal cannot be used; it is as it was then. The play should be ended.
pub fn live(
    messages: &Receiver<Message>,
    asks: &mpsc::Sender<Ask>,
    cancel: &CancellationToken,
    linger: Option<Duration>,
) -> Result<(), ScreenError> {
    let Some(mut model) = planned(messages) else {
        return Ok(());
    };
    if linger.is_some() {
        model = model.by_itself();
    }
    let mut over = linger.map(Countdown::of);
    run(&mut model, &mut |model, effect| {
        match effect {
            Some(Effect::Ask(ask)) => match asks.try_send(ask) {
                Ok(()) => {}
                // It is ending by itself; a second `q` does not wait for that.
                Err(_) if model.is_leaving => {}
                Err(_) => model.hint("not now: the play is ending"),
            },
            Some(Effect::Cancel) => cancel.cancel(),
            Some(Effect::Leave) => return false,
            Some(Effect::Stream(_)) | None => {}
        }
        let goes_on = !cancel.is_cancelled() && feed(model, messages);
        let has_ended = model.ending.is_some();
        let is_late = has_ended && over.as_mut().is_some_and(Countdown::is_over);
        goes_on && !is_late && !(has_ended && model.is_leaving)
    })
}

/// The model of the play that comes first.
fn planned(messages: &Receiver<Message>) -> Option<Model> {
    loop {
        if let Message::Planned(plan, reader) = messages.recv().ok()? {
            return Some(Model::new(&plan, Origin::Live, reader));
        }
    }
}

/// Everything that was told since; false when nothing will be any more.
fn feed(model: &mut Model, messages: &Receiver<Message>) -> bool {
    loop {
        match messages.try_recv() {
            Ok(Message::Event(event)) => model.event(event),
            Ok(Message::Ended(ending)) => model.end(ending),
            Ok(Message::Planned(..)) => {}
            Err(TryRecvError::Empty) => return true,
            // Who ended it may still be looking at the end.
            Err(TryRecvError::Disconnected) => return model.ending.is_some(),
        }
    }
}

/// A saved play.
#[derive(Debug)]
pub struct Played {
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
/// As [`live`].
pub fn recorded(played: Played, pause: Option<Duration>) -> Result<(), ScreenError> {
    let mut parts = beats(&played.plan, &played.events).into_iter();
    let mut ending = Some(played.ending);
    let origin = Origin::Recorded(played.when);
    let mut model = Model::new(&played.plan, origin, played.reader);
    if pause.is_some() {
        model = model.by_itself();
    }
    parts
        .next()
        .into_iter()
        .flatten()
        .for_each(|event| model.event(event));
    let mut until_next = pause.map(Countdown::of);
    run(&mut model, &mut |model, effect| {
        let goes_by_itself = until_next.as_mut().filter(|_| model.pace == Pace::Time);
        let is_due = goes_by_itself.is_some_and(Countdown::is_over);
        match effect {
            Some(Effect::Ask(Ask::Next)) => {}
            Some(Effect::Cancel | Effect::Leave) => return false,
            _ if is_due => {}
            Some(Effect::Ask(_) | Effect::Stream(_)) | None => return true,
        }
        match parts.next() {
            Some(part) => part.into_iter().for_each(|event| model.event(event)),
            None => match ending.take() {
                Some(ending) => model.end(ending),
                // It goes on by itself, and has shown everything.
                None => return !is_due,
            },
        }
        true
    })
}

/// Ticks until something happens by itself, again and again.
struct Countdown {
    ticks: u128,
    left: u128,
}

impl Countdown {
    fn of(length: Duration) -> Self {
        let ticks = (length.as_millis() / TICK.as_millis()).max(1);
        Self { ticks, left: ticks }
    }

    /// One tick more.
    fn is_over(&mut self) -> bool {
        self.left -= 1;
        let is_over = self.left == 0;
        if is_over {
            self.left = self.ticks;
        }
        is_over
    }
}

/// Paints and reads keys, as long as `turn` says so. It is called with what each key asks
/// for, and without one after each tick.
fn run(
    model: &mut Model,
    turn: &mut dyn FnMut(&mut Model, Option<Effect>) -> bool,
) -> Result<(), ScreenError> {
    let mut guard = Guard::take().map_err(ScreenError)?;
    loop {
        if !turn(model, None) {
            return Ok(());
        }
        stream(model.to_stream()).map_err(ScreenError)?;
        guard
            .paint(|frame| draw(model, frame))
            .map_err(ScreenError)?;
        let mut wait = TICK;
        while event::poll(wait).map_err(ScreenError)? {
            wait = Duration::ZERO;
            let Input::Key(key) = event::read().map_err(ScreenError)? else {
                continue;
            };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            let effect = model.key(key);
            if let Some(Effect::Stream(on)) = &effect {
                guard.stream(*on).map_err(ScreenError)?;
            }
            if effect.is_some() && !turn(model, effect) {
                return Ok(());
            }
        }
        model.tick();
    }
}

/// The terminal is raw: a line break alone would not go back to the first column.
fn stream(lines: Vec<String>) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut out = anstream::stdout();
    for line in lines {
        write!(out, "{line}\r\n")?;
    }
    out.flush()
}
