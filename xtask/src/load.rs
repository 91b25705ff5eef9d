//! `load`: the same steps by many clients, judged and measured.

use std::time::Duration;

use harness::{self, LoadSettings, SavedRun, Update};
use indicatif::{ProgressBar, ProgressStyle};
use report::load::SavedLoad;
use scenario::plan::{LoadPlan, LoadShape};
use scenario::{Hearing, Scenario};
use stage::Observer;
use timeline::{Kind, StepResult};

use crate::command_error::{CommandError, CommandResult};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, output, saved, staging};

/// What nobody has said.
const CLIENTS: u32 = 50;
const LENGTH: Duration = Duration::from_secs(10);

/// How often a bar moves by itself.
const TICK: Duration = Duration::from_millis(200);

/// Plays a scenario by many clients.
pub(crate) fn run(arguments: &cli::Load, workspace: &Workspace) -> CommandResult {
    let scenario = staging::one(workspace, &arguments.name)?;
    let shape = shape(arguments, &scenario);
    if shape.clients < scenario.clients.len() {
        return Err(CommandError::usage(format!(
            "{} has {} clients, which are one group: `--clients` must be at least that",
            scenario.id,
            scenario.clients.len()
        )));
    }
    let who = staging::implementations(
        workspace,
        &arguments.staging,
        std::slice::from_ref(&scenario),
    )?;
    let context = staging::context(workspace, &arguments.staging, who, Update::Check)?;
    let reports = workspace.reports();
    let dir = staging::run_dir(reports)?;
    let settings = LoadSettings {
        context,
        asked: staging::asked(&arguments.staging),
        scenario,
        shape,
        dir,
    };
    let files = settings.dir.path().to_owned();
    let run = staging::block_on(play(settings)).inspect_err(|_| saved::narrate_files(&files))?;
    if !arguments.json {
        return saved::tell(&run, arguments.verbosity.detail());
    }
    let load = run.load.as_ref().map(SavedLoad::of);
    let text = serde_json::to_string_pretty(&load);
    saved::narrate(&run, arguments.verbosity.detail());
    output::result(&text.map_err(|_| CommandError::harness("the figures are no JSON"))?);
    Ok(run.report.exit_code())
}

fn shape(arguments: &cli::Load, scenario: &Scenario) -> LoadShape {
    let said = scenario.load;
    let clients = arguments.clients.or(said.clients).unwrap_or(CLIENTS);
    let say = arguments.say.map(|say| match say {
        cli::Hearing::Everyone => Hearing::Everyone,
        cli::Hearing::Group => Hearing::Group,
    });
    LoadShape {
        clients: usize::try_from(clients).unwrap_or(usize::MAX),
        length: arguments.length.or(said.length).unwrap_or(LENGTH),
        say: say.or(said.say).unwrap_or(Hearing::Group),
    }
}

async fn play(settings: LoadSettings) -> Result<SavedRun, CommandError> {
    let interrupt = Interrupt::listen(settings.context.cancel.clone())?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(TICK);
    let run = harness::load(settings, |plan| watch(plan, bar.clone())).await;
    bar.finish_and_clear();
    run.map_err(|error| interrupt.command_error(error))
}

/// What a bar shows.
#[derive(Default)]
struct Seen {
    ready: usize,
    held: usize,
    failed: usize,
}

fn watch(plan: &LoadPlan, bar: ProgressBar) -> Observer {
    let (clients, length) = (plan.shape.clients, plan.shape.length);
    let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    let mut seen = Seen::default();
    Box::new(move |event| {
        match &event.kind {
            Kind::Ready { who } if who != "relay" => seen.ready += 1,
            Kind::StepEnded { result, .. } if *result == StepResult::Held => seen.held += 1,
            Kind::StepEnded { .. } => seen.failed += 1,
            Kind::Closing | Kind::Stopping => {}
            _ => return,
        }
        bar.set_message(match &event.kind {
            Kind::Closing => "the last words".to_owned(),
            Kind::Stopping => "everything is stopped and searched".to_owned(),
            _ if seen.held + seen.failed == 0 => format!("{} of {clients} ready", seen.ready),
            _ => format!(
                "{clients} clients for {length:?}: {} steps held, {} did not",
                seen.held, seen.failed
            ),
        });
    })
}
