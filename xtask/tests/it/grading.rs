//! `cargo xtask grade`: submissions of a class, as real programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use testing::{Feature, can_be_had, can_show};

use crate::runs::{Runs, root};

const RUBRIC: &str = "docs/grading/example-rubric.toml";

/// Where participants are started from.
pub(crate) fn has(program: &str) -> bool {
    stage::programs::on_path(Path::new(program)).is_some()
}

/// Whether these tests can be shown here.
pub(crate) fn can_grade(programs: &[&str]) -> bool {
    let missing = programs.iter().find(|program| !has(program));
    can_be_had(missing.map(|program| format!("{program} is not installed")))
        && can_show(Feature::Namespaces, level_is_namespaces())
}

fn level_is_namespaces() -> bool {
    static ASKED: OnceLock<String> = OnceLock::new();
    let said = ASKED.get_or_init(|| {
        let doctor = Runs::new().xtask(&["doctor"]).output().unwrap();
        format!("{doctor:?}")
    });
    println!("{said}");
    said.contains("level namespaces")
}

/// A directory of submissions.
struct Class(tempfile::TempDir);

impl Class {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> String {
        self.0.path().display().to_string()
    }

    /// A submission that is a sample.
    fn copy(&self, sample: &str, name: &str) {
        let from = root().join("zoo/samples").join(sample);
        let to = self.0.path().join(name);
        fs::create_dir(&to).unwrap();
        for file in fs::read_dir(from).unwrap().flatten() {
            fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }

    /// A submission whose program is this script.
    fn script(&self, name: &str, script: &str) -> PathBuf {
        let dir = self.0.path().join(name);
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("chat.sh"), script).unwrap();
        dir
    }
}

/// Exit code, standard error, and where the grades are.
fn graded(runs: &Runs, arguments: &[&str]) -> (Option<i32>, String, PathBuf) {
    let all = [&["grade"][..], arguments].concat();
    let output = runs.xtask(&all).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let stem = arguments.windows(2).find(|two| two[0] == "--rubric");
    let stem = Path::new(stem.unwrap()[1]).file_stem().unwrap().to_owned();
    (
        output.status.code(),
        err,
        runs.path().join("grades").join(stem),
    )
}

/// The points of each submission, by the head of the column.
pub(crate) fn sheet(grades: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(grades.join("grades.csv")).unwrap();
    let rows = text.lines().skip(1).map(|row| {
        let mut cells = row.split(',').map(str::to_owned);
        (cells.next().unwrap(), cells.collect())
    });
    rows.collect()
}

/// The first cells of a sheet under its header, as Python's `csv` reads them; all rows are as long.
#[expect(
    clippy::disallowed_methods,
    reason = "another program reads what was written"
)]
fn read_by_python(sheet: &Path) -> Vec<String> {
    let script = "import csv, json, sys\n\
        rows = list(csv.reader(open(sys.argv[1], newline='')))\n\
        assert len({len(row) for row in rows}) == 1, rows\n\
        print(json.dumps([row[0] for row in rows[1:]]))\n";
    let read = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(sheet)
        .output()
        .unwrap();
    assert!(read.status.success(), "{read:?}");
    serde_json::from_slice(&read.stdout).unwrap()
}

#[test]
fn each_sample_earns_what_it_deserves_and_what_is_graded_stays_so() {
    if !can_grade(&["python3", "node"]) {
        return;
    }
    let runs = Runs::new();
    let arguments = ["zoo/samples", "--rubric", RUBRIC];
    let (code, err, grades) = graded(&runs, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let text = fs::read_to_string(grades.join("grades.csv")).unwrap();
    insta::assert_snapshot!(text);
    // A submission that does not compile gets the compiler's words.
    let page = fs::read_to_string(grades.join("submissions/kim/feedback.md")).unwrap();
    assert!(
        page.contains("does not build") && page.contains("chat.c:5:"),
        "{page}"
    );
    is_what_students_may_read(&grades);
    is_played_once_before_it_is_repeated(&grades.join("plays/bob"));
    // Built once: the two that bring a script, and a copy of each that does not.
    let builds = || fs::read_dir(runs.path().join("builds")).unwrap().count();
    let built = builds();
    // Nothing has changed, so nothing is played.
    fs::remove_dir_all(grades.join("plays")).unwrap();
    let (code, err, _) = graded(&runs, &arguments);
    assert_eq!(code, Some(0), "{err}");
    assert!(!grades.join("plays").exists());
    assert_eq!(fs::read_to_string(grades.join("grades.csv")).unwrap(), text);
    // At home the same program is built from the same sources, and that was done.
    let adapter = "docs/grading/adapter.toml";
    let at_home = |arguments: &[&str]| {
        let output = runs
            .xtask(&[&["try"][..], arguments].concat())
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), err)
    };
    let (code, err) = at_home(&["basics/private", "zoo/samples/ivy", "--adapter", adapter]);
    assert_eq!(code, Some(3), "the relay reads it: {err}");
    assert_eq!(builds(), built);
    let (code, err) = at_home(&["basics/private", "zoo/samples/kim", "--adapter", adapter]);
    assert_eq!(code, Some(1), "{err}");
    assert!(
        err.contains("does not build") && err.contains("chat.c:5:"),
        "{err}"
    );
    let (code, err) = at_home(&["basics/private", "zoo/samples/ivy"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("name one with --adapter"), "{err}");
}

