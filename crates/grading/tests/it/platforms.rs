//! What platforms read.

use std::path::Path;

use grading::{
    Audience, Classroom50, Graded, Mark, Marks, NotNamed, Overrides, Rubric, Standing,
    classroom50_schema, files, gradescope, gradescope_schema,
};
use serde_json::Value;

const RUBRIC: &str = "\
title = \"Assignment 3\"
[[items]]
id = \"public\"
title = \"What one says, the others hear\"
scenario = \"s\"
points = 5
[[items]]
id = \"trap\"
title = \"The sevenfold trap\"
scenario = \"s\"
points = 3
visibility = \"hidden\"
[[items]]
id = \"later\"
title = \"Found on the third attempt\"
scenario = \"s\"
points = 2
extra = true
visibility = { after_times = 3 }
[[items]]
id = \"tidy\"
title = \"Nothing is left behind\"
scenario = \"s\"
points = 0
penalty = 2
needs = [\"trap\"]
";

fn rubric() -> Rubric {
    Rubric::parse(RUBRIC, Path::new("r.toml")).unwrap()
}

/// Of a submission that was handed in so many times: everything is earned, but nothing is left tidy.
fn marks(times: u32, change: impl Fn(&mut Vec<Mark>)) -> Marks {
    let rubric = rubric();
    let earned = |item| Mark {
        points: rubric.item(item).unwrap().points,
        ..Mark::without_play(rubric.item(item).unwrap(), Standing::Earned)
    };
    let mut all = vec![
        earned("public"),
        earned("trap"),
        earned("later"),
        Mark {
            lost: 2,
            ..Mark::without_play(rubric.item("tidy").unwrap(), Standing::Missed)
        },
    ];
    change(&mut all);
    let graded = Graded {
        submission: "ada".to_owned(),
        dir: "/home/grader/ada".to_owned(),
        seed: 7,
        stamp: String::new(),
        marks: all,
    };
    let handed_in = format!("[[handed_in]]\nsubmission = \"ada\"\ntimes = {times}\n");
    let overrides = Overrides::parse(&handed_in, Path::new("o.toml")).unwrap();
    Marks::new(graded, &rubric, &overrides)
}

fn classroom50() -> Classroom50 {
    Classroom50::read(variable).unwrap()
}

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "CLASSROOM" => "cs-7",
        "ASSIGNMENT" => "chat",
        "USERNAME" => "ada",
        "SUBMISSION_TAG" => "submit/2026-06-02T10-05-00Z-0abc123",
        "COMMIT_URL" => "https://example.org/ada/commit/0abc123",
        "RELEASE_URL" => "https://example.org/ada/releases/1",
        _ => return None,
    };
    Some(value.to_owned())
}

/// What a schema says against it.
fn errors(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft7::new(schema).unwrap();
    let errors = validator.iter_errors(value);
    errors.map(|error| error.to_string()).collect()
}

/// Marks of every kind.
fn all_kinds() -> Vec<Marks> {
    let why = || "no room on the disk".to_owned();
    let standings = [
        Standing::Earned,
        Standing::Partly { held: 1, of: 2 },
        Standing::Missed,
        Standing::Skipped {
            needs: "trap".to_owned(),
        },
        Standing::NotSupported(why()),
        Standing::DoesNotBuild(why()),
        Standing::OutOfTime,
        Standing::CannotGrade(why()),
        Standing::Flaky {
            passed: 1,
            tries: 3,
        },
    ];
    let each = standings
        .iter()
        .map(|standing| marks(1, |all| all[0].standing = standing.clone()));
    each.chain([marks(3, |_| ())]).collect()
}

#[test]
fn what_platforms_get_fits_the_published_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    let published = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(root.join(name)).unwrap()).unwrap()
    };
    let (scope, room) = (published("gradescope.json"), published("classroom50.json"));
    assert_eq!(
        (&scope, &room),
        (&gradescope_schema(), &classroom50_schema())
    );
    for marks in all_kinds() {
        let results = gradescope(&rubric(), &marks, Some("a weak container"));
        assert_eq!(errors(&scope, &results), [""; 0], "{results:#}");
        for students in [Audience::Students, Audience::Published] {
            let result = classroom50().result(&rubric(), &marks, students);
            assert_eq!(errors(&room, &result), [""; 0], "{result:#}");
            // What their collector asks besides.
            let within = |one: &Value| one["score"].as_u64() <= one["max-score"].as_u64();
            let tests = result["tests"].as_array().unwrap();
            assert!(within(&result) && tests.iter().all(within), "{result:#}");
        }
    }
}

