//! What the screen shows, and how that changes with what happens. Nothing in it knows a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chat_protocol::{Conversation, FileId, Name, RoomName};

use super::complete::Known;
use super::typed::{Question, Typed};
use super::window::{Fate, What, Window, With};
use crate::face::{Strangers, Turn, render_for_people};
use crate::locale::{Locale, Sentence, sentences as say};
use crate::session::{Choices, Line, Past, Progress, RoomLine};

/// Windows at most: everybody who comes may open one.
const MAX_WINDOWS: usize = 100;

/// Bytes of entries that all windows keep.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Seconds between two rings of the bell, at least: others decide when it rings.
const QUIET: u64 = 2;

/// Files on their way that are shown.
const MAX_BARS: usize = 3;

/// What the view is told of the machine.
#[derive(Clone, Debug)]
pub struct Outside {
    /// What is said in which language.
    pub locale: Locale,
    /// Seconds that clocks here are ahead of UTC, at a Unix time.
    pub zone: fn(u64) -> i64,
    /// The entries of a folder, those that are folders with a slash behind them.
    pub list: fn(&Path) -> Vec<String>,
    /// What `~` stands for.
    pub home: Option<PathBuf>,
    /// Whether colours are wanted.
    pub has_colours: bool,
}

/// Everything that the screen shows.
#[derive(Debug)]
pub struct ChatView {
    pub(super) me: Name,
    pub(super) outside: Outside,
    pub(super) relay: Relay,
    pub(super) here: BTreeSet<Name>,
    /// The first is for everyone.
    pub(super) windows: Vec<Window>,
    pub(super) current: usize,
    pub(super) typed: Typed,
    pub(super) question: Option<Question>,
    /// What the last key has come to, until the next one.
    pub(super) hint: Option<String>,
    pub(super) bars: BTreeMap<FileId, Bar>,
    /// Columns of the last drawing.
    pub(super) width: u16,
    /// Rows for texts of the last drawing.
    pub(super) height: u16,
    strangers: Strangers,
    /// Where the next message stands among those before it: told right above it.
    order: Vec<What>,
    last_tag: u64,
    touches: u64,
    bell: Bell,
    /// What others may learn of what the person here does.
    pub(super) choices: Choices,
    /// Who is writing to this person.
    pub(super) writing: BTreeSet<Name>,
    /// Whom this person has been told to be writing to, and when.
    pub(super) told: Option<(Name, u64)>,
}

/// Whether the bell is to be rung.
#[derive(Debug, Default)]
struct Bell {
    is_due: bool,
    last: Option<u64>,
}

/// The connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Relay {
    Connecting,
    Connected,
    Gone(String),
}

/// A file on its way.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) size: u64,
    pub(super) done: u64,
}

/// Where a line belongs.
enum Place {
    Everyone,
    /// With this person; opens a window.
    Person(Name),
    /// In this room; the same.
    Room(RoomName),
    /// To everyone, and where a window with this person is open, there as well.
    About(Name),
    /// An answer: where it was asked.
    Here,
}

impl ChatView {
    /// A screen before anything has happened.
    pub fn new(me: Name, outside: Outside) -> Self {
        Self {
            me,
            outside,
            relay: Relay::Connecting,
            here: BTreeSet::new(),
            windows: vec![Window::new(With::Everyone)],
            current: 0,
            typed: Typed::default(),
            question: None,
            hint: None,
            bars: BTreeMap::new(),
            width: 80,
            height: 20,
            strangers: Strangers::default(),
            order: Vec::new(),
            last_tag: 0,
            touches: 0,
            bell: Bell::default(),
            choices: Choices::default(),
            writing: BTreeSet::new(),
            told: None,
        }
    }

    /// Begins with what was said before; it counts as read.
    pub fn remember(&mut self, past: Vec<Past>) {
        for said in past {
            let Past {
                at,
                from,
                to,
                room,
                text,
                id: _,
                flagged,
            } = said;
            let with = match (room, to) {
                (Some(room), _) => With::Room(room),
                (None, Some(to)) if to == self.me => With::Person(from.clone()),
                (None, Some(to)) => With::Person(to),
                (None, None) => With::Everyone,
            };
            let is_mine = from == self.me;
            let (window, is_private) = self.window_of_others(with);
            let what = What::Text {
                from,
                text,
                flagged,
                is_private,
                fate: None,
            };
            self.push(window, at, what);
            self.at(window).has_typed |= is_mine;
        }
    }

