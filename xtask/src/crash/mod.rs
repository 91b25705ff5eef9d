//! `crash`: relay and clients die again and again, and nothing that was accepted is lost.
//!
//! Two forms: killed from outside at any moment, and ended by themselves at each of the points that
//! `crash-test` lists.

mod cast;
mod luck;
mod points;
mod program;

use std::collections::BTreeSet;
use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

use self::cast::{Cast, Programs};
use self::luck::Luck;
use self::program::Who;
use crate::binaries;
use crate::cli;
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::output;
use crate::workspace::Workspace;

/// Texts that each client is given before each kill.
const TEXTS: u64 = 8;

/// Kills and crashes as often as it is asked to; a line for each of the two forms, and one for each fault.
pub(crate) fn run(arguments: &cli::Crash, workspace: &Workspace) -> CommandResult {
    let names = BTreeSet::from(["chat-server", "chat-client"]);
    let built = binaries::build(workspace, &names)?;
    let missing = |name: &str| CommandError::harness(format!("{name} was not built"));
    let path = |name: &str| built.get(name).cloned().ok_or_else(|| missing(name));
    let programs = Programs {
        relay: path("chat-server")?,
        client: path("chat-client")?,
        keys: workspace.root().join("scenarios/fixtures/keys"),
    };
    without_core_files();
    let chosen = (arguments.point, arguments.seeds);
    let (played, mut faults) = points::play(&programs, chosen, arguments.seed);
    output::result(&format!(
        "{played} crashes at points, {} faults",
        faults.len()
    ));
    if arguments.kills > 0 {
        let by_kills = play(&programs, arguments.kills, arguments.seed);
        let stopped = |error: io::Error| vec![format!("kills, seed {}: {error}", arguments.seed)];
        faults.extend(by_kills.unwrap_or_else(stopped));
    }
    for fault in &faults {
        output::result(fault);
    }
    Ok(if faults.is_empty() { FINE } else { FAILED })
}

/// What dies at a point aborts, and holds keys.
fn without_core_files() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where it cannot be set, nothing else depends on it.
    setrlimit(Resource::Core, none).ok();
}

/// Kills somebody at any moment, so many times. The faults.
fn play(programs: &Programs, kills: u32, seed: u64) -> io::Result<Vec<String>> {
    let mut cast = Cast::new(programs, Luck::new(seed))?;
    let mut killed = Vec::new();
    cast.start_missing()?;
    for _ in 0..kills {
        let victim = match cast.luck.draw(3) {
            0 => Who::Relay,
            1 => Who::Alice,
            _ => Who::Bob,
        };
        let lines = cast.luck.draw(4 * TEXTS);
        cast.talk(TEXTS);
        cast.send_file()?;
        for _ in 0..lines {
            cast.hear("the texts of this round")?;
        }
        cast.kill(victim)?;
        killed.push(victim);
        cast.start_missing()?;
    }
    cast.finish()?;
    let faults = cast.faults();
    let texts = cast.histories.values();
    let (mut typed, mut accepted, mut remembered) = (0, 0, 0);
    for history in texts {
        typed += history.typed;
        accepted += history.accepted.len();
        remembered += history.remembered.len();
    }
    output::result(&format!(
        "{kills} kills ({}), {typed} texts typed, {accepted} accepted, {remembered} remembered, \
         {} files sent, {} there, {} faults",
        cast::counts(&killed),
        cast.files.sent.len(),
        cast.files.found.len(),
        faults.len(),
    ));
    Ok(faults)
}
