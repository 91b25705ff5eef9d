//! One message, and every face that tells what the relay saw of it: all say the same.

use std::sync::Arc;
use std::time::Duration;

use asciicast_rs::v3::{Event as Line, Recording};
use judge::{CheckKind, Verdicts};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use report::narrator::Narrator;
use report::scene::{Presence, Scene, Sight};
use report::web::WebState;
use report::{Asked, PlayReport, Searches, page, terminal};
use terminal_stage::{Ending, Model, Reader, SavedPlay, Source, draw, record};
use timeline::{Event, Kind, Stream, Surface};

use crate::{Stage, planned};

/// Columns and rows that have room for a whole sentence of the relay's view.
const SIZE: (u16, u16) = (240, 60);

/// What a face says: the text is in the record; the relay has it, there or elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Says {
    in_it: bool,
    has_it: bool,
}

const HIDDEN: Says = Says {
    in_it: false,
    has_it: false,
};
const IN_IT: Says = Says {
    in_it: true,
    has_it: true,
};
const ELSEWHERE: Says = Says {
    in_it: false,
    has_it: true,
};

/// What happened to the message of step 2.
struct Case {
    name: &'static str,
    /// What the relay was given.
    bytes: Vec<u8>,
    /// What the relay printed meanwhile.
    printed: Option<String>,
    /// What the audit found afterwards.
    finding: Option<(Surface, &'static str, u64, &'static str)>,
    says: Says,
    /// Lines cannot be taken back: what they say while the message passes.
    narrated: Says,
}

fn cases() -> Vec<Case> {
    let text = planned().steps[1].sent.clone().unwrap().text;
    let sealed = || (0_u8..=255).collect::<Vec<u8>>();
    let open = || {
        let mut bytes = sealed();
        bytes[40..40 + text.len()].copy_from_slice(text.as_bytes());
        bytes
    };
    let case = |name, bytes, says| Case {
        name,
        bytes,
        printed: None,
        finding: None,
        says,
        narrated: says,
    };
    let found = |name, surface, place, at, how| Case {
        finding: Some((surface, place, at, how)),
        narrated: HIDDEN,
        ..case(name, sealed(), ELSEWHERE)
    };
    let on_link = |name, place, at, says| Case {
        says,
        ..found(name, Surface::Wire, place, at, "base64")
    };
    vec![
        case("sealed", sealed(), HIDDEN),
        case("open", open(), IN_IT),
        Case {
            printed: Some(format!("alice to bob: {text}")),
            ..case("printed", sealed(), ELSEWHERE)
        },
        on_link("encoded in its bytes", "wire/alice.up", 40, IN_IT),
        on_link("encoded behind it", "wire/alice.up", 256, ELSEWHERE),
        on_link("encoded on another link", "wire/bob.up", 40, ELSEWHERE),
        found("in a file", Surface::Files, "relay.log", 812, "as it is"),
        found("in memory", Surface::Memory, "relay, heap", 812, "hex"),
        found("in output", Surface::Output, "out/relay.stdout", 3, "hex"),
        Case {
            says: HIDDEN,
            ..found("with a client", Surface::Others, "manager/x", 3, "as it is")
        },
    ]
}

fn events(case: &Case) -> Vec<Event> {
    let mut stage = Stage::new();
    stage.open();
    stage.begin(2);
    stage.frame("alice", "bob", 0);
    if let Some(line) = &case.printed {
        stage.line("relay", line);
    }
    stage.end(2);
    stage.add(Kind::Closing);
    stage.add(Kind::Stopping);
    if let Some((surface, place, at, how)) = case.finding {
        stage.add(Kind::Finding {
            surface,
            place: place.to_owned(),
            at,
            what: "canary vault".to_owned(),
            transformation: how.to_owned(),
        });
    }
    stage.log
}

fn read(bytes: &[u8], at: u64, len: u64) -> Vec<u8> {
    let (at, len) = (usize::try_from(at).unwrap(), usize::try_from(len).unwrap());
    bytes.get(at..at + len).unwrap_or_default().to_vec()
}

/// The scene at the end, and all lines of the narrator.
fn scene_and_lines(case: &Case) -> (Scene, String) {
    let plan = planned();
    let mut narrator = Narrator::new(&plan, 200);
    let mut scene = Scene::new(Arc::new(plan));
    let mut lines = Vec::new();
    for event in events(case) {
        scene.add(&event, &|_: &str, at, len| read(&case.bytes, at, len));
        lines.extend(narrator.lines(&scene, &event));
    }
    (scene, lines.join("\n"))
}

fn of_scene(scene: &Scene) -> Says {
    Says {
        in_it: matches!(scene.passed[0].record.sight, Sight::In(_)),
        has_it: scene.latest()[0].presence() == Presence::Found,
    }
}

fn of_web(scene: &Scene) -> Says {
    let state = serde_json::to_value(WebState::of(scene, None)).unwrap();
    Says {
        in_it: state["passed"][0]["in_it"].is_string(),
        has_it: state["sought"][0]["class"] == "found",
    }
}

fn of_lines(lines: &str) -> Says {
    Says {
        in_it: lines.contains("THE TEXT IS IN IT"),
        has_it: lines.contains("■ FOUND"),
    }
}

