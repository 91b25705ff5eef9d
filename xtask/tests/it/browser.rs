//! Report pages and the stage in a real browser.

use std::path::PathBuf;

use grading::{Cell, Matrix, Standing};
use testing::browser::in_a_browser;

use crate::runs::{Runs, root};

/// Plays something into a directory of reports; the pages of the play and of its run.
fn played(runs: &Runs, arguments: &[&str]) -> (PathBuf, PathBuf) {
    let output = runs.xtask(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let page = err.lines().find_map(|line| line.strip_prefix("page:  "));
    let run = PathBuf::from(page.unwrap_or_else(|| panic!("no page: {err}")));
    let text = std::fs::read_to_string(&run).unwrap();
    let link = text.split("href=\"").nth(1).unwrap();
    let play = run.parent().unwrap().join(link.split('"').next().unwrap());
    (play, run)
}

/// The page of a load.
fn loaded(runs: &Runs) -> PathBuf {
    let plain = ["--adapter", "zoo/adapters/plain.toml"];
    let load = ["load", "pairs", "--clients", "2", "--for", "100ms"];
    let output = runs.xtask(&[&load[..], &plain].concat()).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    let page = err.lines().find_map(|line| line.strip_prefix("page:  "));
    PathBuf::from(page.unwrap_or_else(|| panic!("no page: {err}")))
}

/// Grades of two samples, and how they work with each other.
fn graded(runs: &Runs) -> PathBuf {
    let class = ["--only", "bob", "--only", "hal"];
    let grade = [
        "grade",
        "zoo/samples",
        "--rubric",
        "docs/grading/example-rubric.toml",
    ];
    let output = runs.xtask(&[&grade[..], &class].concat()).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let grades = runs.path().join("grades/example-rubric");
    harness::write_matrix(&grades, &matrix(["bob", "hal"])).unwrap();
    grades
}

/// Two that work alone, and not with each other.
fn matrix(names: [&str; 2]) -> Matrix {
    let cells = names.iter().flat_map(|clients| {
        names.iter().map(move |relay| {
            let mut cell = Cell::of(clients, relay, false, Err(Standing::Missed));
            if clients == relay {
                cell.mark.standing = Standing::Earned;
            }
            cell
        })
    });
    Matrix {
        title: "Everybody hears a text".to_owned(),
        names: names.map(str::to_owned).to_vec(),
        cells: cells.collect(),
    }
}

/// What `cargo xtask test` prints for whoever wants to see why a step has failed. It is not
/// the first one, nor the last. Another play of its run did not pass either.
fn link_of_a_failing_step(runs: &Runs) -> PathBuf {
    let dropping = "zoo/adapters/relay-drops.toml";
    let scenarios = ["basics/public", "zoo/scenarios/tour.toml"];
    let mut test = runs.xtask(&["test", scenarios[0], scenarios[1], "--adapter", dropping]);
    let err = test.output().unwrap().stderr;
    let err = String::from_utf8_lossy(&err);
    let link = err
        .lines()
        .filter_map(|line| line.trim().strip_prefix("see it"))
        .find(|link| link.contains("zoo/scenarios/tour"));
    PathBuf::from(link.unwrap_or_else(|| panic!("no link: {err}")).trim())
}

#[test]
fn report_pages_work_in_a_browser() {
    let runs = Runs::new();
    in_a_browser("xtask/tests/browser/page.test.mjs", |scratch| {
        let (page, run) = played(&runs, &["test", "basics/three-clients"]);
        let leaking = "zoo/adapters/relay-logs-text.toml";
        let (leak, _) = played(
            &runs,
            &["test", "zoo/scenarios/tour.toml", "--adapter", leaking],
        );
        let (many, more) = (
            bench::write_long_page(&root(), scratch, 2_000).unwrap(),
            bench::write_long_page(&root(), scratch, 9_000).unwrap(),
        );
        vec![
            ("PAGE", page),
            ("RUN", run),
            ("GRADES", graded(&runs)),
            ("LOAD", loaded(&runs)),
            ("LEAK", leak),
            ("FAILED", link_of_a_failing_step(&runs)),
            ("MANY", many),
            ("MORE", more),
        ]
    });
}

#[test]
fn the_stage_works_in_a_browser() {
    let runs = Runs::new();
    in_a_browser("xtask/tests/browser/stage.test.mjs", |_| {
        vec![
            ("XTASK", assert_cmd::cargo::cargo_bin("xtask")),
            ("REPORTS", runs.path().to_owned()),
        ]
    });
}
