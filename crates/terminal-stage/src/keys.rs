//! What keys mean, by what lies over the stage.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use timeline::ControlCommand;

use crate::model::{Effect, Model, Pace, Panel, Source};

impl Model {
    /// What a key does.
    pub fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.hint = None;
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && key.code == KeyCode::Char('c') {
            return Some(Effect::Cancel);
        }
        match std::mem::replace(&mut self.panel, Panel::None) {
            Panel::ByHand { client, line } => self.key_by_hand(client, line, key, is_control),
            Panel::Choose(chosen) => self.key_of_choice(chosen, key.code),
            Panel::Bytes(record) => self.key_of_bytes(record, key.code),
            Panel::Zoom(participant) => self.key_of_zoom(participant, key.code),
            Panel::Keys if matches!(key.code, KeyCode::Char('?' | 'h')) => None,
            Panel::Keys | Panel::Said { .. } | Panel::None => self.key_of_stage(key.code),
        }
    }

    fn key_of_stage(&mut self, code: KeyCode) -> Option<Effect> {
        match code {
            KeyCode::Char(' ') | KeyCode::Enter | KeyCode::Right => self.go_on(),
            KeyCode::Char('b') | KeyCode::Left | KeyCode::Backspace => self.back(),
            KeyCode::Char('a') => self.pause(),
            KeyCode::Char('r') => self.ask_live(ControlCommand::Repeat),
            KeyCode::Char('t') => {
                if self.can_interfere() {
                    self.panel = Panel::Choose(1);
                }
                None
            }
            KeyCode::Char('x') => {
                match self.scene().passed.len().checked_sub(1) {
                    Some(last) => self.panel = Panel::Bytes(last),
                    None => self.hint("nothing has passed the relay yet"),
                }
                None
            }
            KeyCode::Char('z') => {
                self.panel = Panel::Zoom(0);
                None
            }
            KeyCode::Char('s') => {
                self.is_streaming = !self.is_streaming;
                Some(Effect::Stream(self.is_streaming))
            }
            KeyCode::Char('f') => self.change_places(),
            KeyCode::Char('?' | 'h') => {
                self.panel = Panel::Keys;
                None
            }
            KeyCode::Char('q') => self.quit(),
            _ => None,
        }
    }

    fn go_on(&mut self) -> Option<Effect> {
        if self.past.take().is_some() {
            return None;
        }
        if self.ending.is_some() {
            self.hint("the play is over: q quits");
            return None;
        }
        Some(Effect::ControlCommand(ControlCommand::Next))
    }

    /// What to ask for so that nothing goes on by itself.
    pub(crate) fn stand_still(&mut self) -> Option<ControlCommand> {
        let goes_on = self.pace == Pace::Time && self.ending.is_none();
        goes_on.then(|| {
            self.pace = Pace::Paused;
            ControlCommand::Pause
        })
    }

    /// Stops what goes on by itself, or lets it go on.
    fn pause(&mut self) -> Option<Effect> {
        if self.ending.is_some() {
            self.hint("the play is over: q quits");
            return None;
        }
        let (pace, ask) = match self.pace {
            Pace::Keys => {
                self.hint("it waits for SPACE anyway; `--auto 2s` goes on by itself");
                return None;
            }
            Pace::Time => (Pace::Paused, ControlCommand::Pause),
            Pace::Paused => (Pace::Time, ControlCommand::Resume),
        };
        self.pace = pace;
        Some(Effect::ControlCommand(ask))
    }

    fn back(&mut self) -> Option<Effect> {
        let now = self.show.steps();
        let at = self.past.as_ref().map_or(now, |(at, _)| *at);
        let Some(earlier) = at.checked_sub(1) else {
            self.hint("this is where it began");
            return None;
        };
        let past = self.show.at(earlier, &self.reader.0);
        self.past = Some((earlier, Box::new(past)));
        None
    }

    fn change_places(&mut self) -> Option<Effect> {
        if matches!(self.source, Source::Recorded(_)) {
            self.hint("this is a recording, and nothing else goes on");
            return None;
        }
        self.is_streaming = false;
        Some(Effect::StandIn)
    }

    fn quit(&mut self) -> Option<Effect> {
        match &self.source {
            Source::StandIn(_) => return self.change_places(),
            Source::Live if self.ending.is_none() => {}
            Source::Recorded(_) | Source::Live => return Some(Effect::Leave),
        }
        if self.is_leaving {
            return Some(Effect::Cancel);
        }
        self.is_leaving = true;
        Some(Effect::ControlCommand(ControlCommand::Stop))
    }

    fn can_interfere(&mut self) -> bool {
        match (&self.source, &self.ending) {
            (Source::Recorded(_) | Source::StandIn(_), _) => {
                self.hint("this is a recording: nobody can change it");
            }
            (Source::Live, Some(_)) => self.hint("the play is over"),
            (Source::Live, None) => {
                self.past = None;
                return true;
            }
        }
        false
    }

    fn ask_live(&mut self, ask: ControlCommand) -> Option<Effect> {
        self.can_interfere().then_some(Effect::ControlCommand(ask))
    }

    fn key_of_choice(&mut self, chosen: usize, code: KeyCode) -> Option<Effect> {
        let last = self.show.now.clients().len().max(1);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Right => Panel::Choose(chosen % last + 1),
            KeyCode::BackTab | KeyCode::Up | KeyCode::Left => {
                Panel::Choose(chosen.checked_sub(1).filter(|one| *one > 0).unwrap_or(last))
            }
            KeyCode::Enter => by_hand(chosen),
            KeyCode::Char(digit) => match digit.to_digit(10).map(|digit| digit as usize) {
                Some(client) if (1..=last).contains(&client) => by_hand(client),
                _ => Panel::Choose(chosen),
            },
            _ => Panel::None,
        };
        // The script waits for whoever has taken a client over.
        let has_taken = matches!(self.panel, Panel::ByHand { .. });
        let ask = has_taken.then(|| self.stand_still())?;
        ask.map(Effect::ControlCommand)
    }

    fn key_by_hand(
        &mut self,
        client: usize,
        mut line: String,
        key: KeyEvent,
        is_control: bool,
    ) -> Option<Effect> {
        let who = self.show.now.participants.get(client)?.name.clone();
        let mut effect = None;
        match key.code {
            KeyCode::Esc => return None,
            KeyCode::Enter => {
                let line = std::mem::take(&mut line);
                effect = Some(Effect::ControlCommand(ControlCommand::Type {
                    client: who,
                    line,
                }));
            }
            KeyCode::Backspace => drop(line.pop()),
            KeyCode::Char('k') if is_control => {
                effect = Some(Effect::ControlCommand(ControlCommand::Kill { client: who }));
            }
            KeyCode::Char('d') if is_control => {
                effect = Some(Effect::ControlCommand(ControlCommand::Disconnect {
                    client: who,
                }));
            }
            KeyCode::Char(letter) if !is_control => line.push(letter),
            _ => {}
        }
        self.panel = Panel::ByHand { client, line };
        effect
    }

    fn key_of_bytes(&mut self, record: usize, code: KeyCode) -> Option<Effect> {
        let last = self.scene().passed.len().saturating_sub(1);
        let record = record.min(last);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down | KeyCode::Right => Panel::Bytes((record + 1).min(last)),
            KeyCode::BackTab | KeyCode::Up | KeyCode::Left => {
                Panel::Bytes(record.saturating_sub(1))
            }
            KeyCode::Char('x') | KeyCode::Esc => Panel::None,
            _ => return self.key_of_stage(code),
        };
        None
    }

    fn key_of_zoom(&mut self, participant: usize, code: KeyCode) -> Option<Effect> {
        let participants = self.show.now.participants.len().max(1);
        self.panel = match code {
            KeyCode::Tab | KeyCode::Down => Panel::Zoom((participant + 1) % participants),
            KeyCode::BackTab | KeyCode::Up => {
                Panel::Zoom((participant + participants - 1) % participants)
            }
            KeyCode::Char('z') | KeyCode::Esc => Panel::None,
            _ => {
                let effect = self.key_of_stage(code);
                if self.panel == Panel::None {
                    self.panel = Panel::Zoom(participant);
                }
                return effect;
            }
        };
        None
    }
}

fn by_hand(client: usize) -> Panel {
    Panel::ByHand {
        client,
        line: String::new(),
    }
}
