//! What every command that plays something needs, gathered in the only order that works:
//! build, then enter a user namespace, then start a runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use harness::{self, RunContext, RunDir, Selection, Update, Wanted};
use report::Asked;
use scenario::Scenario;
use scenario::adapter::{self, Adapter, Program};
use scenario::plan::{self, Action, PlannedStep};
use stage::{EngineError, level, machine_limits};
use timeline::Level;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::command_error::CommandError;
use crate::exit_code::USAGE;
use crate::interrupt;
use crate::workspace::Workspace;
use crate::{binaries, check, cli, output};

/// How long tasks may take to let go of what they hold when the work is done.
const LET_GO: Duration = Duration::from_secs(1);

/// The scenarios that names and tags mean.
///
/// # Errors
///
/// When one of them has problems, which are shown, or when a name or tag means none.
pub(crate) fn scenarios(root: &Path, wanted: &Wanted) -> Result<Vec<Scenario>, CommandError> {
    let found = harness::select(root, wanted).map_err(|error| CommandError::file(root, &error))?;
    let Selection {
        scenarios,
        problems,
        unknown,
        unknown_tags,
    } = found;
    check::unknown(&unknown, &unknown_tags)?;
    if !problems.is_empty() {
        check::show(&problems);
        let text = match problems.len() {
            1 => "1 scenario has errors".to_owned(),
            more => format!("{more} scenarios have errors"),
        };
        return Err(CommandError { code: USAGE, text });
    }
    if scenarios.is_empty() {
        let text = if wanted.names.is_empty() {
            "there are no scenarios; `cargo xtask new scenario NAME` writes one".to_owned()
        } else {
            format!(
                "none of {} has the tag {}; `cargo xtask list` shows them all",
                wanted.names.join(", "),
                wanted.tags.join(" or "),
            )
        };
        return Err(CommandError::usage(text));
    }
    Ok(scenarios)
}

/// The one scenario that a name means.
///
/// # Errors
///
/// As [`scenarios`], and when the name means several.
pub(crate) fn one(workspace: &Workspace, name: &str) -> Result<Scenario, CommandError> {
    let wanted = Wanted {
        names: vec![name.to_owned()],
        tags: Vec::new(),
    };
    let mut found = scenarios(&workspace.scenarios(), &wanted)?;
    if found.len() > 1 {
        return Err(several(workspace, name, &found));
    }
    found
        .pop()
        .ok_or_else(|| CommandError::usage(format!("no scenario is called `{name}`")))
}

/// All scenarios of the one file that a name means.
///
/// # Errors
///
/// As [`scenarios`], and when the name means several files.
pub(crate) fn of_one_file(
    workspace: &Workspace,
    name: &str,
) -> Result<Vec<Scenario>, CommandError> {
    let wanted = Wanted {
        names: vec![name.to_owned()],
        tags: Vec::new(),
    };
    let found = scenarios(&workspace.scenarios(), &wanted)?;
    let files: BTreeSet<&PathBuf> = found.iter().map(|scenario| &scenario.path).collect();
    if files.len() > 1 {
        return Err(several(workspace, name, &found));
    }
    Ok(found)
}

/// What to type for each of them.
fn several(workspace: &Workspace, name: &str, found: &[Scenario]) -> CommandError {
    let each = found.iter().map(|scenario| {
        let path = workspace.shown(&scenario.path);
        report::to_type(&scenario.id, Path::new(&path))
    });
    let each: Vec<String> = each.collect();
    CommandError::usage(format!(
        "`{name}` could be {}; name one of them",
        each.join(", ")
    ))
}

/// The adapter of a run, and those that its scenarios name for single clients.
#[derive(Debug)]
pub(crate) struct Implementations {
    main: Adapter,
    others: BTreeMap<String, Adapter>,
}

impl Implementations {
    /// Who plays these scenarios.
    pub(crate) fn implementations(&self) -> plan::Implementations<'_> {
        let others = self.others.iter();
        plan::Implementations {
            main: &self.main,
            others: others.map(|(name, other)| (name.clone(), other)).collect(),
        }
    }

    /// With the face that people have, where every text that the scenario sends looks the same
    /// in it; as they are elsewhere.
    pub(crate) fn for_people(self, scenario: &Scenario, root: &Path) -> Self {
        let Some(main) = self.main.for_people() else {
            return self;
        };
        let faced = Self {
            main,
            others: self.others.clone(),
        };
        let plan = plan::build(scenario, faced.implementations(), 0, root);
        let is_plain = |step: &PlannedStep| {
            let mut text = step.sent.iter().flat_map(|sent| sent.text.chars());
            !text.any(|letter| letter == '\\' || letter.is_control())
        };
        let all_plain = |step: &PlannedStep| match &step.action {
            Action::All { steps } => steps.iter().all(is_plain),
            _ => is_plain(step),
        };
        match plan {
            Ok(plan) if plan.steps.iter().all(all_plain) => faced,
            _ => self,
        }
    }

    /// Programs of this workspace that they are.
    fn binaries(&self) -> BTreeSet<&str> {
        let all = self.others.values().chain([&self.main]);
        let programs = all.flat_map(|adapter| adapter.programs.values());
        let names = programs.filter_map(|program| match program {
            Program::Cargo(name) => Some(name.as_str()),
            Program::Path(_) => None,
        });
        names.collect()
    }

    /// As reports call the adapter of the run.
    pub(crate) fn name(&self) -> &str {
        &self.main.name
    }
}

