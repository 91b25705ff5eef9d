//! JUnit: a suite for each scenario, a test case for each check.
//!
//! It holds what the two schemas in use both allow, that of Jenkins' xUnit plugin (`junit-10.xsd`)
//! and that of Ant's JUnit (windyroad's `JUnit.xsd`): no attributes on `testsuites`; `properties`,
//! `system-out` and `system-err` in each suite, even empty; one of `skipped`, `error` and `failure`
//! in a case. Neither knows a file or a line of a case, so the file is a property of its suite, and
//! a failure's text begins with both.
//!
//! Names are those that the scenario gives them, so that a check has the same name in every run: a
//! text in one is left out, for it may hold what is random. Within a suite each is there once.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use super::result::{PlayReport, RunReport, Tried};
use super::words::{Badge, tries_in_words};
use judge::{Check, PlayVerdict, Verdict};
use timeline::visible;

/// When nobody knows when a run began.
pub const NO_TIME: &str = "1970-01-01T00:00:00";

/// One that was not played, or whose tries were not alike.
const WHOLE: &str = "play";

/// The document for a run.
pub fn document(run: &RunReport) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for (id, play) in run.plays.iter().enumerate() {
        Suite::of(play).write(&mut text, id, run);
    }
    text.push_str("</testsuites>\n");
    text
}

/// What came of one check.
enum Outcome {
    Success,
    Skipped(String),
    /// Its element, type, message and text.
    Red(&'static str, &'static str, String, String),
}

struct Case {
    name: String,
    time: Duration,
    outcome: Outcome,
}

struct Suite<'a> {
    play: &'a PlayReport,
    cases: Vec<Case>,
}

impl<'a> Suite<'a> {
    fn of(play: &'a PlayReport) -> Self {
        let mut times: BTreeMap<_, _> = play
            .steps
            .iter()
            .map(|one| (&one.step, one.elapsed))
            .collect();
        let whole = whole(play).map(|outcome| Case {
            name: WHOLE.to_owned(),
            time: Duration::ZERO,
            outcome,
        });
        let checks = play.verdicts.checks.iter().map(|check| Case {
            name: stable_name(check),
            // The first check of a step stands for the time of the step.
            time: check
                .step
                .as_ref()
                .and_then(|step| times.remove(step))
                .unwrap_or_default(),
            outcome: outcome(play, check),
        });
        let mut cases: Vec<Case> = whole.into_iter().chain(checks).collect();
        tell_apart(&mut cases);
        Self { play, cases }
    }

    fn write(&self, text: &mut String, id: usize, run: &RunReport) {
        let count = |element: &str| {
            let cases = self.cases.iter();
            cases
                .filter(|case| case.outcome.element() == element)
                .count()
        };
        let (package, name) = match self.play.scenario.rsplit_once('/') {
            Some((package, _)) => (package, self.play.scenario.as_str()),
            None => ("", self.play.scenario.as_str()),
        };
        let made = &run.provenance;
        let began = or(&made.began, NO_TIME);
        let host = or(&made.host, "localhost");
        let play = self.play;
        write_all(
            text,
            format_args!(
                "  <testsuite name={} package={} id=\"{id}\" timestamp={} hostname={} tests=\"{}\" \
             failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">\n    <properties>\n",
                Quoted(name),
                Quoted(package),
                Quoted(began),
                Quoted(host),
                self.cases.len(),
                count("failure"),
                count("error"),
                count("skipped"),
                seconds(play.elapsed),
            ),
        );
        let file = play.path.display().to_string();
        let seed = play.seed.to_string();
        for (name, value) in [
            ("file", file.as_str()),
            ("seed", &seed),
            ("adapter", &play.adapter),
            ("level", &play.level),
            ("commit", made.commit.as_deref().unwrap_or_default()),
        ] {
            let value = Quoted(value);
            write_all(
                text,
                format_args!("      <property name=\"{name}\" value={value}/>\n"),
            );
        }
        if let Some(limit) = play.verdicts.limit() {
            let value = Quoted(&limit);
            write_all(
                text,
                format_args!("      <property name=\"verdict\" value={value}/>\n"),
            );
        }
        text.push_str("    </properties>\n");
        for case in &self.cases {
            case.write(text, &play.scenario);
        }
        text.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
    }
}

impl Case {
    fn write(&self, text: &mut String, class: &str) {
        write_all(
            text,
            format_args!(
                "    <testcase name={} classname={} time=\"{}\"",
                Quoted(&self.name),
                Quoted(class),
                seconds(self.time),
            ),
        );
        match &self.outcome {
            Outcome::Success => text.push_str("/>\n"),
            Outcome::Skipped(why) => {
                let why = Quoted(why);
                write_all(
                    text,
                    format_args!(">\n      <skipped message={why}/>\n    </testcase>\n"),
                );
            }
            Outcome::Red(element, kind, message, body) => write_all(
                text,
                format_args!(
                    ">\n      <{element} type=\"{kind}\" message={}>{}</{element}>\n    </testcase>\n",
                    Quoted(message),
                    Escaped(body),
                ),
            ),
        }
    }
}

