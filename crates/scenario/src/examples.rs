//! A mistake of each kind, made in a small file, and what is said of it. The reader itself finds it, so
//! an example cannot be out of date.

use std::path::Path;

use super::{adapter, parse};
use toml_language::Problems;

/// What is in front of the steps of an example.
const CLIENTS: &str = "title = \"an example\"\nclients = [\"alice\", \"bob\"]\n";

/// Steps with a mistake; where they begin with `title`, a whole scenario with one.
const SCENARIOS: &[(&str, &str)] = &[
    ("S0101", "say = { from = \"alice\", text = \"hello }"),
    ("S0102", "say = { form = \"alice\", text = \"hello\" }"),
    ("S0103", "say = { from = \"alice\" }"),
    ("S0104", "say = \"hello\""),
    ("S0105", "leave = { client = \"bob\", how = \"slowly\" }"),
    (
        "S0106",
        "within = \"5\"\nsay = { from = \"alice\", text = \"hello\" }",
    ),
    (
        "S0107",
        "file = { from = \"alice\", to = \"bob\", size = \"64KB\" }",
    ),
    ("S0108", "beat = { seconds = -1 }"),
    ("S0109", "note = \"nothing to do\""),
    (
        "S0110",
        "relay = \"stop\"\nsay = { from = \"alice\", text = \"hello\" }",
    ),
    ("S0112", "all = { steps = [] }"),
    (
        "S0120",
        "title = \"an example\"\nclients = [\"Alice\", \"bob\"]\n[[steps]]\nsay = { from = \"bob\", text = \"hello\" }\n",
    ),
    (
        "S0121",
        "title = \"an example\"\nclients = [\"bob\", \"bob\"]\n[[steps]]\nsay = { from = \"bob\", text = \"hello\" }\n",
    ),
    ("S0122", "say = { from = \"alcie\", text = \"hello\" }"),
    (
        "S0123",
        "title = \"an example\"\nclients = [\"alice\", \"late\"]\n[[steps]]\njoin = { client = \"late\", outcome = \"refused\" }\n[[steps]]\nsay = { from = \"late\", text = \"hello\" }\n",
    ),
    (
        "S0124",
        "leave = { client = \"bob\", how = \"kill\" }\n[[steps]]\nsay = { from = \"bob\", text = \"hello\" }",
    ),
    (
        "S0125",
        "say = { from = \"bob\", text = \"hello\" }\n[[steps]]\njoin = { client = \"bob\" }",
    ),
    ("S0126", "relay = \"start\""),
    (
        "S0127",
        "relay = \"freeze\"\n[[steps]]\nsay = { from = \"bob\", text = \"hello\" }",
    ),
    (
        "S0128",
        "file = { from = \"alice\", to = \"bob\", path = \"fixtures/none.pdf\" }",
    ),
    (
        "S0129",
        "say = { from = \"alice\", text = \"the code is {cannary}\" }",
    ),
    (
        "S0130",
        "say = { from = \"alice\", text = \"{fill:65537}\" }",
    ),
    (
        "S0131",
        "expect = { client = \"alice\", event = \"joined\", text = \"bob\" }",
    ),
    (
        "S0132",
        "expect = { client = \"bob\", event = \"message\", text = \"{canary}\" }",
    ),
    ("S0133", "say = { from = \"alice\", text = \"turn {n}\" }"),
    ("S0134", "expect = { client = \"alice\", pattern = '(' }"),
    ("S0135", "all = { steps = [{ beat = { seconds = 1 } }] }"),
    (
        "S0136",
        "within = \"5s\"\nexpect = { client = \"bob\", line = \"hello\", within = \"6s\" }",
    ),
    (
        "S0137",
        "file = { from = \"alice\", to = \"bob\", path = \"../secret\" }",
    ),
    (
        "S0138",
        "file = { from = \"alice\", to = \"bob\", size = \"10B\", as = \"a\" }\n[[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"11B\", as = \"a\" }",
    ),
    (
        "S0139",
        "repeat = { times = 10000, steps = [\n    { say = { from = \"alice\", text = \"one\" } },\n    { say = { from = \"alice\", text = \"two\" } },\n    { say = { from = \"alice\", text = \"three\" } },\n] }",
    ),
    (
        "S0140",
        "msg = { from = \"alice\", to = \"alice\", text = \"hello\" }",
    ),
    (
        "S0141",
        "expect = { client = \"bob\", contains = \"{canary:vault}\" }",
    ),
    ("S0142", "say = { from = \"alice\", text = \"\" }"),
    (
        "S0143",
        "title = \"an example\"\nclients = [\"alice\", \"bob\"]\n[matrix]\nsize = [\"1B\", \"64KiB\"]\n[[steps]]\nsay = { from = \"alice\", text = \"hello\" }\n",
    ),
    ("S0144", "fault = { clients = [\"bob\"], kind = \"hold\" }"),
    (
        "S0145",
        "say = { from = \"alice\", text = \"code: {canary}\" }",
    ),
    (
        "S0146",
        "room = { client = \"alice\", does = \"invite\", room = \"team\" }",
    ),
];

