//! Who is writing: told sealed, at a limited rate, to people who are here alone, and only where the user wants it.

use std::collections::BTreeMap;

use chat_protocol::{Content, Conversation, Name, ToRelay};

use super::{Line, Refusal, Session, Typing};
use crate::locale::{Sentence, sentences as say};

/// Seconds between two words to the same person, at least.
const RATE: u64 = 5;

/// Ticks after which somebody who has not said it again is not writing any more: 10 to 20 s.
const LASTS: u8 = 2;

/// Who writes to whom.
#[derive(Debug, Default)]
pub(super) struct Writers {
    /// Those who write to us, and for how many ticks they have not said so.
    writing: BTreeMap<Name, u8>,
    /// When we have told whom, Unix time in seconds.
    told: BTreeMap<Name, u64>,
}

impl Writers {
    pub(super) fn is_empty(&self) -> bool {
        self.writing.is_empty()
    }
}

impl Session {
    /// The user is writing to somebody. A screen says so by itself, and is answered nothing.
    pub(super) fn tell_typing(&mut self, to: &Name) -> Result<(), Refusal> {
        let told = self.try_to_tell_typing(to);
        if self.typing == Typing::Screen {
            return Ok(());
        }
        told
    }

    fn try_to_tell_typing(&mut self, to: &Name) -> Result<(), Refusal> {
        if !self.choices.typing {
            return Err(off(say::typing_is_off()));
        }
        self.people.present(to)?;
        let told = self.writers.told.get(to);
        if told.is_some_and(|told| self.now.saturating_sub(*told) < RATE) {
            return Ok(());
        }
        let content = Content::Typing {}.encode();
        let (envelope, ..) = self.seal(to, Conversation::Private, &content)?;
        self.writers
            .told
            .retain(|name, _| self.people.is_here(name));
        self.writers.told.insert(to.clone(), self.now);
        self.send(&ToRelay::Receipt { to: to.clone() }, envelope);
        Ok(())
    }

    /// Somebody says, sealed, to be writing to us. Of an identity that is not trusted it is not shown.
    pub(super) fn on_typing(&mut self, from: &Name, flagged: bool) {
        let is_shown = self.choices.typing && !flagged && self.people.present(from).is_ok();
        if is_shown && self.writers.writing.insert(from.clone(), 0).is_none() {
            self.show_typing(from, true);
        }
    }

    /// Somebody has written, or has gone.
    pub(super) fn end_typing(&mut self, name: &Name) {
        if self.writers.writing.remove(name).is_some() {
            self.show_typing(name, false);
        }
    }

    /// Some time has passed: whoever has not said it again is not writing any more.
    pub(super) fn tick_typing(&mut self) {
        let mut over = Vec::new();
        for (name, ticks) in &mut self.writers.writing {
            *ticks += 1;
            if *ticks >= LASTS {
                over.push(name.clone());
            }
        }
        for name in over {
            self.end_typing(&name);
        }
    }

    fn show_typing(&mut self, name: &Name, active: bool) {
        let name = name.clone();
        self.show(Line::Typing { name, active });
    }
}

/// The user has chosen against it.
pub(super) fn off(what: Sentence) -> Refusal {
    Refusal::new("off", what)
}
