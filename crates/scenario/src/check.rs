//! What a step means where it stands: who is there, what is planted, what can be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use super::codes::scenario as code;
use super::model::{FileSource, Outcome, Piece, RelayAction, Text};
use super::text::{self, CANARY_LEAD, MAX_TEXT, MAX_TRIED};
use super::world::{Presence, RelayState, World};
use timeline::EventKind;
use toml_language::braces;
use toml_language::suggest::{nearest, one_of};
use toml_language::walk::{Node, Place};
use toml_language::{Code, Problem};

/// What is known of a scenario while its steps are read.
pub(super) struct Checker<'s> {
    pub(super) source: &'s str,
    /// `scenarios/`, to look for fixtures.
    pub(super) root: &'s Path,
    pub(super) problems: Vec<Problem>,
    pub(super) world: World,
    /// Client names and where they stand.
    pub(super) names: BTreeMap<String, Range<usize>>,
    /// Names that clients log in with.
    pub(super) logins: BTreeSet<String>,
    /// How many `repeat`s are around.
    pub(super) turns: usize,
    /// Who is or comes within the `all` that is around.
    pub(super) group: Option<BTreeSet<String>>,
    planted: BTreeSet<String>,
    outbox: BTreeMap<(String, String), (FileSource, Range<usize>)>,
}

