//! Which crates a program links, and where their sources lie: cargo knows both.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// A crate of somebody else that a program links.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Linked {
    pub(crate) name: String,
    pub(crate) version: String,
    /// As it says of itself.
    pub(crate) licence: String,
    pub(crate) authors: Vec<String>,
    /// Where its sources lie.
    pub(crate) folder: PathBuf,
}

/// What cargo says of a package.
#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    /// Nothing for what lies in the workspace.
    source: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// All crates of others that this program of the workspace links when it is built for the target.
pub(crate) fn of(program: &str, target: &str, workspace: &Path) -> io::Result<Vec<Linked>> {
    let tree = cargo(
        workspace,
        &[
            "tree",
            "--package",
            program,
            "--target",
            target,
            "--edges",
            "normal,no-proc-macro",
        ],
        &["--prefix", "none", "--format", "{p}"],
    )?;
    let metadata = cargo(
        workspace,
        &["metadata", "--filter-platform", target],
        &["--format-version", "1"],
    )?;
    let Metadata { packages } = serde_json::from_str(&metadata)?;
    linked(&tree, packages)
}

/// The packages of others in a tree, each once.
fn linked(tree: &str, packages: Vec<Package>) -> io::Result<Vec<Linked>> {
    let mut known: BTreeMap<(String, String), Package> = packages
        .into_iter()
        .map(|package| ((package.name.clone(), package.version.clone()), package))
        .collect();
    let names: BTreeSet<(String, String)> = tree.lines().filter_map(named).collect();
    let mut linked = Vec::new();
    for key in names {
        let unknown = || io::Error::other(format!("cargo knows no package {} {}", key.0, key.1));
        let package = known.remove(&key).ok_or_else(unknown)?;
        if package.source.is_none() {
            continue;
        }
        let folder = package.manifest_path.parent();
        linked.push(Linked {
            folder: folder.unwrap_or(Path::new("")).to_owned(),
            name: package.name,
            version: package.version,
            licence: package.license.unwrap_or_default(),
            authors: package.authors,
        });
    }
    Ok(linked)
}

/// Name and version in a line like `tokio v1.54.1 (*)`.
fn named(line: &str) -> Option<(String, String)> {
    let mut words = line.split(' ');
    let (name, version) = (words.next()?, words.next()?);
    Some((name.to_owned(), version.strip_prefix('v')?.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "cargo alone knows what it links")]
fn cargo(workspace: &Path, what: &[&str], how: &[&str]) -> io::Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace)
        .args(what)
        .arg("--locked")
        .args(how);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        let failed = format!("cargo {} ended with {}", what.join(" "), output.status);
        return Err(io::Error::other(failed));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, source: Option<&str>) -> Package {
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: Some("MIT".to_owned()),
            authors: Vec::new(),
            source: source.map(str::to_owned),
            manifest_path: format!("/sources/{name}/Cargo.toml").into(),
        }
    }

    #[test]
    fn the_crates_of_others_in_a_tree_are_linked_each_once() {
        let tree = "chat-client v1.0.0 (/chat)\nb v1.0.0\na v1.0.0\nb v1.0.0 (*)\n\n";
        let from = Some("registry");
        let packages = || {
            vec![
                package("chat-client", None),
                package("a", from),
                package("b", from),
                package("c", from),
            ]
        };
        let found = linked(tree, packages()).unwrap();
        let names: Vec<&str> = found.iter().map(|linked| linked.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(found[0].folder, Path::new("/sources/a"));
        let missing = linked("d v1.0.0\n", packages()).unwrap_err();
        assert!(missing.to_string().contains("d 1.0.0"), "{missing}");
    }
}