/// What is repeated takes no time from what was not played yet.
fn is_played_once_before_it_is_repeated(plays: &Path) {
    let began = |number: u32| {
        let groups = ["basics", "leaving"].map(|group| fs::read_dir(plays.join(group)).unwrap());
        let scenarios = groups.into_iter().flatten().flatten();
        let plans = scenarios.map(|one| one.path().join(format!("try-{number}/plan.json")));
        let times = plans.filter_map(|plan| fs::metadata(plan).ok()?.modified().ok());
        times.collect::<Vec<_>>()
    };
    let (once, again) = (began(1), began(2));
    assert!(once.len() > 2 && !again.is_empty(), "{once:?} {again:?}");
    assert!(once.iter().max() < again.iter().min(), "{once:?} {again:?}");
}

/// A value fits a published schema.
pub(crate) fn fits(schema: &str, value: &serde_json::Value) {
    let text = fs::read_to_string(root().join("schemas").join(schema)).unwrap();
    let schema = jsonschema::draft7::new(&serde_json::from_str(&text).unwrap()).unwrap();
    let errors = schema.iter_errors(value).map(|error| error.to_string());
    let errors: Vec<String> = errors.collect();
    assert!(errors.is_empty(), "{errors:?}: {value:#}");
}

/// Each file fits its schema, and none of what students get says anything of the hidden item.
fn is_what_students_may_read(grades: &Path) {
    let hidden = ["killed", "two-at-once", "at once, and the others"];
    for one in fs::read_dir(grades.join("submissions")).unwrap().flatten() {
        let text = |name: &str| fs::read_to_string(one.path().join(name)).unwrap();
        let results = text("results.json");
        let value: serde_json::Value = serde_json::from_str(&results).unwrap();
        fits("gradescope.json", &value);
        for page in [text("feedback.html"), text("feedback.md")] {
            assert!(!hidden.iter().any(|word| page.contains(word)), "{page}");
        }
        assert!(!results.contains(hidden[2]), "{results}");
        assert!(text("instructor.html").contains(hidden[2]));
    }
}

#[test]
fn an_adapter_that_leaves_a_surface_out_grades_no_secrecy() {
    if !can_grade(&["python3"]) {
        return;
    }
    let (class, course) = (Class::new(), tempfile::tempdir().unwrap());
    class.copy("ada", "ada");
    let example = |name: &str| fs::read_to_string(root().join("docs/grading").join(name)).unwrap();
    let adapter = example("adapter.toml");
    let lines = adapter.lines();
    let lines: Vec<&str> = lines.filter(|line| !line.starts_with("files = ")).collect();
    fs::write(course.path().join("adapter.toml"), lines.join("\n")).unwrap();
    let rubric = course.path().join("rubric.toml");
    fs::write(&rubric, example("example-rubric.toml")).unwrap();
    let (path, rubric) = (class.path(), rubric.display().to_string());
    let runs = Runs::new();
    let (code, err, grades) = graded(&runs, &[&path, "--rubric", &rubric]);
    assert_eq!(code, Some(5), "{err}");
    let warning = "no control on the relay's files, so nobody can earn";
    assert!(err.contains(warning), "{err}");
    // total, maximum, deduction, state, public, private, secret
    let row = &sheet(&grades)["ada"];
    assert_eq!(row[3..7], ["decide", "5", "5", "cannot grade"]);
    let page = fs::read_to_string(grades.join("submissions/ada/feedback.md")).unwrap();
    assert!(page.contains("no control on the relay's files"), "{page}");
}

