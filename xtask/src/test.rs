//! `test`: plays scenarios and judges them.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use harness::{self, ManifestScenario, Progress, TestSettings, Times, Update, Wanted};
use indicatif::ProgressBar;
use report::terminal::{self, Detail};
use report::{Asked, Tries};
use tokio::sync::{mpsc, watch};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::github::{self, NoCommands};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{asking, cli, output, saved, staging};

/// How many news of the run may wait to be printed.
const NEWS: usize = 64;

/// Plays what was asked for; one line a scenario, then what failed, then the sum.
pub(crate) fn run(arguments: &cli::Test, workspace: &Workspace) -> CommandResult {
    let mut staging = arguments.staging.clone();
    let (mut limit, mut differential) = (arguments.timeout, arguments.differential);
    let mut wanted = Wanted {
        names: arguments.filters.clone(),
        tags: arguments.tags.clone(),
    };
    if let Some(name) = &arguments.rerun {
        let saved = saved::read(workspace, Some(name))?;
        if saved.manifest.asked.load.is_some() {
            let text = format!("{name} is a load: `cargo xtask load` plays it again");
            return Err(CommandError::usage(text));
        }
        let names = saved.to_repeat().into_iter().map(ManifestScenario::to_type);
        wanted.names = names.collect();
        if wanted.names.is_empty() {
            output::result("nothing to repeat: everything in that run was played and passed");
            return Ok(FINE);
        }
        limit = limit.or(saved.manifest.asked.limit);
        differential = differential.or(saved.manifest.asked.differential);
        staging.adapter = saved.manifest.asked.adapter;
        staging.settings = saved.manifest.asked.settings;
        staging.seed = staging.seed.or(Some(saved.manifest.seed));
        staging.level = staging
            .level
            .or(saved.manifest.asked.level.map(cli::Level::from));
    }
    let scenarios = staging::scenarios(&workspace.scenarios(), &wanted)?;
    let who = staging::implementations(workspace, &staging, &scenarios)?;
    let update = Update::from_environment(arguments.accept, |name| std::env::var(name).ok());
    let context = staging::context(workspace, &staging, who, update)?;
    let reports = workspace.reports();
    let dir = staging::run_dir(reports)?;
    let jobs = arguments
        .jobs
        .or_else(|| available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let balance = arguments.balance.as_deref();
    let balance = balance.map(|name| saved::read(workspace, Some(name)));
    let times = balance.transpose()?.map(|run| Times::of(&run.report));
    let asking = watch::Sender::new(0);
    let settings = TestSettings {
        context,
        asked: Asked {
            tries: match arguments.retries {
                0 => Tries::Each(arguments.repeat.get()),
                more => Tries::Retry(more),
            },
            limit,
            differential,
            ..staging::asked(&staging)
        },
        scenarios,
        shard: arguments.shard,
        times,
        fail_fast: arguments.fail_fast,
        jobs,
        questions: asking.subscribe(),
        dir,
    };
    staging::block_on(play(settings, asking, arguments.verbosity.detail()))
}

async fn play(settings: TestSettings, asking: watch::Sender<u64>, detail: Detail) -> CommandResult {
    let interrupt = Interrupt::listen(settings.context.cancel.clone())?;
    play_until(settings, (asking, interrupt), detail).await
}

/// Plays until it is done or somebody interrupts.
pub(crate) async fn play_until(
    settings: TestSettings,
    (asking, interrupt): (watch::Sender<u64>, Interrupt),
    detail: Detail,
) -> CommandResult {
    let screen = output::screen(&io::stderr(), detail);
    let _keys = asking::listen(asking)?;
    let (dir, asked) = (settings.dir.clone(), settings.asked.clone());
    let no_commands = NoCommands::begin();
    let (progress, news) = mpsc::channel(NEWS);
    let scenarios = settings.scenarios.len();
    let telling = tokio::spawn(tell(news, scenarios, detail));
    let report = harness::test(settings, progress).await;
    let ended = telling.await.unwrap_or_default();
    let report = report.map_err(|error| {
        output::narrate(&format!("{ended} of {scenarios} scenarios finished"));
        saved::narrate_files(dir.path());
        interrupt.command_error(error)
    })?;
    let red = terminal::red(&report, &output::from_here(dir.path()), &asked, screen);
    if !red.is_empty() {
        output::narrate(red.trim_end());
    }
    drop(no_commands);
    github::tell(&report, dir.path(), &asked);
    saved::narrate_places(dir.path(), detail);
    output::result(&terminal::closing(&report, screen));
    Ok(report.exit_code())
}

/// A line for each scenario as it ends, and a bar on a terminal; how many have ended.
async fn tell(mut news: mpsc::Receiver<Progress>, scenarios: usize, detail: Detail) -> usize {
    let mut ended = 0;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(scenarios as u64);
    while let Some(news) = news.recv().await {
        match news {
            Progress::Began(scenario) => bar.set_message(scenario),
            Progress::Slow(scenario, status) => {
                bar.suspend(|| output::narrate(&terminal::slow(&scenario, &status.sentence())));
            }
            Progress::Now(scenario, status) => {
                bar.suspend(|| output::narrate(&terminal::now(&scenario, &status.sentence())));
            }
            Progress::Ended(report) => {
                if detail != Detail::Quiet || report.is_red() {
                    bar.suspend(|| output::narrate(&terminal::play_line(&report)));
                }
                bar.inc(1);
                ended += 1;
            }
        }
    }
    bar.finish_and_clear();
    ended
}
