use super::{codes, codes_of_steps, parse, with_steps};
use scenario::{FileSource, Keys, Piece, Verb};

/// One wrong step, or several steps of which the last is wrong, and the code.
const WRONG: &[(&str, &str)] = &[
    ("say = { from = \"alice\", text = \"\" }", "S0142"),
    (
        "say = { from = \"alice\", text = \"{fill:65537}\" }",
        "S0130",
    ),
    ("say = { from = \"alice\", text = \"{n}\" }", "S0133"),
    ("say = { from = \"alice\" }", "S0103"),
    ("say = \"hello\"", "S0104"),
    (
        "say = { from = \"alice\", text = \"x\", outcome = \"gone\" }",
        "S0105",
    ),
    (
        "msg = { from = \"alice\", to = \"alice\", text = \"x\" }",
        "S0140",
    ),
    (
        "msg = { from = \"alice\", to = \"zed\", text = \"x\" }",
        "S0122",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", path = \"fixtures/none.pdf\" }",
        "S0128",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", path = \"../secret\" }",
        "S0137",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", path = \"/etc/passwd\" }",
        "S0137",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", size = 9, as = \"../../x\" }",
        "S0137",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", size = 9, as = \"..\" }",
        "S0137",
    ),
    (
        "file = { from = \"alice\", to = \"bob\", size = \"64KB\" }",
        "S0107",
    ),
    ("file = { from = \"alice\", to = \"bob\" }", "S0109"),
    (
        "join = { client = \"alice\" }\n[[steps]]\njoin = { client = \"alice\" }",
        "S0125",
    ),
    (
        "leave = { client = \"bob\", how = \"kill\" }\n[[steps]]\nsay = { from = \"bob\", text = \"x\" }",
        "S0124",
    ),
    (
        "leave = { client = \"bob\", how = \"kill\" }\n[[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"x\" }",
        "S0124",
    ),
    ("leave = { client = \"bob\", how = \"slowly\" }", "S0105"),
    ("relay = \"start\"", "S0126"),
    ("relay = \"thaw\"", "S0126"),
    ("relay = \"stop\"\n[[steps]]\nrelay = \"kill\"", "S0126"),
    (
        "relay = \"stop\"\n[[steps]]\nsay = { from = \"bob\", text = \"x\" }",
        "S0124",
    ),
    (
        "relay = \"freeze\"\n[[steps]]\nsay = { from = \"bob\", text = \"x\" }",
        "S0127",
    ),
    (
        "expect = { client = \"alice\", event = \"joined\", text = \"x\" }",
        "S0131",
    ),
    (
        "expect = { client = \"alice\", line = \"x\", who = \"bob\" }",
        "S0131",
    ),
    (
        "expect = { client = \"alice\", event = \"message\", text = \"{canary}\" }",
        "S0132",
    ),
    (
        "expect = { client = \"alice\", contains = \"{canary:never}\" }",
        "S0141",
    ),
    (
        "say = { from = \"alice\", text = \"fifteen bytes..{canary}\" }",
        "S0145",
    ),
    (
        "room = { client = \"alice\", does = \"invite\", room = \"team\" }",
        "S0146",
    ),
    (
        "room = { client = \"alice\", does = \"leave\", room = \"team\", text = \"bye\" }",
        "S0146",
    ),
    ("expect = { client = \"alice\", pattern = '(' }", "S0134"),
    ("expect = { client = \"alice\", contains = \"\" }", "S0142"),
    (
        "expect = { client = \"alice\", event = \"left\", who = \"bbo\" }",
        "S0122",
    ),
    (
        "within = \"5s\"\nexpect = { client = \"alice\", line = \"x\", within = \"6s\" }",
        "S0136",
    ),
    ("never = { client = \"alice\" }", "S0109"),
    (
        "never = { client = \"alice\", line = \"x\", within = \"6s\" }",
        "S0102",
    ),
    ("all = { steps = [{ beat = { seconds = 1 } }] }", "S0135"),
    (
        "all = { steps = [{ all = { steps = [{ relay = \"stop\" }] } }] }",
        "S0135",
    ),
    ("all = { steps = [] }", "S0112"),
    (
        "repeat = { times = 0, steps = [{ type = { client = \"alice\", line = \"x\" } }] }",
        "S0108",
    ),
    (
        "repeat = { times = 2, steps = [{ leave = { client = \"alice\", how = \"quit\" } }] }",
        "S0124",
    ),
    ("beat = { seconds = -1 }", "S0108"),
    ("note = \"nothing to do\"", "S0109"),
];

#[test]
fn every_mistake_of_meaning_has_its_code() {
    for (step, code) in WRONG {
        let found = codes_of_steps(&format!("[[steps]]\n{step}\n"));
        assert_eq!(found, [*code], "{step}");
    }
}

