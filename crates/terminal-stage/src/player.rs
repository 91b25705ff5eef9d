//! The loop: what is due and keys in, a painted screen and commands out.

use std::io::{self, Write as _};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};

use crate::draw::draw;
use crate::guard::Guard;
use crate::model::{Effect, Model};

/// How long a key is waited for before the next letter is shown.
const TICK: Duration = Duration::from_millis(30);

/// The terminal could not be used.
#[derive(Debug, thiserror::Error)]
#[error("the terminal cannot be used: {0}")]
pub struct ScreenError(#[from] pub io::Error);

/// Ticks until something happens by itself, again and again.
pub(crate) struct Countdown {
    ticks: u128,
    left: u128,
}

impl Countdown {
    pub(crate) fn of(length: Duration) -> Self {
        let ticks = (length.as_millis() / TICK.as_millis()).max(1);
        Self { ticks, left: ticks }
    }

    /// One tick more.
    pub(crate) fn is_over(&mut self) -> bool {
        self.left -= 1;
        let is_over = self.left == 0;
        if is_over {
            self.left = self.ticks;
        }
        is_over
    }
}

/// What is shown on a screen.
pub(crate) trait Play {
    /// As it stands.
    fn model(&mut self) -> &mut Model;

    /// Does what a key asks for, or what is due after a tick; false when there is no more to
    /// see.
    fn turn(&mut self, effect: Option<Effect>) -> bool;
}

/// Paints and reads keys, as long as there is something to see.
pub(crate) fn run(play: &mut dyn Play) -> Result<(), ScreenError> {
    let mut guard = Guard::take()?;
    loop {
        if !play.turn(None) {
            return Ok(());
        }
        let model = play.model();
        stream(model.to_stream())?;
        guard.paint(|frame| draw(model, frame))?;
        let mut wait = TICK;
        while event::poll(wait)? {
            wait = Duration::ZERO;
            let effect = match event::read()? {
                Input::Key(key) if key.kind != KeyEventKind::Release => play.model().key(key),
                Input::Paste(text) => {
                    play.model().paste(&text);
                    None
                }
                _ => None,
            };
            match &effect {
                Some(Effect::Stream(on)) => guard.stream(*on)?,
                Some(Effect::StandIn) => guard.stream(false)?,
                Some(Effect::ControlCommand(_) | Effect::Cancel | Effect::Leave) | None => {}
            }
            if effect.is_some() && !play.turn(effect) {
                return Ok(());
            }
        }
        if !wait.is_zero() {
            play.model().pass(TICK);
        }
        play.model().tick();
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
