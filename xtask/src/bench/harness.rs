//! A whole play against the same done by hand, with the same trivial programs.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

pub(super) use harness::{self, Ground, RunDir, Update};
use judge::PlayVerdict;
use report::{Asked, PlayReport};
use scenario::{self, Scenario};
use stage::bare::BareStage;
use stage::{Hand, Pace};

use super::pin;
use super::table::{Row, median};
use crate::cli::Staging;
use crate::staging;
use crate::trouble::Trouble;
use crate::workspace::Workspace;

/// Rounds that warm up caches and count for nothing.
const WARM_UP: u32 = 3;

/// Measures both in turns.
///
/// # Errors
///
/// When something cannot be built or played.
pub(super) fn measure(rounds: u32) -> Result<Vec<Row>, Trouble> {
    let workspace = Workspace::here();
    let wanted = plain(&workspace);
    let who = staging::implementations(&workspace, &wanted, &[])?;
    let mut ground = staging::ground(&workspace, &wanted, who, Update::Check)?;
    ground.scenarios = workspace.zoo_scenarios();
    let scenario = scenario(&workspace)?;
    pin(1);
    let reports = tempfile::tempdir().map_err(|error| Trouble::environment(error.to_string()))?;
    let runtime = staging::runtime()?;
    let compared = |isolation| compare(&ground, &scenario, reports.path(), rounds, isolation);
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

/// The plain pair of the zoo.
pub(super) fn plain(workspace: &Workspace) -> Staging {
    Staging {
        adapter: workspace
            .zoo_adapters()
            .join("plain.toml")
            .display()
            .to_string(),
        settings: Vec::new(),
        seed: Some(1),
        level: None,
    }
}

/// What is played.
///
/// # Errors
///
/// When it cannot be read.
pub(super) fn scenario(workspace: &Workspace) -> Result<Scenario, Trouble> {
    let root = workspace.zoo_scenarios();
    scenario::load(&root.join("five-messages.toml"), &root)
        .map_err(|problems| Trouble::usage(problems.render(false)))?
        .pop()
        .ok_or_else(|| Trouble::harness("a scenario file holds no scenario"))
}

/// How what is written by hand starts its programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    None,
    /// Isolated as a play is.
    Same,
}

/// Plays in turns with the program written by hand.
///
/// # Errors
///
/// When something cannot be started or played.
pub(super) async fn compare(
    ground: &Ground,
    scenario: &Scenario,
    reports: &Path,
    rounds: u32,
    isolation: Isolation,
) -> Result<Row, Trouble> {
    let failed = |error: io::Error| Trouble::environment(error.to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds + WARM_UP {
        let by_hand = by_hand(ground, reports, isolation).await.map_err(failed)?;
        let staged = staged(ground, scenario, reports).await?;
        if round >= WARM_UP {
            theirs.push(by_hand);
            ours.push(staged);
        }
    }
    Ok(Row {
        bench: "harness",
        row: "relay, three clients, five messages",
        ours: median(ours),
        reference: "by hand",
        theirs: median(theirs),
        goal: 3.0,
    })
}

/// One play as `cargo xtask test` plays it, on a task of its own, and what it took.
///
/// # Errors
///
/// When it cannot be played.
pub(super) async fn played(
    ground: &Ground,
    scenario: &Scenario,
    dir: RunDir,
) -> Result<(PlayReport, Duration), Trouble> {
    let (ground, scenario) = (ground.clone(), scenario.clone());
    let began = Instant::now();
    let playing = tokio::spawn(async move {
        let asked = Asked::default();
        let hand = (Pace::Full, Hand::none());
        // Nobody watches: who does, has every byte written at once.
        harness::demo(&ground, &scenario, &dir, &asked, hand, |_, _| None).await
    });
    let report = playing.await;
    let elapsed = began.elapsed();
    let report = report.map_err(|error| Trouble::harness(error.to_string()))?;
    Ok((
        report.map_err(|error| Trouble::harness(error.to_string()))?,
        elapsed,
    ))
}

/// The same by hand, on a task of its own, and what it took.
async fn by_hand(ground: &Ground, dir: &Path, isolation: Isolation) -> io::Result<Duration> {
    let init = ground.binaries.get("stage-init").cloned();
    let init = init.ok_or_else(|| io::Error::other("stage-init was not built"))?;
    let (binaries, dir, level) = (ground.binaries.clone(), dir.to_owned(), ground.level);
    let began = Instant::now();
    let playing = tokio::spawn(async move {
        let stage = match isolation {
            Isolation::None => None,
            Isolation::Same => Some(BareStage::start(level, init).await?),
        };
        let place = floor::Place {
            binaries: &binaries,
            dir: &dir,
            stage: stage.as_ref(),
        };
        floor::play(&place).await?;
        match stage {
            Some(stage) => stage.stop().await.map_err(io::Error::other),
            None => Ok(()),
        }
    });
    playing.await.map_err(io::Error::other).flatten()?;
    Ok(began.elapsed())
}

async fn staged(ground: &Ground, scenario: &Scenario, reports: &Path) -> Result<Duration, Trouble> {
    let dir = RunDir::create(reports).map_err(|error| Trouble::file(reports, &error))?;
    let (report, elapsed) = played(ground, scenario, dir).await?;
    // The programs encrypt nothing: the search must say so. Anything else is no whole play.
    if report.verdicts.play != PlayVerdict::Plaintext {
        let text = format!(
            "the play to be measured came out as {:?}",
            report.verdicts.play
        );
        return Err(Trouble::harness(text));
    }
    Ok(elapsed)
}
