//! Report pages that no scenario gives quickly: of many messages, from hostile programs.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use judge::{PlayVerdict, Verdicts};
use report::{Asked, PlayReport, Searches, Tried, page};
use scenario::adapter;
use scenario::plan::{self, Plan, Unsupported};
use timeline::{Direction, Event, Kind, StepId, Stream};
use toml_language::Problems;

/// Why such a page cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The reference adapter or the scenario has problems.
    #[error("{}", .0.render(false))]
    File(Problems),
    /// The file of the scenario holds none.
    #[error("three-clients.toml holds no scenario")]
    Empty,
    /// The reference implementation lacks what the scenario needs.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The page cannot be made.
    #[error("the page cannot be made: {0}")]
    Template(Box<dyn std::error::Error + Send + Sync>),
    /// The page cannot be written.
    #[error("{}: {why}", path.display())]
    Path {
        /// Where it would have been.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

impl From<Problems> for PageError {
    fn from(problems: Problems) -> Self {
        Self::File(problems)
    }
}

/// Writes into `dir` the page of a play in which alice sends so many messages. `root` is that of
/// the workspace.
///
/// # Errors
///
/// When the reference adapter or the scenario is not there, or it cannot be written.
pub fn write(root: &Path, dir: &Path, messages: usize) -> Result<PathBuf, PageError> {
    let bytes = |_: &str, at: u64, len: u64| -> Vec<u8> {
        let bytes = (at..at + len).map(|n| u8::try_from(n % 251).unwrap_or_default());
        bytes.collect()
    };
    let asked = Asked::default();
    let text = page::play(
        &plan(root)?,
        &events(messages),
        &report(),
        (&asked, None),
        &bytes,
    )
    .map_err(|error| PageError::Template(error.into()))?;
    let path = dir.join(format!("{messages}.html"));
    std::fs::write(&path, text).map_err(|why| PageError::Path {
        path: path.clone(),
        why,
    })?;
    Ok(path)
}

fn plan(root: &Path) -> Result<Plan, PageError> {
    let adapter = adapter::load(&root.join("adapters/reference.toml"))?;
    let scenarios = root.join("scenarios");
    let path = scenarios.join("basics/three-clients.toml");
    let scenario = scenario::load(&path, &scenarios)?.into_iter().next();
    let scenario = scenario.ok_or(PageError::Empty)?;
    Ok(plan::build(&scenario, &adapter, 1, &scenarios)?)
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
            open: 0,
        });
        kinds.push(Kind::Line {
            who: "bob".to_owned(),
            stream: Stream::Stdout,
            text: "</span><script>window.owned = 1</script><img src=x onerror=alert(1)>".to_owned(),
            seen: None,
            unfinished: false,
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
            uncovered: Vec::new(),
            refused: Vec::new(),
        },
        searches: Searches::default(),
        steps: Vec::new(),
        used: Vec::new(),
        dir: "three-clients".into(),
    }
}