#[test]
fn a_step_that_needs_a_client_before_its_join_is_wrong() {
    let text = "title = \"t\"\nclients = [\"alice\", \"late\"]\n[[steps]]\n\
                all = { steps = [{ join = { client = \"late\", outcome = \"refused\" } }] }\n[[steps]]\n\
                say = { from = \"late\", text = \"x\" }\n";
    assert_eq!(codes(text), ["S0123"]);
}

#[test]
fn names_are_checked() {
    for (clients, code) in [
        ("[\"alice\", \"alice\"]", "S0121"),
        ("[\"Alice\"]", "S0120"),
        ("[\"relay\"]", "S0120"),
        ("[\"\"]", "S0120"),
        ("[{ name = \"a\", keys_of = \"b\" }]", "S0122"),
        ("[{ name = \"a\", as = \"\" }]", "S0120"),
        ("{ count = 3, name = \"user\" }", "S0120"),
        ("{ count = 5000, name = \"user{n}\" }", "S0108"),
        ("[]", "S0112"),
        ("3", "S0104"),
    ] {
        let text =
            format!("title = \"t\"\nclients = {clients}\n[[steps]]\nbeat = {{ seconds = 1 }}\n");
        assert_eq!(codes(&text), [code], "{clients}");
    }
}

#[test]
fn a_client_first_named_by_join_is_late() {
    let scenario = with_steps(
        "[[steps]]\nsay = { from = \"alice\", text = \"x\" }\n[[steps]]\njoin = { client = \"carol\" }\n\
         [[steps]]\njoin = { client = \"mallory\", outcome = \"refused\" }\n",
    );
    let late: Vec<&str> = scenario
        .clients
        .iter()
        .filter(|client| client.late)
        .map(|client| client.name.as_str())
        .collect();
    assert_eq!(late, ["carol", "mallory"]);
    assert_eq!(scenario.client("mallory").unwrap().login, "alice");
}

#[test]
fn a_crowd_is_written_out() {
    let text = "title = \"t\"\nclients = { count = 50, name = \"user{n}\" }\n[[steps]]\n\
                say = { from = \"user50\", text = \"x\" }\n";
    let scenario = parse(text).unwrap();
    assert_eq!(scenario.clients.len(), 50);
    assert_eq!(scenario.clients.last().unwrap().name, "user50");
}

#[test]
fn placeholders_are_read_and_doubled_braces_are_braces() {
    let scenario = with_steps(
        "[[steps]]\nsay = { from = \"alice\", text = \"{{x}} is more than that {canary} {canary:vault} {fill:9}\" }\n",
    );
    let Verb::Say { text, .. } = &scenario.steps[0].verb else {
        panic!("a say")
    };
    let plain = |text: &str| Piece::Plain(text.to_owned());
    assert_eq!(
        text.0,
        [
            plain("{x} is more than that "),
            Piece::Canary(None),
            plain(" "),
            Piece::Canary(Some("vault".to_owned())),
            plain(" "),
            Piece::Fill(9)
        ]
    );
}

#[test]
fn sizes_are_read_with_units_and_without() {
    for (size, bytes) in [
        ("\"1000B\"", 1000),
        ("\"64KiB\"", 65_536),
        ("\"8MiB\"", 8_388_608),
        ("65535", 65_535),
    ] {
        let step =
            format!("[[steps]]\nfile = {{ from = \"alice\", to = \"bob\", size = {size} }}\n");
        let Verb::File { source, .. } = &with_steps(&step).steps[0].verb else {
            panic!("a file")
        };
        assert_eq!(*source, FileSource::Made(bytes), "{size}");
    }
}

#[test]
fn steps_know_their_lines() {
    let scenario = with_steps(
        "[[steps]]\nbeat = { seconds = 1 }\n\n[[steps]]\nall = { steps = [\n{ type = { client = \"alice\", line = \"x\" } },\n] }\n",
    );
    assert_eq!(scenario.steps[1].line, 6);
    let Verb::All(inner) = &scenario.steps[1].verb else {
        panic!("an all")
    };
    assert_eq!(inner[0].line, 8);
}

#[test]
fn what_is_left_out_has_a_default() {
    let scenario = with_steps("[[steps]]\nbeat = { seconds = 1.5 }\n");
    assert_eq!(
        (scenario.keys, scenario.keepalive, scenario.about.as_str()),
        (Keys::Pool, None, "")
    );
}

#[test]
fn two_different_files_of_one_name_are_wrong() {
    let text = "title = \"t\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
                file = { from = \"alice\", to = \"bob\", size = \"10B\", as = \"a\" }\n[[steps]]\n\
                file = { from = \"alice\", to = \"bob\", size = \"11B\", as = \"a\" }\n";
    assert_eq!(codes(text), ["S0138"]);
}
