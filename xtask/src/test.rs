//! `test`: plays scenarios and judges them.

use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use chat_harness::report::{PlayReport, terminal};
use chat_harness::run::{self, Progress, RunDir, TestSettings, Tries, Wanted};
use chat_harness::snapshot::Update;
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use crate::cli;
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
        tries: match arguments.retries {
            0 => Tries::Each(arguments.repeat.get()),
            more => Tries::Retry(more),
        },
        limit: arguments.timeout,
        fail_fast: arguments.fail_fast,
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
    for play in report.plays.iter().filter(|play| play.is_red()) {
        let repeat = repeat_command(play, &arguments.staging.adapter);
        output::narrate(&terminal::failure(play, dir.path(), &repeat));
    }
    for line in &report.left {
        output::narrate(line);
    }
    output::result(&terminal::closing(&report));
    Ok(report.exit_code())
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

/// One line that plays it again in the same way.
fn repeat_command(play: &PlayReport, adapter: &str) -> String {
    // Elsewhere an id means nothing.
    let is_ours = play.path.starts_with("scenarios");
    let which = is_ours.then(|| play.scenario.clone());
    let which = which.unwrap_or_else(|| play.path.display().to_string());
    let mut command = format!("cargo xtask test {which} --seed {}", play.seed);
    if adapter != run::REFERENCE {
        command.push_str(&format!(" --adapter {adapter}"));
    }
    command
}
