//! `docs/promises.md` names scenarios and tests: each of them is there.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All Rust of the workspace's own folders.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let built = path.file_name().is_some_and(|name| name == "target");
        if path.is_dir() && !built {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_scenario_and_test_that_shows_a_promise_exists() {
    let page = std::fs::read_to_string(root().join("docs/promises.md")).unwrap();
    let mut code = String::new();
    for folder in [
        "chat-client",
        "chat-server",
        "crates",
        "dist",
        "xtask",
        "zoo",
    ] {
        sources(&root().join(folder), &mut code);
    }
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let mut shown = 0;
    for row in rows.filter(|row| !row.contains("shown by")) {
        let cell = row.trim_end_matches('|').rsplit('|').next().unwrap();
        let names = cell.split('`').skip(1).step_by(2);
        for name in names.filter(|name| !name.contains(' ')) {
            let scenario = root().join("scenarios").join(format!("{name}.toml"));
            let folder = root().join(name);
            let known =
                scenario.is_file() || folder.is_dir() || code.contains(&format!("fn {name}("));
            assert!(known, "{name} is named in {row:?}");
            shown += 1;
        }
    }
    assert!(shown > 40, "{shown}");
}
