//! Submissions that a platform passes on one by one, and a class that plays with each other.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::grading::{can_grade, fits};
use crate::runs::{Runs, root};
use crate::sown::{MSG, SAY};

/// What a name of an item needs of a machine that gives it networks of its own.
const ISOLATED: &str = r#"
title = "A link is cut"
clients = ["alice", "bob"]
needs = ["namespaces"]
[[steps]]
say = { from = "alice", text = "this is said to all, {canary}" }
"#;

const RUBRIC: &str = r#"
title = "A chat"
adapter = "adapter.toml"
[late]
percent_per_day = 50
[[items]]
id = "say"
title = "What one says, the other hears"
scenario = "say.toml"
counts = "behaviour"
points = 4
[[items]]
id = "cut"
title = "Networks of its own"
scenario = "isolated.toml"
counts = "behaviour"
points = 3
[[items]]
id = "msg"
title = "The third time lucky"
scenario = "msg.toml"
counts = "behaviour"
points = 2
visibility = { after_times = 3 }
[[items]]
id = "trap"
title = "The sevenfold trap"
scenario = "say.toml"
counts = "behaviour"
points = 1
visibility = "hidden"
"#;

const METADATA: &str = r#"{
    "id": 7, "created_at": "2026-08-01T10:00:00.000000-07:00",
    "assignment": { "due_date": "2026-07-31T23:00:00.000000-07:00", "total_points": "10.0" },
    "users": [{ "email": "ada@example.org", "id": 1, "name": "Ada" }],
    "previous_submissions": [{ "score": 0.0 }, { "score": 1.0 }]
}"#;

/// A directory as platforms lay it out, with the sample `bob` handed in.
struct Container(tempfile::TempDir);

