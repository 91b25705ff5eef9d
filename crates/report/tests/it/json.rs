use std::time::Duration;

use judge::PlayVerdict as P;
use report::{RunReport, json, schema};
use serde_json::Value;

use crate::{play, provenance};

fn every_verdict() -> Vec<P> {
    let why = || "why".to_owned();
    vec![
        P::Pass,
        P::CannotTell,
        P::Fail,
        P::Flaky,
        P::Orphan,
        P::Distinguishable,
        P::Plaintext,
        P::Xfail(why()),
        P::Skip(why()),
        P::Unsupported(why()),
    ]
}

#[test]
fn every_result_fits_the_schema() {
    let validator = jsonschema::draft7::new(&schema()).unwrap();
    let plays: Vec<_> = every_verdict()
        .into_iter()
        .map(|verdict| play("a/b", &[verdict.clone(), P::Pass], verdict))
        .collect();
    let mut texts: Vec<String> = plays.iter().map(|play| json::play(play).unwrap()).collect();
    texts.push(json::run(&RunReport::default()).unwrap());
    texts.push(
        json::run(&RunReport {
            plays,
            left: vec!["left".to_owned()],
            ..RunReport::default()
        })
        .unwrap(),
    );
    for text in texts {
        let value: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}\n{text}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_result() {
    let validator = jsonschema::draft7::new(&schema()).unwrap();
    let good: Value =
        serde_json::from_str(&json::play(&play("a", &[P::Pass], P::Pass)).unwrap()).unwrap();
    assert!(validator.is_valid(&good));
    for (key, value) in [
        ("verdict", Value::from("perfect")),
        ("verdict", serde_json::json!({ "skip": 1 })),
        ("version", Value::from(2)),
        ("seed", Value::from(-1)),
        ("grade", Value::from(1)),
        ("checks", serde_json::json!([{}])),
    ] {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!validator.is_valid(&bad), "{key}: {}", bad[key]);
    }
    for key in good.as_object().unwrap().keys() {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&bad), "without {key}");
    }
}

#[test]
fn the_schema_in_the_repository_is_the_generated_one() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("schemas/result.json")).unwrap();
    let stored: Value = serde_json::from_str(&text).unwrap();
    assert!(
        stored == schema(),
        "schemas/result.json: cargo xtask schema"
    );
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let plays = [
        play("a", &[P::Fail, P::Pass], P::Flaky),
        play("b", &[], P::Unsupported("no files".to_owned())),
    ];
    let report = RunReport {
        plays: plays.to_vec(),
        left: vec!["left".to_owned()],
        provenance: provenance(),
        elapsed: Duration::from_millis(12_345),
    };
    let read: RunReport = json::read(&json::run(&report).unwrap()).unwrap();
    assert_eq!(read, report);
    let other = json::run(&report)
        .unwrap()
        .replace("\"version\": 1", "\"version\": 2");
    let error = json::read::<RunReport>(&other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "its version is 2, this program reads version 1"
    );
}
