//! Report pages that no scenario gives quickly: of many messages, from hostile programs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use judge::{PlayVerdict, Verdicts};
use report::{Asked, PlayReport, Searches, Tried, page};
use scenario::adapter;
use scenario::plan::{self, Plan};
use timeline::{Direction, Event, Kind, StepId, Stream};

/// Writes into `dir` the page of a play in which alice sends so many messages. `root` is that of
/// the workspace.
///
/// # Errors
///
/// In words, when the reference adapter or the scenario is not there, or it cannot be written.
pub(crate) fn write(root: &Path, dir: &Path, messages: usize) -> Result<PathBuf, String> {
    let bytes = |_: &str, at: u64, len: u64| -> Vec<u8> {
        let bytes = (at..at + len).map(|n| u8::try_from(n % 251).unwrap_or_default());
        bytes.collect()
    };
    let asked = Asked::default();
    let text = page::play(&plan(root)?, &events(messages), &report(), &asked, &bytes)
        .map_err(|error| error.to_string())?;
    let path = dir.join(format!("{messages}.html"));
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Ok(path)
}

fn plan(root: &Path) -> Result<Plan, String> {
    let adapter = adapter::load(&root.join("adapters/reference.toml"));
    let adapter = adapter.map_err(|problems| problems.render(false))?;
    let below = root.join("scenarios");
    let path = below.join("basics/three-clients.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let scenarios = scenario::parse(&text, "three-clients", &path, &below);
    let scenarios = scenarios.map_err(|problems| problems.render(false))?;
    let scenario = scenarios.first().ok_or("three-clients is no scenario")?;
    plan::build(scenario, &adapter, 1, &below).map_err(|unsupported| unsupported.to_string())
}

fn events(messages: usize) -> Vec<Event> {
    let mut kinds = vec![Kind::StepBegan {
        step: StepId("1".to_owned()),
    }];
    for n in 0..messages {
        kinds.push(Kind::Frame {
            link: "alice".to_owned(),
            direction: Direction::Up,
            at: 0,
            len: 1321,
            // One kind each: equal ones would be folded into one.
            r#type: format!("send-{n}"),
            fields: [(
                "to".to_owned(),
                "bob\" onload=\"window.owned = 1".to_owned(),
            )]
            .into(),
            body: 1200,
        });
        kinds.push(Kind::Line {
            who: "bob".to_owned(),
            stream: Stream::Stdout,
            text: "</span><script>window.owned = 1</script><img src=x onerror=alert(1)>".to_owned(),
            seen: None,
        });
    }
    let number = |(n, kind)| Event {
        n: n as u64,
        t: n as u64 * 1_000_000,
        kind,
    };
    kinds.into_iter().enumerate().map(number).collect()
}

fn report() -> PlayReport {
    let verdict = PlayVerdict::Pass;
    PlayReport {
        scenario: "three-clients".to_owned(),
        path: "scenarios/basics/three-clients.toml".into(),
        adapter: "reference".to_owned(),
        seed: 1,
        level: "none".to_owned(),
        elapsed: Duration::ZERO,
        try_number: 1,
        tries: vec![Tried {
            number: 1,
            verdict: verdict.clone(),
            elapsed: Duration::ZERO,
        }],
        verdicts: Verdicts {
            play: verdict,
            checks: Vec::new(),
        },
        searches: Searches::default(),
        used: Vec::new(),
        dir: "three-clients".into(),
    }
}
