//! What an adapter can do, tried: one small play for each thing that a chat does.

use std::path::{Path, PathBuf};

use judge::PlayVerdict;
use report::{Asked, PlayReport};
use scenario::Scenario;
use scenario::adapter::{Adapter, Typed};
use stage::{Commands, EngineError, Pace, StatusRequests};
use timeline::{EventKind, Kind, Stream, visible};

use super::one::{self, Attempt, OfRun};
use super::{RunContext, RunDir};

/// The lines of clients alone are matched with events.
const RELAY: &str = "relay";

/// Lines that matched no pattern, at most.
const LINES: usize = 5;

/// One thing that a chat does.
struct Probe {
    what: &'static str,
    /// What the adapter must say for it.
    types: Option<Typed>,
    shows: Option<EventKind>,
    /// The keys of a scenario between its title and its end.
    steps: &'static str,
}

/// In the order in which one needs the other.
const PROBES: [Probe; 8] = [
    Probe {
        what: "starts, and clients log in",
        types: None,
        shows: None,
        steps: "clients = [\"alice\", \"bob\"]\n[[steps]]\nbeat = { seconds = 0.1 }",
    },
    Probe {
        what: "shows who comes",
        types: None,
        shows: Some(EventKind::Joined),
        steps: "clients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\nbeat = { seconds = 0.1 }\n[[steps]]\njoin = { client = \"carol\" }",
    },
    Probe {
        what: "writes to everyone; the others receive it",
        types: Some(Typed::Say),
        shows: Some(EventKind::Message),
        steps: "clients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\nsay = { from = \"alice\", text = \"this is for everyone, {canary}\" }",
    },
    Probe {
        what: "writes to one; nobody else receives it",
        types: Some(Typed::Msg),
        shows: Some(EventKind::Private),
        steps: "clients = [\"alice\", \"bob\", \"carol\"]\n[[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"this is for one alone, {canary}\" }",
    },
    Probe {
        what: "sends a file",
        types: Some(Typed::File),
        shows: None,
        steps: "clients = [\"alice\", \"bob\"]\n[[steps]]\nfile = { from = \"alice\", to = \"bob\", size = 3000, as = \"data.bin\" }",
    },
    Probe {
        what: "leaves when asked to",
        types: Some(Typed::Quit),
        shows: None,
        steps: "clients = [\"alice\", \"bob\"]\n[[steps]]\nleave = { client = \"bob\", how = \"quit\" }",
    },
    Probe {
        what: "shows who leaves",
        types: None,
        shows: Some(EventKind::Left),
        steps: "clients = [\"alice\", \"bob\"]\n[[steps]]\nleave = { client = \"bob\", how = \"kill\" }",
    },
    Probe {
        what: "notices that the relay is gone",
        types: None,
        shows: Some(EventKind::Disconnected),
        steps: "clients = [\"alice\", \"bob\"]\n[[steps]]\nrelay = \"kill\"",
    },
];

/// What came of one probe.
#[derive(Clone, Debug)]
pub struct Probed {
    /// What a chat does.
    pub what: &'static str,
    /// Whether this one does.
    pub outcome: Outcome,
}

/// Whether a chat does something.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It does.
    Works,
    /// The adapter does not say how.
    Lacks(String),
    /// What it needs does not work.
    NotTried,
    /// It does not, or the adapter does not see it.
    Fails(Mismatch),
}

/// What was awaited, and what came instead.
#[derive(Clone, Debug, Default)]
pub struct Mismatch {
    /// What should have been, and what was.
    pub awaited: Vec<(String, String)>,
    /// Event and pattern that were to show it.
    pub pattern: Option<(EventKind, String)>,
    /// Lines that matched no pattern, with whoever printed them.
    pub printed: Vec<(String, String)>,
}

impl Mismatch {
    /// In plain words, a line each.
    pub fn sentences(&self) -> Vec<String> {
        let awaited = self.awaited.iter();
        let mut lines: Vec<String> = awaited
            .map(|(expected, got)| format!("awaited {expected}; {got}"))
            .collect();
        if let Some((event, pattern)) = &self.pattern {
            let event = event.word();
            lines.push(format!("the pattern of `{event}` is {pattern}"));
        }
        match self.printed.as_slice() {
            [] => lines.push("every line that was printed matched a pattern".to_owned()),
            printed => {
                lines.push("these lines matched no pattern:".to_owned());
                lines.extend(printed.iter().map(|(who, line)| format!("  {who}: {line}")));
            }
        }
        lines
    }
}

