//! `zoo`: every leak of the chat in the zoo is played, and must be caught for what it is.

mod outcome;
mod table;

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::thread::available_parallelism;

use harness::{self, RunContext, RunDir, Update, Variant, Wanted};
use indicatif::ProgressBar;
use report::PlayReport;
use scenario::Scenario;
use scenario::adapter;
use timeline::{self, Kind};
use tokio::sync::mpsc;
use zoo_faults::{Expected, Fault};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, output, staging};
use outcome::Outcome;
use table::Row;
pub(crate) use table::page;

/// Pairs of plays that are compared, at least.
const PAIRS: NonZeroU32 = NonZeroU32::new(3).expect("it is 3");

/// How many reports may wait to be counted.
const NEWS: usize = 64;

/// Plays the faults that were asked for, or all; one line each, then the sum.
pub(crate) fn run(arguments: &cli::Zoo, workspace: &Workspace) -> CommandResult {
    let mut faults = chosen(&arguments.names)?;
    if arguments.quick {
        faults.retain(|fault| !fault.takes_long());
    }
    let asked = cli::Staging {
        adapter: leaky(workspace),
        settings: Vec::new(),
        seed: arguments.seed,
        level: arguments.level,
    };
    let variants = variants(workspace, &asked, &faults)?;
    let who = staging::implementations(workspace, &asked, &[])?;
    let context = staging::context(workspace, &asked, who, Update::Check)?;
    let reports = workspace.reports().join("zoo");
    let dir = RunDir::create(&reports).map_err(|error| CommandError::file(&reports, &error))?;
    let jobs = arguments
        .jobs
        .or_else(|| available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let played = staging::block_on(play(&context, variants, jobs, &dir));
    let (plays, left) = played?;
    for sentence in &left {
        output::narrate(sentence);
    }
    let rows = rows(&faults, &plays, dir.path())?;
    for row in &rows {
        let line = if arguments.json {
            row.json()
        } else {
            row.line()
        };
        output::result(&line);
    }
    output::narrate(&format!("files: {}", dir.path().display()));
    if !arguments.json {
        output::result(&table::sum(&rows));
    }
    let is_fine = left.is_empty() && rows.iter().all(|row| row.outcome.is_right());
    Ok(if is_fine { FINE } else { FAILED })
}

/// The adapter that plays most of them.
pub(crate) fn leaky(workspace: &Workspace) -> String {
    adapter(workspace, "leaky")
}

fn adapter(workspace: &Workspace, name: &str) -> String {
    let path = workspace.zoo_adapters().join(name).with_extension("toml");
    path.display().to_string()
}

fn chosen(names: &[String]) -> Result<Vec<Fault>, CommandError> {
    if names.is_empty() {
        let (faults, others): (Vec<Fault>, Vec<Fault>) =
            Fault::all().partition(|fault| fault.needs().is_none_or(is_here));
        for fault in others {
            let needed = fault.needs().unwrap_or_default();
            output::narrate(&format!("skipped {fault}: {needed} is not on PATH"));
        }
        return Ok(faults);
    }
    let named = names.iter().map(|name| Fault::named(name));
    named
        .collect::<Result<_, _>>()
        .map_err(|unknown| CommandError::usage(unknown.to_string()))
}

/// Whether a program can be found by its name where participants are started from.
fn is_here(program: &str) -> bool {
    stage::programs::on_path(Path::new(program)).is_some()
}

fn variants(
    workspace: &Workspace,
    staging: &cli::Staging,
    faults: &[Fault],
) -> Result<Vec<Variant>, CommandError> {
    faults
        .iter()
        .map(|fault| {
            let path = adapter(workspace, fault.adapter());
            let unreadable =
                |_| CommandError::usage(format!("{path} cannot be read; `cargo xtask check`"));
            let mut adapter = adapter::load(Path::new(&path)).map_err(unreadable)?;
            let mut asked = staging::asked(staging);
            asked.adapter.clone_from(&path);
            asked.settings.push(("fault".to_owned(), fault.name()));
            adapter
                .set("fault", &fault.name())
                .map_err(|error| CommandError::usage(error.to_string()))?;
            // Where a single play says what is wrong, others say no more.
            let needs_others = matches!(
                fault.expected(),
                Expected::Distinguishable(_) | Expected::Passes
            );
            asked.differential = needs_others.then_some(PAIRS);
            Ok(Variant {
                name: fault.name(),
                scenario: scenario(workspace, fault.scenario())?,
                adapter,
                asked,
            })
        })
        .collect()
}

fn scenario(workspace: &Workspace, name: &str) -> Result<Scenario, CommandError> {
    let wanted = Wanted {
        names: vec![name.to_owned()],
        tags: Vec::new(),
    };
    let found = staging::scenarios(&workspace.zoo_scenarios(), &wanted)?;
    let exact = found.into_iter().find(|scenario| scenario.id == name);
    exact.ok_or_else(|| CommandError::usage(format!("the zoo has no scenario {name}")))
}

async fn play(
    context: &RunContext,
    variants: Vec<Variant>,
    jobs: usize,
    dir: &RunDir,
) -> Result<(Vec<PlayReport>, Vec<String>), CommandError> {
    let interrupt = Interrupt::listen(context.cancel.clone())?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(variants.len() as u64);
    let (ended, mut news) = mpsc::channel::<PlayReport>(NEWS);
    let counting = bar.clone();
    let telling = tokio::spawn(async move {
        while let Some(report) = news.recv().await {
            counting.set_message(report.scenario);
            counting.inc(1);
        }
    });
    let played = harness::variants(context, variants, jobs, dir, &ended).await;
    drop(ended);
    drop(telling.await);
    bar.finish_and_clear();
    played.map_err(|error| interrupt.command_error(error))
}

fn rows(faults: &[Fault], plays: &[PlayReport], dir: &Path) -> Result<Vec<Row>, CommandError> {
    let pairs = faults.iter().zip(plays);
    pairs
        .map(|(fault, play)| {
            let findings = findings(&dir.join(&play.dir).join("timeline.jsonl"))?;
            Ok(Row {
                fault: *fault,
                outcome: Outcome::of(fault.expected(), &play.verdicts, &findings),
                elapsed: play.elapsed,
            })
        })
        .collect()
}

/// What was found in a play.
fn findings(path: &Path) -> Result<Vec<Kind>, CommandError> {
    let events = std::fs::read_to_string(path).and_then(|text| timeline::read(&text));
    let events = events.map_err(|error| CommandError::file(path, &error))?;
    let kinds = events.into_iter().map(|event| event.kind);
    Ok(kinds
        .filter(|kind| matches!(kind, Kind::Finding { .. }))
        .collect())
}
