//! A class whose faults are sown by a seed: what each submission earns is what the seed says, however
//! many are graded at a time and however often somebody interrupts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::grading::{can_grade, sheet};
use crate::runs::{Runs, root};

pub(crate) const SAY: &str = r#"
title = "A text reaches the other"
clients = ["alice", "bob"]
[[steps]]
say = { from = "alice", text = "this is said to all, {canary}" }
"#;

pub(crate) const MSG: &str = r#"
title = "A private text reaches one"
clients = ["alice", "bob"]
[[steps]]
msg = { from = "alice", to = "bob", text = "this is for one alone, {canary}" }
"#;

const DISCREET: &str = r#"
title = "A private text reaches nobody else"
clients = ["alice", "bob", "carol"]
[[steps]]
msg = { from = "alice", to = "bob", text = "this is for one alone, {canary:only}" }
[[steps]]
say = { from = "alice", text = "this is said to all, {canary}" }
[[steps]]
never = { client = "carol", contains = "{canary:only}" }
"#;

/// What each fault changes in the honest program.
const TWICE: (&str, &str) = (
    r#"return self.tell(f"{name}: {text}", name)"#,
    r#"return [self.tell(f"{name}: {text}", name) for _ in range(1 + (len(self.people) < 3 and "said" in text))]"#,
);
const TWICE_ALONE: (&str, &str) = (
    r#"if to in self.people: self.post(self.people[to], f"{name} to you: {text}")"#,
    r#"for _ in range(1 + (len(self.people) < 3)): self.post(self.people[to], f"{name} to you: {text}")"#,
);
const SHOWN_TO_ALL: (&str, &str) = (
    "            if to in self.people: ",
    "            if len(self.people) > 2: return self.tell(f\"{name} to you: {text}\", name)\n            if to in self.people: ",
);

/// What is wrong with a submission: it follows from the seed and its number.
#[derive(Clone, Copy)]
struct Sown {
    is_dead: bool,
    twice: bool,
    twice_alone: bool,
    shown_to_all: bool,
}

impl Sown {
    fn by(seed: u64, number: u64) -> Self {
        // One step of a generator whose high bits are good.
        let state = seed
            .wrapping_add(number)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 56;
        Self {
            is_dead: bits.is_multiple_of(7),
            twice: bits & 8 != 0,
            twice_alone: bits & 16 != 0,
            shown_to_all: bits & 32 != 0,
        }
    }

    fn program(self) -> String {
        let honest = fs::read_to_string(root().join("zoo/samples/bob/chat.py")).unwrap();
        if self.is_dead {
            return "raise SystemExit(3)\n".to_owned();
        }
        // The last one looks for what the second one replaces.
        let faults = [
            (self.twice, TWICE),
            (self.shown_to_all, SHOWN_TO_ALL),
            (self.twice_alone, TWICE_ALONE),
        ];
        faults.into_iter().filter(|(is_sown, _)| *is_sown).fold(
            honest,
            |program, (_, (before, after))| {
                assert!(program.contains(before), "{before}");
                program.replace(before, after)
            },
        )
    }

    /// Points of `say`, `msg` and `discreet`, which needs `msg`.
    fn points(self) -> [u32; 3] {
        let earned = |fault: bool, points| if self.is_dead || fault { 0 } else { points };
        let msg = earned(self.twice_alone, 4);
        let discreet = if msg == 0 {
            0
        } else {
            earned(self.shown_to_all, 5)
        };
        [earned(self.twice, 3), msg, discreet]
    }
}

/// Among the first five are a good one, a dead one, one with each fault, and an archive.
const SEED: u64 = 90;

/// How many there are, where nobody says: `SOWN=60 cargo test -p xtask --test it sown` plays as many.
const CLASS: u64 = 5;

/// A course with its class.
struct Course {
    dir: tempfile::TempDir,
    seed: u64,
    size: u64,
}

impl Course {
    /// Every fifth is handed in as an archive.
    fn new(seed: u64, size: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::copy(root().join("docs/grading/adapter.toml"), at("adapter.toml")).unwrap();
        for (name, text) in [("say", SAY), ("msg", MSG), ("discreet", DISCREET)] {
            fs::write(at(&format!("{name}.toml")), text).unwrap();
        }
        let items = [("say", 3, "[]"), ("msg", 4, "[]"), ("discreet", 5, "[\"msg\"]")].map(|(id, points, needs)| {
            format!("[[items]]\nid = \"{id}\"\ntitle = \"{id}\"\nscenario = \"{id}.toml\"\ncounts = \"behaviour\"\npoints = {points}\nneeds = {needs}\n")
        });
        let head = "title = \"sown\"\nadapter = \"adapter.toml\"\ntries = 1\n";
        fs::write(at("sown.toml"), format!("{head}{}", items.concat())).unwrap();
        let course = Self { dir, seed, size };
        for number in 0..size {
            let sub = course
                .dir
                .path()
                .join("class")
                .join(format!("s{number:03}"));
            fs::create_dir_all(&sub).unwrap();
            fs::write(sub.join("chat.py"), Sown::by(seed, number).program()).unwrap();
            fs::copy(root().join("zoo/samples/bob/chat.sh"), sub.join("chat.sh")).unwrap();
            if number % 5 == 4 {
                let file = fs::File::create(sub.with_extension("tar")).unwrap();
                let mut tar = tar::Builder::new(file);
                tar.mode(tar::HeaderMode::Deterministic);
                tar.append_dir_all("mine", &sub).unwrap();
                tar.finish().unwrap();
                fs::remove_dir_all(&sub).unwrap();
            }
        }
        course
    }