/// Tries everything, one after another.
///
/// # Errors
///
/// For faults of the machine or of the harness, when it does not build, and when it was cancelled.
pub async fn probe(
    context: &RunContext,
    dir: &RunDir,
    asked: &Asked,
) -> Result<Vec<Probed>, EngineError> {
    let mut context = context.clone();
    context.build(dir).await?;
    let mut all: Vec<Probed> = Vec::new();
    for (place, probe) in PROBES.iter().enumerate() {
        let starts = all
            .first()
            .is_none_or(|first| matches!(first.outcome, Outcome::Works));
        let outcome = match probe.lacks(&context.adapter) {
            _ if !starts => Outcome::NotTried,
            Some(why) => Outcome::Lacks(why),
            None => probe.played(&context, place, (dir, asked)).await?,
        };
        all.push(Probed {
            what: probe.what,
            outcome,
        });
    }
    Ok(all)
}

impl Probe {
    fn lacks(&self, adapter: &Adapter) -> Option<String> {
        let client = &adapter.client;
        let types = self
            .types
            .filter(|verb| client.r#type.lines(*verb).is_none());
        let types = types.map(|verb| format!("`{}` in [client.type]", verb.word()));
        let shows = self
            .shows
            .filter(|event| !client.events.contains_key(event));
        let shows = shows.map(|event| format!("`{}` in [client.events]", event.word()));
        types.or(shows)
    }

    fn scenario(&self, place: usize, root: &Path) -> Result<Scenario, EngineError> {
        let text = format!("title = \"{}\"\n{}\n", self.what, self.steps);
        parsed(&text, &format!("probe-{place}"), root)
    }

    async fn played(
        &self,
        context: &RunContext,
        place: usize,
        of: (&RunDir, &Asked),
    ) -> Result<Outcome, EngineError> {
        let scenario = self.scenario(place, &context.scenarios)?;
        let this = Attempt {
            number: 1,
            dir: RunDir::relative(&scenario.id),
            pace: Pace::Full,
            commands: Commands::none(),
            limit: None,
            status_requests: StatusRequests::none(),
        };
        let of_run = OfRun {
            dir: of.0,
            asked: of.1,
            provenance: None,
        };
        let report = one::play(context, &scenario, of_run, this, one::nobody()).await?;
        Ok(match &report.verdicts.play {
            PlayVerdict::Unsupported(why) | PlayVerdict::Skip(why) => Outcome::Lacks(visible(why)),
            // Whether a relay can read is not what is asked here.
            verdict if works(verdict, &report) => Outcome::Works,
            _ => Outcome::Fails(self.mismatch(context, &report, of.0)),
        })
    }

    fn mismatch(&self, context: &RunContext, report: &PlayReport, dir: &RunDir) -> Mismatch {
        let timeline = dir.path().join(&report.dir).join("timeline.jsonl");
        let text = std::fs::read_to_string(timeline).unwrap_or_default();
        let events = timeline::read(&text).unwrap_or_default();
        let lines = events.into_iter().filter_map(|event| match event.kind {
            Kind::Line {
                who,
                stream,
                text,
                seen: None,
                ..
            } if who != RELAY => {
                let place = if stream == Stream::Stderr {
                    " (standard error)"
                } else {
                    ""
                };
                Some((format!("{}{place}", visible(&who)), visible(&text)))
            }
            _ => None,
        });
        let event = self
            .shows
            .or((self.types.is_none()).then_some(EventKind::Ready));
        let patterns = &context.adapter.client.events;
        let pattern = event.and_then(|event| Some((event, patterns.get(&event)?.to_string())));
        let behaviour = report.red().filter(|check| !check.kind.is_secrecy());
        let awaited = behaviour.take(2).map(|check| {
            let evidence = &check.evidence;
            (visible(&evidence.expected), visible(&evidence.got))
        });
        Mismatch {
            awaited: awaited.collect(),
            pattern,
            printed: lines.take(LINES).collect(),
        }
    }
}

/// A scenario of the harness' own.
pub(super) fn parsed(text: &str, id: &str, root: &Path) -> Result<Scenario, EngineError> {
    let path = PathBuf::from(id).with_extension("toml");
    let read = scenario::parse(text, id, &path, root).ok();
    let one = read.and_then(|mut all| all.pop());
    one.ok_or(EngineError::Fault("a probe is no scenario"))
}

fn works(verdict: &PlayVerdict, report: &PlayReport) -> bool {
    let mut behaviour = report.red().filter(|check| !check.kind.is_secrecy());
    verdict.is_fine() || (behaviour.next().is_none() && !report.verdicts.checks.is_empty())
}