#[test]
fn a_submission_finds_neither_others_nor_the_rubric_nor_the_harness() {
    if !can_grade(&["python3"]) {
        return;
    }
    let class = Class::new();
    class.copy("bob", "neighbour");
    let course = tempfile::tempdir().unwrap();
    for file in ["adapter.toml", "example-rubric.toml"] {
        fs::copy(
            root().join("docs/grading").join(file),
            course.path().join(file),
        )
        .unwrap();
    }
    let rubric = course
        .path()
        .join("example-rubric.toml")
        .display()
        .to_string();
    let root = fs::canonicalize(root()).unwrap();
    let places = [
        format!("{}/neighbour/chat.py", class.path()),
        rubric.clone(),
        root.join("scenarios/basics/public.toml")
            .display()
            .to_string(),
        root.join("adapters/reference.toml").display().to_string(),
    ];
    let probe = places.map(|place| format!("[ -e '{place}' ] && echo FOUND {place}"));
    let spy = class.script("spy", &format!("{}\nexit 1\n", probe.join("\n")));
    // No notice is taken of an adapter that it brings.
    fs::copy(
        root.join("adapters/reference.toml"),
        spy.join("adapter.toml"),
    )
    .unwrap();
    let path = class.path();
    let runs = Runs::new();
    let (code, err, grades) = graded(&runs, &[&path, "--rubric", &rubric, "--only", "spy"]);
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(grades.join("submissions/spy/feedback.md")).unwrap();
    assert!(page.contains("ended with status 1"), "{page}");
    assert!(!page.contains("FOUND"), "{page}");
    assert_eq!(sheet(&grades)["spy"][0], "0");
}

#[test]
fn a_link_hands_in_nobody_elses_work_and_opens_nothing() {
    if !can_grade(&["python3"]) {
        return;
    }
    let class = Class::new();
    class.copy("bob", "bob");
    let dir = class.script("copier", "");
    fs::remove_file(dir.join("chat.sh")).unwrap();
    std::os::unix::fs::symlink("../bob/chat.sh", dir.join("chat.sh")).unwrap();
    let secret = root()
        .canonicalize()
        .unwrap()
        .join("docs/grading/example-rubric.toml");
    let secret = secret.display();
    let script = format!("#!{secret}\n[ -e '{secret}' ] && echo FOUND {secret}\nexit 1\n");
    class.script("opener", &script);
    let (path, runs) = (class.path(), Runs::new());
    let arguments = [
        &path, "--rubric", RUBRIC, "--only", "copier", "--only", "opener",
    ];
    let (code, err, grades) = graded(&runs, &arguments);
    assert_eq!(code, Some(0), "{err}");
    let points = sheet(&grades);
    assert_eq!(
        (points["copier"][0].as_str(), points["opener"][0].as_str()),
        ("0", "0")
    );
    let page = fs::read_to_string(grades.join("submissions/opener/feedback.md")).unwrap();
    assert!(
        page.contains("ended with status 1") && !page.contains("FOUND"),
        "{page}"
    );
}

#[test]
fn a_name_or_an_override_that_fits_nothing_costs_nobody_a_row() {
    if !can_grade(&["python3"]) {
        return;
    }
    let class = Class::new();
    class.script("grades.csv", "exit 1\n");
    class.script("index.html", "exit 1\n");
    let formula = "=1+1,\"x\"";
    class.script(formula, "exit 1\n");
    fs::write(class.0.path().join("late.7z"), "7z").unwrap();
    let (path, runs) = (class.path(), Runs::new());
    let arguments = [path.as_str(), "--rubric", RUBRIC];
    let (code, err, grades) = graded(&runs, &arguments);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(sheet(&grades).len(), 4);
    let names = read_by_python(&grades.join("grades.csv"));
    assert_eq!(
        names,
        [
            &format!("'{formula}"),
            "grades.csv",
            "index.html",
            "late.7z"
        ]
    );
    let page = fs::read_to_string(grades.join("submissions/late.7z/feedback.md")).unwrap();
    assert!(
        page.contains("neither a directory nor an archive"),
        "{page}"
    );
    let decided = class.0.path().join("decided");
    let text =
        "[[points]]\nsubmission = \"grades.csv\"\nitem = \"pubic\"\npoints = 1\nreason = \"r\"\n";
    fs::write(&decided, text).unwrap();
    let decided = decided.display().to_string();
    let (code, err, _) = graded(
        &runs,
        &[&arguments[..], &["--overrides", &decided]].concat(),
    );
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("did you mean `public`?"), "{err}");
}

#[test]
fn who_was_not_graded_in_time_has_no_grade_and_the_class_is_not_done() {
    if !can_grade(&["python3"]) {
        return;
    }
    let class = Class::new();
    let slow = class.script("ada", "exit 1\n");
    fs::write(slow.join("build.sh"), "exec sleep 86394\n").unwrap();
    let (path, runs) = (class.path(), Runs::new());
    let (code, err, grades) = graded(&runs, &[&path, "--rubric", RUBRIC, "--within", "1s"]);
    assert_eq!(code, Some(5), "{err}");
    assert!(err.contains("1 not graded yet"), "{err}");
    assert!(!grades.join("submissions/ada").exists());
}

#[test]
fn nothing_is_graded_at_a_weaker_level_than_the_rubric_demands() {
    let runs = Runs::new();
    let weak = ["zoo/samples", "--rubric", RUBRIC, "--level", "none"];
    let (code, err, _) = graded(&runs, &weak);
    assert_eq!(code, Some(5), "{err}");
    assert!(
        err.contains("the rubric demands the isolation level namespaces"),
        "{err}"
    );
}