    fn arguments(&self, jobs: u32) -> Vec<String> {
        let at = |name: &str| self.dir.path().join(name).display().to_string();
        let jobs = jobs.to_string();
        let words = [
            "grade",
            &at("class"),
            "--rubric",
            &at("sown.toml"),
            "--jobs",
            &jobs,
            "--seed",
            "5",
        ];
        words.map(str::to_owned).into()
    }

    /// Grades the class; somebody interrupts when one more is graded, so often.
    fn graded(&self, runs: &Runs, jobs: u32, interruptions: usize) -> PathBuf {
        let arguments = self.arguments(jobs);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for _ in 0..interruptions {
            let mut child = runs
                .xtask(&arguments)
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap());
            let mut said = String::new();
            while !said.lines().any(|line| line.starts_with("graded s")) {
                assert_ne!(
                    lines.read_line(&mut said).unwrap(),
                    0,
                    "nothing was graded: {said}"
                );
            }
            kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGINT).unwrap();
            lines.read_to_string(&mut said).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
            assert!(
                said.contains("not graded yet; the same command continues"),
                "{said}"
            );
        }
        self.grade(runs, jobs, &[]);
        runs.path().join("grades/sown")
    }

    /// Grades the class once: what is printed beside the rows.
    fn grade(&self, runs: &Runs, jobs: u32, more: &[&str]) -> String {
        let arguments = self.arguments(jobs);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = runs.xtask(&[&arguments, more].concat()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{err}");
        err
    }

    fn expected(&self) -> BTreeMap<String, Vec<u32>> {
        let all = (0..self.size).map(|number| {
            (
                format!("s{number:03}"),
                Sown::by(self.seed, number).points().to_vec(),
            )
        });
        all.collect()
    }
}

/// The points of the items.
fn points(grades: &Path) -> BTreeMap<String, Vec<u32>> {
    let rows = sheet(grades).into_iter();
    rows.map(|(name, cells)| {
        let items = cells[4..].iter().map(|cell| cell.parse().unwrap());
        (name, items.collect())
    })
    .collect()
}

/// Everything that was earned, with reasons and commands.
fn marks(grades: &Path) -> BTreeMap<String, String> {
    let all = fs::read_dir(grades.join("submissions")).unwrap().flatten();
    all.map(|one| {
        let text = fs::read_to_string(one.path().join("marks.json")).unwrap();
        (one.file_name().into_string().unwrap(), text)
    })
    .collect()
}

#[test]
fn points_are_what_the_seed_says_at_any_jobs_and_after_an_interruption() {
    if !can_grade(&["python3"]) {
        return;
    }
    let size = std::env::var("SOWN").map_or(CLASS, |size| size.parse().unwrap());
    let course = Course::new(SEED, size);
    let [one, other] = [Runs::new(), Runs::new()];
    let began = Instant::now();
    let first = course.graded(&one, 1, if size == CLASS { 1 } else { 3 });
    println!("{size} submissions, one at a time: {:?}", began.elapsed());
    let second = course.graded(&other, 3, 0);
    assert_eq!(points(&first), course.expected());
    assert_eq!(points(&second), course.expected());
    // In two parts, from a copy of the class elsewhere, laid together: nothing is played again.
    let copy = Course::new(SEED, size);
    let parts = Runs::new();
    for part in ["1/2", "2/2"] {
        let out = parts
            .path()
            .join(part.replace('/', "-"))
            .display()
            .to_string();
        let more = ["--shard", part, "--out", &out];
        copy.grade(&parts, 2, &more);
    }
    let parts = ["1-2", "2-2"].map(|part| parts.path().join(part).display().to_string());
    let merged = Runs::new();
    let more = [
        "--merge",
        &parts[0],
        &parts[1],
        "--compare",
        &first.display().to_string(),
    ];
    let printed = course.grade(&merged, 1, &more);
    assert!(printed.contains("no points differ"), "{printed}");
    let merged = merged.path().join("grades/sown");
    assert_eq!(points(&merged), course.expected());
    assert!(!merged.join("plays").exists());
    // Nothing of an archive is left, and nothing says where it was unpacked.
    let left = fs::read_dir(one.scratch()).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    let archive = course
        .dir
        .path()
        .join("class/s004.tar")
        .display()
        .to_string();
    let marks = &marks(&first)["s004"];
    assert!(
        marks.contains(&archive) && !marks.contains("/of-"),
        "{marks}"
    );
}