impl<'s> Checker<'s> {
    pub(super) fn new(source: &'s str, root: &'s Path) -> Self {
        Self {
            source,
            root,
            problems: Vec::new(),
            world: World::new([]),
            names: BTreeMap::new(),
            logins: BTreeSet::new(),
            turns: 0,
            group: None,
            planted: BTreeSet::new(),
            outbox: BTreeMap::new(),
        }
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn say(&mut self, code: Code, span: &Range<usize>, title: String, help: &str) {
        self.problems
            .push(Problem::new(code, span, title).help(help));
    }

    /// A client of the scenario; false after a report.
    pub(super) fn known(&mut self, name: &Place<'_>) -> bool {
        if self.names.contains_key(name.text) {
            return true;
        }
        // Without any name every step would be wrong, and say nothing new.
        if !self.names.is_empty() {
            let title = format!("no client is named `{}`", name.text);
            let problem = Problem::new(code::UNKNOWN_CLIENT, &name.span, title);
            let problem = problem.label("not in `clients`");
            let meant = nearest(name.text, self.names.keys().map(String::as_str));
            let problem =
                match meant.and_then(|meant| self.names.get_key_value(meant)) {
                    Some((meant, place)) => problem
                        .context(place, "did you mean this one?")
                        .replace("change the name", &name.span, format!("\"{meant}\"")),
                    None => problem.help(format!("clients: {}", first_few(&self.names))),
                };
            self.problems.push(problem);
        }
        false
    }

    /// A client that does something: it is connected.
    pub(super) fn acts(&mut self, name: &Place<'_>) {
        if self.known(name) {
            self.must_be_here(name);
        }
    }

    fn must_be_here(&mut self, name: &Place<'_>) {
        let who = name.text;
        match self.world.presence(who) {
            None | Some(Presence::Here) => {}
            Some(Presence::Gone) => self.say(
                code::HAS_LEFT,
                &name.span,
                format!("`{who}` has left"),
                "let it `join` again before this step",
            ),
            Some(Presence::Lost) => self.say(
                code::HAS_LEFT,
                &name.span,
                format!("`{who}` has lost the relay"),
                "let it `join` again, or `expect` its event `reconnected`, before this step",
            ),
            Some(Presence::NotYet | Presence::TurnedAway) => self.not_yet(name),
        }
    }

    fn not_yet(&mut self, name: &Place<'_>) {
        self.say(
            code::NOT_YET,
            &name.span,
            format!("`{}` has not joined yet", name.text),
            "a client that is first named by `join` starts there, not before step 1",
        );
    }

    /// A client whose output is looked at: it has been started.
    pub(super) fn shows(&mut self, name: &Place<'_>) {
        let coming = self
            .group
            .as_ref()
            .is_some_and(|group| group.contains(name.text));
        if self.known(name) && !coming && self.world.presence(name.text) == Some(Presence::NotYet) {
            self.not_yet(name);
        }
    }

    /// Whom a text or file is for.
    pub(super) fn receives(&mut self, from: &str, to: &Place<'_>, outcome: Outcome) {
        let arrives = matches!(outcome, Outcome::Delivered | Outcome::Offered);
        if !arrives || !self.known(to) {
            return;
        }
        if from == to.text {
            self.say(
                code::TO_ITSELF,
                &to.span,
                format!("`{from}` sends to itself"),
                "name another recipient, or say `outcome = \"refused\"`",
            );
            return;
        }
        self.must_be_here(to);
    }

    /// The relay must be able to answer, unless several things happen at once.
    pub(super) fn answers(&mut self, span: &Range<usize>) {
        if self.world.relay == RelayState::Frozen && self.group.is_none() {
            self.say(
                code::FROZEN,
                span,
                "the relay is frozen and cannot pass this on".to_owned(),
                "`thaw` it first, or do both in one `all`",
            );
        }
    }

    /// A client that starts.
    pub(super) fn joins(&mut self, name: &Place<'_>) {
        if !self.known(name) {
            return;
        }
        if self.world.is_here(name.text) {
            self.say(
                code::ALREADY_HERE,
                &name.span,
                format!("`{}` is already here", name.text),
                "let it `leave` first; a second login under one name is another client with `as`",
            );
        }
        if self.world.relay == RelayState::Down {
            self.say(
                code::RELAY_STATE,
                &name.span,
                "the relay is not running".to_owned(),
                "add a step `relay = \"start\"` before",
            );
        }
    }

    /// Something happens to the relay.
    pub(super) fn relay(&mut self, action: RelayAction, span: &Range<usize>) {
        let why = match (action, self.world.relay) {
            (RelayAction::Start, RelayState::Up | RelayState::Frozen) => "the relay is running",
            (RelayAction::Thaw, RelayState::Up) => "the relay is not frozen",
            (RelayAction::Freeze, RelayState::Frozen) => "the relay is frozen already",
            (RelayAction::Stop | RelayAction::Restart, RelayState::Frozen) => {
                "the relay is frozen and cannot stop in order"
            }
            (
                RelayAction::Freeze
                | RelayAction::Kill
                | RelayAction::Restart
                | RelayAction::Stop
                | RelayAction::Thaw,
                RelayState::Down,
            ) => "the relay is not running",
            (RelayAction::Start, RelayState::Down)
            | (RelayAction::Thaw, RelayState::Frozen)
            | (RelayAction::Kill, RelayState::Up | RelayState::Frozen)
            | (RelayAction::Freeze | RelayAction::Restart | RelayAction::Stop, RelayState::Up) => {
                return;
            }
        };
        self.say(
            code::RELAY_STATE,
            span,
            why.to_owned(),
            "see the `relay` steps before this one",
        );
    }

    /// Reads a text that is sent by a verb of its own: all of it travels.
    pub(super) fn message(&mut self, place: &Place<'_>, outcome: Outcome) -> Text {
        let text = self.sent_text(place, outcome);
        if let Some(lead) = text.lead().filter(|lead| *lead < CANARY_LEAD) {
            self.say(
                code::EARLY_CANARY,
                &place.span,
                format!("only {lead} bytes stand in front of the canary"),
                &format!("say at least {CANARY_LEAD} bytes before it"),
            );
        }
        text
    }

    /// Reads a text that is sent, or typed.
    pub(super) fn sent_text(&mut self, place: &Place<'_>, outcome: Outcome) -> Text {
        let text = self.placeholders(place);
        let limit = if outcome == Outcome::Refused {
            MAX_TRIED
        } else {
            MAX_TEXT
        };
        let length = text.filled_length();
        if length > limit {
            self.say(
                code::TOO_LONG,
                &place.span,
                format!("this text has {length} bytes"),
                &format!(
                    "at most {limit} bytes; longer ones can be tried with `outcome = \"refused\"`"
                ),
            );
        }
        if place.text.is_empty() && outcome != Outcome::Refused {
            self.say(
                code::EMPTY,
                &place.span,
                "this text is empty".to_owned(),
                "write what it says",
            );
        }
        for piece in &text.0 {
            if let Piece::Canary(Some(name)) = piece {
                self.planted.insert(name.clone());
            }
        }
        text
    }

    /// Reads a text that is looked for.
    pub(super) fn wanted_text(&mut self, place: &Place<'_>) -> Text {
        let text = self.placeholders(place);
        if place.text.is_empty() {
            let help = "every line holds nothing; write what is looked for";
            self.say(
                code::EMPTY,
                &place.span,
                "this text is empty".to_owned(),
                help,
            );
        }
        for piece in &text.0 {
            match piece {
                Piece::Canary(None) => self.say(
                    code::FRESH_CANARY,
                    &place.span,
                    "a fresh canary cannot be seen before it is sent".to_owned(),
                    "name it in both places: `{canary:vault}`",
                ),
                Piece::Canary(Some(name)) if !self.planted.contains(name) => {
                    let title = format!("no step before this one sends the canary `{name}`");
                    let help = match nearest(name, self.planted.iter().map(String::as_str)) {
                        Some(meant) => format!("did you mean `{{canary:{meant}}}`?"),
                        None => format!("send it first, with `{{canary:{name}}}` in a text"),
                    };
                    self.say(code::UNPLANTED, &place.span, title, &help);
                }
                Piece::Canary(Some(_)) | Piece::Count | Piece::Fill(_) | Piece::Plain(_) => {}
            }
        }
        text
    }

    fn placeholders(&mut self, place: &Place<'_>) -> Text {
        let (text, faults) = text::parse(place.text);
        for (part, why) in faults {
            let span = braces::part_of(place, self.source, &part);
            let title = match place.text.get(part) {
                Some(part) if part.len() > 1 => format!("`{part}` is no placeholder"),
                Some(_) | None => "a stray brace".to_owned(),
            };
            let problem = Problem::new(code::PLACEHOLDER, &span, title).label(why);
            self.problems.push(problem.help(
                "known: `{canary}`, `{canary:name}`, `{n}` inside of a `repeat`, `{fill:1000}`",
            ));
        }
        if self.turns == 0 && text.0.contains(&Piece::Count) {
            self.say(
                code::COUNT_OUTSIDE,
                &place.span,
                "`{n}` outside of a `repeat`".to_owned(),
                "it counts the turns of the innermost `repeat`; `{{n}}` is the text itself",
            );
        }
        text
    }

    /// The captures of an expected event.
    pub(super) fn captures(
        &mut self,
        node: &Node<'_, '_>,
        event: Option<EventKind>,
    ) -> BTreeMap<String, Text> {
        const OTHER: [&str; 6] = ["client", "event", "line", "pattern", "contains", "within"];
        let mut found = BTreeMap::new();
        for (key, _) in node.entries().filter(|(key, _)| !OTHER.contains(&key.text)) {
            let Some(value) = node.text(key.text) else {
                continue;
            };
            let Some(kind) = event else {
                if super::language::is_capture(key.text) && !node.has("event") {
                    let title = format!("`{}` needs an `event`", key.text);
                    self.say(
                        code::NO_CAPTURE,
                        &key.span,
                        title,
                        "captures are those of an event",
                    );
                }
                continue;
            };
            if kind.captures().contains(&key.text) {
                self.person(kind, &key, &value);
                found.insert(key.text.to_owned(), self.wanted_text(&value));
            } else if super::language::is_capture(key.text) {
                let title = format!("`{}` has no capture `{}`", kind.word(), key.text);
                let problem = Problem::new(code::NO_CAPTURE, &key.span, title);
                let help = match kind.captures() {
                    [] => "it has none".to_owned(),
                    captures => format!("it has {}", one_of(captures.iter().copied())),
                };
                self.problems.push(problem.help(help));
            }
        }
        found
    }

    /// A capture that names somebody names a client, or what a client logs in with.
    fn person(&mut self, event: EventKind, key: &Place<'_>, value: &Place<'_>) {
        let anybody = matches!(
            event,
            EventKind::Sent | EventKind::Undelivered | EventKind::FileFailed
        );
        let names_one = matches!(key.text, "from" | "who" | "to" | "with")
            || (event == EventKind::Ready && key.text == "name");
        let holds_braces = value.text.contains(['{', '}']);
        if names_one && !anybody && !holds_braces && !self.logins.contains(value.text) {
            self.known(value);
        }
    }

    /// Where a file comes from and how it is called.
    pub(super) fn file(
        &mut self,
        node: &Node<'_, '_>,
        outcome: Outcome,
        line: usize,
    ) -> Option<(FileSource, String)> {
        let (source, default) = match (node.text("path"), node.size("size")) {
            (Some(path), _) => {
                let fixture = self.fixture(&path, outcome)?;
                let name = fixture.file_name()?.to_string_lossy().into_owned();
                (FileSource::Fixture(fixture), name)
            }
            (None, Some(size)) => (FileSource::Made(size), format!("made-{line}.bin")),
            (None, None) => return None,
        };
        let name = match node.text("as") {
            None => default,
            Some(name) => {
                if name.text.is_empty() || Path::new(name.text).is_absolute() {
                    let title = format!("`{}` is no name below an outbox", name.text);
                    let help = "a relative path, such as \"plan.pdf\" or \"../plan.pdf\"";
                    self.say(code::BAD_PATH, &name.span, title, help);
                }
                name.text.to_owned()
            }
        };
        self.no_clash(node, &source, &name);
        Some((source, name))
    }

    /// Two different files of one client need two names.
    fn no_clash(&mut self, node: &Node<'_, '_>, source: &FileSource, name: &str) {
        let Some(from) = node.owned("from") else {
            return;
        };
        let span = if node.has("as") {
            node.key_span("as")
        } else {
            node.span()
        };
        let entry = self.outbox.entry((from, name.to_owned()));
        let (before, place) = entry.or_insert_with(|| (source.clone(), span.clone()));
        if before != source {
            let title = format!("another file of this client is called `{name}`");
            let problem = Problem::new(code::SAME_OUTBOX_NAME, &span, title);
            let problem = problem
                .context(place, "the other file")
                .help("choose another name with `as`");
            self.problems.push(problem);
        }
    }

    fn fixture(&mut self, path: &Place<'_>, outcome: Outcome) -> Option<PathBuf> {
        let relative = Path::new(path.text);
        let below = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !below || path.text.is_empty() || path.text.contains('\0') {
            let help =
                "write it relative to the `scenarios` directory, such as \"fixtures/plan.pdf\"";
            let title = format!(
                "`{}` does not stay below `scenarios`",
                path.text.escape_debug()
            );
            self.say(code::BAD_PATH, &path.span, title, help);
            return None;
        }
        if outcome != Outcome::Refused && !self.root.join(relative).is_file() {
            let there = siblings(&self.root.join(relative));
            let problem = Problem::new(
                code::NO_FIXTURE,
                &path.span,
                format!("there is no file `{}`", path.text),
            );
            let place = self.root.join(relative);
            let place = place.parent().unwrap_or(self.root).display();
            let problem = problem.label(format!("looked for in {place}"));
            let wanted = relative
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            let meant = nearest(
                &wanted.unwrap_or_default(),
                there.iter().map(String::as_str),
            );
            self.problems.push(match meant {
                Some(meant) => problem.replace(
                    format!("did you mean `{meant}`?"),
                    &path.span,
                    format!("\"{}\"", relative.with_file_name(meant).display()),
                ),
                None => problem.help("put the file there, or make one with `size = \"64KiB\"`"),
            });
        }
        Some(relative.to_owned())
    }
}

fn siblings(path: &Path) -> BTreeSet<String> {
    let entries = path
        .parent()
        .and_then(|parent| std::fs::read_dir(parent).ok());
    let names = entries.into_iter().flatten().filter_map(Result::ok);
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn first_few(names: &BTreeMap<String, Range<usize>>) -> String {
    let shown: Vec<&str> = names.keys().map(String::as_str).take(8).collect();
    let more = if names.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}
