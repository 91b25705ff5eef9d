//! A whole play against the same done by hand, with the same trivial programs.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use ::harness::{RunContext, RunDir};
use ::stage::bare::BareStage;
use ::stage::{Commands, Pace};
use judge::PlayVerdict;
use report::{Asked, PlayReport};
use scenario::Scenario;

use timeline::Event;
use tokio::task::JoinError;

use super::pin;
use crate::error::BenchError;
use crate::{baseline, setup};
use comparison::{Row, median};

/// Rounds that warm up caches and count for nothing.
const WARM_UP: u32 = 3;

/// Measures both in turns.
///
/// # Errors
///
/// When something cannot be built or played.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    let (context, scenario) = plain(root)?;
    pin(1);
    let reports = setup::scratch()?;
    let runtime = setup::runtime()?;
    let compared = |isolation| compare(&context, &scenario, reports.path(), rounds, isolation);
    let bare = runtime.block_on(compared(Isolation::None))?;
    let isolated = runtime.block_on(compared(Isolation::Same))?;
    let isolation = Row {
        bench: "harness",
        row: "the same by hand, isolated",
        ours: isolated.theirs,
        reference: "by hand",
        theirs: bare.theirs,
        goal: 2.0,
    };
    Ok(vec![bare, isolation])
}

/// The plain pair of the zoo, and what it plays.
///
/// # Errors
///
/// When a file cannot be read, a program was not built, or this machine fails.
pub(crate) fn plain(root: &Path) -> Result<(RunContext, Scenario), BenchError> {
    let scenarios = root.join("zoo/scenarios");
    let scenario = setup::scenario(&scenarios.join("five-messages.toml"), &scenarios)?;
    let adapter = setup::adapter(&root.join("zoo/adapters/plain.toml"))?;
    Ok((setup::context(adapter, scenarios)?, scenario))
}

/// The timeline of a play.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<Event>, BenchError> {
    let text = std::fs::read_to_string(path).map_err(BenchError::path(path))?;
    timeline::read(&text).map_err(BenchError::path(path))
}

/// How what is written by hand starts its programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    None,
    /// Isolated as a play is.
    Same,
}

/// Plays in turns with the program written by hand.
///
/// # Errors
///
/// When something cannot be started or played.
pub(crate) async fn compare(
    context: &RunContext,
    scenario: &Scenario,
    reports: &Path,
    rounds: u32,
    isolation: Isolation,
) -> Result<Row, BenchError> {
    let failed = BenchError::system("play by hand");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds + WARM_UP {
        let by_hand = by_hand(context, reports, isolation)
            .await
            .map_err(&failed)?;
        let staged = staged(context, scenario, reports).await?;
        if round >= WARM_UP {
            theirs.push(by_hand);
            ours.push(staged);
        }
    }
    Ok(Row {
        bench: "harness",
        row: "relay, three clients, five messages",
        ours: median(ours).into(),
        reference: "by hand",
        theirs: median(theirs).into(),
        goal: 3.0,
    })
}

/// One play as `cargo xtask test` plays it, on a task of its own, and what it took.
///
/// # Errors
///
/// When it cannot be played.
pub(crate) async fn played(
    context: &RunContext,
    scenario: &Scenario,
    dir: RunDir,
    asked: Asked,
) -> Result<(PlayReport, Duration), BenchError> {
    let (context, scenario) = (context.clone(), scenario.clone());
    let began = Instant::now();
    let playing = tokio::spawn(async move {
        let commands = (Pace::Full, Commands::none());
        // Nobody watches: who does, has every byte written at once.
        ::harness::demo(&context, &scenario, &dir, &asked, commands, |_, _| None).await
    });
    let report = playing.await;
    let elapsed = began.elapsed();
    let panicked = |error: JoinError| BenchError::Unexpected(error.to_string());
    Ok((report.map_err(panicked)??, elapsed))
}

/// The same by hand, on a task of its own, and what it took.
async fn by_hand(context: &RunContext, dir: &Path, isolation: Isolation) -> io::Result<Duration> {
    let init = context.binaries.get("stage-init").cloned();
    let init = init.ok_or_else(|| io::Error::other("stage-init was not built"))?;
    let (binaries, dir, level) = (context.binaries.clone(), dir.to_owned(), context.level);
    let began = Instant::now();
    let playing = tokio::spawn(async move {
        let stage = match isolation {
            Isolation::None => None,
            Isolation::Same => Some(BareStage::start(level, init).await?),
        };
        let place = baseline::Place {
            binaries: &binaries,
            dir: &dir,
            stage: stage.as_ref(),
        };
        baseline::play(&place).await?;
        match stage {
            Some(stage) => stage.stop().await.map_err(io::Error::other),
            None => Ok(()),
        }
    });
    playing.await.map_err(io::Error::other).flatten()?;
    Ok(began.elapsed())
}

async fn staged(
    context: &RunContext,
    scenario: &Scenario,
    reports: &Path,
) -> Result<Duration, BenchError> {
    let dir = RunDir::create(reports).map_err(BenchError::path(reports))?;
    let (report, elapsed) = played(context, scenario, dir, Asked::default()).await?;
    // The programs encrypt nothing: the search must say so. Anything else is no whole play.
    if report.verdicts.play != PlayVerdict::Plaintext {
        let text = format!(
            "the play to be measured came out as {:?}",
            report.verdicts.play
        );
        return Err(BenchError::Unexpected(text));
    }
    Ok(elapsed)
}
