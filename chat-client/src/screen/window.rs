//! A conversation on the screen: what was said in it, and how much of that was read.

use std::collections::VecDeque;

use chat_protocol::{Name, RoomName};
use serde::{Deserialize, Serialize};

use crate::locale::{Locale, Sentence, sentences as say};

/// Entries that a window keeps; older ones are in the history.
const KEPT: usize = 2_000;

/// Bytes of entries that a window keeps.
const KEPT_BYTES: usize = 1024 * 1024;

/// With whom a conversation is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub(crate) enum With {
    Everyone,
    Person(Name),
    /// The members of a room.
    Room(RoomName),
}

impl With {
    /// What its window is called.
    pub(super) fn title(&self) -> Sentence {
        match self {
            Self::Everyone => say::everyone(),
            Self::Person(name) => Sentence::verbatim(name.as_str()),
            Self::Room(room) => Sentence::verbatim(room.to_string()),
        }
    }
}

/// One conversation.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) with: With,
    pub(super) entries: VecDeque<Entry>,
    /// How many of the last entries came while another window was shown.
    pub(super) unread: usize,
    /// How many of the last entries stand below the mark of what is new.
    pub(super) new: usize,
    /// Rows between the last one and the lowest that is shown.
    pub(super) scroll: usize,
    /// Grows with what is shown, said or heard in any window: the least recent window that may be closed is, where
    /// there are too many.
    pub(super) touched: u64,
    /// Texts of others stand in it, and nobody was told that they were read.
    pub(super) to_read: bool,
    /// Something was typed in it.
    pub(super) has_typed: bool,
    /// What all entries take.
    pub(super) bytes: usize,
    /// How many entries were dropped: an entry has the same number as long as it is kept.
    pub(super) dropped: u64,
}

/// Something in a window.
#[derive(Debug)]
pub(super) struct Entry {
    /// When, Unix time in seconds.
    pub(super) at: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A text of somebody.
    Text {
        from: Name,
        text: String,
        /// The sender's identity has changed and is not trusted.
        flagged: bool,
        /// To this person alone, and yet in the window for everyone.
        is_private: bool,
        /// Of a text that was typed here.
        fate: Option<Fate>,
    },
    /// Something that one may know.
    Notice(String),
    /// Something that one should know.
    Warning(String),
}

/// What has become of a text that was typed here.
#[derive(Debug, Default)]
pub(super) struct Fate {
    /// The number that the text was given.
    pub(super) tag: u64,
    /// To everyone, or to the members of a room.
    pub(super) is_public: bool,
    /// How many recipients have it, as the relay says.
    pub(super) sent: usize,
    /// How many recipients say so themselves.
    pub(super) delivered: usize,
    /// How many recipients have read it, by their own word.
    pub(super) read: usize,
    /// Every recipient was answered for.
    pub(super) is_over: bool,
    /// Who does not have it, and why.
    pub(super) lost: Vec<String>,
}

impl Fate {
    /// How it stands, in as few columns as possible.
    pub(super) fn sign(&self, locale: Locale) -> String {
        let mut sign = match (self.sent, self.delivered) {
            (0, 0) if !self.lost.is_empty() => String::new(),
            (0, 0) if self.is_over => format!("({})", say::nobody_was_here().in_locale(locale)),
            (0, 0) => "…".to_owned(),
            (sent, 0) if self.is_public => format!("✓ {sent}"),
            (_, 0) => "✓".to_owned(),
            (sent, delivered) if self.is_public && delivered < sent => {
                format!("✓✓ {}", say::some_of(delivered, sent).in_locale(locale))
            }
            (_, delivered) if self.is_public => format!("✓✓ {delivered}"),
            _ => "✓✓".to_owned(),
        };
        match self.read {
            0 => {}
            read if self.is_public => sign.push_str(&format!(" ◉ {read}")),
            _ => sign.push_str(" ◉"),
        }
        for lost in &self.lost {
            let gap = if sign.is_empty() { "" } else { " " };
            sign.push_str(&format!("{gap}✗ {lost}"));
        }
        sign
    }

    /// Nobody has answered for it.
    pub(super) fn is_open(&self) -> bool {
        self.sent == 0 && self.delivered == 0 && self.lost.is_empty() && !self.is_over
    }
}

impl Window {
    pub(super) fn new(with: With) -> Self {
        Self {
            with,
            entries: VecDeque::new(),
            unread: 0,
            new: 0,
            scroll: 0,
            touched: 0,
            to_read: false,
            has_typed: false,
            bytes: 0,
            dropped: 0,
        }
    }

    /// Whether nothing is lost with it that was not read, or not answered for.
    pub(super) fn is_settled(&self) -> bool {
        self.unread == 0 && self.open_texts() == 0
    }

    /// Whether others may have it closed.
    pub(super) fn is_idle(&self) -> bool {
        self.is_settled() && !self.has_typed
    }

    pub(super) fn push(&mut self, at: u64, what: What) {
        let entry = Entry { at, what };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        if self.new > 0 {
            self.new += 1;
        }
        while self.entries.len() > KEPT || (self.bytes > KEPT_BYTES && self.entries.len() > 1) {
            self.drop_oldest();
        }
    }

    /// Forgets the oldest entry, which is in the history.
    pub(super) fn drop_oldest(&mut self) {
        if let Some(oldest) = self.entries.pop_front() {
            self.bytes -= oldest.bytes();
            self.dropped += 1;
        }
        self.unread = self.unread.min(self.entries.len());
        self.new = self.new.min(self.entries.len());
    }

    /// The text that was given this number.
    pub(super) fn fate(&mut self, number: u64) -> Option<&mut Fate> {
        let fates = self.entries.iter_mut().rev().filter_map(Entry::fate_mut);
        fates.into_iter().find(|fate| fate.tag == number)
    }

    /// Texts that nobody has answered for.
    pub(super) fn open_texts(&self) -> usize {
        let fates = self.entries.iter().filter_map(|entry| match &entry.what {
            What::Text { fate, .. } => fate.as_ref(),
            What::Notice(_) | What::Warning(_) => None,
        });
        fates.filter(|fate| fate.is_open()).count()
    }
}

impl Entry {
    /// What it takes. What is lost of a text comes later and does not count: each recipient has a short reason.
    fn bytes(&self) -> usize {
        let text = match &self.what {
            What::Text { text, .. } | What::Notice(text) | What::Warning(text) => text.len(),
        };
        size_of::<Self>() + text
    }

    fn fate_mut(&mut self) -> Option<&mut Fate> {
        match &mut self.what {
            What::Text { fate, .. } => fate.as_mut(),
            What::Notice(_) | What::Warning(_) => None,
        }
    }
}
