//! A saved run that somebody else has sent: its names are parsed, not trusted.

use std::fs;
use std::path::{Component, Path};

use super::{RunDir, SavedError};
use report::PlayReport;
use scenario::plan::Plan;
use timeline::Event;

/// The files of a play are under its run: neither a path nor a link leads elsewhere.
pub(super) fn stays_inside(
    run: &Path,
    play: &PlayReport,
    scenario: &str,
) -> Result<(), SavedError> {
    let own = RunDir::relative(scenario);
    let rest = play.dir.strip_prefix(&own).map(Path::components);
    let is_own = rest.is_ok_and(|mut rest| match (rest.next(), rest.next()) {
        (None, _) => true,
        (Some(Component::Normal(attempt)), None) => attempt
            .to_str()
            .is_some_and(|name| name.starts_with("try-")),
        _ => false,
    });
    let leads_out = |path: &Path| match (fs::canonicalize(run), fs::canonicalize(path)) {
        (Ok(run), Ok(path)) => !path.starts_with(run),
        // What is not there leads nowhere.
        _ => false,
    };
    if own.as_os_str().is_empty() || !is_own || leads_out(&run.join(&play.dir)) {
        return Err(SavedError::Outside {
            run: run.to_owned(),
            path: play.dir.clone(),
        });
    }
    Ok(())
}

/// Participants' names are parts of file names: none is a path.
pub(super) fn names(dir: &Path, plan: &Plan, events: &[Event]) -> Result<(), SavedError> {
    let clients = plan.clients.iter().map(|client| client.name.as_str());
    let is_name = |name: &str| {
        let mut parts = Path::new(name).components();
        matches!(parts.next(), Some(Component::Normal(part)) if part == name)
            && !name.contains('\0')
    };
    let of_events = events.iter().filter_map(|event| event.kind.participant());
    match clients.chain(of_events).find(|name| !is_name(name)) {
        None => Ok(()),
        Some(name) => Err(SavedError::BadName {
            path: dir.to_owned(),
            name: name.to_owned(),
        }),
    }
}
