//! What the page of the stage in a browser is shown: each thing that is to be seen, once, and
//! nothing that would be more than text.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use judge::PlayVerdict;
use report::scene::Scene;
use report::web::{WebEnd, WebState};
use scenario::adapter::Typed;
use scenario::plan::Plan;
use serde_json::{Value, json};
use timeline::{
    ControlCommand, Direction, Ended, Event, Kind, StepId, StepResult, Stream, Surface, visible,
};

use crate::{NASTY, play};

const TEXT: &str = "the vault is behind the clock";

fn plan() -> Plan {
    test_plays::plan_of(&format!(
        "title = \"two\"\nlesson = \"learned\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\nnote = \"A secret.\"\n\
         msg = {{ from = \"alice\", to = \"bob\", text = \"{TEXT}\" }}\n\
         [[steps]]\nleave = {{ client = \"bob\", how = \"kill\" }}\n"
    ))
}

/// A play as it goes on, and what the relay gets.
struct Stage {
    scene: Scene,
    events: u64,
    wire: Vec<u8>,
}

impl Stage {
    fn new() -> Self {
        Self {
            scene: Scene::new(Arc::new(plan())),
            events: 0,
            wire: (0_u8..=255).collect(),
        }
    }

    /// Everybody is ready.
    fn opened() -> Self {
        let mut stage = Self::new();
        for who in ["relay", "alice", "bob"] {
            let who = || who.to_owned();
            let (pid, argv, turn) = (1, Vec::new(), 1);
            stage.add(Kind::Started {
                who: who(),
                pid,
                argv,
                turn,
            });
            stage.add(Kind::Ready { who: who() });
        }
        stage
    }

    fn add(&mut self, kind: Kind) -> &mut Self {
        let n = self.events;
        self.events += 1;
        let bytes = |_: &str, at: u64, len: u64| {
            let place = |at: u64| usize::try_from(at).unwrap();
            self.wire
                .get(place(at)..place(at + len))
                .unwrap_or_default()
                .to_vec()
        };
        let t = n * 1_000_000;
        self.scene.add(&Event { n, t, kind }, &bytes);
        self
    }

    fn line(&mut self, who: &str, stream: Stream, text: &str) -> &mut Self {
        self.add(Kind::Line {
            who: who.to_owned(),
            stream,
            text: text.to_owned(),
            seen: None,
            unfinished: false,
        })
    }

    fn begin(&mut self, step: &str) -> &mut Self {
        let step = StepId(step.to_owned());
        self.add(Kind::StepBegan { step })
    }

    fn held(&mut self, step: &str) -> &mut Self {
        self.add(Kind::StepEnded {
            step: StepId(step.to_owned()),
            result: StepResult::Held,
        })
    }

    /// Alice gives the relay its first bytes.
    fn frame(&mut self, len: u64) -> &mut Self {
        self.add(Kind::Frame {
            link: "alice".to_owned(),
            direction: Direction::Up,
            at: 0,
            len,
            r#type: "direct".to_owned(),
            fields: BTreeMap::from([("to".to_owned(), "bob".to_owned())]),
            body: len,
            open: 0,
        })
    }

    fn state(&self) -> Value {
        serde_json::to_value(WebState::of(&self.scene, None)).unwrap()
    }

    /// `phase`, `progress`, steps that are over, and whether a next one can begin.
    fn stands(&self) -> Value {
        let state = self.state();
        json!([
            state["phase"],
            state["progress"],
            state["done"],
            state["waits"]
        ])
    }

    fn participant(&self, who: &str) -> Value {
        let state = self.state();
        let mut participants = state["participants"].as_array().unwrap().iter();
        participants
            .find(|participant| participant["who"] == who)
            .unwrap()
            .clone()
    }
}

#[test]
fn a_page_knows_where_the_play_is_from_its_begin_to_its_end() {
    let opening = json!(["opening", "getting ready", 0, false]);
    assert_eq!(Stage::new().stands(), opening);
    let mut stage = Stage::opened();
    let stands = |stage: &Stage| stage.stands();
    let ready = json!(["between", "ready for step 1 of 2", 0, true]);
    assert_eq!(stands(&stage), ready);
    let state = stage.state();
    assert_eq!(state["now"], Value::Null);
    assert!(state["coming"].as_str().unwrap().contains("alice"));
    stage.begin("1");
    assert_eq!(stands(&stage), json!(["step", "step 1 of 2", 0, false]));
    let now = stage.state()["now"].clone();
    assert!(now.as_str().unwrap().ends_with(". A secret."), "{now}");
    stage.held("1");
    let over = json!(["between", "step 1 of 2 is over", 1, true]);
    assert_eq!(stands(&stage), over);
    stage.begin("2").held("2");
    assert_eq!(stage.state()["waits"], false, "there is no third");
    assert_eq!(stage.state()["ending"], false);
    stage.add(Kind::Closing);
    assert_eq!(stage.state()["phase"], "closing");
    stage.add(Kind::Stopping);
    assert_eq!(stage.state()["phase"], "stopping");
    assert_eq!(stage.state()["ending"], true);
}

