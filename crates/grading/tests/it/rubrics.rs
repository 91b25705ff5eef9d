//! What is wrong with rubrics, and where.

use std::path::Path;

use grading::{Overrides, Rubric, Visibility, codes};

#[test]
fn every_mistake_is_reported_at_its_place() {
    let text = "\
title = \"t\"
tires = 2
level = \"strong\"

[[items]]
id = \"Public\"
title = \"a\"
scenario = \"basics/public\"
points = -1

[[items]]
id = \"private\"
title = \"b\"
scenario = \"basics/private\"
points = 5
needs = [\"pubic\"]
counts = \"secrets\"

[[items]]
id = \"private\"
title = \"c\"
points = 5
needs = [\"privat\", \"late\"]
penalty = 0
visibility = \"secret\"

[[items]]
id = \"often\"
title = \"d\"
scenario = \"s\"
points = 5
visibility = { after_times = 1, times = 2 }
";
    let problems = Rubric::parse(text, Path::new("rubric.toml")).unwrap_err();
    insta::assert_snapshot!(problems.render(false));
}

#[test]
fn what_is_left_out_has_its_default() {
    let text = "title = \"t\"\nadapter = \"a.toml\"\n[[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 4\n";
    let rubric = Rubric::parse(text, Path::new("course/rubric.toml")).unwrap();
    assert_eq!((rubric.tries, rubric.maximum()), (3, 4));
    assert_eq!(rubric.level.to_string(), "namespaces");
    assert_eq!(rubric.adapter.unwrap(), Path::new("course/a.toml"));
}

#[test]
fn who_sees_an_item_is_a_word_or_a_number_of_times() {
    let of = |value: &str| {
        let text = format!(
            "title = \"t\"\n[[items]]\nid = \"a\"\ntitle = \"a\"\nscenario = \"s\"\npoints = 4\n{value}"
        );
        let rubric = Rubric::parse(&text, Path::new("r.toml"));
        rubric
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
            .items
            .remove(0)
            .visibility
    };
    assert_eq!(of(""), Visibility::Visible);
    assert_eq!(
        of("visibility = \"after-published\""),
        Visibility::AfterPublished
    );
    assert_eq!(
        of("visibility = { after_times = 3 }"),
        Visibility::AfterTimes(3)
    );
}

#[test]
fn an_override_needs_a_reason() {
    let text = "[[points]]\nsubmission = \"ada\"\nitem = \"a\"\npoints = 3\n";
    let problems = Overrides::parse(text, Path::new("overrides.toml")).unwrap_err();
    assert!(problems.render(false).contains("`reason` is missing"));
}

#[test]
fn every_code_is_said_once_and_has_a_paragraph() {
    let mut ids: Vec<&str> = codes().map(|code| code.id).collect();
    assert!(codes().all(|code| code.paragraph.len() > 40));
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
