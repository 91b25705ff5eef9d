//! Which files are scenarios, and what they are called.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use scenario::{BadName, Location, find};

fn tree(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    root
}

fn ids(root: &Path) -> Vec<String> {
    let found = find(root).unwrap().into_iter();
    let found = found.map(|path| Location::of(&path, root).unwrap().id);
    found.collect()
}

#[test]
fn links_and_loops_bring_no_scenario_twice() {
    let root = tree(&["basics/public.toml", "zoo/one.toml"]);
    let link = |to: &str, name: &str| symlink(to, root.path().join(name)).unwrap();
    link(".", "a");
    link("..", "basics/b");
    link("basics", "c");
    link("public.toml", "basics/again.toml");
    link("nowhere", "dangling.toml");
    assert_eq!(ids(root.path()), ["basics/public", "zoo/one"]);
}

#[test]
fn what_lies_elsewhere_and_is_linked_is_found() {
    let (root, other) = (tree(&["one.toml"]), tree(&["mine.toml"]));
    symlink(other.path(), root.path().join("other")).unwrap();
    assert_eq!(find(root.path()).unwrap().len(), 2);
}

#[test]
fn what_begins_with_a_dot_and_what_is_put_aside_is_no_scenario() {
    let root = tree(&[
        "._one.toml",
        ".git/two.toml",
        "fixtures/three.toml",
        "basics/snapshots/four.toml",
        "five.toml",
    ]);
    assert_eq!(ids(root.path()), ["five"]);
}

#[test]
fn every_way_to_a_file_leads_to_the_same_place() {
    let outside = tree(&["scenarios/basics/public.toml"]);
    let root = outside.path().join("scenarios");
    let link = outside.path().join("linked");
    symlink("scenarios", &link).unwrap();
    let wanted = Location::of(&root.join("basics/public.toml"), &root).unwrap();
    assert_eq!(wanted.id, "basics/public");
    for way in [
        "basics/../basics/public.toml",
        "../linked/basics/public.toml",
    ] {
        assert_eq!(
            Location::of(&root.join(way), &root).unwrap(),
            wanted,
            "{way}"
        );
    }
    let by_link = Location::of(&root.join("basics/public.toml"), &link).unwrap();
    assert_eq!(by_link.id, wanted.id);
    assert_eq!(by_link.path, link.join("basics/public.toml"));
}

#[test]
fn what_lies_beside_the_scenarios_is_called_by_the_way_from_there() {
    let tree = tree(&[
        "scenarios/one.toml",
        "zoo/scenarios/tour.toml",
        "zoo/two.toml",
        "scenarios/zoo/two.toml",
    ]);
    let root = tree.path().join("scenarios");
    let id = |way: &str| Location::of(&tree.path().join(way), &root).unwrap().id;
    assert_eq!(id("zoo/scenarios/tour.toml"), "zoo/scenarios/tour");
    assert_eq!(id("scenarios/zoo/two.toml"), "zoo/two");
    let other = id("zoo/two.toml");
    assert!(
        other.len() > "zoo/two".len(),
        "never two of one name: {other}"
    );
}

#[test]
fn names_that_mean_something_else_are_refused() {
    let root = tree(&["team@2/mine.toml"]);
    let mine = root.path().join("team@2/mine.toml");
    assert_eq!(Location::of(&mine, root.path()), Err(BadName::Cell));
    let elsewhere = Location::of(&mine, Path::new("no")).unwrap();
    assert!(elsewhere.id.ends_with("team%402/mine"), "{elsewhere:?}");
    let odd = root.path().join(OsStr::from_bytes(b"\xff.toml"));
    assert_eq!(Location::of(&odd, root.path()), Err(BadName::NotUtf8));
}
