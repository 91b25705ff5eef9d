//! The view as data, for a face that is no terminal: a page shows the same conversations.

use chat_protocol::Name;
use serde::{Serialize, Serializer};

use super::typed::{Question, Want};
use super::view::{ChatView, Relay};
use super::window::{Entry, Fate, What, With};
use crate::escape::{Piece, visible};
use crate::locale::Locale;

/// A conversation in the list.
#[derive(Debug, Serialize)]
pub(crate) struct Tab<'a> {
    with: &'a With,
    title: String,
    unread: usize,
}

/// Something in a conversation.
#[derive(Debug, Serialize)]
pub(crate) struct ShownEntry<'a> {
    /// Stays the same as long as the entry is kept.
    id: u64,
    at: u64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a Name>,
    #[serde(serialize_with = "pieces")]
    text: &'a str,
    /// Was typed here.
    mine: bool,
    /// By somebody whose identity has changed and is not trusted.
    flagged: bool,
    /// To this person alone, and yet among what is for everyone.
    private: bool,
    /// The first one that was not read.
    first_new: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<Mark>,
}

/// What has become of a text that was typed here.
#[derive(Debug, Serialize)]
struct Mark {
    sign: String,
    /// The same in words.
    meaning: String,
    failed: bool,
}

/// The connection to the relay.
#[derive(Debug, Serialize)]
#[serde(tag = "is", content = "reason", rename_all = "kebab-case")]
pub(crate) enum Connection<'a> {
    /// The login is not done.
    Connecting,
    /// It is.
    Connected,
    /// The relay is gone, for this reason.
    Gone(&'a str),
}

/// A file on its way.
#[derive(Debug, Serialize)]
pub(crate) struct ShownBar<'a> {
    label: &'a str,
    size: u64,
    done: u64,
}

/// What became of a line.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) wants: Vec<Want>,
    /// What was not taken, and can be mended.
    pub(crate) left: String,
    pub(crate) hint: Option<String>,
}

impl ChatView {
    /// A view for a page.
    pub(crate) fn of_a_page(me: Name, locale: Locale) -> Self {
        Self::new(me, super::outside(locale))
    }

    /// The conversations, in their order.
    pub(crate) fn tabs(&self) -> Vec<Tab<'_>> {
        let windows = self.windows.iter();
        let tabs = windows.map(|window| Tab {
            with: &window.with,
            title: self.words(&window.with.title()),
            unread: window.unread,
        });
        tabs.collect()
    }

    /// The conversation that is shown.
    pub(crate) fn current_with(&self) -> &With {
        let current = self.windows.get(self.current);
        current.map_or(&With::Everyone, |window| &window.with)
    }

    /// The last entries of the conversation that is shown, at most so many, and whether there are older ones.
    pub(crate) fn entries(&self, most: usize) -> (Vec<ShownEntry<'_>>, bool) {
        let Some(window) = self.windows.get(self.current) else {
            return (Vec::new(), false);
        };
        let count = window.entries.len();
        let first = count.saturating_sub(most);
        let new = count - window.new;
        let entries = (window.dropped..).zip(window.entries.iter().enumerate());
        let entries = entries.skip(first).map(|(id, (index, entry))| {
            let first_new = window.new > 0 && index == new;
            shown(id, entry, self, first_new)
        });
        (entries.collect(), first > 0)
    }

    /// The connection.
    pub(crate) fn connection(&self) -> Connection<'_> {
        match &self.relay {
            Relay::Connecting => Connection::Connecting,
            Relay::Connected => Connection::Connected,
            Relay::Gone(reason) => Connection::Gone(reason),
        }
    }

    /// Who is connected.
    pub(crate) fn present(&self) -> impl ExactSizeIterator<Item = &Name> {
        self.here.iter()
    }

    /// What is said in which language.
    pub(crate) fn locale(&self) -> Locale {
        self.outside.locale
    }

    /// Who this client is.
    pub(crate) fn me(&self) -> &Name {
        &self.me
    }

    /// Files on their way.
    pub(crate) fn bars(&self) -> impl Iterator<Item = ShownBar<'_>> {
        self.bars.values().map(|bar| ShownBar {
            label: &bar.label,
            size: bar.size,
            done: bar.done,
        })
    }

    /// Shows this conversation. `false` where there is no room for it.
    pub(crate) fn show_conversation(&mut self, with: With) -> bool {
        let window = self.window(with);
        if let Some(window) = window {
            self.show(window);
        }
        window.is_some()
    }

    /// Lists this conversation, where there is room for it.
    pub(crate) fn list_conversation(&mut self, with: With) {
        self.window(with);
    }

    /// Closes this conversation.
    pub(crate) fn close_conversation(&mut self, with: &With) {
        let found = self.windows.iter().position(|window| window.with == *with);
        if let Some(index) = found {
            self.close(index);
        }
    }

    /// Takes a line as if it had been typed in the conversation that is shown.
    pub(crate) fn submit(&mut self, line: String, at: u64) -> Submitted {
        self.hint = None;
        self.question = None;
        self.typed.set(line);
        let wants = self.enter(at);
        Submitted {
            wants,
            left: self.typed.input.value_and_reset(),
            hint: self.hint.take(),
        }
    }

    /// Takes the word of somebody who has compared safety numbers: of a changed identity, this one.
    pub(crate) fn compared(
        &mut self,
        name: &Name,
        trusts: Option<String>,
        same: bool,
        at: u64,
    ) -> Vec<Want> {
        let name = name.clone();
        self.answer(
            Question { name, trusts },
            if same { "yes" } else { "no" },
            at,
        )
    }

    /// A number, and the command with it.
    pub(crate) fn numbered(&mut self, command: &str) -> (u64, String) {
        let number = self.number();
        (number, format!("@{number} {command}"))
    }
}