fn saved(case: &Case) -> SavedPlay {
    let bytes = case.bytes.clone();
    SavedPlay {
        plan: planned(),
        events: events(case),
        ending: Ending::default(),
        when: "20261121-151500".to_owned(),
        reader: Reader(Box::new(move |_, at, len| read(&bytes, at, len))),
    }
}

fn of_screen(text: &str) -> Says {
    Says {
        in_it: text.contains("■ THE TEXT STANDS IN IT"),
        has_it: text.contains("■ FOUND: the relay has it"),
    }
}

fn screen(case: &Case) -> String {
    let saved = saved(case);
    let mut model = Model::new(&saved.plan, Source::Live, saved.reader);
    saved
        .events
        .into_iter()
        .for_each(|event| model.event(event));
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    terminal.draw(|frame| draw(&model, frame)).unwrap();
    terminal.backend().to_string()
}

/// The last picture of the recording.
fn recorded(case: &Case) -> String {
    let text = record(saved(case), SIZE);
    let read = Recording::from_slice(text.as_bytes()).unwrap();
    let (columns, rows) = (SIZE.0.try_into().unwrap(), SIZE.1.try_into().unwrap());
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    for text in read.events.iter().filter_map(Line::as_output) {
        terminal.process(text.as_bytes());
    }
    terminal.screen().contents()
}

/// As the judge sees it; of the checks, those of the audit.
fn report(case: &Case) -> PlayReport {
    let Verdicts {
        play,
        checks,
        uncovered,
        refused,
    } = judge::judge(&planned(), &events(case), &[]);
    let is_audit = |kind: &CheckKind| matches!(kind, CheckKind::Audit(_));
    let checks = checks.into_iter().filter(|check| is_audit(&check.kind));
    PlayReport {
        scenario: "lessons/three-clients".to_owned(),
        path: "scenarios/lessons/three-clients.toml".into(),
        adapter: "reference".to_owned(),
        seed: 7,
        level: "none".to_owned(),
        elapsed: Duration::ZERO,
        try_number: 1,
        tries: Vec::new(),
        verdicts: Verdicts {
            play,
            checks: checks.collect(),
            uncovered,
            refused,
        },
        searches: Searches::default(),
        steps: Vec::new(),
        used: Vec::new(),
        dir: "lessons/three-clients".into(),
    }
}

fn page(case: &Case) -> String {
    let bytes = |_: &str, at, len| read(&case.bytes, at, len);
    let (plan, events, report) = (planned(), events(case), report(case));
    let page = page::play(&plan, &events, &report, (&Asked::default(), None), &bytes).unwrap();
    let record = page.split_once("id=\"m1\"").unwrap().1;
    record.split_once("</section>").unwrap().0.to_owned()
}

#[test]
fn every_face_says_the_same_of_what_the_relay_saw() {
    for case in cases() {
        let (scene, lines) = scene_and_lines(&case);
        let says = [
            ("scene", of_scene(&scene), case.says),
            ("narrator", of_lines(&lines), case.narrated),
            ("web", of_web(&scene), case.says),
            ("stage", of_screen(&screen(&case)), case.says),
            ("recording", of_screen(&recorded(&case)), case.says),
        ];
        let page = page(&case);
        let is_elsewhere = matches!(scene.passed[0].record.sight, Sight::Elsewhere(_));
        let in_it = page.contains("PLAINTEXT, found in it: ");
        assert_eq!(in_it, case.says.in_it, "page: {}", case.name);
        let has_it = page.contains("but it has the text ");
        assert_eq!(has_it, is_elsewhere, "page: {}", case.name);
        for (face, says, wanted) in says {
            assert_eq!(says, wanted, "{face}: {}", case.name);
        }
    }
}

#[test]
fn the_failure_names_a_finding_as_the_scene_does() {
    for case in cases().iter().filter(|case| case.finding.is_some()) {
        let (scene, _) = scene_and_lines(case);
        let screen = terminal::Screen::default();
        let failure = terminal::failure(&report(case), "runs/1".as_ref(), "again", screen);
        let words = &scene.findings()[0].words;
        let (_, place, ..) = case.finding.unwrap();
        for text in ["canary vault", place] {
            let is_in_both = failure.contains(text) && words.contains(text);
            assert!(is_in_both, "{}: {words}: {failure}", case.name);
        }
    }
}

#[test]
fn of_bytes_that_cannot_be_read_nobody_says_that_nothing_is_in_them() {
    for (bytes, hidden) in [(256, true), (255, false), (0, false)] {
        let case = Case {
            bytes: vec![b'.'; bytes],
            ..cases().swap_remove(0)
        };
        let mut scene = Scene::new(Arc::new(planned()));
        for event in events(&case) {
            let bytes = |_: &str, _, _| case.bytes.clone();
            scene.add(&event, &bytes);
        }
        let sight = &scene.passed[0].record.sight;
        assert_eq!(
            matches!(sight, Sight::NotIn(_)),
            hidden,
            "{bytes}: {sight:?}"
        );
    }
}

#[test]
fn what_was_printed_before_the_step_says_nothing_of_its_message() {
    let mut stage = Stage::opened();
    let text = stage.step(2).sent.unwrap().text;
    stage.add(Kind::Line {
        who: "relay".to_owned(),
        stream: Stream::Stdout,
        text,
        seen: None,
        unfinished: false,
    });
    stage.begin(2);
    stage.frame("alice", "bob", 0);
    assert_eq!(of_screen(&stage.screen(SIZE.0, SIZE.1)), HIDDEN);
}