#[test]
fn lines_say_who_has_put_them_there() {
    let mut stage = Stage::opened();
    stage.begin("1");
    let typed = |line: &str| Kind::Typed {
        who: "alice".to_owned(),
        line: line.to_owned(),
    };
    stage.add(typed("/msg bob hi"));
    stage.line("alice", Stream::Stdout, "sent bob");
    stage.line("alice", Stream::Stderr, "it is late");
    let ask = ControlCommand::Type {
        client: "alice".to_owned(),
        line: "/say ho".to_owned(),
    };
    stage.add(Kind::Unscripted { ask, refused: None });
    stage.add(typed("/say ho"));
    let lines = stage.participant("alice")["lines"].clone();
    assert_eq!(
        lines,
        json!([
            { "kind": "typed", "text": "> /msg bob hi" },
            { "kind": "shown", "text": "sent bob" },
            { "kind": "complained", "text": "it is late" },
            { "kind": "by-hand", "text": "> /say ho" },
        ])
    );
    let by_hand = stage.state()["by_hand"].clone();
    assert_eq!(by_hand, json!(["alice typed \"/say ho\" by hand"]));
}

#[test]
fn who_died_is_known_from_who_left_as_it_should() {
    let mut stage = Stage::opened();
    let how = |who: &str| Kind::Exited {
        who: who.to_owned(),
        how: Ended::Signal(9),
    };
    let is = |stage: &Stage, who: &str| {
        let participant = stage.participant(who);
        (participant["runs"] == true, participant["died"] == true)
    };
    assert_eq!(is(&stage, "bob"), (true, false));
    stage.begin("1").held("1").begin("2").add(how("bob"));
    assert_eq!(is(&stage, "bob"), (false, false), "the step says so");
    stage.line("relay", Stream::Stderr, "no memory");
    stage.add(how("relay"));
    assert_eq!(is(&stage, "relay"), (false, true));
    let state = stage.participant("relay")["state"].clone();
    assert!(state.as_str().unwrap().contains("no memory"), "{state}");
    let notice = stage.state()["notice"].clone();
    assert!(notice.as_str().unwrap().starts_with("relay "), "{notice}");
}

#[test]
fn whether_the_relay_has_the_text_is_reported_at_once_with_the_place() {
    let mut sealed = Stage::opened();
    sealed.begin("1").frame(256);
    let record = sealed.state()["passed"][0].clone();
    assert_eq!(
        json!([record["number"], record["link"], record["to"]]),
        json!([1, "alice", "bob"])
    );
    assert_eq!(record["size"], "256 bytes");
    let hex = "sealed: … f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 fa fb fc fd fe ff";
    assert_eq!(record["hex"], hex);
    assert_eq!(record["in_it"], Value::Null);
    let quoted = format!("“{TEXT}”");
    let absent = |places: &str| {
        json!([{ "class": "not-found", "answer": "✔ NOT FOUND with the relay",
            "what": quoted, "places": [places] }])
    };
    let so_far = "looked for on the wire, in its output";
    assert_eq!(sealed.state()["sought"], absent(so_far));
    let surfaces = [Surface::Files, Surface::Memory].into();
    sealed.add(Kind::Scanned { surfaces, bytes: 7 });
    let all = "looked for on the wire, in its output, memory, files";
    assert_eq!(sealed.state()["sought"], absent(all));
    let line = format!("alice says {TEXT}");
    sealed.line("relay", Stream::Stdout, &line);
    let place = format!("in its output: “{line}”");
    assert_eq!(
        sealed.state()["sought"],
        json!([{ "class": "found", "answer": "■ FOUND: the relay has it", "what": quoted,
            "places": [place] }])
    );
    assert_eq!(sealed.state()["passed"][0]["elsewhere"], place);
    let mut open = Stage::opened();
    open.wire = format!("to bob: {TEXT}\n").into_bytes();
    let len = open.wire.len() as u64;
    open.begin("1").frame(len);
    assert_eq!(open.state()["passed"][0]["in_it"], TEXT);
    assert_eq!(
        open.state()["sought"][0]["places"],
        json!(["on the wire: as it was typed"])
    );
}

