//! Who may depend on whom. "End-to-end" is a promise; that the relay does not link the code
//! that opens envelopes is a fact.

use std::collections::{BTreeMap, BTreeSet};

use super::Breach;
use super::tree::Source;
use super::unused::FEATURES;
use crate::command;
use crate::command_error::CommandError;
use crate::workspace::Workspace;

/// What one package may and may not have.
struct Rule {
    package: &'static str,
    /// Packages of ours that it may name itself.
    ours: &'static [&'static str],
    /// Must not be anywhere found_of it.
    never: &'static [&'static str],
    /// Must be found_of it: what is searched for elsewhere can be found, and is spelt right.
    controls: &'static [&'static str],
}

/// What has processes, sockets, files of the system or clocks: not for crates that only compute.
/// That the stage has all of it is the control.
const RIM: &[&str] = &[
    "landlock", "libc", "mio", "nix", "rustix", "tempfile", "tokio",
];

/// The reference implementation: the harness knows it by its adapter, and not by its code.
const CHAT: &[&str] = &[
    "chat-client",
    "chat-crypto",
    "chat-identity",
    "chat-room",
    "chat-server",
    "aes-gcm",
    "rsa",
];

/// The floors, lowest first. What follows from a lower floor is not said again.
const RULES: [Rule; 33] = [
    Rule {
        package: "crash-test",
        ours: &[],
        never: &["tokio"],
        controls: &["strum"],
    },
    Rule {
        package: "chat-protocol",
        ours: &[],
        never: &["aes-gcm", "rsa", "tokio"],
        controls: &["serde"],
    },
    Rule {
        package: "chat-identity",
        ours: &["chat-protocol"],
        never: &["aes-gcm", "tokio"],
        controls: &["rsa"],
    },
    Rule {
        package: "chat-room",
        ours: &["chat-identity", "chat-protocol"],
        never: &["aes-gcm", "tokio"],
        controls: &["rsa"],
    },
    Rule {
        package: "chat-crypto",
        ours: &["chat-identity", "chat-protocol"],
        never: &["tokio"],
        controls: &["aes-gcm", "rsa"],
    },
    Rule {
        package: "chat-server",
        ours: &[
            "chat-identity",
            "chat-protocol",
            "crash-test",
            "toml-language",
        ],
        never: &["chat-crypto", "aes-gcm"],
        controls: &["chat-identity", "tokio"],
    },
    Rule {
        package: "session-guard",
        ours: &[],
        never: &["chat-crypto", "report", "rsa"],
        controls: &["axum"],
    },
    Rule {
        package: "chat-client",
        ours: &[
            "chat-crypto",
            "chat-identity",
            "chat-protocol",
            "chat-room",
            "crash-test",
            "session-guard",
        ],
        never: &["chat-server", "stage"],
        controls: &["chat-crypto", "aes-gcm"],
    },
    Rule {
        package: "timeline",
        ours: &[],
        never: RIM,
        controls: &["serde"],
    },
    Rule {
        package: "toml-language",
        ours: &[],
        never: RIM,
        controls: &["toml"],
    },
    Rule {
        package: "scenario",
        ours: &["timeline", "toml-language"],
        never: RIM,
        controls: &["regex"],
    },
    Rule {
        package: "matching",
        ours: &["scenario", "timeline"],
        never: RIM,
        controls: &["regex"],
    },
    Rule {
        package: "audit",
        ours: &["scenario", "timeline"],
        never: RIM,
        controls: &["memchr"],
    },
    Rule {
        package: "differential",
        ours: &["timeline"],
        never: RIM,
        controls: &["serde"],
    },
    Rule {
        package: "judge",
        ours: &["differential", "matching", "scenario", "timeline"],
        never: RIM,
        controls: &["regex"],
    },
    Rule {
        package: "report",
        ours: &["audit", "judge", "scenario", "timeline"],
        never: RIM,
        controls: &["askama"],
    },
    Rule {
        package: "test-plays",
        ours: &["scenario", "timeline"],
        never: RIM,
        controls: &["toml"],
    },
    Rule {
        package: "grading",
        ours: &["judge", "report", "timeline", "toml-language"],
        never: RIM,
        controls: &["askama"],
    },
    Rule {
        package: "proposal",
        ours: &["timeline"],
        never: RIM,
        controls: &["regex"],
    },
    Rule {
        package: "stage",
        ours: &[
            "audit",
            "chat-protocol",
            "differential",
            "matching",
            "scenario",
            "timeline",
        ],
        never: CHAT,
        controls: RIM,
    },
    Rule {
        package: "harness",
        ours: &[
            "audit",
            "differential",
            "grading",
            "judge",
            "matching",
            "proposal",
            "report",
            "scenario",
            "stage",
            "timeline",
            "toml-language",
        ],
        never: CHAT,
        controls: &["tokio"],
    },
    Rule {
        package: "terminal-stage",
        ours: &["judge", "report", "scenario", "timeline"],
        never: CHAT,
        controls: &["ratatui", "report"],
    },
    Rule {
        package: "web-stage",
        ours: &["session-guard"],
        never: &["report", "chat-crypto", "rsa"],
        controls: &["axum", "tokio"],
    },
    Rule {
        package: "testing",
        ours: &[],
        never: CHAT,
        controls: &[],
    },
    Rule {
        package: "bench",
        ours: &[
            "audit",
            "comparison",
            "differential",
            "harness",
            "judge",
            "report",
            "scenario",
            "stage",
            "timeline",
            "toml-language",
        ],
        never: CHAT,
        controls: &["stage", "tokio"],
    },
    Rule {
        package: "chat-bench",
        ours: &[
            "chat-crypto",
            "chat-identity",
            "chat-protocol",
            "comparison",
        ],
        // Relay and client are measured as programs.
        never: &["chat-client", "chat-server", "stage"],
        controls: &["chat-crypto", "tokio"],
    },
    Rule {
        package: "comparison",
        ours: &[],
        never: CHAT,
        controls: &["serde_json"],
    },
    Rule {
        package: "dist",
        ours: &["chat-client", "chat-server", "testing"],
        never: &["stage"],
        controls: &["clap_mangen", "tar"],
    },
    Rule {
        package: "xtask",
        ours: &[
            "audit",
            "crash-test",
            "grading",
            "harness",
            "judge",
            "proposal",
            "report",
            "scenario",
            "stage",
            "terminal-stage",
            "testing",
            "timeline",
            "toml-language",
            "zoo-faults",
        ],
        never: &[
            "axum",
            "bench",
            "chat-client",
            "chat-crypto",
            "chat-identity",
            "chat-server",
            "dist",
            "zoo",
        ],
        controls: &["chat-protocol", "harness"],
    },
    Rule {
        package: "zoo-faults",
        ours: &[],
        never: &["tokio"],
        controls: &[],
    },
    Rule {
        package: "hostile-relay",
        ours: &[
            "chat-crypto",
            "chat-identity",
            "chat-protocol",
            "chat-server",
            "scenario",
        ],
        never: &["chat-client", "stage"],
        controls: &["chat-crypto", "tokio"],
    },
    Rule {
        package: "zoo",
        ours: &["chat-protocol", "zoo-faults"],
        never: &["chat-crypto", "stage", "rsa"],
        controls: &["aes-gcm", "tokio"],
    },
    Rule {
        package: "fuzz-targets",
        ours: &[
            "chat-client",
            "chat-crypto",
            "chat-identity",
            "chat-protocol",
            "chat-room",
            "chat-server",
            "scenario",
            "timeline",
        ],
        never: &["stage"],
        controls: &["chat-client", "chat-server"],
    },
];

