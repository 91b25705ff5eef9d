use scenario::adapter;
use serde_json::Value;

use super::{scenarios, workspace};

fn json(toml: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(toml).expect("the test's own text is good"))
        .expect("the test's own text is good")
}

fn is_valid(schema: &Value, toml: &str) -> bool {
    jsonschema::draft7::new(schema)
        .expect("the test's own text is good")
        .is_valid(&json(toml))
}

#[test]
fn every_scenario_fits_the_schema() {
    let validator = jsonschema::draft7::new(&scenario::schema()).unwrap();
    let found = scenario::find(&scenarios()).unwrap();
    assert!(found.len() >= 3, "{found:?}");
    for path in found {
        let value = json(&std::fs::read_to_string(&path).unwrap());
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
}

#[test]
fn every_scenario_parses() {
    for path in scenario::find(&scenarios()).unwrap() {
        if let Err(problems) = scenario::load(&path, &scenarios()) {
            panic!("{}", problems.render(false));
        }
    }
}

#[test]
fn the_reference_adapter_fits_the_schema() {
    let text = std::fs::read_to_string(workspace().join("adapters/reference.toml")).unwrap();
    assert!(is_valid(&adapter::schema(), &text));
}

#[test]
fn what_the_reader_refuses_by_its_shape_the_schema_refuses() {
    let head = "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n";
    let schema = scenario::schema();
    assert!(is_valid(
        &schema,
        &format!("{head}say = {{ from = \"alice\", text = \"x\" }}")
    ));
    for step in [
        "sya = { from = \"alice\", text = \"x\" }",
        "say = { from = \"alice\", text = \"x\" }\nrelay = \"stop\"",
        "say = { from = \"alice\" }",
        "say = { from = \"alice\", text = \"x\", to = \"bob\" }",
        "relay = \"halt\"",
        "within = \"5 sec\"\nrelay = \"stop\"",
        "expect = { client = \"alice\", event = \"message\", line = \"x\" }",
        "expect = { client = \"alice\" }",
        "repeat = { times = 0, steps = [{ relay = \"stop\" }] }",
        "all = { steps = [{ relay = \"halt\" }] }",
        "note = \"no verb\"",
        "file = { from = \"alice\", to = \"bob\", size = \"3KB\" }",
    ] {
        assert!(!is_valid(&schema, &format!("{head}{step}")), "{step}");
        assert!(super::parse(&format!("{head}{step}")).is_err(), "{step}");
    }
}

#[test]
fn the_schemas_in_the_repository_are_the_generated_ones() {
    for (file, schema) in [
        ("scenario.json", scenario::schema()),
        ("adapter.json", adapter::schema()),
    ] {
        let text = std::fs::read_to_string(workspace().join("schemas").join(file)).unwrap();
        let stored: Value = serde_json::from_str(&text).unwrap();
        assert!(
            stored == schema,
            "schemas/{file} is not the one that the description gives"
        );
    }
}

#[test]
fn the_reference_pages_are_the_generated_ones() {
    for (file, generated) in [
        ("scenarios.md", scenario::reference()),
        ("adapters.md", adapter::reference()),
    ] {
        let page = std::fs::read_to_string(workspace().join("docs").join(file)).unwrap();
        assert!(
            page.contains(generated.trim_end()),
            "docs/{file} does not hold the generated reference"
        );
    }
}