    /// From now on others learn this.
    pub fn choose(&mut self, choices: Choices) {
        self.choices = choices;
    }

    /// Something has happened.
    pub fn take(&mut self, line: &Line, at: u64) {
        self.follow(line);
        if matches!(line, Line::Typing { .. }) {
            return;
        }
        if self.concerns_me(line) && self.bell.last.is_none_or(|last| at.abs_diff(last) >= QUIET) {
            self.bell = Bell {
                is_due: true,
                last: Some(at),
            };
        }
        if self.mark(line) {
            return;
        }
        if let Some((with, from, text, flagged)) = said(line) {
            let (window, is_private) = self.window_of_others(with);
            self.at(window).to_read = true;
            let what = What::Text {
                from: from.clone(),
                text: text.to_owned(),
                flagged,
                is_private,
                fate: None,
            };
            return self.arrive(window, at, what);
        }
        let locale = self.outside.locale;
        let texts = match self.strangers.take(line, locale) {
            Turn::Count => return,
            Turn::Instead(text) => vec![text],
            Turn::Show(before) => before
                .into_iter()
                .chain(render_for_people(line, locale))
                .collect::<Vec<_>>(),
        };
        for text in texts {
            let what = notice(&text);
            match place(line) {
                None => self.order.push(what),
                Some(Place::Everyone) => self.push(0, at, what),
                Some(Place::Here) => self.push(self.current, at, what),
                Some(Place::Person(name)) => {
                    let (window, _) = self.window_of_others(With::Person(name));
                    self.arrive(window, at, what);
                }
                Some(Place::Room(room)) => {
                    let (window, _) = self.window_of_others(With::Room(room));
                    self.arrive(window, at, what);
                }
                Some(Place::About(name)) => {
                    self.push(0, at, what);
                    let with = With::Person(name);
                    let open = |window: &Window| window.with == with;
                    if let Some(window) = self.windows.iter().position(open) {
                        self.push(window, at, notice(&text));
                    }
                }
            }
        }
        if let Line::Safety {
            name,
            state,
            number,
        } = line
        {
            let trusts = (*state == "changed").then(|| number.clone());
            self.question = Some(Question {
                name: name.clone(),
                trusts,
            });
        }
    }

    /// In the language of whoever reads it.
    pub(super) fn words(&self, sentence: &Sentence) -> String {
        sentence.in_locale(self.outside.locale)
    }

    /// Whether something has come that is for this person alone, or names it. Once for each ring.
    pub fn takes_ring(&mut self) -> bool {
        std::mem::take(&mut self.bell.is_due)
    }

    fn concerns_me(&self, line: &Line) -> bool {
        match line {
            Line::Message {
                conversation: Conversation::Private,
                ..
            } => true,
            Line::Message { text, .. } | Line::Room(RoomLine::Message { text, .. }) => {
                let is_my_name = |word: &str| word.eq_ignore_ascii_case(self.me.as_str());
                let is_of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                text.split(|c| !is_of_a_name(c)).any(is_my_name)
            }
            Line::FileAsks { .. } | Line::FileReceived { .. } => true,
            _ => false,
        }
    }

    /// A file has come further.
    pub fn progress(&mut self, progress: &Progress) {
        match progress {
            Progress::Started { file, label, size } => {
                let bar = Bar {
                    label: self.words(label),
                    size: *size,
                    done: 0,
                };
                self.bars.insert(*file, bar);
            }
            Progress::At { file, done } => {
                if let Some(bar) = self.bars.get_mut(file) {
                    bar.done = *done;
                }
            }
            Progress::Over { file } => {
                self.bars.remove(file);
            }
        }
    }

    /// What is left to say when the screen is gone.
    pub fn farewell(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Relay::Gone(reason) = &self.relay {
            let reason = reason.clone();
            let line = Line::Disconnected { reason };
            lines.extend(render_for_people(&line, self.outside.locale));
        }
        let open: usize = self.windows.iter().map(Window::open_texts).sum();
        if open > 0 {
            lines.push(format!("! {}", self.words(&say::unanswered(open))));
        }
        lines
    }

    /// What all entries take.
    pub fn bytes(&self) -> usize {
        self.windows.iter().map(|window| window.bytes).sum()
    }

    /// The bars that are shown, and how many are not.
    pub(super) fn shown_bars(&self) -> (Vec<&Bar>, usize) {
        let shown: Vec<&Bar> = self.bars.values().take(MAX_BARS).collect();
        let rest = self.bars.len() - shown.len();
        (shown, rest)
    }

