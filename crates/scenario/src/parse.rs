//! From the text of a file to a scenario.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeTable;

use super::check::Checker;
use super::find::Location;
use super::hostile::RelayDoes;
use super::language::SCENARIO;
use super::load::Load;
use super::matrix::{self, Cell};
use super::model::{Client, Keys, Need};
use super::verbs::{self, Step};
use super::world::World;
use super::{clients, codes, text_file};
use toml_language::{Node, Problem, Problems, walk};

/// One scenario file.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Path in `scenarios/` without the extension, for example `basics/three-clients`.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// One line.
    pub title: String,
    /// What a class takes home; shown at the end of a demo.
    pub lesson: Option<String>,
    /// Why the scenario exists.
    pub about: String,
    /// What it is founded on: sections of `docs/protocol.md`, papers, promises.
    pub cites: Vec<String>,
    /// For `--tag`.
    pub tags: Vec<String>,
    /// What it cannot be played without.
    pub needs: Vec<Need>,
    /// Why it must fail as yet; passing is then a failure.
    pub xfail: Option<String>,
    /// Frame types whose number depends on timing in this scenario.
    pub background: Vec<String>,
    /// In the order of the file: also the order of starting.
    pub clients: Vec<Client>,
    /// Where keys come from.
    pub keys: Keys,
    /// The relay's keep-alive in this scenario, where it is not the adapter's.
    pub keepalive: Option<Duration>,
    /// What its relay does to clients.
    pub does: RelayDoes,
    /// How it is played by many, where the command line does not say.
    pub load: Load,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The client with this name.
    pub fn client(&self, name: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.name == name)
    }
}

/// Reads a scenario file: one scenario, or one for each cell of its matrix. `root` is the directory `scenarios/`: the file's place under it
/// is the scenario's id, and fixtures are searched for there.
pub fn load(path: &Path, root: &Path) -> Result<Vec<Scenario>, Problems> {
    let unreadable = |error| Problems::unreadable(path, codes::SCENARIO.unreadable, &error);
    let place = Location::of(path, root);
    let place =
        place.map_err(|bad| unreadable(io::Error::new(io::ErrorKind::InvalidInput, bad)))?;
    let text = text_file::read(&place.path).map_err(unreadable)?;
    parse(&text, &place.id, &place.path, root)
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
                    "this is not a scenario",
                ));
            }
            Err(Problems::new(path, text, problems))
        }
    }
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
    let late = verbs::first_named_by_join(&nodes);
    for client in &mut clients {
        client.late = late.contains(&client.name);
    }
    checker.world = World::new(
        clients
            .iter()
            .map(|client| (client.name.as_str(), client.late)),
    );
    let steps = verbs::read(&nodes, checker);
    Some(Scenario {
        id: id.to_owned(),
        path: path.to_owned(),
        title: file.owned("title")?,
        lesson: file.owned("lesson"),
        about: file.owned("about").unwrap_or_default(),
        cites: file.owned_texts("cites"),
        tags: file.owned_texts("tags"),
        needs: file
            .texts("needs")
            .iter()
            .filter_map(|word| Need::from_word(word.text))
            .collect(),
        xfail: file.owned("xfail"),
        background: file.owned_texts("background"),
        clients,
        keys: file.word("keys").unwrap_or(Keys::Pool),
        keepalive: file.duration("keepalive"),
        does: RelayDoes::read(file.node("relay").as_ref()),
        load: Load::read(file.node("load").as_ref()),
        steps,
    })
}
