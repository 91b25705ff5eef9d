//! From the text of a file to a scenario.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::check::Checker;
use super::language::SCENARIO;
use super::matrix::{self, Cell};
use super::model::{Hearing, Keys, Load, Need, Scenario};
use super::world::World;
use super::{clients, codes, steps};
use crate::Capability;
use toml_language::walk::{self, Node};
use toml_language::{Problem, Problems};

/// Reads a scenario file: one scenario, or one for each cell of its matrix. `root` is the directory `scenarios/`: the file's place below it
/// is the scenario's id, and fixtures are looked for there.
pub fn load(path: &Path, root: &Path) -> Result<Vec<Scenario>, Problems> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problems::unreadable(path, codes::SCENARIO.unreadable, &error))?;
    let below = path.strip_prefix(root).unwrap_or(path).with_extension("");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parse(&text, &parts.join("/"), path, root)
}

/// Reads the text of a scenario file. Every problem is in the answer, those of shape and
/// those of meaning; of a matrix, those of its first bad cell.
pub fn parse(text: &str, id: &str, path: &Path, root: &Path) -> Result<Vec<Scenario>, Problems> {
    let (cells, problems) = matrix::cells(text);
    let mut scenarios = Vec::new();
    for cell in &cells {
        scenarios.push(parse_cell(text, cell, problems.clone(), id, path, root)?);
    }
    Ok(scenarios)
}

fn parse_cell<'i>(
    text: &'i str,
    cell: &Cell<'i>,
    mut problems: Vec<Problem>,
    id: &str,
    path: &Path,
    root: &Path,
) -> Result<Scenario, Problems> {
    let fill = |document: &mut DeTable<'i>| cell.fill(document);
    let (document, of_shape, whole) = walk::read(text, &SCENARIO, &codes::SCENARIO, fill);
    problems.extend(of_shape);
    let mut checker = Checker::new(text, root);
    let id = format!("{id}{}", cell.suffix());
    let scenario = read(&document, &mut checker, &id, path);
    if whole {
        problems.append(&mut checker.problems);
    }
    match scenario {
        Some(scenario) if problems.is_empty() => Ok(scenario),
        Some(_) | None => {
            if problems.is_empty() {
                problems.push(Problem::new(
                    codes::SCENARIO.missing_key,
                    &(0..0),
                    "this is no scenario",
                ));
            }
            Err(Problems::new(path, text, problems))
        }
    }
}

/// Every scenario below `root`, sorted; fixtures and snapshots are none.
pub fn find(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let aside = name.starts_with('.') || matches!(&*name, "fixtures" | "snapshots");
            if path.is_dir() && !aside {
                waiting.push(path);
            } else if path.is_file()
                && path
                    .extension()
                    .is_some_and(|extension| extension == "toml")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(
    document: &DeTable<'_>,
    checker: &mut Checker<'_>,
    id: &str,
    path: &Path,
) -> Option<Scenario> {
    let file = Node::new(document, 0..0);
    let mut clients = clients::read(&file, checker);
    let nodes = file.nodes("steps");
    let late = steps::first_named_by_join(&nodes);
    for client in &mut clients {
        client.late = late.contains(&client.name);
    }
    checker.world = World::new(
        clients
            .iter()
            .map(|client| (client.name.as_str(), client.late)),
    );
    let steps = steps::read(&nodes, checker);
    let texts = |key: &str| {
        file.texts(key)
            .iter()
            .map(|text| text.text.to_owned())
            .collect()
    };
    Some(Scenario {
        id: id.to_owned(),
        path: path.to_owned(),
        title: file.owned("title")?,
        lesson: file.owned("lesson"),
        about: file.owned("about").unwrap_or_default(),
        cites: texts("cites"),
        tags: texts("tags"),
        needs: file
            .texts("needs")
            .iter()
            .filter_map(|word| need(word.text))
            .collect(),
        xfail: file.owned("xfail"),
        background: texts("background"),
        clients,
        keys: match file.text("keys") {
            Some(word) if word.text == "fresh" => Keys::Fresh,
            Some(_) | None => Keys::Pool,
        },
        keepalive: file.duration("keepalive"),
        load: load_of(&file),
        steps,
    })
}

fn load_of(file: &Node<'_, '_>) -> Load {
    let Some(load) = file.node("load") else {
        return Load::default();
    };
    Load {
        clients: load.integer("clients"),
        length: load.duration("for"),
        say: load
            .text("say")
            .and_then(|word| Hearing::from_word(word.text)),
    }
}

fn need(word: &str) -> Option<Need> {
    match word {
        "namespaces" => Some(Need::Namespaces),
        _ => Capability::from_word(word).map(Need::Capability),
    }
}