    /// Who can be named.
    pub(super) fn known(&self) -> Known {
        let (mut names, mut rooms) = (self.here.clone(), BTreeSet::new());
        for window in &self.windows {
            match &window.with {
                With::Everyone => {}
                With::Person(name) => drop(names.insert(name.clone())),
                With::Room(room) => drop(rooms.insert(room.clone())),
            }
        }
        Known {
            names,
            rooms,
            outside: self.outside.clone(),
        }
    }

    /// The window that this person asks for; a new one is opened where there is room. `None` where every window has
    /// something that was not read or not answered for.
    pub(super) fn window(&mut self, with: With) -> Option<usize> {
        self.open(with, Window::is_settled)
    }

    /// The window for what others say, and whether it is the one for everyone because there is no room for another.
    fn window_of_others(&mut self, with: With) -> (usize, bool) {
        let window = self.open(with, Window::is_idle);
        (window.unwrap_or(0), window.is_none())
    }

    fn open(&mut self, with: With, may_go: fn(&Window) -> bool) -> Option<usize> {
        let found = self.windows.iter().position(|window| window.with == with);
        if found.is_none() && self.windows.len() >= MAX_WINDOWS {
            self.close(self.oldest(may_go)?);
        }
        let index = found.unwrap_or_else(|| {
            self.windows.push(Window::new(with));
            self.windows.len() - 1
        });
        self.touch(index);
        Some(index)
    }

    fn touch(&mut self, index: usize) {
        self.touches += 1;
        self.at(index).touched = self.touches;
    }

    /// The window of a number that was found in the list.
    pub(super) fn at(&mut self, index: usize) -> &mut Window {
        let found = self.windows.get_mut(index);
        found.expect("windows are never fewer than when they were counted")
    }

    /// The least recent window that may be closed; never the one that is shown.
    fn oldest(&self, may_go: fn(&Window) -> bool) -> Option<usize> {
        let windows = self.windows.iter().enumerate().skip(1);
        let others = windows.filter(|(index, window)| *index != self.current && may_go(window));
        let oldest = others.min_by_key(|(_, window)| window.touched);
        oldest.map(|(index, _)| index)
    }

    /// Closes a window, but never the one for everyone.
    pub(super) fn close(&mut self, index: usize) {
        if index == 0 || index >= self.windows.len() {
            return;
        }
        self.windows.remove(index);
        if self.current > index {
            self.current -= 1;
        } else if self.current == index {
            self.current = 0;
            self.show(0);
        }
    }

    /// Shows a window: what came meanwhile is read now.
    pub(super) fn show(&mut self, index: usize) {
        if let Some(left) = self.windows.get_mut(self.current)
            && self.current != index
        {
            left.new = 0;
        }
        self.current = index.min(self.windows.len() - 1);
        self.touch(self.current);
        let window = self.at(self.current);
        if window.unread > 0 {
            window.new = std::mem::take(&mut window.unread);
        }
        window.scroll = 0;
    }

    /// Adds what was typed here, and gives it a number.
    pub(super) fn say(&mut self, window: usize, at: u64, text: String) -> u64 {
        self.last_tag += 1;
        let is_public = !matches!(self.at(window).with, With::Person(_));
        let fate = Some(Fate {
            tag: self.last_tag,
            is_public,
            ..Fate::default()
        });
        let (from, flagged) = (self.me.clone(), false);
        let what = What::Text {
            from,
            text,
            flagged,
            is_private: false,
            fate,
        };
        self.touch(window);
        self.at(window).has_typed = true;
        self.at(window).scroll = 0;
        self.push(window, at, what);
        self.last_tag
    }

    /// A number for a command.
    pub(super) fn number(&mut self) -> u64 {
        self.last_tag += 1;
        self.last_tag
    }

    /// Something of somebody: it is unread where another window is shown.
    fn arrive(&mut self, window: usize, at: u64, what: What) {
        let mut all = std::mem::take(&mut self.order);
        all.push(what);
        for what in all {
            self.push(window, at, what);
            if window != self.current {
                let window = self.at(window);
                window.unread = (window.unread + 1).min(window.entries.len());
            }
        }
    }

    pub(super) fn push(&mut self, window: usize, at: u64, what: What) {
        self.at(window).push(at, what);
        while self.bytes() > MAX_BYTES {
            // Whoever floods a window pays for it.
            if let Some(largest) = self.windows.iter_mut().max_by_key(|window| window.bytes) {
                largest.drop_oldest();
            }
        }
        if self.at(window).scroll > 0 {
            // What somebody reads stays where it is.
            let rows = super::draw::rows_of_last(self, window);
            self.at(window).scroll += rows;
        }
    }

