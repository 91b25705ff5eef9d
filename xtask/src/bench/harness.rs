//! A whole play against the same done by hand, with the same trivial programs.

use std::path::Path;
use std::time::{Duration, Instant};

use chat_harness::judge::PlayVerdict;
use chat_harness::report::PlayReport;
use chat_harness::run::{self, Asked, Ground, RunDir};
use chat_harness::scenario::{self, Scenario};
use chat_harness::snapshot::Update;
use chat_harness::stage::{Hand, Pace};

use super::table::{Row, median};
use super::{by_hand, pin};
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
pub(super) fn measure(rounds: u32) -> Result<Row, Trouble> {
    let workspace = Workspace::here();
    let wanted = plain(&workspace);
    let who = staging::implementations(&workspace, &wanted, &[])?;
    let mut ground = staging::ground(&workspace, &wanted, who, Update::Check)?;
    ground.scenarios = workspace.zoo_scenarios();
    let scenario = scenario(&workspace)?;
    pin(1);
    let reports = tempfile::tempdir().map_err(|error| Trouble::environment(error.to_string()))?;
    let runtime = staging::runtime()?;
    runtime.block_on(compare(
        &ground,
        &scenario,
        reports.path(),
        rounds,
        Isolation::None,
    ))
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

/// What the program written by hand makes besides what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    None,
    /// Networks and a PID namespace like those of a play.
    Namespaces,
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
    let failed = |error: std::io::Error| Trouble::environment(error.to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds + WARM_UP {
        let began = Instant::now();
        if isolation == Isolation::Namespaces {
            by_hand::isolate(&ground.binaries).map_err(failed)?;
        }
        let (binaries, dir) = (ground.binaries.clone(), reports.to_owned());
        let play = tokio::spawn(async move { by_hand::play(&binaries, &dir).await });
        play.await
            .map_err(std::io::Error::other)
            .flatten()
            .map_err(failed)?;
        let by_hand = began.elapsed();
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
        run::demo(&ground, &scenario, &dir, &asked, hand, |_, _| None).await
    });
    let report = playing.await;
    let elapsed = began.elapsed();
    let report = report.map_err(|error| Trouble::harness(error.to_string()))?;
    Ok((
        report.map_err(|error| Trouble::harness(error.to_string()))?,
        elapsed,
    ))
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
