//! `try`: what students run at home, a scenario against what they have written.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use harness::{Discovery, NotOpened, Opened, SETTING, TestSettings, Update, Wanted, Watching};
use stage::EngineError;
use timeline::visible;
use tokio::sync::watch;

use crate::command_error::{CommandError, CommandResult};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, staging, test};

/// The adapter that a directory brings.
const OWN: &str = "adapter.toml";

/// Plays it as `test` does.
pub(crate) fn run(arguments: &cli::Try, workspace: &Workspace) -> CommandResult {
    let submission = &arguments.submission;
    let real = fs::canonicalize(submission);
    let real = real.map_err(|error| CommandError::file(submission, &error))?;
    let temporary = std::env::temp_dir();
    let unpacked = tempfile::tempdir().map_err(|error| CommandError::file(&temporary, &error))?;
    let opened = Opened::open(&real, unpacked.path()).map_err(|why| match why {
        NotOpened::Theirs(why) => CommandError::usage(why),
        NotOpened::Ours(why) => CommandError::environment(why),
    })?;
    let own = opened.dir().join(OWN);
    let adapter = match &arguments.adapter {
        Some(adapter) => adapter.clone(),
        None if own.is_file() => own.display().to_string(),
        None => return proposed(arguments, workspace, opened.dir()),
    };
    let known = staging::adapter(workspace, &adapter, Path::new(""))?;
    let takes_one = known.settings.contains_key(SETTING);
    let dir = opened.dir().display().to_string();
    let setting = takes_one.then(|| (SETTING.to_owned(), dir));
    let asked = cli::Test {
        filters: vec![arguments.scenario.clone()],
        tags: Vec::new(),
        repeat: NonZeroU32::MIN,
        retries: 0,
        timeout: None,
        shard: None,
        balance: None,
        rerun: None,
        fail_fast: false,
        jobs: None,
        accept: false,
        differential: None,
        verbosity: arguments.verbosity,
        staging: cli::Staging {
            adapter,
            settings: setting.into_iter().collect(),
            seed: arguments.seed,
            level: arguments.level,
        },
    };
    test::run(&asked, workspace)
}

/// Finds out how its programs are driven, and plays it then.
fn proposed(arguments: &cli::Try, workspace: &Workspace, dir: &Path) -> CommandResult {
    let wanted = Wanted {
        names: vec![arguments.scenario.clone()],
        tags: Vec::new(),
    };
    let scenarios = staging::scenarios(&workspace.scenarios(), &wanted)?;
    let failed = |error: EngineError| CommandError::environment(error.to_string());
    let unknown = harness::unknown_adapter().map_err(failed)?;
    let mut asked = cli::Staging {
        adapter: unknown.name.clone(),
        settings: Vec::new(),
        seed: arguments.seed,
        level: arguments.level,
    };
    let who = staging::with_main(workspace, unknown, &scenarios)?;
    let mut context = staging::context(workspace, &asked, who, Update::Check)?;
    let run = staging::run_dir(workspace.reports())?;
    staging::block_on(async {
        let interrupt = Interrupt::listen(context.cancel.clone())?;
        let watching = Watching {
            submission: dir,
            dir: &run,
            place: Path::new("watched"),
        };
        let found = harness::propose(&context, watching).await;
        let proposed = match found.map_err(|error| interrupt.command_error(error))? {
            Discovery::Works(proposed) => proposed,
            Discovery::DoesNotBuild(why) => {
                return Err(CommandError::usage(format!("it does not build: {why}")));
            }
            Discovery::Fails { why, .. } => return Err(no_adapter(&why)),
        };
        let adapter = harness::proposed_adapter(&proposed.proposal, watching).map_err(failed)?;
        asked.adapter = adapter.path.display().to_string();
        context.adapter = Arc::new(adapter);
        let asking = watch::Sender::new(0);
        let settings = TestSettings {
            context,
            asked: staging::asked(&asked),
            scenarios,
            shard: None,
            times: None,
            fail_fast: false,
            jobs: 1,
            questions: asking.subscribe(),
            dir: run.clone(),
        };
        test::play_until(settings, (asking, interrupt), arguments.verbosity.detail()).await
    })
}

fn no_adapter(why: &[String]) -> CommandError {
    let why = why.first().map(|why| visible(why)).unwrap_or_default();
    CommandError::usage(format!(
        "it has no {OWN}, and none was found that lets its clients talk: {why}; name one with \
         --adapter, for example the one that you were given"
    ))
}
