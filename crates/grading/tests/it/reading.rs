//! What students and instructors read.

use std::path::Path;

use grading::{
    Audience, Graded, Mark, Marks, Overrides, Reason, Rubric, Standing, changes, files, junit,
    overview, sheet,
};

const RUBRIC: &str = "\
title = \"Assignment <3>\"
adapter = \"a.toml\"
[[items]]
id = \"public\"
title = \"What one says, the others hear\"
scenario = \"s\"
points = 5
hint = \"Start three clients by hand.\"
[[items]]
id = \"trap\"
title = \"The sevenfold trap\"
scenario = \"s\"
points = 3
visibility = \"hidden\"
[[items]]
id = \"later\"
title = \"Found after the due date\"
scenario = \"s\"
points = 2
visibility = \"after-due-date\"
";

fn rubric() -> Rubric {
    Rubric::parse(RUBRIC, Path::new("r.toml")).unwrap()
}

fn mark(item: &str, of: u32, words: &str) -> Mark {
    Mark {
        item: item.to_owned(),
        points: 0,
        lost: 0,
        of,
        standing: Standing::Missed,
        reasons: vec![Reason {
            check: format!("bob shows {words}"),
            expected: String::new(),
            got: format!("{words} in /home/grader/subs/ada/chat.py"),
            difference: None,
            just_before: vec![format!("relay| {words}")],
        }],
        repeat: Some("cargo xtask test s --set submission=/home/grader/subs/ada".to_owned()),
        evidence: Some("plays/ada/s/try-1".to_owned()),
        overridden: None,
    }
}

fn marks(submission: &str) -> Marks {
    let graded = Graded {
        submission: submission.to_owned(),
        dir: "/home/grader/subs/ada".to_owned(),
        seed: 7,
        stamp: String::new(),
        marks: vec![
            mark("public", 5, "<b>&`quoted`"),
            mark("trap", 3, "sevenfold"),
            mark("later", 2, "due words"),
        ],
    };
    Marks::new(graded, &rubric(), &Overrides::default())
}

fn file(name: &str, students: Audience) -> String {
    let files = files(&rubric(), &marks("ada"), students).unwrap();
    let found = files.into_iter().find(|(file, _)| *file == name);
    found.unwrap().1
}

#[test]
fn what_is_hidden_stands_in_nothing_that_a_student_gets() {
    for name in ["feedback.html", "feedback.md"] {
        let now = file(name, Audience::Students);
        let published = file(name, Audience::Published);
        for text in [&now, &published] {
            assert!(!text.contains("sevenfold"), "{text}");
            assert!(!text.contains("trap"), "{text}");
            // Nor where and by whom it was graded.
            assert!(!text.contains("/home/grader"), "{text}");
        }
        assert!(!now.contains("due words") && published.contains("due words"));
        assert!(now.contains("of 5 points in the items shown here"), "{now}");
        assert!(now.contains("Start three clients by hand."));
    }
    let platform = file("results.json", Audience::Students);
    assert!(!platform.contains("sevenfold"), "{platform}");
    let instructor = file("instructor.html", Audience::Students);
    assert!(instructor.contains("sevenfold") && instructor.contains("Seed 7."));
}

#[test]
fn what_programs_wrote_is_text_on_every_page() {
    let html = file("feedback.html", Audience::Students);
    assert!(
        html.contains("&#60;b&#62;") && !html.contains("<b>"),
        "{html}"
    );
    assert!(html.contains("default-src &#39;none&#39;"));
    let text = file("feedback.md", Audience::Students);
    insta::assert_snapshot!(text);
}

#[test]
fn the_platform_gets_numbers_and_visibility() {
    let text = file("results.json", Audience::Students);
    let results: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(results["score"], 0);
    assert_eq!(results["stdout_visibility"], "hidden");
    let tests = results["tests"].as_array().unwrap();
    let seen: Vec<_> = tests
        .iter()
        .map(|test| {
            (
                test["name"].as_str().unwrap(),
                test["visibility"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("What one says, the others hear", "visible"),
        ("trap", "hidden"),
        ("Found after the due date", "after_due_date"),
    ];
    assert_eq!(seen, expected);
    assert!(tests.iter().all(|test| test["output_format"] == "text"));
}

#[test]
fn the_sheet_has_a_row_for_each_and_none_is_a_formula() {
    let all = [marks("ada"), marks("=1+1,\"x\"")];
    let all: Vec<_> = all.iter().collect();
    insta::assert_snapshot!(sheet(&rubric(), &all));
}

#[test]
fn the_overview_links_to_each_and_counts_causes() {
    let all = [marks("ada"), marks("bob/../x y")];
    let page = overview(&rubric(), &all.iter().collect::<Vec<_>>()).unwrap();
    assert!(page.contains("href=\"submissions/ada/instructor.html\""));
    assert!(page.contains("href=\"submissions/bob%2F..%2Fx%20y/instructor.html\""));
    assert!(page.contains("2 submissions graded, 0 to decide"), "{page}");
    assert!(
        page.contains("<td class=\"number\">2</td><td>sevenfold"),
        "{page}"
    );
}

#[test]
fn a_ci_server_gets_a_suite_for_each_submission_and_nothing_that_ends_its_document() {
    let all = [marks("ada"), marks("<b>&\"")];
    let text = junit(&rubric(), &all.iter().collect::<Vec<_>>());
    assert!(text.contains("<testsuite name=\"ada\""), "{text}");
    assert!(
        text.contains("name=\"&lt;b&gt;&amp;&quot;\"") && !text.contains("<b>"),
        "{text}"
    );
    let count = |what: &str| text.matches(what).count();
    assert_eq!(count("<testcase "), 2 * rubric().items.len());
    let closed = count("</testcase>") + count("time=\"0.000\"/>");
    assert_eq!(closed, count("<testcase "));
    assert!(text.contains("<failure "), "{text}");
    for schema in testing::junit::SCHEMAS {
        assert_eq!(testing::junit::refusal(schema, &text), None, "{text}");
    }
}

#[test]
fn what_has_changed_since_before_is_said_in_a_line_for_each() {
    let before = [marks("ada"), marks("bob"), marks("cleo")];
    let (same, mut better, new) = (marks("ada"), marks("bob"), marks("dan"));
    better.marks[0].points += 2;
    better.total += 2;
    let now = changes(&before, &[&same, &better, &new]);
    let item = &better.marks[0].item;
    let (old, points) = (before[1].total, better.total);
    let first = format!(
        "bob: {old} → {points} points ({item} {} → {})",
        before[1].marks[0].points, better.marks[0].points
    );
    let new = format!("dan: new, {old} points");
    assert_eq!(
        now,
        [first, new, format!("cleo: gone, {old} points before")]
    );
}