/// Packages that only compute.
pub(super) fn pure() -> impl Iterator<Item = &'static str> {
    let is_pure = |rule: &&Rule| rule.never == RIM;
    RULES.iter().filter(is_pure).map(|rule| rule.package)
}

/// What a package depends on, without dev- and build-dependencies.
#[derive(Clone, Debug, Default)]
struct Dependencies {
    direct: BTreeSet<String>,
    all: BTreeSet<String>,
}

/// Every edge that must not be, and every control that was not found.
///
/// # Errors
///
/// When cargo cannot tell.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<Breach>, CommandError> {
    let mut trees = BTreeMap::new();
    for rule in &RULES {
        let tree = Dependencies {
            direct: tree(workspace, rule.package, &["--depth", "1"])?,
            all: tree(workspace, rule.package, &[])?,
        };
        trees.insert(rule.package, tree);
    }
    Ok(breaches(&RULES, &trees))
}

/// Packages of ours without a rule: whatever they depend on, nobody would see it.
pub(super) fn without_rule(sources: &[Source]) -> Vec<Breach> {
    // A workspace of its own is not built with ours, so nobody of ours can depend on it.
    let is_ours = |source: &&Source| {
        source.path.ends_with("/Cargo.toml") && !source.text.contains("\n[workspace]")
    };
    let manifests = sources.iter().filter(is_ours);
    let breaches = manifests.filter_map(|manifest| {
        let mut lines = manifest.text.lines();
        let name = lines.find_map(|line| line.strip_prefix("name = \""))?;
        let name = name.trim_end_matches('"');
        let is_known = name == FEATURES || RULES.iter().any(|rule| rule.package == name);
        let what = "no rule says what it may depend on: add one (xtask/src/tidy/edges.rs)";
        (!is_known).then(|| Breach::of(&manifest.path, what))
    });
    breaches.collect()
}

