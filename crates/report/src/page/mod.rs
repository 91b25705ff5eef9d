//! The report page: one HTML file for each play and one for each run, which ask nobody for
//! anything, open from a directory, and can be read without their script.
//!
//! Everything on them is text to the template, which escapes it; what programs under test
//! wrote is made visible before that. The policy of the page allows the one script and the
//! one style by their digests, and nothing else.

mod causes;
mod diagram;
mod evidence;
mod hex;
mod load;
mod messages;
mod moments;
mod participants;
mod places;
pub mod policy;
mod steps;
mod timings;

use std::path::{Path, PathBuf};

use askama::Template;

use super::asked::{Asked, repeat};
use super::provenance::Provenance;
use super::result::{PlayReport, RunReport};
use super::scene::{Bytes, Finding};
use super::searches::Searched;
use super::words::{Badge, brief, sum};
use causes::Causes;
use diagram::Diagram;
use evidence::Evidence;
use hex::HexRow;
use judge::PlayVerdict;
pub use load::load;
use messages::Message;
use moments::Moments;
use participants::Participant;
use scenario::plan::Plan;
use steps::Step;
use timeline::{Event, seconds, visible};
use timings::Timings;

/// The one style of all pages.
pub const STYLE: &str = include_str!("../../templates/style.css");
const SCRIPT: &str = include_str!("../../templates/script.js");
const RUN_SCRIPT: &str = include_str!("../../templates/run.js");

/// The page of a play.
#[derive(Template)]
#[template(path = "play.html")]
struct PlayPage<'a> {
    style: &'static str,
    script: &'static str,
    policy: String,
    verdict: Badge,
    /// What the verdict says nothing about.
    limit: Option<String>,
    scenario: String,
    title: String,
    /// The page of the run, and the place on it that leads on to the next failure.
    run: Option<(String, String)>,
    causes: Causes,
    lesson: Option<String>,
    facts: Vec<(&'static str, String)>,
    repeat: String,
    evidence: Evidence<'a>,
    diagram: Diagram,
    messages: Vec<Message>,
    participants: Vec<Participant>,
    steps: Vec<Step>,
    /// The last moment: after the closing.
    last: usize,
    timings: Timings,
    words: &'a [(&'static str, &'static str)],
}

/// The page of a run.
#[derive(Template)]
#[template(path = "run.html")]
struct RunPage<'a> {
    style: &'static str,
    script: &'static str,
    policy: String,
    sum: String,
    facts: Vec<(&'static str, String)>,
    searched: String,
    traces: Option<String>,
    surfaces: &'a [Searched],
    plays: Vec<Row>,
    /// Places of plays after which no other one did not pass.
    last: Vec<String>,
    left: Vec<String>,
}

/// One play of a run.
struct Row {
    /// Places of plays after which this is the next that did not pass.
    after: Vec<String>,
    verdict: Badge,
    scenario: String,
    link: Option<String>,
    checks: usize,
    seconds: String,
    why: String,
}

/// What each word on the pages means.
const WORDS: &[(&str, &str)] = &[
    ("PASS", "every check held"),
    ("FAIL", "a check failed"),
    ("PLAINTEXT", "a planted text was found where it must not be"),
    (
        "DISTINGUISHABLE",
        "what the relay kept depends on what was said, though it need not reveal it",
    ),
    (
        "CANNOT TELL",
        "a check could not have failed, so it proves nothing",
    ),
    ("ORPHAN", "a process survived the play; it was killed"),
    ("FLAKY", "passed in one attempt and not in another"),
    ("SKIP", "not played on this machine, for the reason given"),
    (
        "UNSUPPORTED",
        "the implementation declares that it cannot do what the scenario needs",
    ),
    (
        "UNSCRIPTED",
        "somebody did something that is not in the scenario; from then on nothing passes or fails",
    ),
    (
        "canary",
        "a random string planted in a text, so that the text can be searched for",
    ),
    (
        "control",
        "a string that the relay must see: finding it shows that the search works",
    ),
    (
        "surface",
        "a place where plaintext must not appear, such as the relay's output, files, traffic or memory",
    ),
    (
        "not seen",
        "not found in that many bytes, in the encodings that were searched for; never “secure”",
    ),
];

