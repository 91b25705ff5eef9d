//! `test`: plays scenarios and judges them.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use chat_harness::report::{self, PlayReport, terminal};
use chat_harness::run::{self, Progress, RunDir, RunReport, TestSettings, Wanted};
use chat_harness::snapshot::Update;
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use crate::cli;
use crate::exit_code::FAILED;
use crate::interrupt::Interrupt;
use crate::output;
use crate::staging;
use crate::trouble::{Ran, Trouble};
use crate::workspace::Workspace;

/// How many news of the run may wait to be printed.
const NEWS: usize = 64;

/// Plays what was asked for; one line a scenario, then what failed, then the sum.
pub(crate) fn run(arguments: &cli::Test) -> Ran {
    let workspace = Workspace::here();
    let wanted = Wanted {
        names: arguments.filters.clone(),
        tags: arguments.tags.clone(),
    };
    let scenarios = staging::scenarios(&workspace.scenarios(), &wanted)?;
    let who = staging::implementations(&workspace, &arguments.staging.adapter, &scenarios)?;
    let update = Update::from_environment(arguments.accept, |name| std::env::var(name).ok());
    let ground = staging::ground(&workspace, &arguments.staging, who, update)?;
    let reports = workspace.reports();
    let dir = RunDir::create(&reports).map_err(|error| Trouble::file(&reports, &error))?;
    let jobs = arguments
        .jobs
        .or_else(|| available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let settings = TestSettings {
        ground,
        scenarios,
        repeat: arguments.repeat.get(),
        jobs,
        dir,
    };
    staging::runtime()?.block_on(play(settings, arguments))
}

async fn play(settings: TestSettings, arguments: &cli::Test) -> Ran {
    let interrupt = Interrupt::listen(settings.ground.cancel.clone())?;
    let dir = settings.dir.clone();
    let (progress, news) = mpsc::channel(NEWS);
    let telling = tokio::spawn(tell(news, settings.scenarios.len()));
    let report = run::test(settings, progress).await;
    drop(telling.await);
    let report = report.map_err(|error| interrupt.trouble(error))?;
    write(&dir, &report.plays)?;
    for play in report.plays.iter().filter(|play| is_red(play)) {
        output::narrate(&terminal::failure(play, &repeat_command(play, arguments)));
    }
    let left = leftovers(&report);
    for line in &left {
        output::narrate(line);
    }
    output::result(&terminal::closing(&report.plays, report.elapsed));
    let code = report::exit_code(&report.plays);
    Ok(if code == 0 && !left.is_empty() {
        FAILED
    } else {
        code
    })
}

/// A line for each scenario as it ends, and a bar on a terminal.
async fn tell(mut news: mpsc::Receiver<Progress>, scenarios: usize) {
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(scenarios as u64);
    while let Some(news) = news.recv().await {
        match news {
            Progress::Began(scenario) => bar.set_message(scenario),
            Progress::Ended(report) => {
                bar.suspend(|| output::narrate(&terminal::play_line(&report)));
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
}

/// The run's own files: for programs, and for CI.
fn write(dir: &RunDir, plays: &[PlayReport]) -> Result<(), Trouble> {
    let junit = report::junit::document(plays)
        .map_err(|error| Trouble::harness(format!("cannot write JUnit: {error}")))?;
    let json = format!("{:#}\n", report::json::result(plays));
    for (name, text) in [("result.json", json), ("junit.xml", junit)] {
        let path = dir.path().join(name);
        std::fs::write(&path, text).map_err(|error| Trouble::file(&path, &error))?;
    }
    Ok(())
}

/// What must not be left: processes, and snapshots of nothing or without a decision.
fn leftovers(report: &RunReport) -> Vec<String> {
    let orphans = report.orphans.iter().map(|orphan| {
        format!(
            "ORPHAN {} (pid {}) survived its play; killed",
            orphan.command, orphan.pid
        )
    });
    let orphaned = report.leftovers.orphaned.iter().map(|path| {
        format!(
            "{}: snapshot of a scenario that is not there; remove it",
            path.display()
        )
    });
    let pending = report.leftovers.pending.iter().map(|path| {
        format!(
            "{}: waits for a decision: cargo insta review, or --accept",
            path.display()
        )
    });
    orphans.chain(orphaned).chain(pending).collect()
}

fn is_red(play: &PlayReport) -> bool {
    report::exit_code(std::slice::from_ref(play)) != 0
}

/// One line that plays it again in the same way.
fn repeat_command(play: &PlayReport, arguments: &cli::Test) -> String {
    let mut command = format!("cargo xtask test {} --seed {}", play.scenario, play.seed);
    if arguments.staging.adapter != run::REFERENCE {
        command.push_str(&format!(" --adapter {}", arguments.staging.adapter));
    }
    command
}