#[test]
fn the_published_schemas_refuse_what_is_no_result() {
    let results = gradescope(&rubric(), &marks(1, |_| ()), None);
    let result = classroom50().result(&rubric(), &marks(1, |_| ()), Audience::Students);
    for (schema, good, changes) in [
        (
            gradescope_schema(),
            results,
            [
                ("score", "many"),
                ("stdout_visibility", "visible"),
                ("tests", ""),
            ],
        ),
        (
            classroom50_schema(),
            result,
            [("submission", "ada"), ("datetime", "today"), ("owner", "")],
        ),
    ] {
        for (key, value) in changes {
            let mut bad = good.clone();
            bad[key] = value.into();
            assert!(!errors(&schema, &bad).is_empty(), "{key}");
        }
        for key in good.as_object().unwrap().keys() {
            let mut bad = good.clone();
            bad.as_object_mut().unwrap().remove(key);
            assert!(!errors(&schema, &bad).is_empty(), "without {key}");
        }
    }
}

#[test]
fn an_item_is_seen_after_so_many_times_and_a_hidden_one_never() {
    let texts = |times: u32, students: Audience| {
        let marks = marks(times, |_| ());
        let files = files(&rubric(), &marks, students).unwrap();
        let files = files
            .into_iter()
            .filter(|(name, _)| *name != "instructor.html");
        let result = classroom50().result(&rubric(), &marks, students);
        let texts: String = files.map(|(_, text)| text).collect();
        format!("{texts}{result:#}")
    };
    for students in [Audience::Students, Audience::Published] {
        for (times, is_seen) in [(1, false), (2, false), (3, true), (9, true)] {
            let text = texts(times, students);
            assert_eq!(text.contains("third attempt"), is_seen, "{times}: {text}");
            assert!(!text.contains("sevenfold"), "{text}");
        }
    }
    let when = |times: u32| gradescope(&rubric(), &marks(times, |_| ()), None)["tests"][2].clone();
    assert_eq!(when(2)["visibility"], "hidden");
    assert_eq!(when(3)["visibility"], "visible");
}

#[test]
fn a_result_that_students_read_sums_what_they_see() {
    let result =
        |times| classroom50().result(&rubric(), &marks(times, |_| ()), Audience::Published);
    let sums = |times| {
        let result = result(times);
        (result["score"].clone(), result["max-score"].clone())
    };
    // Five for what is said, two taken away; then two of extra credit.
    assert_eq!(sums(1), (3.into(), 5.into()));
    assert_eq!(sums(3), (5.into(), 7.into()));
    assert_eq!(result(1)["datetime"], "2026-06-02T10:05:00Z");
    assert_eq!(result(1)["review"], result(1)["commit"]);
}

#[test]
fn what_could_not_be_judged_is_named_and_has_no_points() {
    let marks = marks(1, |all| {
        for mark in all {
            mark.standing = Standing::CannotGrade("no networks of its own".to_owned());
        }
    });
    let results = gradescope(&rubric(), &marks, None);
    assert_eq!(
        results["output"],
        "Could not be judged here, so your instructor does it later; the score does not include it \
         yet: What one says, the others hear; Nothing is left behind."
    );
    let test = &results["tests"][0];
    assert!(test.get("score").is_none() && test.get("status").is_none());
    assert!(test["output"].as_str().unwrap().contains("no networks"));
}

#[test]
fn variables_that_are_missing_or_mean_nothing_are_named() {
    let read = |name: &'static str, value: Option<&'static str>| {
        Classroom50::read(|asked| {
            if asked == name {
                value.map(str::to_owned)
            } else {
                variable(asked)
            }
        })
    };
    assert_eq!(read("CLASSROOM", None), Err(NotNamed::Missing("CLASSROOM")));
    assert_eq!(
        read("USERNAME", Some("")),
        Err(NotNamed::Missing("USERNAME"))
    );
    for tag in ["main", "submit/2026-06-02"] {
        let error = NotNamed::Tag(tag.to_owned());
        assert_eq!(read("SUBMISSION_TAG", Some(tag)), Err(error));
    }
    assert!(read("SUBMISSION_TAG", Some("submit/20260602T100500Z")).is_ok());
    assert!(read("ASSIGNMENT_TYPE", Some("pair")).is_err());
}