/// The implementation as it was asked for, played once.
pub(crate) fn asked(staging: &cli::Staging) -> Asked {
    Asked {
        adapter: staging.adapter.clone(),
        settings: staging.settings.clone(),
        level: staging.level.map(Level::from),
        ..Asked::default()
    }
}

/// The adapter that a name or path means, and all that the scenarios name.
///
/// # Errors
///
/// When one is not there, or has problems, which are shown.
pub(crate) fn implementations(
    workspace: &Workspace,
    asked: &cli::Staging,
    scenarios: &[Scenario],
) -> Result<Implementations, CommandError> {
    let mut main = adapter(workspace, &asked.adapter, Path::new(""))?;
    for (name, value) in &asked.settings {
        main.set(name, value)
            .map_err(|error| CommandError::usage(error.to_string()))?;
    }
    with_main(workspace, main, scenarios)
}

/// This adapter, and all that the scenarios name.
///
/// # Errors
///
/// When one of those is not there, or has problems, which are shown.
pub(crate) fn with_main(
    workspace: &Workspace,
    main: Adapter,
    scenarios: &[Scenario],
) -> Result<Implementations, CommandError> {
    let clients = scenarios.iter().flat_map(|scenario| &scenario.clients);
    let names: BTreeSet<&String> = clients.filter_map(|one| one.adapter.as_ref()).collect();
    let root = workspace.scenarios();
    let others = names
        .into_iter()
        .map(|name| Ok((name.clone(), adapter(workspace, name, &root)?)));
    Ok(Implementations {
        main,
        others: others.collect::<Result<_, CommandError>>()?,
    })
}

/// A name in `adapters/`, or a path taken from a directory.
///
/// # Errors
///
/// When there is none, or when it does not parse; the places of its mistakes are shown.
pub(crate) fn adapter(
    workspace: &Workspace,
    name: &str,
    from: &Path,
) -> Result<Adapter, CommandError> {
    let named = workspace.adapters().join(name).with_extension("toml");
    let path = if named.is_file() {
        named
    } else {
        from.join(name)
    };
    if !path.is_file() {
        let known: Vec<String> = check::adapters(workspace)?
            .iter()
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        return Err(CommandError::usage(format!(
            "no adapter is called `{name}`; choose from {}, or give a path",
            known.join(", ")
        )));
    }
    adapter::load(&path).map_err(|problems| {
        check::show(std::slice::from_ref(&problems));
        CommandError::usage(format!("the adapter {} cannot be read", path.display()))
    })
}

/// Builds, finds the level and enters it. Nothing before this may have started a thread.
///
/// # Errors
///
/// When something does not build, or when this machine cannot reach the level.
pub(crate) fn context(
    workspace: &Workspace,
    staging: &cli::Staging,
    implementations: Implementations,
    update: Update,
) -> Result<RunContext, CommandError> {
    let binaries = binaries::build(workspace, &implementations.binaries())?;
    let level = enter(staging.level, &binaries)?;
    interrupt::hold()?;
    Ok(RunContext {
        scenarios: workspace.scenarios(),
        adapter: Arc::new(implementations.main),
        others: Arc::new(implementations.others),
        binaries,
        seed: staging.seed(),
        level,
        update,
        closed: Vec::new(),
        cancel: CancellationToken::new(),
    })
}

fn enter(
    asked: Option<cli::Level>,
    binaries: &BTreeMap<String, PathBuf>,
) -> Result<Level, CommandError> {
    let missing = || CommandError::harness("stage-init was not built");
    let stage_init = binaries.get("stage-init").ok_or_else(missing)?;
    let failed = |error: EngineError| CommandError::environment(error.to_string());
    let probe = level::probe(stage_init).map_err(failed)?;
    let wanted = asked.map_or(probe.level, Level::from);
    if wanted > probe.level {
        let why = probe.why_not_more.unwrap_or_default();
        return Err(CommandError::environment(format!(
            "this machine does not reach the isolation level {wanted}: {why}; `cargo xtask doctor` says more"
        )));
    }
    level::enter(wanted).map_err(failed)?;
    Ok(wanted)
}

/// The directory of a new run.
///
/// # Errors
///
/// When it cannot be made.
pub(crate) fn run_dir(reports: &Path) -> Result<RunDir, CommandError> {
    let dir = RunDir::create(reports).map_err(|error| CommandError::file(reports, &error))?;
    if let Some(why) = dir.not_latest() {
        output::warn(why);
    }
    Ok(dir)
}

/// Does the work of a command that plays something. When it is done, nobody waits for what may
/// still hold up a thread.
///
/// # Errors
///
/// When the system refuses threads; and those of the work.
pub(crate) fn block_on<T>(
    work: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let failed = |error: EngineError| CommandError::environment(error.to_string());
    machine_limits::prepare().map_err(failed)?;
    let built = Builder::new_multi_thread().enable_all().build();
    let runtime = built
        .map_err(|error| CommandError::environment(format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LET_GO);
    done
}