/// An adapter without a mistake.
const ADAPTER: &str = r#"about = "an example"

[programs]
relay = { path = "relay.py" }

[relay]
run = ["{relay}"]
ready = { listens = 5000 }
keepalive = "20s"

[client]
run = ["{relay}", "{name}"]

[client.type]
say = "{text}"

[client.events]
ready = 'hello (?<name>\w+)'
"#;

/// What is written in it instead of something.
const ADAPTERS: &[(&str, &str, &str)] = &[
    ("A0201", "keepalive = \"20s\"", "keepalive = 20s"),
    ("A0202", "keepalive =", "keepalve ="),
    ("A0203", "run = [\"{relay}\"]\n", ""),
    ("A0204", "run = [\"{relay}\"]", "run = \"{relay}\""),
    ("A0205", "[client]\n", "[client]\nready = \"soon\"\n"),
    ("A0206", "keepalive = \"20s\"", "keepalive = \"20\""),
    ("A0208", "{ listens = 5000 }", "{ listens = 0 }"),
    ("A0209", "{ path = \"relay.py\" }", "{ }"),
    (
        "A0210",
        "{ listens = 5000 }",
        "{ listens = 5000, line = 'on (?<port>\\d+)' }",
    ),
    ("A0212", "run = [\"{relay}\"]", "run = []"),
    ("A0220", "\"{name}\"", "\"{nme}\""),
    ("A0221", "'hello (?<name>\\w+)'", "'hello (?<name>\\w+'"),
    ("A0222", "(?<name>", "(?<nme>"),
    (
        "A0224",
        "[programs]\n",
        "[programs]\nport = { path = \"chat.py\" }\n",
    ),
    ("A0226", "say = \"{text}\"", "say = \"hello\""),
    ("A0227", "{ listens = 5000 }", "{ after_dialogue = 5000 }"),
    (
        "A0228",
        "[client]\n",
        "[client]\ncaptures = { key = { line = 'no group' } }\n",
    ),
    ("A0229", "ready = 'hello (?<name>\\w+)'", "joined = 'x'"),
    (
        "A0230",
        "[client.events]",
        "[controls]\nwire = \"lobby\"\n\n[client.events]",
    ),
    (
        "A0232",
        "[relay]\n",
        "[build]\nsetting = \"submission\"\nrun = [[\"make\"]]\n\n[relay]\n",
    ),
    ("A0231", "{ listens = 5000 }", "{ line = 'ready' }"),
    (
        "A0240",
        "[client]\n",
        "[client]\ndownloads = \"/tmp/downloads\"\n",
    ),
];

/// A small file with the mistake that a code stands for, as the reader shows it. `None` for codes of
/// other languages, and for what no text can show.
pub fn example(code: &str) -> Option<Problems> {
    let mut problems = wrong_scenario(code).or_else(|| wrong_adapter(code))?;
    problems.list.retain(|problem| problem.code.id == code);
    problems.list.truncate(1);
    (!problems.list.is_empty()).then_some(problems)
}

fn wrong_scenario(code: &str) -> Option<Problems> {
    let (_, steps) = SCENARIOS.iter().find(|(id, _)| *id == code)?;
    let text = if steps.starts_with("title") {
        (*steps).to_owned()
    } else {
        format!("{CLIENTS}[[steps]]\n{steps}\n")
    };
    parse(&text, "example", Path::new("example.toml"), Path::new("")).err()
}

fn wrong_adapter(code: &str) -> Option<Problems> {
    let (_, right, wrong) = ADAPTERS.iter().find(|(id, ..)| *id == code)?;
    let text = ADAPTER.replacen(right, wrong, 1);
    adapter::parse(&text, Path::new("example.toml")).err()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ADAPTER, example};
    use crate::{adapter, codes};

    /// What cannot be read, has no size, or is known to the file alone.
    const WITHOUT: [&str; 3] = ["S0111", "A0207", "A0211"];

    #[test]
    fn every_code_has_an_example_in_which_it_is_found() {
        adapter::parse(ADAPTER, Path::new("example.toml")).unwrap();
        let without: Vec<&str> = codes()
            .map(|code| code.id)
            .filter(|id| example(id).is_none())
            .collect();
        assert_eq!(without, WITHOUT);
    }
}
