//! Keys, and what becomes of the line that they type.

use std::collections::VecDeque;

use chat_protocol::limits::MAX_TEXT;
use chat_protocol::{Name, RoomName};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use super::complete::{Completed, LOCAL, complete, expand};
use super::view::{ChatView, Relay};
use super::window::{What, With};
use crate::locale::{Locale, Sentence, sentences as say};
use crate::session::{Command, Refusal, RoomCommand};

/// Lines that can be fetched back.
const KEPT: usize = 100;

/// Seconds after which somebody who goes on writing says so again.
const SAID_AGAIN: u64 = 6;

/// What is asked for outside of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// A line for the session.
    Send(String),
    /// A line for the session that may be lost where much waits.
    Tell(String),
    /// Leave.
    Leave,
    /// Stop until the shell goes on.
    Suspend,
    /// Paint everything anew.
    Repaint,
}

/// The line that is typed, and those before it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) input: Input,
    past: VecDeque<String>,
    /// How far back the line comes from; the one that was begun comes after the last.
    back: usize,
    begun: String,
}

/// A question that the next line answers.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Whose safety number was shown.
    pub(super) name: Name,
    /// Of a changed identity, the number that was shown.
    pub(super) trusts: Option<String>,
}

/// What a question is answered with.
enum Answer {
    Yes,
    No,
}

impl Answer {
    /// In this language, or in English.
    fn read(answer: &str, locale: Locale) -> Option<Self> {
        let answer = answer.trim().to_lowercase();
        let is_among = |words: &Sentence| {
            let words = [locale, Locale::English].map(|locale| words.in_locale(locale));
            words
                .iter()
                .flat_map(|words| words.split(' '))
                .any(|word| word == answer)
        };
        if is_among(&say::answers_yes()) {
            Some(Self::Yes)
        } else {
            is_among(&say::answers_no()).then_some(Self::No)
        }
    }
}

impl Typed {
    pub(super) fn set(&mut self, line: String) {
        self.input = Input::new(line);
    }

    /// The line, which begins anew.
    fn take(&mut self) -> String {
        let line = self.input.value_and_reset();
        if !line.trim().is_empty() && self.past.back() != Some(&line) {
            self.past.push_back(line.clone());
            if self.past.len() > KEPT {
                self.past.pop_front();
            }
        }
        self.back = 0;
        line
    }

    /// Fetches a line from further back, or from nearer.
    fn fetch(&mut self, further: bool) {
        if self.back == 0 {
            self.begun = self.input.value().to_owned();
        }
        let back = if further {
            (self.back + 1).min(self.past.len())
        } else {
            self.back.saturating_sub(1)
        };
        if back != self.back {
            self.back = back;
            let line = match back.checked_sub(1) {
                None => self.begun.clone(),
                Some(last) => self.past.iter().nth_back(last).cloned().unwrap_or_default(),
            };
            self.set(line);
        }
    }

    /// The line before the cursor, and behind it.
    pub(super) fn halves(&self) -> (&str, &str) {
        let value = self.input.value();
        let behind = value.char_indices().nth(self.input.cursor());
        value.split_at(behind.map_or(value.len(), |(at, _)| at))
    }

    fn insert(&mut self, text: &str) {
        let (before, behind) = self.halves();
        let cursor = self.input.cursor() + text.chars().count();
        self.input = Input::new([before, text, behind].concat()).with_cursor(cursor);
    }
}

impl ChatView {
    /// A key was pressed at this time.
    pub fn key(&mut self, key: KeyEvent, at: u64) -> Vec<Want> {
        let read = self.reads();
        let length = self.typed.input.value().len();
        let mut wants = self.obey(key, at);
        let writes = self.typed.input.value().len() > length;
        wants.extend(read);
        wants.extend(writes.then(|| self.writes(at)).flatten());
        wants
    }

    /// Whoever presses a key in front of a conversation has read what is in it.
    fn reads(&mut self) -> Option<Want> {
        let wanted = self.choices.read_marks;
        let window = self.at(self.current);
        let reads = wanted && window.scroll == 0 && std::mem::take(&mut window.to_read);
        let spot = match &window.with {
            With::Everyone => String::new(),
            With::Person(name) => format!(" {name}"),
            With::Room(room) => format!(" {room}"),
        };
        reads.then(|| Want::Tell(format!("/read{spot}")))
    }

    /// Whoever writes in the window of a person is writing to that person: said now and then, and not of commands.
    fn writes(&mut self, at: u64) -> Option<Want> {
        let With::Person(name) = self.at(self.current).with.clone() else {
            return None;
        };
        let told = self.told.as_ref().filter(|(told, _)| *told == name);
        let is_told = told.is_some_and(|(_, told)| at.saturating_sub(*told) < SAID_AGAIN);
        let is_text = !self.typed.input.value().starts_with('/');
        let says = self.choices.typing && is_text && !is_told && self.here.contains(&name);
        says.then(|| {
            self.told = Some((name.clone(), at));
            Want::Tell(format!("/typing {name}"))
        })
    }