fn breaches(rules: &[Rule], trees: &BTreeMap<&str, Dependencies>) -> Vec<Breach> {
    let nothing = Dependencies::default();
    let mut breaches = Vec::new();
    for rule in rules {
        let found = trees.get(rule.package).unwrap_or(&nothing);
        let mut add = |what: String| breaches.push(Breach::of(rule.package, what));
        for other in rules.iter().map(|other| other.package) {
            if found.direct.contains(other) && !rule.ours.contains(&other) {
                add(format!("must not depend on {other} (DESIGN: the floors)"));
            }
        }
        for name in rule.never.iter().filter(|name| found.all.contains(**name)) {
            add(format!(
                "must not have {name} found_of it; cargo tree -e normal -p {} -i {name}",
                rule.package
            ));
        }
        for name in rule
            .controls
            .iter()
            .filter(|name| !found.all.contains(**name))
        {
            add(format!(
                "the control {name} is not found_of it: this check would find nothing"
            ));
        }
    }
    breaches
}

fn tree(
    workspace: &Workspace,
    package: &str,
    more: &[&str],
) -> Result<BTreeSet<String>, CommandError> {
    let mut cargo = command::cargo(workspace.root());
    cargo.args([
        "tree", "--edges", "normal", "--prefix", "none", "--format", "{p}",
    ]);
    cargo.args(["--package", package]).args(more);
    let output = cargo.output();
    let output =
        output.map_err(|error| CommandError::environment(format!("cannot run cargo: {error}")))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(CommandError::environment(format!("cargo tree: {why}")));
    }
    Ok(names(package, &String::from_utf8_lossy(&output.stdout)))
}

/// First words of the lines, without the package itself.
fn names(package: &str, tree: &str) -> BTreeSet<String> {
    let first = tree.lines().filter_map(|line| line.split(' ').next());
    first
        .filter(|name| !name.is_empty() && *name != package)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependencies(direct: &[&str], all: &[&str]) -> Dependencies {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Dependencies {
            direct: set(direct),
            all: set(all),
        }
    }

    fn said(found: &BTreeMap<&str, Dependencies>) -> Vec<String> {
        let rules: Vec<Rule> = RULES
            .into_iter()
            .filter(|rule| found.contains_key(rule.package))
            .collect();
        breaches(&rules, found)
            .iter()
            .map(Breach::to_string)
            .collect()
    }

    #[test]
    fn a_relay_that_can_open_envelopes_is_found() {
        let good = dependencies(&["chat-identity", "tokio"], &["chat-identity", "tokio"]);
        assert_eq!(said(&BTreeMap::from([("chat-server", good)])), [""; 0]);
        let bad = dependencies(&["tokio"], &["chat-identity", "tokio", "aes-gcm"]);
        let said = said(&BTreeMap::from([("chat-server", bad)]));
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("must not have aes-gcm"), "{said:?}");
    }

    #[test]
    fn an_upward_edge_is_found() {
        let stage: Vec<&str> = RIM.iter().copied().chain(["harness"]).collect();
        let found = BTreeMap::from([
            ("stage", dependencies(&["harness"], &stage)),
            ("harness", dependencies(&["stage"], &["stage", "tokio"])),
        ]);
        assert_eq!(
            said(&found),
            ["stage: must not depend on harness (DESIGN: the floors)"]
        );
    }

    #[test]
    fn a_pure_crate_with_a_runtime_is_found() {
        let found = BTreeMap::from([("judge", dependencies(&["tokio"], &["regex", "tokio"]))]);
        let said = said(&found);
        assert_eq!(said.len(), 1);
        assert!(said[0].contains("must not have tokio"), "{said:?}");
        assert!(pure().any(|package| package == "judge"));
        assert!(!pure().any(|package| package == "stage"));
    }

    #[test]
    fn a_crate_without_a_rule_is_found() {
        let manifest = |name: &str| Source {
            path: format!("crates/{name}/Cargo.toml"),
            text: format!("[package]\nname = \"{name}\"\n"),
        };
        let sources = [manifest("judge"), manifest("gossip"), manifest(FEATURES)];
        let found = without_rule(&sources);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "crates/gossip/Cargo.toml");
    }

    #[test]
    fn a_control_that_is_not_there_is_a_breach() {
        let found = BTreeMap::from([("chat-client", dependencies(&[], &["chat-crypto"]))]);
        assert_eq!(said(&found).len(), 1);
    }

    #[test]
    fn names_are_the_first_words() {
        let tree =
            "a v0.1.0 (/a)\nserde v1.0.0\nserde_derive v1.0.0 (proc-macro)\n\nserde v1.0.0 (*)\n";
        assert_eq!(
            names("a", tree).into_iter().collect::<Vec<_>>(),
            ["serde", "serde_derive"]
        );
    }
}
