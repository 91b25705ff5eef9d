//! `try`: what students run at home, a scenario against what they have written.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use harness::{NotOpened, Opened, SETTING};

use crate::command_error::{CommandError, CommandResult};
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
        None => {
            return Err(CommandError::usage(format!(
                "{} has no {OWN}: name an adapter with --adapter, for example the one that you \
                 were given",
                submission.display()
            )));
        }
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