    fn obey(&mut self, key: KeyEvent, at: u64) -> Vec<Want> {
        self.hint = None;
        let has = |modifier| key.modifiers.contains(modifier);
        match key.code {
            KeyCode::Char(letter) if has(KeyModifiers::CONTROL) => self.control(letter),
            KeyCode::Char(digit @ '1'..='9') if has(KeyModifiers::ALT) => {
                self.show_number(digit as usize - '1' as usize);
                Vec::new()
            }
            KeyCode::Char(letter) if has(KeyModifiers::ALT) => {
                let request = match letter {
                    'b' => InputRequest::GoToPrevWord,
                    'f' => InputRequest::GoToNextWord,
                    'd' => InputRequest::DeleteNextWord,
                    _ => return Vec::new(),
                };
                self.typed.input.handle(request);
                Vec::new()
            }
            KeyCode::Enter => self.enter(at),
            code => {
                self.plain_key(code, has(KeyModifiers::CONTROL) || has(KeyModifiers::ALT));
                Vec::new()
            }
        }
    }

    /// A text was pasted: it is part of the line, with its line ends, and nothing is sent before Enter.
    pub fn paste(&mut self, text: &str) {
        self.hint = None;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_end_matches('\n');
        if self.typed.input.value().len() + text.len() > MAX_TEXT {
            self.hint(&say::paste_too_long(MAX_TEXT));
            return;
        }
        self.typed.insert(text);
    }

    /// Says something beside the line that is typed, until the next key.
    pub fn hint(&mut self, sentence: &Sentence) {
        self.hint = Some(self.words(sentence));
    }

    fn control(&mut self, letter: char) -> Vec<Want> {
        let request = match letter.to_ascii_lowercase() {
            'c' => return vec![Want::Leave],
            'd' if self.typed.input.value().is_empty() => return vec![Want::Leave],
            'z' => return vec![Want::Suspend],
            'l' => return vec![Want::Repaint],
            'n' => {
                self.show_number((self.current + 1) % self.windows.len());
                return Vec::new();
            }
            'p' => {
                let count = self.windows.len();
                self.show_number((self.current + count - 1) % count);
                return Vec::new();
            }
            'd' => InputRequest::DeleteNextChar,
            'a' => InputRequest::GoToStart,
            'e' => InputRequest::GoToEnd,
            'b' => InputRequest::GoToPrevChar,
            'f' => InputRequest::GoToNextChar,
            'h' => InputRequest::DeletePrevChar,
            'w' => InputRequest::DeletePrevWord,
            'u' => InputRequest::DeleteFromStart,
            'k' => InputRequest::DeleteTillEnd,
            'y' => InputRequest::Yank,
            _ => return Vec::new(),
        };
        self.typed.input.handle(request);
        Vec::new()
    }

    fn plain_key(&mut self, code: KeyCode, by_word: bool) {
        let page = usize::from(self.height.saturating_sub(2)).max(1);
        let request = match code {
            KeyCode::Char(letter) => InputRequest::InsertChar(letter),
            KeyCode::Backspace if by_word => InputRequest::DeletePrevWord,
            KeyCode::Backspace => InputRequest::DeletePrevChar,
            KeyCode::Delete => InputRequest::DeleteNextChar,
            KeyCode::Left if by_word => InputRequest::GoToPrevWord,
            KeyCode::Left => InputRequest::GoToPrevChar,
            KeyCode::Right if by_word => InputRequest::GoToNextWord,
            KeyCode::Right => InputRequest::GoToNextChar,
            KeyCode::Home => InputRequest::GoToStart,
            KeyCode::End => InputRequest::GoToEnd,
            KeyCode::Up => return self.typed.fetch(true),
            KeyCode::Down => return self.typed.fetch(false),
            KeyCode::PageUp => {
                self.at(self.current).scroll += page;
                return;
            }
            KeyCode::PageDown => {
                let window = self.at(self.current);
                window.scroll = window.scroll.saturating_sub(page);
                return;
            }
            KeyCode::Tab => return self.complete(),
            KeyCode::Esc => {
                self.question = None;
                return;
            }
            _ => return,
        };
        self.typed.input.handle(request);
    }

    fn complete(&mut self) {
        let (before, behind) = self.typed.halves();
        match complete(before, &self.known()) {
            Completed::Line(line) => {
                let cursor = line.chars().count();
                self.typed.input = Input::new(line + behind).with_cursor(cursor);
            }
            Completed::Several(candidates) => self.hint = Some(candidates.join("  ")),
            Completed::Nothing => {}
        }
    }

    fn show_number(&mut self, index: usize) {
        if index < self.windows.len() {
            self.show(index);
        } else {
            self.hint(&say::no_such_window());
        }
    }

    /// Shows the window of this conversation. `false` where there is no room for it.
    fn show_with(&mut self, with: With) -> bool {
        let window = self.window(with);
        match window {
            Some(window) => self.show(window),
            None => self.hint(&say::too_many_windows()),
        }
        window.is_some()
    }

