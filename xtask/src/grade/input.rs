//! What a class is graded by, and who is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use grading::{Counts, Overrides, Rubric};
use harness::{Found, Wanted};
use scenario::Scenario;
use scenario::adapter::Adapter;
use timeline::Surface;

use super::unreadable;
use crate::command_error::CommandError;
use crate::workspace::Workspace;
use crate::{cli, output, staging};

/// Those that were named, or those beside the rubric.
pub(super) fn overrides(arguments: &cli::Grade) -> Result<Overrides, CommandError> {
    let beside = arguments.rubric.with_file_name("overrides.toml");
    let path = match &arguments.overrides {
        Some(path) => path,
        None if beside.is_file() => &beside,
        None => return Ok(Overrides::default()),
    };
    Overrides::load(path).map_err(|problems| unreadable(&problems))
}

pub(super) fn found(arguments: &cli::Grade) -> Result<Vec<Found>, CommandError> {
    let Some(dir) = &arguments.submissions else {
        return Err(CommandError::usage("say where the submissions are"));
    };
    let found = harness::find_submissions(dir).map_err(|error| CommandError::file(dir, &error))?;
    if found.is_empty() {
        return Err(CommandError::usage(format!(
            "there is no submission in {}: each is a directory or an archive (.zip, .tar.gz)",
            dir.display()
        )));
    }
    harness::all_differ(&found).map_err(|error| CommandError::usage(error.to_string()))?;
    let is_there = |name: &&String| !found.iter().any(|one| one.name == **name);
    if let Some(name) = arguments.only.iter().find(is_there) {
        let names = found.iter().map(|one| one.name.as_str());
        let near = toml_language::suggest::nearest(name, names);
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(CommandError::usage(format!(
            "no submission is called `{name}`{hint}"
        )));
    }
    Ok(found)
}

/// Of everybody, those that are graded here.
pub(super) fn part(found: &mut Vec<Found>, arguments: &cli::Grade) -> Result<(), CommandError> {
    let Some(shard) = arguments.shard else {
        return Ok(());
    };
    found.retain(|one| shard.holds(&one.name));
    if found.is_empty() {
        let text = format!("part {shard} has no submission");
        return Err(CommandError::usage(text));
    }
    Ok(())
}

/// The one scenario of each item.
pub(super) fn scenarios(
    rubric: &Rubric,
    workspace: &Workspace,
) -> Result<BTreeMap<String, Scenario>, CommandError> {
    let here = rubric.path.parent().unwrap_or(Path::new(""));
    let each = rubric.items.iter().map(|item| {
        let beside = here.join(&item.scenario);
        let name = if beside.is_file() {
            beside.display().to_string()
        } else {
            item.scenario.clone()
        };
        let wanted = Wanted {
            names: vec![name],
            tags: Vec::new(),
        };
        let of_item = |why: &str| CommandError::usage(format!("item `{}`: {why}", item.id));
        let mut found = staging::scenarios(&workspace.scenarios(), &wanted)
            .map_err(|error| of_item(&error.text))?;
        match found.len() {
            1 => Ok((item.id.clone(), found.remove(0))),
            many => Err(of_item(&format!(
                "`{}` matches {many} scenarios; name one",
                item.scenario
            ))),
        }
    });
    each.collect()
}

/// The adapter that drives every submission, where the rubric names one.
pub(super) fn shared(
    rubric: &Rubric,
    workspace: &Workspace,
) -> Result<Option<Adapter>, CommandError> {
    let Some(path) = &rubric.adapter else {
        return Ok(None);
    };
    let name = path.display().to_string();
    let shared = staging::adapter(workspace, &name, Path::new(""))?;
    let takes_one = shared.clone().set(harness::SETTING, "");
    takes_one.map_err(|error| CommandError::usage(error.to_string()))?;
    if let Some(warning) = not_searched(rubric, &shared) {
        output::warn(&warning);
    }
    Ok(Some(shared))
}

/// What an adapter keeps from being graded, said before an hour of plays.
fn not_searched(rubric: &Rubric, adapter: &Adapter) -> Option<String> {
    let items = rubric.items.iter();
    let items = items.filter(|item| item.counts != Counts::Behaviour);
    let items: Vec<&str> = items.map(|item| item.id.as_str()).collect();
    let surfaces = Surface::without_control(&adapter.controls);
    let says_less = !items.is_empty() && !surfaces.is_empty();
    says_less.then(|| {
        format!(
            "{} declares no control on {}, so nobody can earn an item that counts what the relay \
             could read ({}); add the controls to its table `[controls]`, or let these items count \
             `behaviour`",
            adapter.path.display(),
            Surface::all_in_words(&surfaces),
            items.join(", ")
        )
    })
}

/// The seed of the course: the same whenever it is gone on with, so that the grades are as well.
/// Grades of another rubric are never mixed with these.
pub(super) fn seed(out: &Path, rubric: &Path, asked: Option<u64>) -> Result<u64, CommandError> {
    let path = out.join("course.txt");
    let rubric = fs::canonicalize(rubric).map_err(|error| CommandError::file(rubric, &error))?;
    let rubric = rubric.display().to_string();
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let mut kept = kept.lines();
    let seed = kept.next().and_then(|line| line.parse().ok());
    if kept.next().is_some_and(|of| of != rubric) {
        return Err(CommandError::usage(format!(
            "{} holds grades of another rubric; write these elsewhere with --out",
            out.display()
        )));
    }
    let seed = asked.or(seed).unwrap_or_else(harness::fresh_seed);
    fs::create_dir_all(out)
        .and_then(|()| fs::write(&path, format!("{seed}\n{rubric}\n")))
        .map_err(|error| CommandError::file(&path, &error))?;
    Ok(seed)
}

/// What overrides name is there: an item that is not would cost somebody points, a submission may have been withdrawn.
pub(super) fn names_are_known(
    rubric: &Rubric,
    overrides: &Overrides,
    found: &[Found],
) -> Result<(), CommandError> {
    for name in overrides.strangers(|name| found.iter().any(|one| one.name == name)) {
        output::warn(&format!(
            "an override names `{name}`, which is not a submission"
        ));
    }
    for (one, worth) in overrides.beyond(rubric) {
        output::warn(&format!(
            "an override gives `{}` {} points for `{}`, which is worth {worth}",
            one.submission, one.points, one.item
        ));
    }
    let mut named = overrides.points.iter().map(|one| one.item.as_str());
    let Some(unknown) = named.find(|item| rubric.item(item).is_none()) else {
        return Ok(());
    };
    let ids = rubric.items.iter().map(|item| item.id.as_str());
    let near = toml_language::suggest::nearest(unknown, ids);
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(CommandError::usage(format!(
        "an override names the item `{unknown}`, which the rubric does not have{hint}"
    )))
}
