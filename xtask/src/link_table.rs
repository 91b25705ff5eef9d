//! `doctor --links`: what programs meet through a tap, beside what they meet without one.

use stage::level;
use stage::link_table::{self, Compared};

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{FAILED, FINE};
use crate::output::{self, BAD, GOOD};
use crate::workspace::Workspace;
use crate::{binaries, staging};

/// Tries every behaviour both ways; a line for each, and what differs with its sentence.
pub(crate) fn run() -> CommandResult {
    let built = binaries::build_all(&Workspace::here())?;
    let stage_init = built
        .get("stage-init")
        .ok_or_else(|| CommandError::harness("stage-init was not built"))?;
    let failed = |error: stage::EngineError| CommandError::environment(error.to_string());
    let level = level::probe(stage_init).map_err(failed)?.level;
    level::enter(level).map_err(failed)?;
    let compared = link_table::compare(level, stage_init.clone());
    let rows = staging::block_on(async { compared.await.map_err(failed) })?;
    for row in &rows {
        output::result(&line(row));
    }
    let alike = rows.iter().filter(|row| row.is_alike()).count();
    let unknown = rows.iter().filter(|row| !row.is_known()).count();
    output::result(&format!(
        "{alike} alike, {} with a known difference, {unknown} with an unknown one, at level {level}",
        rows.len() - alike - unknown
    ));
    Ok(if unknown == 0 { FINE } else { FAILED })
}

fn line(row: &Compared) -> String {
    let Compared {
        what,
        directly,
        through_tap,
        difference,
    } = row;
    if row.is_alike() {
        return format!("{GOOD}✔{GOOD:#} {what}: {directly}");
    }
    let both = format!("{what}: {directly}; through a tap: {through_tap}");
    match difference {
        Some(difference) => format!("≠ {both}\n    {difference}"),
        None => format!("{BAD}✘ {both}{BAD:#}"),
    }
}