    pub(super) fn enter(&mut self, at: u64) -> Vec<Want> {
        let line = self.typed.take();
        if line.trim().is_empty() {
            return Vec::new();
        }
        if let Some(question) = self.question.take() {
            return self.answer(question, &line, at);
        }
        if self.local(&line, at) {
            return Vec::new();
        }
        match Command::parse(&line, false) {
            Ok(command) => self.command(command, line, at),
            Err(refusal) => {
                self.refuse(refusal, line, at);
                Vec::new()
            }
        }
    }

    /// What was typed is still there.
    fn refuse(&mut self, refusal: Refusal, line: String, at: u64) {
        let text = self.words(&refusal.text);
        self.push(self.current, at, What::Warning(text));
        self.typed.set(line);
    }

    fn command(&mut self, command: Command, line: String, at: u64) -> Vec<Want> {
        let send = match command {
            Command::Say { text } => {
                // What is said with a command is meant for everyone.
                if line.starts_with("/say ") || line.starts_with("/room ") {
                    self.show(0);
                }
                let with = self.at(self.current).with.clone();
                return self.send_text(&with, text, at);
            }
            Command::Msg { to, text } => return self.say_with(With::Person(to), text, line, at),
            Command::Room(RoomCommand::Say { room, text }) => {
                return self.say_with(With::Room(room), text, line, at);
            }
            Command::File { to, path } => {
                let path = expand(&path, self.outside.home.as_deref());
                format!("/file {to} {path}")
            }
            // Without a relay nothing that waits could be sent first.
            Command::Quit if self.relay != Relay::Connected => return vec![Want::Leave],
            Command::Help { topic: None } => {
                for sentence in LOCAL {
                    let text = self.words(&sentence());
                    self.push(self.current, at, What::Notice(format!("  {text}")));
                }
                line
            }
            _ => line,
        };
        vec![Want::Send(format!("@{} {send}", self.number()))]
    }

    fn say_with(&mut self, with: With, text: String, line: String, at: u64) -> Vec<Want> {
        if !self.show_with(with.clone()) {
            self.typed.set(line);
            return Vec::new();
        }
        self.send_text(&with, text, at)
    }

    fn send_text(&mut self, with: &With, text: String, at: u64) -> Vec<Want> {
        let command = match with {
            With::Everyone => format!("/say {text}"),
            With::Person(to) => format!("/msg {to} {text}"),
            With::Room(room) => format!("/room say {room} {text}"),
        };
        let number = self.say(self.current, at, text);
        vec![Want::Send(format!("@{number} {command}"))]
    }

    /// Commands that only the screen knows. `false` when it is none of them.
    fn local(&mut self, line: &str, at: u64) -> bool {
        let mut words = line.split_whitespace();
        let (command, name) = (words.next(), words.next());
        match (command, name, words.next()) {
            (Some("/close"), None, _) => {
                self.close(self.current);
                true
            }
            (Some("/window"), Some("everyone"), None) => {
                self.show(0);
                true
            }
            (Some("/window"), Some(room), None) if room.starts_with('#') => {
                match room.parse::<RoomName>() {
                    Ok(room) => {
                        if !self.show_with(With::Room(room)) {
                            self.typed.set(line.to_owned());
                        }
                    }
                    Err(_) => self.show(0),
                }
                true
            }
            (Some("/window" | "/msg"), Some(name), None) => {
                match (name.parse::<usize>(), name.parse::<Name>()) {
                    (Ok(number), _) if command == Some("/window") => {
                        self.show_number(number.wrapping_sub(1));
                    }
                    (_, Ok(name)) if name != self.me => {
                        if !self.show_with(With::Person(name)) {
                            self.typed.set(line.to_owned());
                        }
                    }
                    _ => {
                        let why = say::nobody_to_write_to(name);
                        let refusal = Refusal::new("unknown-name", why);
                        self.refuse(refusal, line.to_owned(), at);
                    }
                }
                true
            }
            _ => false,
        }
    }

    pub(super) fn answer(&mut self, question: Question, answer: &str, at: u64) -> Vec<Want> {
        let name = &question.name;
        match Answer::read(answer, self.outside.locale) {
            Some(Answer::Yes) => {
                let trust = question.trusts.as_ref();
                let trust = trust.map(|number| format!("/trust {name} {number}"));
                let verify = format!("/verify {name} yes");
                let lines: Vec<String> = trust.into_iter().chain([verify]).collect();
                let mut send = |line| Want::Send(format!("@{} {line}", self.number()));
                lines.into_iter().map(&mut send).collect()
            }
            Some(Answer::No) => {
                let why = self.words(&say::numbers_differ(name));
                self.push(self.current, at, What::Warning(why));
                Vec::new()
            }
            None => {
                self.hint(&say::question_again());
                self.question = Some(question);
                Vec::new()
            }
        }
    }
}