/// The page of one play. `provenance` is of its run, where a page lists the plays of that.
///
/// # Errors
///
/// When the page cannot be written to a text, which is a fault of the harness.
pub fn play(
    plan: &Plan,
    events: &[Event],
    report: &PlayReport,
    (asked, provenance): (&Asked, Option<&Provenance>),
    bytes: Bytes<'_>,
) -> Result<String, askama::Error> {
    let moments = Moments::of(plan, events);
    let (watch, records) = messages::watched(plan, events, bytes);
    let messages = messages::of(events, (&watch, records), &moments, bytes);
    let participants = participants::of(plan, events, &moments, &watch);
    let findings = &watch.findings.all;
    let place = |finding: &Finding| places::of(finding, plan, &messages, &participants);
    let run = address(&report.dir.iter().map(|_| "..").collect::<PathBuf>()) + "/report.html";
    let page = PlayPage {
        style: STYLE,
        script: SCRIPT,
        run: provenance.map(|_| (format!("{run}#{}", after(&report.scenario)), run)),
        causes: Causes::of(report, findings, place),
        policy: policy::of(&[STYLE], &[SCRIPT]),
        verdict: Badge::of(&report.verdicts.play),
        limit: report.verdicts.limit(),
        scenario: visible(&report.scenario),
        title: visible(&plan.scenario.title),
        lesson: plan
            .scenario
            .lesson
            .as_deref()
            .map(|one| report.lesson(one)),
        facts: facts(report, provenance),
        repeat: visible(&repeat(report, asked)),
        evidence: Evidence::of(plan, events, findings, report, place),
        diagram: Diagram::of(plan, events, &moments, &messages),
        participants,
        steps: steps::of(plan, events, report, &moments),
        last: moments.last(),
        timings: Timings::of(plan, events, report),
        messages,
        words: WORDS,
    };
    page.render()
}

fn facts(report: &PlayReport, provenance: Option<&Provenance>) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("implementation", visible(&report.adapter)),
        ("isolation level", visible(&report.level)),
        ("seed", report.seed.to_string()),
        ("took", seconds(report.elapsed)),
        ("checks", report.verdicts.checks.len().to_string()),
    ];
    facts.extend(provenance.into_iter().flat_map(origin));
    facts
}

/// When, where and of which commit, as far as that is known.
fn origin(provenance: &Provenance) -> Vec<(&'static str, String)> {
    let commit = provenance.commit.as_deref().unwrap_or_default();
    let began = provenance.began.replacen('T', " ", 1);
    let known = [
        ("started", format!("{began} UTC"), &provenance.began),
        ("machine", visible(&provenance.host), &provenance.host),
    ];
    let mut facts: Vec<(&str, String)> = known
        .into_iter()
        .filter(|(_, _, known)| !known.is_empty())
        .map(|(name, words, _)| (name, words))
        .collect();
    if !commit.is_empty() {
        facts.push((
            "commit",
            visible(&commit.chars().take(12).collect::<String>()),
        ));
    }
    facts
}

/// The place on a run's page that leads on from a play.
fn after(scenario: &str) -> String {
    format!("after-{}", address(Path::new(scenario)).replace('%', "_"))
}

/// The page of a run: its plays, with links to their pages where they were played.
///
/// # Errors
///
/// As [`play`].
pub fn run(report: &RunReport) -> Result<String, askama::Error> {
    let searches = report.searches();
    let mut last = Vec::new();
    let mut plays = Vec::new();
    for play in &report.plays {
        let after = if play.is_red() {
            std::mem::take(&mut last)
        } else {
            Vec::new()
        };
        last.push(self::after(&play.scenario));
        plays.push(row(play, after));
    }
    let page = RunPage {
        style: STYLE,
        script: RUN_SCRIPT,
        policy: policy::of(&[STYLE], &[RUN_SCRIPT]),
        sum: sum(report),
        facts: origin(&report.provenance),
        searched: searches.sentence(),
        traces: searches.traces().map(|traces| visible(&traces)),
        surfaces: &searches.surfaces,
        plays,
        last,
        left: report.left.iter().map(|line| visible(line)).collect(),
    };
    page.render()
}

fn row(play: &PlayReport, after: Vec<String>) -> Row {
    let is_played = !matches!(
        play.verdicts.play,
        PlayVerdict::Skip(_) | PlayVerdict::Unsupported(_)
    );
    Row {
        after,
        verdict: Badge::of(&play.verdicts.play),
        scenario: visible(&play.scenario),
        link: is_played.then(|| address(&play.dir.join("report.html"))),
        checks: play.verdicts.checks.len(),
        seconds: seconds(play.elapsed),
        why: brief(&play.note()),
    }
}

/// A path as an address: everything but plain characters in percent signs.
fn address(path: &Path) -> String {
    let mut address = String::new();
    for byte in path.display().to_string().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}
