//! Whether long scenarios take longer by their length alone: eight times the steps, beside eight
//! times the time.

use std::path::Path;
use std::time::{Duration, Instant};

use ::harness::RunDir;
use report::Asked;
use scenario::Scenario;

use super::harness::played;
use crate::error::BenchError;
use crate::setup;
use comparison::{Row, median};

const STEPS: usize = 1000;

/// So many times longer is the long one.
const TIMES: u32 = 8;

/// The long one may take so much longer than that.
const GOAL: f64 = 1.5;

/// Reads and plays a short scenario and a long one in turns: planned, played, judged, and with its
/// page.
///
/// # Errors
///
/// When something cannot be built or played.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    let zoo = root.join("zoo");
    let adapter = setup::adapter(&zoo.join("adapters/plain.toml"))?;
    let context = setup::context(adapter, zoo.join("scenarios"))?;
    let reports = setup::scratch()?;
    let runtime = setup::runtime()?;
    let (mut short, mut long) = (Taken::default(), Taken::default());
    for _ in 0..rounds {
        for (steps, taken) in [(STEPS, &mut short), (STEPS * TIMES as usize, &mut long)] {
            let (scenario, read) = of(steps, root)?;
            let dir = RunDir::create(reports.path()).map_err(BenchError::path(reports.path()))?;
            let (_, played) =
                runtime.block_on(played(&context, &scenario, dir, Asked::default()))?;
            taken.reading.push(read);
            taken.playing.push(played);
        }
    }
    let row = |row, long, short| Row {
        bench: "length",
        row,
        ours: median(long).into(),
        reference: "8 × 1 000",
        theirs: (median(short) * TIMES).into(),
        goal: GOAL,
    };
    Ok(vec![
        row("8 000 steps, read", long.reading, short.reading),
        row(
            "8 000 steps, played and judged",
            long.playing,
            short.playing,
        ),
    ])
}

/// What each round took.
#[derive(Default)]
struct Taken {
    reading: Vec<Duration>,
    playing: Vec<Duration>,
}

/// A scenario of so many messages, and how long it took to read it.
fn of(steps: usize, root: &Path) -> Result<(Scenario, Duration), BenchError> {
    let steps: String = (0..steps)
        .map(|n| format!("[[steps]]\nsay = {{ from = \"alice\", text = \"turn {n}\" }}\n"))
        .collect();
    let text = format!("title = \"long\"\nclients = [\"alice\", \"bob\"]\n{steps}");
    let began = Instant::now();
    let scenario = setup::parse(&text, root)?;
    Ok((scenario, began.elapsed()))
}
