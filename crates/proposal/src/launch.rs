//! What is proposed, as data.

use std::collections::BTreeMap;

use timeline::EventKind;

use crate::meaning::Meaning;
use crate::sources::Language;

/// Something, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because<T> {
    /// What.
    pub it: T,
    /// Why, in words, for whoever reads the adapter.
    pub why: String,
}

impl<T> Because<T> {
    pub(crate) fn new(it: T, why: impl Into<String>) -> Self {
        Self {
            it,
            why: why.into(),
        }
    }
}

/// One word of a command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Argument {
    /// As it stands: an option, or what a program is to do.
    Word(String),
    /// What it wants to be given.
    Given(Meaning),
}

/// How a program is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// Words before the arguments, as templates.
    pub(crate) program: Vec<String>,
    /// And why these.
    pub(crate) arguments: Because<Vec<Argument>>,
    /// Variables of its environment.
    pub(crate) env: Because<Vec<(String, Meaning)>>,
}

impl Launch {
    /// Whether it is given such a thing.
    pub(crate) fn is_given(&self, wanted: Meaning) -> bool {
        let argument = Argument::Given(wanted);
        let mut variables = self.env.it.iter();
        self.arguments.it.contains(&argument) || variables.any(|(_, meaning)| *meaning == wanted)
    }

    /// Whether it learns where the relay is.
    pub(crate) fn is_given_port(&self) -> bool {
        self.is_given(Meaning::Port) || self.is_given(Meaning::Address)
    }
}

/// Where the relay listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// On this one.
    Known(Because<u16>),
    /// A line of its output tells, which this pattern matches.
    Printed(Because<String>),
}

/// What a program asks before it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// A pattern.
    pub(crate) awaited: String,
    /// What is typed.
    pub(crate) answer: Meaning,
    /// Why.
    pub(crate) why: String,
}

/// How an unknown chat may be started and driven.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// One line.
    pub(crate) about: String,
    /// The languages of its programs.
    pub languages: Vec<Language>,
    /// What compiles it.
    pub(crate) build: Vec<Vec<String>>,
    /// How the relay is started.
    pub(crate) relay: Launch,
    /// Where it listens.
    pub(crate) port: Port,
    /// How a client is started.
    pub(crate) client: Launch,
    /// Whether a client needs a terminal, and why.
    pub(crate) terminal: Option<String>,
    /// What a client is asked.
    pub(crate) questions: Vec<Question>,
    /// What stands before each line that is typed.
    pub(crate) prompt: Option<Because<String>>,
    /// How a private text is typed.
    pub(crate) msg: Option<Because<String>>,
    /// How users leave.
    pub(crate) quit: Option<Because<String>>,
    /// What lines mean.
    pub(crate) events: BTreeMap<EventKind, Because<String>>,
    /// Lines that mean nothing.
    pub(crate) ignore: Vec<String>,
    /// It shows people their own texts.
    pub(crate) repeats_own: bool,
}

impl Proposal {
    /// What could not be found out, in words.
    pub fn unknown(&self) -> Vec<String> {
        let has = |event| self.events.contains_key(&event);
        let nothing = [
            (
                !has(EventKind::Message),
                "which line shows a text to everyone: `message`",
            ),
            (
                !has(EventKind::Ready),
                "which line shows that a client is ready: `ready`",
            ),
            (
                !has(EventKind::Joined),
                "which line shows that somebody joined: `joined`",
            ),
            (
                !has(EventKind::Left),
                "which line shows that somebody left: `left`",
            ),
            (
                !has(EventKind::Private),
                "how to write to one person only: `msg` and `private`",
            ),
            (self.quit.is_none(), "what people type to leave: `quit`"),
            (true, "whether it sends files: `file`"),
        ];
        let open = nothing.into_iter().filter(|(is_open, _)| *is_open);
        let mut all: Vec<String> = open.map(|(_, what)| what.to_owned()).collect();
        if !self.has_control() {
            all.push(
                "a text that the relay must show, to prove that a search works: `[controls]`"
                    .to_owned(),
            );
        }
        all
    }

    /// The relay's arguments hold a text that a search can find.
    pub(crate) fn has_control(&self) -> bool {
        self.relay.is_given(Meaning::Room) || self.relay.is_given(Meaning::Name)
    }

    /// Whether a command is known that ends a client.
    pub fn quits(&self) -> bool {
        self.quit.is_some()
    }

    /// Means an event by a line that somebody has pointed at.
    pub fn with(mut self, event: EventKind, pattern: String) -> Self {
        let why = "You chose a line that means this.";
        self.events.insert(event, Because::new(pattern, why));
        self
    }

    /// The pattern of an event, where it is known.
    pub fn pattern_of(&self, event: EventKind) -> Option<&str> {
        self.events.get(&event).map(|pattern| pattern.it.as_str())
    }
}
