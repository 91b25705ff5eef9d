//! What every measured play needs, in the only order that works: find the programs, enter a user
//! namespace, then start a runtime.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::harness::{RunContext, Update};
use ::stage::level;
use scenario::Scenario;
use scenario::adapter::{self, Adapter};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::error::BenchError;

/// Every measured play has the same seed: its times are to differ by the machine alone.
const SEED: u64 = 1;

/// The programs that plays start. Cargo puts them beside this one.
const PROGRAMS: [&str; 5] = [
    "chat-client",
    "chat-server",
    "plain-client",
    "plain-relay",
    "stage-init",
];

/// Enters the strongest isolation that works here. Nothing before this may have started a thread.
///
/// # Errors
///
/// When a program was not built, or this machine fails.
pub(crate) fn context(adapter: Adapter, scenarios: PathBuf) -> Result<RunContext, BenchError> {
    let binaries = programs()?;
    let init = binaries.get("stage-init").cloned().unwrap_or_default();
    let level = level::probe(&init)?.level;
    level::enter(level)?;
    Ok(RunContext {
        scenarios,
        adapter: Arc::new(adapter),
        others: Arc::default(),
        binaries,
        seed: SEED,
        level,
        update: Update::Check,
        closed: Vec::new(),
        cancel: CancellationToken::new(),
    })
}

fn programs() -> Result<BTreeMap<String, PathBuf>, BenchError> {
    let this = std::env::current_exe().map_err(BenchError::system("find this program"))?;
    let named = |name: &str| {
        let path = this.with_file_name(name);
        if path.is_file() {
            Ok((name.to_owned(), path))
        } else {
            Err(BenchError::NotBuilt(path))
        }
    };
    PROGRAMS.into_iter().map(named).collect()
}

/// An adapter of this workspace.
pub(crate) fn adapter(path: &Path) -> Result<Adapter, BenchError> {
    adapter::load(path).map_err(BenchError::File)
}

/// The first scenario of a file.
pub(crate) fn scenario(path: &Path, root: &Path) -> Result<Scenario, BenchError> {
    first(scenario::load(path, root).map_err(BenchError::File)?)
}

/// The first scenario of a text.
pub(crate) fn parse(text: &str, root: &Path) -> Result<Scenario, BenchError> {
    let parsed = scenario::parse(text, "bench", Path::new("bench.toml"), root);
    first(parsed.map_err(BenchError::File)?)
}

fn first(scenarios: Vec<Scenario>) -> Result<Scenario, BenchError> {
    let none = || BenchError::Unexpected("a scenario file holds no scenario".to_owned());
    scenarios.into_iter().next().ok_or_else(none)
}

/// The runtime of a measurement, with all processors that it may use.
pub(crate) fn runtime() -> Result<Runtime, BenchError> {
    let built = Builder::new_multi_thread().enable_all().build();
    built.map_err(BenchError::system("start the runtime"))
}

/// A directory for runs, removed at the end.
pub(crate) fn scratch() -> Result<tempfile::TempDir, BenchError> {
    tempfile::tempdir().map_err(BenchError::system("make a temporary directory"))
}
