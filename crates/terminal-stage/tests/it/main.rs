//! What is on the screen, at each size and in each state.

#![cfg(test)] // so that helpers count as tests, too, and may unwrap

mod faces;
mod keys;
mod panic;
mod recording;
mod screens;

use std::collections::BTreeMap;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use scenario::adapter;
use scenario::plan::{self, Action, Plan, PlannedStep};
use terminal_stage::{Model, Reader, Source, draw};
use timeline::{Direction, Event, EventKind, Kind, Seen, StepResult, Stream, Surface};

/// Three clients: to all, to one, and the farewell of the third.
fn planned() -> Plan {
    let text = r#"
title = "Three clients"
lesson = "The relay can read nothing."
clients = ["alice", "bob", "manager"]
[[steps]]
note = "Everyone hears a public message."
say = { from = "alice", text = "good morning, the standup is at {canary}" }
[[steps]]
note = "Bob alone hears this one."
msg = { from = "alice", to = "bob", text = "the vault code is {canary:vault}" }
[[steps]]
leave = { client = "manager", how = "kill" }
"#;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let scenarios = root.join("scenarios");
    let path = Path::new("lessons/three-clients.toml");
    let cells = scenario::parse(text, "lessons/three-clients", path, &scenarios).unwrap();
    let adapter = adapter::load(&root.join("adapters/reference.toml")).unwrap();
    plan::build(&cells[0], &adapter, 7, &scenarios).unwrap()
}

/// A play on a screen.
struct Stage {
    plan: Plan,
    model: Model,
    events: u64,
    /// Everything that was added.
    log: Vec<Event>,
}

/// What the relay gets says nothing.
fn reader() -> Reader {
    Reader(Box::new(|_, at, len| {
        let byte = |n: u64| u8::try_from((n * 89 + 41) % 251).unwrap();
        (at..at + len).map(byte).collect()
    }))
}

impl Stage {
    fn new() -> Self {
        Self::of(Source::Live)
    }

    fn of(source: Source) -> Self {
        Self::with(source, |model| model)
    }

    /// One that does not wait for keys.
    fn by_itself(source: Source) -> Self {
        Self::with(source, Model::by_itself)
    }

    fn with(source: Source, change: impl FnOnce(Model) -> Model) -> Self {
        let plan = planned();
        let model = change(Model::new(&plan, source, reader()));
        let mut stage = Self {
            plan,
            model,
            events: 0,
            log: Vec::new(),
        };
        stage.add(Kind::Began {
            version: 1,
            level: "namespaces".to_owned(),
            scratch: None,
        });
        stage
    }

    fn opened() -> Self {
        let mut stage = Self::new();
        stage.open();
        stage
    }

    fn open(&mut self) {
        for who in ["relay", "alice", "bob", "manager"] {
            self.add(Kind::Started {
                who: who.to_owned(),
                pid: 1,
                argv: Vec::new(),
                turn: 1,
            });
            if who != "relay" {
                self.line(who, &format!("ready {who} with fingerprint 4417"));
            }
            self.add(Kind::Ready {
                who: who.to_owned(),
            });
        }
    }

    fn add(&mut self, kind: Kind) {
        let n = self.events;
        self.events += 1;
        let event = Event {
            n,
            t: n * 500_000_000,
            kind,
        };
        self.log.push(event.clone());
        self.model.event(event);
    }

    fn line(&mut self, who: &str, text: &str) {
        self.add(Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: text.to_owned(),
            seen: None,
            unfinished: false,
        });
    }

    fn step(&self, number: usize) -> PlannedStep {
        self.plan.steps[number - 1].clone()
    }

    fn compose(&mut self, number: usize) {
        let Action::Type { client, line, .. } = self.step(number).action else {
            return;
        };
        let line = line.lines()[0].clone();
        self.add(Kind::Composed { who: client, line });
        for _ in 0..30 {
            self.model.tick();
        }
    }

    fn begin(&mut self, number: usize) {
        let step = self.step(number);
        self.add(Kind::StepBegan { step: step.id });
        if let Action::Type { client, line, .. } = step.action {
            let line = line.lines()[0].clone();
            self.add(Kind::Typed { who: client, line });
        }
    }

    fn end(&mut self, number: usize) {
        let step = self.step(number).id;
        let result = StepResult::Held;
        self.add(Kind::StepEnded { step, result });
        self.add(Kind::Scanned {
            surfaces: [Surface::Files, Surface::Memory].into(),
            bytes: 4096,
        });
    }

    fn frame(&mut self, from: &str, to: &str, at: u64) {
        self.add(Kind::Frame {
            link: from.to_owned(),
            direction: Direction::Up,
            at,
            len: 256,
            r#type: "direct".to_owned(),
            fields: BTreeMap::from([("to".to_owned(), to.to_owned())]),
            body: 200,
            open: 60,
        });
    }

    fn shows(&mut self, who: &str, event: EventKind, number: usize) {
        let text = self.step(number).sent.unwrap().text;
        self.add(Kind::Line {
            who: who.to_owned(),
            stream: Stream::Stdout,
            text: format!("{} alice {text}", event.word()),
            seen: Some(Seen {
                event,
                captures: BTreeMap::from([
                    ("from".to_owned(), "alice".to_owned()),
                    ("text".to_owned(), text),
                ]),
            }),
            unfinished: false,
        });
    }

    fn say(&mut self) {
        self.compose(1);
        self.begin(1);
        self.frame("alice", "bob", 0);
        self.frame("alice", "manager", 256);
        self.shows("bob", EventKind::Message, 1);
        self.shows("manager", EventKind::Message, 1);
        self.end(1);
    }

    fn msg(&mut self) {
        self.compose(2);
        self.begin(2);
        self.frame("alice", "bob", 512);
        self.shows("bob", EventKind::Private, 2);
        self.end(2);
    }

    /// As [`Self::msg`], with a relay that logs what it reads.
    fn msg_that_is_read(&mut self) {
        let text = self.step(2).sent.unwrap().text;
        self.compose(2);
        self.begin(2);
        self.frame("alice", "bob", 512);
        self.line("relay", &format!("alice to bob: {text}"));
        self.shows("bob", EventKind::Private, 2);
        self.end(2);
    }

    fn finding(&mut self) {
        self.add(Kind::Closing);
        self.add(Kind::Stopping);
        self.add(Kind::Finding {
            surface: Surface::Files,
            place: "relay.log".to_owned(),
            at: 812,
            what: "canary vault".to_owned(),
            transformation: "as-is".to_owned(),
        });
    }

    fn press(&mut self, code: KeyCode) -> Option<terminal_stage::Effect> {
        self.model.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn screen(&self, width: u16, height: u16) -> String {
        self.drawn(width, height).to_string()
    }

    fn drawn(&self, width: u16, height: u16) -> TestBackend {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(&self.model, frame)).unwrap();
        terminal.backend().clone()
    }
}