impl Container {
    fn new() -> Self {
        let container = Self(tempfile::tempdir().unwrap());
        for dir in ["source", "submission", "results"] {
            fs::create_dir(container.at(dir)).unwrap();
        }
        let adapter = fs::read_to_string(root().join("docs/grading/adapter.toml")).unwrap();
        for (name, text) in [
            ("source/adapter.toml", &*adapter),
            ("source/rubric.toml", RUBRIC),
            ("source/say.toml", SAY),
            ("source/msg.toml", MSG),
            ("source/isolated.toml", ISOLATED),
            ("submission_metadata.json", METADATA),
        ] {
            fs::write(container.at(name), text).unwrap();
        }
        for file in ["chat.py", "chat.sh"] {
            let from = root().join("zoo/samples/bob").join(file);
            fs::copy(from, container.at("submission").join(file)).unwrap();
        }
        container
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What is printed beside the results, and these.
    fn graded(&self, more: &[&str], variables: &[(&str, &str)]) -> String {
        let (runs, rubric) = (Runs::new(), self.at("source/rubric.toml"));
        let rubric = rubric.display().to_string();
        let arguments = [&["grade", "--rubric", &rubric][..], more].concat();
        let mut xtask = runs.xtask(&arguments);
        xtask.envs(variables.iter().copied());
        let output = xtask.output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{err}");
        // Nothing else is kept.
        assert!(!runs.path().join("grades").exists());
        err
    }

    fn path(&self) -> String {
        self.0.path().display().to_string()
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn gradescope_gets_what_its_container_allows_and_hears_what_could_not_be_judged() {
    if !can_grade(&["python3"]) {
        return;
    }
    let container = Container::new();
    let path = container.path();
    let err = container.graded(&["--gradescope", &path, "--level", "reaper"], &[]);
    assert!(err.contains("isolation level reaper"), "{err}");
    let results = read(&container.at("results/results.json"));
    let warning = results["extra_data"]["warning"].as_str().unwrap();
    assert!(err.contains(warning), "{warning}: {err}");
    fits("gradescope.json", &results);
    let output = results["output"].as_str().unwrap();
    assert!(
        output.ends_with("does not include it yet: Networks of its own."),
        "{output}"
    );
    let tests = results["tests"].as_array().unwrap();
    let of = |key: &str| -> Vec<Value> {
        let values = tests.iter().map(|test| test.get(key).cloned());
        values.map(Option::unwrap_or_default).collect()
    };
    assert_eq!(of("score"), [4.into(), Value::Null, 2.into(), 1.into()]);
    // Handed in for the third time.
    assert_eq!(
        of("visibility"),
        ["visible", "visible", "visible", "hidden"]
    );
    assert!(!results.to_string().contains("sevenfold"), "{results}");
    // Half a day late: half of seven, in the student's favour.
    assert_eq!(
        (&results["score"], &results["extra_data"]["deduction"]),
        (&4.into(), &3.into())
    );
}

#[test]
fn a_submission_that_never_ends_is_out_of_time_and_gains_nothing_by_it() {
    if !can_grade(&["python3"]) {
        return;
    }
    let container = Container::new();
    let build = container.at("submission/build.sh");
    fs::write(build, "exec sleep 86395\n").unwrap();
    let path = container.path();
    container.graded(&["--gradescope", &path, "--within", "3s"], &[]);
    let results = read(&container.at("results/results.json"));
    fits("gradescope.json", &results);
    assert_eq!(results["score"], 0);
    // Nobody could tell it from one that waits until it cannot be graded any more.
    let test = &results["tests"][0];
    assert_eq!((&test["score"], &test["max_score"]), (&0.into(), &4.into()));
    let why = test["output"].as_str().unwrap();
    assert!(why.contains("used up the time"), "{why}");
}

#[test]
fn classroom_50_gets_what_its_students_may_read() {
    if !can_grade(&["python3"]) {
        return;
    }
    let container = Container::new();
    let checkout = container.at("submission");
    // A submission that is a link does not redirect what is written.
    let elsewhere = container.at("source/grades");
    fs::write(&elsewhere, "kept").unwrap();
    std::os::unix::fs::symlink(&elsewhere, checkout.join("result.json")).unwrap();
    let checkout = checkout.display().to_string();
    let variables = [
        ("CLASSROOM", "cs-7"),
        ("ASSIGNMENT", "chat"),
        ("USERNAME", "ada"),
        ("SUBMISSION_TAG", "submit/2026-06-02T10-05-00Z-0abc123"),
        ("COMMIT_URL", "https://example.org/commit"),
        ("RELEASE_URL", "https://example.org/release"),
    ];
    let err = container.graded(&["--classroom50", &checkout], &variables);
    assert!(err.contains("`[late]` takes no points here"), "{err}");
    let result = read(&container.at("submission/result.json"));
    fits("classroom50.json", &result);
    assert_eq!(
        (&result["score"], &result["max-score"]),
        (&7.into(), &7.into())
    );
    let text = result.to_string();
    assert!(
        !text.contains("sevenfold") && !text.contains("third time"),
        "{text}"
    );
    assert_eq!(fs::read_to_string(elsewhere).unwrap(), "kept");
}

#[test]
fn of_three_samples_two_speak_one_protocol_and_the_matrix_says_so() {
    if !can_grade(&["python3", "node"]) {
        return;
    }
    let (container, runs) = (Container::new(), Runs::new());
    let arguments = [
        "grade",
        "zoo/samples",
        "--rubric",
        &container.at("source/rubric.toml").display().to_string(),
        "--matrix",
        &container.at("source/say.toml").display().to_string(),
        "--only=ada",
        "--only=bob",
        "--only=finn",
        "--jobs=4",
    ];
    let output = runs.xtask(&arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    let out = String::from_utf8_lossy(&output.stdout);
    let expected = "ada  works with nobody\nbob  works with finn\nfinn  works with bob\n";
    assert_eq!(out, expected, "{err}");
    let grades = runs.path().join("grades/rubric");
    let matrix = read(&grades.join("matrix.json"));
    fits("matrix.json", &matrix);
    let cells = matrix["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 9 + 6);
    let page = fs::read_to_string(grades.join("matrix.html")).unwrap();
    for cell in cells {
        let names = [&cell["clients"], &cell["relay"]].map(|name| name.as_str().unwrap());
        let works = names[0] == names[1] || !names.contains(&"ada");
        assert_eq!(cell["works"], works, "{cell}");
        let difference = cell["difference"].as_str().unwrap_or_default();
        assert_eq!(difference.is_empty(), works, "{cell}");
        let how = if cell["mixed"] == true {
            "with"
        } else {
            "through"
        };
        let link = format!("href=\"#{}-{how}-{}\"", names[0], names[1]);
        assert_eq!(page.contains(&link), !works, "{link}");
        let evidence = grades.join(cell["evidence"].as_str().unwrap());
        assert!(evidence.join("timeline.jsonl").is_file(), "{cell}");
    }
}