#[test]
fn what_is_typed_wrong_is_named_with_a_suggestion() {
    let runs = Runs::new();
    let (code, err, _) = graded(&runs, &["zoo/samples", "--rubric", RUBRIC, "--only", "bop"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("no submission is called `bop`; did you mean `bob`?"),
        "{err}"
    );
    let nothing = tempfile::tempdir().unwrap();
    let empty = nothing.path().display().to_string();
    let (code, err, _) = graded(&runs, &[&empty, "--rubric", RUBRIC]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("there is no submission in"), "{err}");
}

#[test]
fn an_adapter_that_is_tried_says_what_works_and_what_was_printed_instead() {
    if !can_grade(&["python3"]) {
        return;
    }
    let runs = Runs::new();
    let tried = |adapter: &str| {
        let bob = root().canonicalize().unwrap().join("zoo/samples/bob");
        let setting = format!("submission={}", bob.display());
        let arguments = ["check", adapter, "--try", "--set", &setting];
        let output = runs.xtask(&arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, table, err) = tried("docs/grading/adapter.toml");
    assert_eq!(code, Some(0), "{table}{err}");
    insta::assert_snapshot!(table);
    let text = fs::read_to_string(root().join("docs/grading/adapter.toml")).unwrap();
    let (before, after) = ("ready = 'welcome ", "ready = 'good morning ");
    assert!(text.contains(before));
    let text = text
        .replace(before, after)
        .replace("[client]\n", "[client]\nready_within = \"3s\"\n");
    let dir = tempfile::tempdir().unwrap();
    let broken = dir.path().join("adapter.toml");
    fs::write(&broken, text).unwrap();
    let (code, table, err) = tried(&broken.display().to_string());
    assert_eq!(code, Some(1), "{table}{err}");
    assert!(table.contains("not tried"), "{table}");
    assert!(
        err.contains("the pattern of `ready` is /good morning"),
        "{err}"
    );
    assert!(
        err.contains("these lines matched no pattern:\n    alice: welcome alice to"),
        "{err}"
    );
}

#[test]
fn a_build_is_confined_as_a_participant_is() {
    if !can_grade(&["python3"]) {
        return;
    }
    let (class, runs) = (Class::new(), Runs::new());
    class.copy("bob", "neighbour");
    let nosy = class.script("nosy", "exit 1\n");
    let outside = class.0.path().join("neighbour/evil");
    let rubric = root().canonicalize().unwrap().join(RUBRIC);
    let script = format!(
        "for place in '{0}/neighbour/chat.py' '{1}' '{2}'/grades; do [ -e \"$place\" ] && found=\"$found $place\"; done\n\
         (: > '{3}') 2> /dev/null\nsleep 86397 &\nset -- ../*\necho \"error: found:$found, beside it: $*\"\nexit 1\n",
        class.path(),
        rubric.display(),
        runs.path().display(),
        outside.display()
    );
    fs::write(nosy.join("build.sh"), script).unwrap();
    let path = class.path();
    let (code, err, grades) = graded(&runs, &[&path, "--rubric", RUBRIC, "--only", "nosy"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(sheet(&grades)["nosy"][0], "0");
    let page = fs::read_to_string(grades.join("submissions/nosy/instructor.html")).unwrap();
    assert!(
        page.contains("error: found:, beside it: ../tmp ../work"),
        "{page}"
    );
    assert!(!outside.exists());
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut commands = processes.filter_map(|one| fs::read(one.path().join("cmdline")).ok());
    assert!(!commands.any(|line| line == b"sleep\0" || line.starts_with(b"sleep\086397")));
}

#[test]
fn forty_attempts_to_cheat_stand_on_the_page_each_with_a_test_that_is_there() {
    let page = fs::read_to_string(root().join("docs/grading.md")).unwrap();
    let (_, table) = page.split_once("## What a submission cannot do").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("`) |"));
    let tests = rows.map(|row| row.rsplit('`').nth(1).unwrap());
    let tests: std::collections::BTreeSet<&str> = tests.collect();
    assert!(tests.len() >= 40, "{}", tests.len());
    let mut sources = String::new();
    let mut waiting: Vec<PathBuf> = ["crates", "xtask", "zoo", "chat-client", "chat-server"]
        .map(|dir| root().join(dir))
        .into();
    while let Some(dir) = waiting.pop() {
        for path in fs::read_dir(dir)
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
        {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let is_there = |test: &&&str| {
        let function = format!("fn {test}()");
        // The torture chamber makes one of each line of a table.
        sources.contains(&function) || sources.contains(&format!("{test}: \""))
    };
    let missing: Vec<_> = tests.iter().filter(|test| !is_there(test)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