#[test]
fn what_a_person_types_is_searched_for_as_a_sentence_of_its_own() {
    let mut stage = Stage::opened();
    stage.begin("1").frame(256).held("1");
    for (line, what) in [
        ("/msg bob what if I write this?", "“what if I write this?”"),
        ("/say and this, to everybody", "“and this, to everybody”"),
        ("a line of its own", "“a line of its own”"),
    ] {
        let client = "alice".to_owned();
        let line = line.to_owned();
        let ask = ControlCommand::Type { client, line };
        stage.add(Kind::Unscripted { ask, refused: None });
        let sought = stage.state()["sought"].clone();
        assert_eq!(
            json!([sought[0]["what"], sought[0]["class"]]),
            json!([what, "not-yet"])
        );
        stage.frame(256);
        assert_eq!(stage.state()["sought"][0]["class"], "not-found", "{what}");
        stage.line("relay", Stream::Stdout, &format!("log: {what}"));
        assert_eq!(stage.state()["sought"][0]["class"], "found", "{what}");
    }
    // What sends no text changes nothing.
    let before = stage.state()["sought"].clone();
    let (client, line) = ("alice".to_owned(), "/quit".to_owned());
    let ask = ControlCommand::Type { client, line };
    stage.add(Kind::Unscripted { ask, refused: None });
    assert_eq!(stage.state()["sought"], before);
    // The step's own, once more.
    let ask = ControlCommand::Repeat;
    stage.add(Kind::Unscripted { ask, refused: None });
    assert_eq!(stage.state()["sought"][0]["what"], format!("“{TEXT}”"));
}

#[test]
fn of_what_is_much_the_latest_is_reported() {
    let mut stage = Stage::opened();
    stage.begin("1");
    for n in 0..250 {
        stage.line("bob", Stream::Stdout, &format!("line {n}"));
        stage.frame(16);
    }
    let lines = stage.participant("bob")["lines"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(lines.len(), 200);
    assert_eq!(lines.last().unwrap()["text"], "line 249");
    let state = stage.state();
    let passed = state["passed"].as_array().unwrap();
    assert_eq!(passed.len(), 60);
    assert_eq!(passed.last().unwrap()["number"], 250);
    assert_eq!(state["story"].as_array().unwrap().len(), 200);
}

#[test]
fn what_programs_print_drives_nothing() {
    let mut stage = Stage::opened();
    stage.begin("1");
    stage.line("bob", Stream::Stdout, NASTY);
    stage.add(Kind::Note {
        text: NASTY.to_owned(),
    });
    let text = serde_json::to_string(&WebState::of(&stage.scene, None)).unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    let line = state["participants"][2]["lines"][0]["text"]
        .as_str()
        .unwrap();
    let notice = state["notice"].as_str().unwrap();
    for text in [line, notice] {
        assert!(!text.chars().any(char::is_control), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(text.contains("<b>"), "it is text: {text:?}");
    }
}

#[test]
fn files_can_be_sent_where_every_client_can() {
    assert_eq!(Stage::opened().state()["files"], true);
    let mut plan = plan();
    plan.adapter.client.r#type.0.remove(&Typed::File);
    let scene = Scene::new(Arc::new(plan));
    let state = serde_json::to_value(WebState::of(&scene, None)).unwrap();
    assert_eq!(state["files"], false);
}

#[test]
fn the_end_is_reported_in_word_shape_and_class_with_its_page() {
    let stage = Stage::opened();
    assert_eq!(stage.state()["end"], Value::Null);
    let end = |verdict: &PlayVerdict| {
        let report = play("two", std::slice::from_ref(verdict), verdict.clone());
        let end = WebEnd::of(
            &report,
            Some("nobody reads it"),
            Path::new("/runs/two/report.html"),
        );
        let state = WebState::of(&stage.scene, Some(&end));
        serde_json::to_value(state).unwrap()["end"].clone()
    };
    for (verdict, kind, shape, word) in [
        (PlayVerdict::Pass, "pass", "✔", "PASS"),
        (PlayVerdict::Fail, "fail", "✘", "FAIL"),
        (PlayVerdict::Plaintext, "plaintext", "■", "PLAINTEXT"),
        (
            PlayVerdict::Distinguishable,
            "plaintext",
            "◪",
            "DISTINGUISHABLE",
        ),
        (PlayVerdict::CannotTell, "unsure", "▲", "CANNOT TELL"),
    ] {
        let end = end(&verdict);
        let shown = json!([end["kind"], end["shape"], end["word"]]);
        assert_eq!(shown, json!([kind, shape, word]));
        assert_eq!(end["report"], "/runs/two/report.html");
        let is_learnt = end["lesson"] == "nobody reads it";
        assert_eq!(is_learnt, verdict == PlayVerdict::Pass, "{word}");
        assert!(end["sentence"].as_str().unwrap().contains(" checks, "));
    }
    let none = serde_json::to_value(WebEnd::none("the disk\u{1b}[2J is full")).unwrap();
    assert_eq!(none["word"], "NO VERDICT");
    assert_eq!(none["report"], "");
    assert!(!none["sentence"].as_str().unwrap().contains('\u{1b}'));
}

#[test]
fn what_a_step_missed_is_said_in_words_and_not_by_its_id() {
    let mut stage = Stage::opened();
    stage.begin("1");
    let missing = stage.scene.plan().steps[0].expects[0].clone();
    stage.add(Kind::StepEnded {
        step: StepId("1".to_owned()),
        result: StepResult::Missing(vec![missing.id.clone()]),
    });
    let story = stage.scene.story.last().unwrap();
    assert_eq!(
        story.text,
        format!("✘ not seen: {}", visible(&missing.sentence))
    );
    assert!(!story.text.contains(&missing.id.0), "{}", story.text);
}
