//! How a play stands, as the page of the stage in a browser gets it: one JSON value, with
//! everything that is to be seen.

use std::path::Path;

use serde::Serialize;

use super::result::PlayReport;
use super::scene::{
    Entry, EntryKind, Face, Participant, ParticipantState, Passed, Presence, Scene, ScenePhase,
    Sight, Sought, StoryKind,
};
use super::words::{Badge, seen_in_words};
use judge::{Check, Verdict};
use scenario::adapter::Typed;
use scenario::plan::PlannedStep;
use timeline::visible;

/// Lines of one participant that are sent.
const LINES: usize = 200;

/// Records on the wire that are sent.
const PASSED: usize = 60;

/// Things that happened that are sent.
const STORY: usize = 200;

/// Bytes in a row, and rows of each part of a record that are sent.
const ROW: usize = 16;
const ROWS_OF_HEAD: usize = 4;
const ROWS_OF_BODY: usize = 12;

/// Everything that is to be seen.
#[derive(Debug, Serialize)]
pub struct WebState {
    title: String,
    clients: Vec<String>,
    /// All of them can send files.
    files: bool,
    phase: &'static str,
    /// The next step can begin.
    waits: bool,
    /// No further step begins.
    ending: bool,
    /// Steps that are over.
    done: usize,
    progress: String,
    /// The step that goes on, or was the last, and what it means.
    now: Option<String>,
    coming: Option<String>,
    participants: Vec<WebParticipant>,
    passed: Vec<WebPassed>,
    /// What was sent last, and whether the relay has it.
    sought: Vec<WebSought>,
    /// How many texts the relay has, of how many that were searched for.
    counters: (usize, usize),
    story: Vec<Line>,
    by_hand: Vec<String>,
    notice: Option<String>,
    end: Option<WebEnd>,
}

#[derive(Debug, Serialize)]
struct WebParticipant {
    who: String,
    state: String,
    runs: bool,
    died: bool,
    lines: Vec<Line>,
}

/// A line, and the class that paints it.
#[derive(Debug, Serialize)]
struct Line {
    kind: &'static str,
    text: String,
}

