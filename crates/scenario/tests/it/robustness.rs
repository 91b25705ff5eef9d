use std::path::Path;

use proptest::prelude::*;
use scenario::adapter;

use super::{parse, scenarios, workspace};

/// Any text at all; and texts that look like scenarios, cut and joined at random.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "title = \"t\"\n",
        "clients = [\"alice\", \"bob\"]\n",
        "[[steps]]\n",
        "say = ",
        "{ from = \"alice\"",
        ", ",
        "text = \"{canary}\"",
        " }\n",
        "expect = { client = \"bob\", event = \"left\", who = \"é{\" }\n",
        "{",
        "}",
        "[",
        "]",
        "=",
        "\"",
        "'''",
        "\\",
        "\r\n",
        "\u{1b}",
        "ä",
        "\0",
        "size = \"64KiB\"",
        "clients.count = 3\n",
        "steps = 1\n",
        "[steps.repeat]\ntimes = 3\nsteps = [{ relay = \"stop\" }]\n",
        "within = \"5s\"\n",
        "[programs]\nrelay = { path = \"x\" }\n",
        "[client.events]\nready = '('\n",
        "run = [\"{relay}\"]\n",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat()),
    ]
}

fn shown(problems: &toml_language::Problems) {
    assert!(!problems.list.is_empty());
    assert!(problems.render(false).contains("error["));
    assert!(problems.render(true).contains("error"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_text_makes_the_readers_panic(text in text()) {
        if let Err(problems) = parse(&text) {
            shown(&problems);
        }
        if let Err(problems) = adapter::parse(&text, Path::new("test.toml")) {
            shown(&problems);
        }
    }

    #[test]
    fn no_slip_in_a_good_file_makes_the_readers_panic(at in 0..2000_usize, slip in any::<char>(), cut in 0..20_usize) {
        for file in ["scenarios/basics/three-clients.toml", "adapters/reference.toml"] {
            let good: Vec<char> = std::fs::read_to_string(workspace().join(file)).unwrap().chars().collect();
            let at = at.min(good.len());
            let tail = good.iter().skip(at + cut);
            let text: String = good.iter().take(at).chain([&slip]).chain(tail).collect();
            if let Err(problems) = scenario::parse(&text, "x", Path::new("x.toml"), &scenarios()) {
                shown(&problems);
            }
            if let Err(problems) = adapter::parse(&text, Path::new("x.toml")) {
                shown(&problems);
            }
        }
    }
}