fn shown<'a>(id: u64, entry: &'a Entry, view: &ChatView, first_new: bool) -> ShownEntry<'a> {
    let told = |kind, text| ShownEntry {
        id,
        at: entry.at,
        kind,
        from: None,
        text,
        mine: false,
        flagged: false,
        private: false,
        first_new,
        mark: None,
    };
    match &entry.what {
        What::Notice(text) => told("notice", text),
        What::Warning(text) => told("warning", text),
        What::Text {
            from,
            text,
            flagged,
            is_private,
            fate,
        } => ShownEntry {
            from: Some(from),
            mine: *from == view.me,
            flagged: *flagged,
            private: *is_private,
            mark: fate.as_ref().map(|fate| mark(fate, view.outside.locale)),
            ..told("text", text)
        },
    }
}

fn mark(fate: &Fate, locale: Locale) -> Mark {
    let (sent, delivered) = (fate.sent.to_string(), fate.delivered.to_string());
    let say = |key, values| Some(locale.page_word(key, values));
    let meaning = match (fate.sent, fate.delivered) {
        (0, 0) if !fate.lost.is_empty() => None,
        (0, 0) if fate.is_over => say("page_mark_nobody", &[]),
        (0, 0) => say("page_mark_open", &[]),
        (_, 0) if fate.is_public => say("page_mark_sent_all", &[("number", &sent)]),
        (_, 0) => say("page_mark_sent", &[]),
        _ if fate.is_public => {
            let values = [("number", delivered.as_str()), ("of", &sent)];
            say("page_mark_delivered_all", &values)
        }
        _ => say("page_mark_delivered", &[]),
    };
    let lost = fate.lost.iter();
    let lost = lost.map(|lost| locale.page_word("page_mark_lost", &[("reason", lost)]));
    Mark {
        sign: fate.sign(locale),
        meaning: meaning
            .into_iter()
            .chain(lost)
            .collect::<Vec<_>>()
            .join("; "),
        failed: !fate.lost.is_empty(),
    }
}

/// What somebody wrote, as a list: every second part is an escape that stands for what would not be seen.
fn pieces<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut parts = Vec::new();
    for Piece { text, is_escape } in visible(text) {
        if is_escape != (parts.len() % 2 == 1) {
            parts.push(String::new());
        }
        parts.push(text);
    }
    serializer.collect_seq(parts)
}
