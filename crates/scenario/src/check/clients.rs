//! Who is named: that it is a client, and where it must be; what the relay must be able to do.

use std::collections::BTreeMap;
use std::ops::Range;

use timeline::EventKind;
use toml_language::suggest::nearest;
use toml_language::{Place, Problem};

use super::Checker;
use crate::codes::scenario as code;
use crate::model::{Outcome, RelayAction};
use crate::world::{Presence, RelayState};

impl Checker<'_> {
    /// A client of the scenario; false after a report.
    pub(crate) fn known(&mut self, name: &Place<'_>) -> bool {
        if self.names.contains_key(name.text) {
            return true;
        }
        // Without any name every step would be wrong, and say nothing new.
        if !self.names.is_empty() {
            let title = format!("no client is named `{}`", name.text);
            let problem = Problem::new(code::UNKNOWN_CLIENT, &name.span, title);
            let problem = problem.label("not in `clients`");
            let suggestion = nearest(name.text, self.names.keys().map(String::as_str));
            let problem =
                match suggestion.and_then(|suggestion| self.names.get_key_value(suggestion)) {
                    Some((suggestion, place)) => problem
                        .context(place, "did you mean this one?")
                        .replace("change the name", &name.span, format!("\"{suggestion}\"")),
                    None => problem.help(format!("clients: {}", first_few(&self.names))),
                };
            self.problems.push(problem);
        }
        false
    }

    /// A client that does something: it is connected.
    pub(crate) fn acts(&mut self, name: &Place<'_>) {
        if self.known(name) {
            self.must_be_here(name);
        }
    }

    fn must_be_here(&mut self, name: &Place<'_>) {
        let who = name.text;
        match self.world.presence(who) {
            None | Some(Presence::Here) => {}
            Some(Presence::Gone) => {
                let title = format!("`{who}` has left");
                let problem = Problem::new(code::HAS_LEFT, &name.span, title)
                    .help("add a `join` before this step");
                self.problems.push(match self.left_at.get(who) {
                    Some(leaving) => problem.context(leaving, "it leaves here"),
                    None => problem,
                });
            }
            Some(Presence::Lost) => self.say(
                code::HAS_LEFT,
                &name.span,
                format!("`{who}` has lost the relay"),
                "add a `join`, or `expect` its event `reconnected`, before this step",
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

    /// A client whose output is checked: it has been started.
    pub(crate) fn shows(&mut self, name: &Place<'_>) {
        let coming = self
            .group
            .as_ref()
            .is_some_and(|group| group.contains(name.text));
        if self.known(name) && !coming && self.world.presence(name.text) == Some(Presence::NotYet) {
            self.not_yet(name);
        }
    }

    /// Whom a text or file is for.
    pub(crate) fn receives(&mut self, from: &str, to: &Place<'_>, outcome: Outcome) {
        if !outcome.arrives() || !self.known(to) {
            return;
        }
        if from == to.text {
            self.say(
                code::TO_ITSELF,
                &to.span,
                format!("`{from}` sends to itself"),
                "name another recipient, or set `outcome = \"refused\"`",
            );
            return;
        }
        self.must_be_here(to);
    }

    /// The relay must be able to answer, unless several things happen at once.
    pub(crate) fn answers(&mut self, span: &Range<usize>) {
        if self.world.relay == RelayState::Frozen && self.group.is_none() {
            self.say(
                code::FROZEN,
                span,
                "the relay is frozen and cannot forward this".to_owned(),
                "`thaw` it first, or do both in one `all`",
            );
        }
    }

    /// A client that starts.
    pub(crate) fn joins(&mut self, name: &Place<'_>) {
        if !self.known(name) {
            return;
        }
        if self.world.is_here(name.text) {
            self.say(
                code::ALREADY_HERE,
                &name.span,
                format!("`{}` is already here", name.text),
                "let it `leave` first; to log in twice under one name, add another client with `as`",
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
    pub(crate) fn relay(&mut self, action: RelayAction, span: &Range<usize>) {
        let why = match (action, self.world.relay) {
            (RelayAction::Start, RelayState::Up | RelayState::Frozen) => "the relay is running",
            (RelayAction::Thaw, RelayState::Up) => "the relay is not frozen",
            (RelayAction::Freeze, RelayState::Frozen) => "the relay is already frozen",
            (RelayAction::Stop | RelayAction::Restart, RelayState::Frozen) => {
                "the relay is frozen and cannot shut down"
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
        let problem = Problem::new(code::RELAY_STATE, span, why);
        self.problems.push(match &self.relay_at {
            Some(before) => problem.context(before, "the last step that changed this"),
            None => problem.help("it starts before step 1"),
        });
    }

    /// A capture that names somebody names a client, or what a client logs in with.
    pub(crate) fn person(&mut self, event: EventKind, capture: &str, value: &Place<'_>) {
        let anybody = matches!(
            event,
            EventKind::Sent | EventKind::Undelivered | EventKind::FileFailed
        );
        let holds_braces = value.text.contains(['{', '}']);
        if event.names_somebody(capture)
            && !anybody
            && !holds_braces
            && !self.logins.contains(value.text)
        {
            self.known(value);
        }
    }
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
