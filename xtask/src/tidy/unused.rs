//! Dependencies that no code of their package names: they cost every build, and nobody notices.

use super::Breach;
use super::tree::Source;

/// It has no code: packages name it so that everything is built with the same features.
pub(super) const FEATURES: &str = "workspace-hack";

/// All of them.
pub(super) fn unused(sources: &[Source]) -> Vec<Breach> {
    let manifests = sources.iter().filter_map(|source| {
        let place = source.path.strip_suffix("/Cargo.toml")?;
        (place != FEATURES).then_some((place, source))
    });
    let breaches = manifests.flat_map(|(place, manifest)| {
        let code = move |source: &&Source| {
            let path = source.path.strip_prefix(place);
            path.is_some_and(|path| path.starts_with('/') && path.ends_with(".rs"))
        };
        let code: Vec<&Source> = sources.iter().filter(code).collect();
        let named = dependencies(&manifest.text);
        let unused = named.into_iter().filter(move |(_, name)| {
            *name != FEATURES && !code.iter().any(|source| names(&source.text, name))
        });
        unused.map(move |(line, name)| {
            let what = format!("nothing in {place} uses {name}: drop it");
            Breach::at(&manifest.path, line, what)
        })
    });
    breaches.collect()
}

/// What a manifest depends on, with the lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_here = false;
    for (line, text) in (1..).zip(manifest.lines()) {
        if text.starts_with('[') {
            is_here = text.ends_with("dependencies]");
        } else if is_here {
            let end = text.find(['.', ' ', '=']);
            let name = end.and_then(|end| text.get(..end));
            found.extend(
                name.filter(|name| !name.is_empty() && !name.starts_with('#'))
                    .map(|name| (line, name)),
            );
        }
    }
    found
}

/// Whether code names a crate: in a path, or as a macro.
fn names(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    code.match_indices(&name).any(|(at, _)| {
        let (before, behind) = code.split_at(at);
        let behind = behind.get(name.len()..).unwrap_or_default();
        let is_word = |one: char| one.is_alphanumeric() || one == '_';
        !before.ends_with(is_word) && (behind.starts_with("::") || behind.starts_with(['!', ';']))
    })
}

#[cfg(test)]
mod tests {
    use super::{Source, unused};

    #[test]
    fn a_dependency_that_is_named_nowhere_is_found_and_one_that_is_used_is_not() {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let manifest = "[package]\nname = \"it\"\n\n[dependencies]\n# A word.\nmemory-map.workspace = true\n\
            workspace-hack.workspace = true\nserde = { version = \"1\" }\n\n[dev-dependencies]\ninsta.workspace = true\n\
            toml.workspace = true\n";
        let sources = [
            source("it/Cargo.toml", manifest),
            source(
                "it/src/lib.rs",
                "use serde::Serialize; // not_memory_map::all()\n",
            ),
            source("it/tests/it.rs", "insta::assert_snapshot!(text);\n"),
            source(
                "other/src/lib.rs",
                "use memory_map::all; use toml::Value;\n",
            ),
        ];
        let said: Vec<String> = unused(&sources).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "it/Cargo.toml:6: nothing in it uses memory-map: drop it",
                "it/Cargo.toml:12: nothing in it uses toml: drop it",
            ]
        );
    }
}