    /// Connection and presence.
    fn follow(&mut self, line: &Line) {
        match line {
            Line::Ready { with, .. } => {
                self.relay = Relay::Connected;
                self.here = with.iter().cloned().collect();
            }
            Line::Joined { name, .. } | Line::Unblocked { name, here: true } => {
                self.here.insert(name.clone());
            }
            Line::Left { name, .. } | Line::Blocked { name } => {
                self.here.remove(name);
                self.writing.remove(name);
            }
            Line::Typing { name, active: true } => drop(self.writing.insert(name.clone())),
            Line::Typing { name, .. } => drop(self.writing.remove(name)),
            Line::Disconnected { reason } => {
                self.relay = Relay::Gone(reason.clone());
                self.here.clear();
                self.writing.clear();
                self.bars.clear();
            }
            _ => {}
        }
    }

    /// Marks the text that a line tells of. `false` when there is none.
    fn mark(&mut self, line: &Line) -> bool {
        let tag = match line {
            Line::SentAll { tag, .. }
            | Line::Sent { tag, .. }
            | Line::Delivered { tag, .. }
            | Line::Read { tag, .. }
            | Line::Undelivered { tag, .. } => *tag,
            Line::Refused(refusal) => refusal.tag,
            _ => None,
        };
        let mut windows = self.windows.iter_mut();
        let Some(fate) = tag.and_then(|tag| windows.find_map(|window| window.fate(tag))) else {
            return false;
        };
        match line {
            Line::SentAll { accepted, .. } => (fate.sent, fate.is_over) = (*accepted, true),
            Line::Sent { .. } => fate.sent += 1,
            Line::Delivered { .. } => fate.delivered += 1,
            Line::Read { .. } => fate.read += 1,
            Line::Undelivered { to, reason, .. } => {
                let reason = say::meaning(reason.as_str()).in_locale(self.outside.locale);
                fate.lost.push(format!("{to}: {reason}"));
            }
            Line::Refused(refusal) => fate.lost.push(refusal.text.in_locale(self.outside.locale)),
            _ => {}
        }
        true
    }
}

/// A text of somebody: in which conversation, by whom, and whether the writer is not trusted.
fn said(line: &Line) -> Option<(With, &Name, &str, bool)> {
    match line {
        Line::Message {
            from,
            conversation,
            text,
            flagged,
        } => {
            let with = match conversation {
                Conversation::All => With::Everyone,
                Conversation::Private => With::Person(from.clone()),
            };
            Some((with, from, text, *flagged))
        }
        Line::Room(RoomLine::Message { room, from, text }) => {
            Some((With::Room(room.clone()), from, text, false))
        }
        _ => None,
    }
}

/// What stands behind the sign that a line for people begins with.
fn notice(text: &str) -> What {
    match text.strip_prefix("! ") {
        Some(warning) => What::Warning(warning.to_owned()),
        None => What::Notice(text.strip_prefix("* ").unwrap_or(text).to_owned()),
    }
}

/// Where a line belongs; `None` for what is told above the next message.
fn place(line: &Line) -> Option<Place> {
    let place = match line {
        Line::Missing { .. }
        | Line::Late { .. }
        | Line::Anew { .. }
        | Line::Forked { .. }
        | Line::Room(RoomLine::Differs { .. }) => return None,
        Line::Room(
            RoomLine::Created { room }
            | RoomLine::Added { room, .. }
            | RoomLine::Removed { room, .. }
            | RoomLine::Left { room, .. },
        ) => Place::Room(room.clone()),
        Line::FileAsks { from: name, .. }
        | Line::FileAsked { to: name, .. }
        | Line::FileOffered { from: name, .. }
        | Line::FileReceived { from: name, .. }
        | Line::FileWaiting { to: name, .. }
        | Line::FileDelivered { to: name, .. }
        | Line::FileFailed { with: name, .. }
        | Line::Unconfirmed { to: name, .. } => Place::Person(name.clone()),
        Line::Joined { name, .. }
        | Line::Left { name, .. }
        | Line::KeyChanged { name }
        | Line::Undelivered { to: name, .. }
        | Line::Rejected { from: name, .. } => Place::About(name.clone()),
        Line::Ready { .. } | Line::Disconnected { .. } => Place::Everyone,
        _ => Place::Here,
    };
    Some(place)
}