#[derive(Debug, Serialize)]
struct WebPassed {
    number: usize,
    link: String,
    to: Option<String>,
    kind: String,
    size: String,
    hex: String,
    /// What of the text is in it.
    in_it: Option<String>,
    /// Where else the relay has its text.
    elsewhere: Option<String>,
    /// Its bytes, as far as they are shown.
    rows: Vec<Line>,
    /// What its sender typed.
    sent: Option<String>,
    /// Who has read what of it.
    read: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct WebSought {
    /// The class that paints it.
    class: &'static str,
    answer: &'static str,
    what: String,
    /// Where the relay has it; else, where it was searched for.
    places: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct WebEnd {
    kind: &'static str,
    shape: &'static str,
    word: &'static str,
    sentence: String,
    /// What was learnt, or that it was not.
    lesson: Option<String>,
    report: String,
}

impl WebEnd {
    /// Of a play whose report page is there.
    pub fn of(report: &PlayReport, lesson: Option<&str>, page: &Path) -> Self {
        let badge = Badge::of(&report.verdicts.play);
        let checks = report.verdicts.checks.len();
        let searched = report.searches.sentence();
        let why = why(&report.verdicts.checks);
        Self {
            kind: badge.class,
            shape: badge.shape,
            word: badge.word,
            sentence: visible(&format!("{checks} checks, {searched}{why}")),
            lesson: lesson.map(|lesson| report.lesson(lesson)),
            report: page.display().to_string(),
        }
    }

    /// Of a play that came to no verdict.
    pub fn none(why: &str) -> Self {
        Self {
            kind: "fail",
            shape: "✘",
            word: "NO VERDICT",
            sentence: visible(why),
            lesson: None,
            report: String::new(),
        }
    }
}

/// What the worst check says, for who asks why; nothing where all passed.
fn why(checks: &[Check]) -> String {
    let worst = [
        Verdict::Plaintext,
        Verdict::Distinguishable,
        Verdict::Fail,
        Verdict::CannotTell,
    ];
    let with = |verdict| checks.iter().find(|check| check.verdict == verdict);
    worst
        .into_iter()
        .find_map(with)
        .map_or_else(String::new, |check| format!("; {}", seen_in_words(check)))
}

impl WebState {
    /// A scene, and what came of the play once it is over.
    pub fn of(scene: &Scene, end: Option<&WebEnd>) -> Self {
        let plan = scene.plan();
        let clients = || plan.clients.iter().map(|client| client.name.as_str());
        let files = |who| {
            plan.adapter_of(who)
                .client
                .r#type
                .lines(Typed::File)
                .is_some()
        };
        let (phase, done) = match scene.phase {
            ScenePhase::Opening => ("opening", 0),
            ScenePhase::Step(number) => ("step", number.saturating_sub(1)),
            ScenePhase::Between(number) => ("between", number),
            ScenePhase::Closing => ("closing", plan.steps.len()),
            ScenePhase::Stopping => ("stopping", plan.steps.len()),
        };
        let ending = matches!(scene.phase, ScenePhase::Closing | ScenePhase::Stopping);
        let sentence = |step: &PlannedStep| visible(&step.sentence);
        Self {
            title: visible(&plan.scenario.title),
            clients: clients().map(visible).collect(),
            files: clients().all(files),
            phase,
            waits: scene.coming().is_some(),
            ending,
            done,
            progress: match end {
                Some(_) => format!(
                    "{} of {} steps were played",
                    scene.begun(),
                    plan.steps.len()
                ),
                None => progress(&scene.phase, plan.steps.len()),
            },
            now: scene.step().map(now),
            coming: scene.coming().map(sentence),
            participants: scene.participants.iter().map(participant).collect(),
            passed: last(&scene.passed, PASSED).iter().map(passed).collect(),
            sought: scene.worth_showing().into_iter().map(sought).collect(),
            counters: scene.counters(),
            story: last(&scene.story, STORY)
                .iter()
                .map(|entry| Line {
                    kind: story_class(entry.kind),
                    text: entry.text.clone(),
                })
                .collect(),
            by_hand: scene.by_hand.clone(),
            notice: scene.notice.clone(),
            end: end.cloned(),
        }
    }
}

fn last<T>(all: &[T], most: usize) -> &[T] {
    all.get(all.len().saturating_sub(most)..).unwrap_or(all)
}

fn progress(phase: &ScenePhase, steps: usize) -> String {
    match phase {
        ScenePhase::Opening => "getting ready".to_owned(),
        ScenePhase::Step(number) => format!("step {number} of {steps}"),
        ScenePhase::Between(0) => format!("ready for step 1 of {steps}"),
        ScenePhase::Between(number) => format!("step {number} of {steps} is over"),
        ScenePhase::Closing => "after the last step: nothing more may arrive".to_owned(),
        ScenePhase::Stopping => "stopping, and searching what the relay has".to_owned(),
    }
}

fn now(step: &PlannedStep) -> String {
    match &step.note {
        Some(note) => visible(&format!("{}. {note}", step.sentence)),
        None => visible(&step.sentence),
    }
}

fn participant(participant: &Participant) -> WebParticipant {
    let lines = match &participant.face {
        Face::Lines(lines) => last(lines, LINES).iter().map(line).collect(),
        Face::Terminal(parser) => screen(&parser.screen().contents()),
    };
    WebParticipant {
        who: visible(&participant.name),
        state: participant.status.in_words(),
        runs: matches!(
            participant.status,
            ParticipantState::Starting | ParticipantState::Ready
        ),
        died: matches!(participant.status, ParticipantState::Dead(_)),
        lines,
    }
}

fn line(entry: &Entry) -> Line {
    let (kind, mark) = match entry.kind {
        EntryKind::Typed => ("typed", "> "),
        EntryKind::ByHand => ("by-hand", "> "),
        EntryKind::Shown => ("shown", ""),
        EntryKind::Complained => ("complained", ""),
        EntryKind::Happened => ("happened", ""),
        EntryKind::Left => ("told", ""),
    };
    Line {
        kind,
        text: format!("{mark}{}", entry.text),
    }
}

/// A terminal, row by row, as it stands.
fn screen(contents: &str) -> Vec<Line> {
    let rows = contents.lines().map(|row| Line {
        kind: "shown",
        text: visible(row),
    });
    rows.collect()
}

fn passed(one: &Passed) -> WebPassed {
    let record = &one.record;
    let (in_it, elsewhere) = match &record.sight {
        Sight::NotLookedFor | Sight::NotIn(_) => (None, None),
        Sight::In(what) => (Some(what.clone()), None),
        Sight::Elsewhere(place) => (None, Some(place.clone())),
    };
    WebPassed {
        number: one.number,
        link: record.link.clone(),
        to: record.to.clone(),
        kind: record.kind.clone(),
        size: one.size(),
        hex: hex(one),
        in_it,
        elsewhere,
        rows: rows(one),
        sent: one.sent.clone(),
        read: one.shown.clone(),
    }
}

/// Where its head and its body begin, row by row.
fn rows(one: &Passed) -> Vec<Line> {
    let record = &one.record;
    let body = usize::try_from(record.body_from()).unwrap_or(usize::MAX);
    let (head, body) = one.bytes.split_at(body.min(one.bytes.len()));
    let (kind, word) = match (record.is_sealed, record.head) {
        (true, _) => ("sealed", "for the recipient, looks like ciphertext"),
        (false, Some(_)) => ("body", "for the recipient, does not look like ciphertext"),
        (false, None) => ("body", "everything; its frames are not known"),
    };
    let parts = [
        ("header", "for the relay", 0, head, ROWS_OF_HEAD),
        (kind, word, head.len(), body, ROWS_OF_BODY),
    ];
    let parts = parts.into_iter().filter(|(.., bytes, _)| !bytes.is_empty());
    let mut lines = Vec::new();
    for (kind, word, from, bytes, most) in parts {
        lines.push(Line {
            kind: "told",
            text: word.to_owned(),
        });
        let rows = bytes.chunks(ROW).zip((from..).step_by(ROW)).take(most);
        lines.extend(rows.map(|(row, at)| Line {
            kind,
            text: hex_row(row, at),
        }));
        if bytes.len() > most * ROW {
            lines.push(Line {
                kind: "told",
                text: "…".to_owned(),
            });
        }
    }
    lines
}

fn hex_row(row: &[u8], at: usize) -> String {
    let text = row.iter().map(|byte| match byte {
        0x20..=0x7e => char::from(*byte),
        _ => '·',
    });
    let digits = timeline::hex(row, " ");
    format!("{at:04x}  {digits:<47}  {}", text.collect::<String>())
}

fn sought(sought: &Sought) -> WebSought {
    let presence = sought.presence();
    let places = match presence {
        Presence::Found => sought.found.values().rev().cloned().collect(),
        Presence::NotFound => vec![format!("looked for {}", sought.searched_in())],
        Presence::NotYet | Presence::TooShort => Vec::new(),
    };
    WebSought {
        class: match presence {
            Presence::Found => "found",
            Presence::NotFound => "not-found",
            Presence::NotYet | Presence::TooShort => "not-yet",
        },
        answer: presence.in_words(),
        what: sought.what(),
        places,
    }
}

/// Its end, which is sealed where it is sealed: what is in front is for the relay.
fn hex(one: &Passed) -> String {
    let word = if one.record.is_sealed { "sealed: " } else { "" };
    format!("{word}… {}", timeline::hex(&one.tail, " "))
}

fn story_class(kind: StoryKind) -> &'static str {
    match kind {
        StoryKind::Step => "head",
        StoryKind::Passed | StoryKind::Note => "told",
        StoryKind::Failed => "failed",
        StoryKind::Ended => "happened",
        StoryKind::ByHand => "by-hand",
        StoryKind::Found => "found",
    }
}

#[cfg(test)]
mod tests {
    use super::why;
    use judge::{Check, CheckKind, Evidence, Verdict};

    fn check(name: &str, verdict: Verdict, got: &str) -> Check {
        Check {
            kind: CheckKind::Ending("relay".to_owned()),
            name: name.to_owned(),
            step: None,
            line: None,
            verdict,
            evidence: Evidence {
                got: got.to_owned(),
                ..Evidence::default()
            },
        }
    }

    #[test]
    fn who_asks_why_is_reported_of_the_worst_check() {
        let passed = check("bob shows the text", Verdict::Pass, "");
        let unsure = check("the relay's memory", Verdict::CannotTell, "a page was lost");
        let failed = check("carol shows the text", Verdict::Fail, "nothing");
        assert_eq!(why(std::slice::from_ref(&passed)), "");
        assert_eq!(
            why(&[passed.clone(), unsure.clone()]),
            "; the relay's memory: a page was lost"
        );
        assert_eq!(
            why(&[passed.clone(), unsure.clone(), failed.clone()]),
            "; carol shows the text: nothing"
        );
        // The name of the check would contradict what was found.
        let found = "the relay kept: “the vault code”";
        let leak = check("no canary on the relay's files", Verdict::Plaintext, found);
        assert_eq!(why(&[passed, unsure, failed, leak]), format!("; {found}"));
    }
}
