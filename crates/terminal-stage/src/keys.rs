//! What keys mean, by what is over the stage.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use timeline::ControlCommand;

use crate::model::{Effect, Model, OpenRecord, Pace, Panel, Source, panes, rows};

/// Rows of a page that is scrolled.
const PAGE: usize = 10;

/// With these a key is for the terminal, or for another program.
const COMMANDS: KeyModifiers = KeyModifiers::CONTROL
    .union(KeyModifiers::ALT)
    .union(KeyModifiers::SUPER)
    .union(KeyModifiers::HYPER)
    .union(KeyModifiers::META);

impl Model {
    /// What a key does.
    pub fn key(&mut self, key: KeyEvent) -> Option<Effect> {
        self.hint = None;
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && matches!(key.code, KeyCode::Char('c' | 'C')) {
            return Some(Effect::Cancel);
        }
        let is_by_hand = matches!(self.panel, Panel::ByHand { .. });
        if !is_by_hand && key.modifiers.intersects(COMMANDS) {
            self.hint("keys with Ctrl or Alt do nothing here, except Ctrl-C; ? shows all keys");
            return None;
        }
        let key = if is_by_hand { key } else { without_case(key) };
        match std::mem::replace(&mut self.panel, Panel::None) {
            Panel::ByHand { client, line } => self.key_by_hand(client, line, key, is_control),
            Panel::Choose(chosen) => self.key_of_choice(chosen, key.code),
            Panel::Bytes(open) => self.key_of_bytes(open, key.code),
            Panel::Zoom { pane, up } => self.key_of_zoom(pane, up, key.code),
            Panel::Keys if matches!(key.code, KeyCode::Char('?' | 'h')) => None,
            Panel::Keys | Panel::Said { .. } | Panel::None => self.key_of_stage(key.code),
        }
    }

    /// What was pasted: a part of a line for a client that is driven by hand, and no keys.
    pub fn paste(&mut self, text: &str) {
        let Panel::ByHand { line, .. } = &mut self.panel else {
            self.hint("pasted text is ignored here; ? shows all keys");
            return;
        };
        let text = text.trim_end_matches(['\r', '\n']);
        let has_breaks = text.contains(['\r', '\n']);
        // A line is sent when somebody presses ENTER.
        line.extend(text.chars().filter_map(|letter| match letter {
            '\r' | '\n' | '\t' => Some(' '),
            letter if letter.is_control() => None,
            letter => Some(letter),
        }));
        if has_breaks {
            self.hint("several lines were pasted: ENTER sends them as one");
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
                self.open_record(self.scene().passed.len().saturating_sub(1));
                None
            }
            KeyCode::Char('z') => {
                self.panel = Panel::Zoom { pane: 0, up: 0 };
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
            KeyCode::Char(_) => {
                self.hint("this key does nothing; ? shows all keys");
                None
            }
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
                self.hint("it is already waiting for SPACE; `--auto 2s` advances by itself");
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
            self.hint("this is a recording: nothing else is running");
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
                self.hint("this is a recording: it cannot be changed");
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
            KeyCode::Char('k' | 'K') if is_control => {
                effect = Some(Effect::ControlCommand(ControlCommand::Kill { client: who }));
            }
            KeyCode::Char('d' | 'D') if is_control => {
                effect = Some(Effect::ControlCommand(ControlCommand::Disconnect {
                    client: who,
                }));
            }
            // AltGr is reported as both on some keyboards, and makes letters.
            KeyCode::Char(letter) if !is_control || key.modifiers.contains(KeyModifiers::ALT) => {
                line.push(letter);
            }
            _ => {}
        }
        self.panel = Panel::ByHand { client, line };
        effect
    }

    fn key_of_bytes(&mut self, mut open: OpenRecord, code: KeyCode) -> Option<Effect> {
        let passed = &self.scene().passed;
        let (record, last) = (open.record, passed.len().saturating_sub(1));
        let rows = passed.get(record).map_or(0, |one| rows(&one.record).len());
        match code {
            KeyCode::Tab | KeyCode::Right => {
                self.open_record(if record >= last { 0 } else { record + 1 });
                return None;
            }
            KeyCode::BackTab | KeyCode::Left => {
                self.open_record(record.checked_sub(1).unwrap_or(last));
                return None;
            }
            KeyCode::Char('x') | KeyCode::Esc => return None,
            KeyCode::Down => open.row += 1,
            KeyCode::PageDown => open.row += PAGE,
            KeyCode::Up => open.row = open.row.saturating_sub(1),
            KeyCode::PageUp => open.row = open.row.saturating_sub(PAGE),
            KeyCode::Home => open.row = 0,
            KeyCode::End => open.row = rows,
            _ => return self.key_of_stage(code),
        }
        open.row = open.row.min(rows.saturating_sub(1));
        self.panel = Panel::Bytes(open);
        None
    }

    fn key_of_zoom(&mut self, pane: usize, up: usize, code: KeyCode) -> Option<Effect> {
        let all = panes(&self.show.now).len();
        let to = |pane, up| Panel::Zoom { pane, up };
        self.panel = match code {
            KeyCode::Tab | KeyCode::Right => to((pane + 1) % all, 0),
            KeyCode::BackTab | KeyCode::Left => to((pane + all - 1) % all, 0),
            KeyCode::Up => to(pane, up + 1),
            KeyCode::PageUp => to(pane, up + PAGE),
            KeyCode::Down => to(pane, up.saturating_sub(1)),
            KeyCode::PageDown => to(pane, up.saturating_sub(PAGE)),
            KeyCode::End => to(pane, 0),
            KeyCode::Char('z') | KeyCode::Esc => Panel::None,
            _ => {
                let effect = self.key_of_stage(code);
                if self.panel == Panel::None {
                    self.panel = to(pane, up);
                }
                return effect;
            }
        };
        None
    }
}

/// Caps lock changes nothing.
fn without_case(mut key: KeyEvent) -> KeyEvent {
    if let KeyCode::Char(letter) = &mut key.code {
        letter.make_ascii_lowercase();
    }
    key
}

fn by_hand(client: usize) -> Panel {
    Panel::ByHand {
        client,
        line: String::new(),
    }
}
