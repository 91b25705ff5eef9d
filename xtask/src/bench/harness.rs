//! A whole play against the same done by hand, with the same trivial programs.

use std::path::Path;
use std::time::{Duration, Instant};

use chat_harness::judge::PlayVerdict;
use chat_harness::run::{self, Ground, RunDir};
use chat_harness::scenario::{self, Scenario};
use chat_harness::snapshot::Update;
use chat_harness::stage::Pace;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::by_hand;
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
pub(super) fn measure(rounds: u32) -> Result<Row, Trouble> {
    let workspace = Workspace::here();
    let plain = workspace.zoo_adapters().join("plain.toml");
    let wanted = Staging {
        adapter: plain.display().to_string(),
        settings: Vec::new(),
        seed: Some(1),
        level: None,
    };
    let who = staging::implementations(&workspace, &wanted, &[])?;
    let root = workspace.zoo_scenarios();
    let path = root.join("five-messages.toml");
    let scenario = scenario::load(&path, &root)
        .map_err(|problems| Trouble::usage(problems.render(false)))?
        .pop()
        .ok_or_else(|| Trouble::harness("a scenario file holds no scenario"))?;
    let mut ground = staging::ground(&workspace, &wanted, who, Update::Check)?;
    ground.scenarios = root;
    pin();
    let reports = tempfile::tempdir().map_err(|error| Trouble::environment(error.to_string()))?;
    let runtime = staging::runtime()?;
    runtime.block_on(compare(&ground, &scenario, reports.path(), rounds))
}

async fn compare(
    ground: &Ground,
    scenario: &Scenario,
    reports: &Path,
    rounds: u32,
) -> Result<Row, Trouble> {
    let failed = |error: std::io::Error| Trouble::environment(error.to_string());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds + WARM_UP {
        let began = Instant::now();
        by_hand::play(&ground.binaries, reports)
            .await
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

async fn staged(ground: &Ground, scenario: &Scenario, reports: &Path) -> Result<Duration, Trouble> {
    let dir = RunDir::create(reports).map_err(|error| Trouble::file(reports, &error))?;
    let began = Instant::now();
    let played = run::demo(ground, scenario, &dir, Pace::Full, |_, _| Box::new(|_| {})).await;
    let elapsed = began.elapsed();
    let report = played.map_err(|error| Trouble::harness(error.to_string()))?;
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

/// Puts everything on one processor, so that the two do not differ by where they run. Where
/// the system refuses, medians still tell.
fn pin() {
    let Ok(allowed) = sched_getaffinity(None) else {
        return;
    };
    if let Some(first) = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)) {
        let mut one = CpuSet::new();
        one.set(first);
        sched_setaffinity(None, &one).ok();
    }
}