impl Outcome {
    fn element(&self) -> &'static str {
        match self {
            Self::Success => "",
            Self::Skipped(_) => "skipped",
            Self::Red(element, ..) => element,
        }
    }
}

/// As it is in the scenario: without what lies between the first quote and the last.
fn stable_name(check: &Check) -> String {
    let name = match (check.name.find('“'), check.name.rfind('”')) {
        (Some(begin), Some(end)) if begin < end => {
            let (before, _) = check.name.split_at(begin);
            let (_, after) = check.name.split_at(end);
            format!("{before}“…{after}")
        }
        _ => check.name.clone(),
    };
    match &check.step {
        Some(step) => format!("step {}: {name}", step.0),
        None => name,
    }
}

/// Those of one name are counted.
fn tell_apart(cases: &mut [Case]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for case in cases {
        let times = seen.entry(case.name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            case.name = format!("{} ({times})", case.name);
        }
    }
}

/// What no check says: that it was not played, and how its tries went.
fn whole(play: &PlayReport) -> Option<Outcome> {
    match &play.verdicts.play {
        PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) => {
            Some(Outcome::Skipped(why.clone()))
        }
        PlayVerdict::Pass | PlayVerdict::Xfail(_) => None,
        PlayVerdict::Flaky
        | PlayVerdict::CannotTell
        | PlayVerdict::Fail
        | PlayVerdict::Orphan
        | PlayVerdict::Distinguishable
        | PlayVerdict::Plaintext => (play.tries.len() > 1).then(|| tries(play)),
    }
}

/// The outcome of each attempt.
fn tries(play: &PlayReport) -> Outcome {
    let element = match play.verdicts.play {
        PlayVerdict::CannotTell => "error",
        _ => "failure",
    };
    let is_fine = |tried: &Tried| tried.verdict.is_fine();
    let kind = match play.tries.iter().any(is_fine) {
        true => "flaky failure",
        false => "failure in every attempt",
    };
    let line = |tried: &Tried| {
        let (word, took) = (Badge::of(&tried.verdict).word, seconds(tried.elapsed));
        format!("attempt {}: {word} in {took} s\n", tried.number)
    };
    let text = play.tries.iter().map(line).collect();
    Outcome::Red(element, kind, tries_in_words(&play.tries), text)
}

/// What fails as the scenario says is skipped, as other tools report it.
fn outcome(play: &PlayReport, check: &Check) -> Outcome {
    let (element, kind) = match (check.verdict, &play.verdicts.play) {
        (Verdict::Pass, _) => return Outcome::Success,
        (Verdict::Fail, PlayVerdict::Xfail(why)) => {
            return Outcome::Skipped(format!("xfail: {why}"));
        }
        (Verdict::CannotTell, _) => ("error", "cannot tell"),
        (Verdict::Fail, _) => ("failure", "fail"),
        (Verdict::Distinguishable, _) => ("failure", "distinguishable"),
        (Verdict::Plaintext, _) => ("failure", "plaintext"),
    };
    let evidence = &check.evidence;
    let line = check.line.map_or(String::new(), |line| format!(":{line}"));
    let mut text = format!(
        "{}{line}\n{}\nexpected: {}\ngot: {}\n",
        play.path.display(),
        check.name,
        evidence.expected,
        evidence.got
    );
    if let Some(difference) = &evidence.difference {
        text.push_str(&format!("first difference: {difference}\n"));
    }
    for line in &evidence.just_before {
        text.push_str(&format!("{line}\n"));
    }
    Outcome::Red(element, kind, evidence.got.clone(), text)
}

fn or<'t>(known: &'t str, otherwise: &'t str) -> &'t str {
    if known.is_empty() { otherwise } else { known }
}

fn seconds(length: Duration) -> String {
    format!("{}.{:03}", length.as_secs(), length.subsec_millis())
}

/// Writing to a text cannot fail.
fn write_all(text: &mut String, what: fmt::Arguments<'_>) {
    text.write_fmt(what).ok();
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'t>(pub &'t str);

/// What stands between tags.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'t>(pub &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A line break in an attribute is read as a blank.
        write!(
            f,
            "\"{}\"",
            Escaped(&self.0.replace(['\n', '\r', '\t'], " "))
        )
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, line) in self.0.split('\n').enumerate() {
            if nth > 0 {
                f.write_char('\n')?;
            }
            for c in visible(line).chars() {
                match c {
                    '&' => f.write_str("&amp;")?,
                    '<' => f.write_str("&lt;")?,
                    '>' => f.write_str("&gt;")?,
                    '"' => f.write_str("&quot;")?,
                    // No document may have them.
                    '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                    c => f.write_char(c)?,
                }
            }
        }
        Ok(())
    }
}
