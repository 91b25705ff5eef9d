//! `fault` and `heal`.

use std::collections::BTreeSet;
use std::path::Path;

use scenario::adapter::{Framing, Transport};
use scenario::plan::{self, Action};

use super::{codes_of_steps, planned, reference, scenarios, with_steps, workspace};

fn step(fault: &str) -> String {
    format!("[[steps]]\nfault = {{ client = \"bob\", {fault} }}\n")
}

#[test]
fn what_does_not_fit_a_kind_is_an_error() {
    for wrong in [
        "kind = \"delay\"",
        "kind = \"drop\", by = \"5ms\"",
        "kind = \"half-open\"",
        "kind = \"reset\", times = 2",
        "kind = \"corrupt\", times = 2",
        "kind = \"hold\"",
    ] {
        assert_eq!(codes_of_steps(&step(wrong)), ["S0144"], "{wrong}");
    }
    assert_eq!(
        codes_of_steps(&step("kind = \"dealy\", by = \"5ms\"")),
        ["S0105"]
    );
    let nobody = "[[steps]]\nheal = { client = \"bobb\" }\n";
    assert_eq!(codes_of_steps(nobody), ["S0122"]);
}

#[test]
fn a_fault_expects_nothing_and_says_what_it_does() {
    let plan = planned(&step(
        "direction = \"down\", kind = \"drop\", frame = \"deliver\", after_frames = 2, times = 3",
    ));
    assert!(plan.steps[0].expects.is_empty());
    let sentence = "on the link of bob, to the client: after 2 more frames “deliver”, a frame does not pass, 3 times";
    assert_eq!(plan.steps[0].sentence, sentence);
}

#[test]
fn all_stands_for_every_client() {
    let plan = planned("[[steps]]\nheal = { client = \"all\" }\n");
    let Action::Heal { clients } = &plan.steps[0].action else {
        panic!("it heals");
    };
    assert_eq!(*clients, ["alice", "bob", "carol", "mallory"]);
}

#[test]
fn a_fault_of_frames_that_nobody_knows_is_unsupported() {
    let mut adapter = reference();
    adapter.wire.framing = Framing::None;
    let by_frame = with_steps(&step("kind = \"drop\""));
    let why = plan::build(&by_frame, &adapter, 7, &scenarios()).expect_err("no frames");
    assert!(why.to_string().contains("are not known"), "{why}");
    let by_byte = with_steps(&step("kind = \"corrupt\", byte = 3"));
    plan::build(&by_byte, &adapter, 7, &scenarios()).expect("bytes are bytes");
}

#[test]
fn faults_of_frames_meet_datagrams_and_faults_of_streams_have_no_meaning_for_them() {
    let mut adapter = reference();
    adapter.wire.framing = Framing::None;
    adapter.wire.transport = Transport::Udp;
    for parameters in ["kind = \"drop\"", "kind = \"delay\", by = \"1s\""] {
        let scenario = with_steps(&step(parameters));
        plan::build(&scenario, &adapter, 7, &scenarios()).expect("of datagrams");
    }
    let resets = "[[steps]]\nleave = { client = \"bob\", how = \"reset\" }\n";
    let faults = ["kind = \"cut\"", "kind = \"slice\", bytes = 1"].map(step);
    for steps in faults.iter().map(String::as_str).chain([resets]) {
        let why = plan::build(&with_steps(steps), &adapter, 7, &scenarios());
        let why = why.expect_err("of streams").to_string();
        assert!(why.contains("sends datagrams"), "{why}");
    }
}

#[test]
fn a_reset_link_is_no_way_to_send() {
    let steps = format!(
        "{}[[steps]]\nsay = {{ from = \"bob\", text = \"hello to you all {{canary}}\" }}\n",
        step("kind = \"reset\"")
    );
    assert_eq!(codes_of_steps(&steps), ["S0124"]);
}

#[test]
fn every_row_of_the_page_has_its_scenario_and_every_scenario_a_row() {
    let page = std::fs::read_to_string(workspace().join("docs/faults.md")).unwrap();
    let linked = |line: &str| {
        let (_, path) = line.split_once("](../scenarios/faults/")?;
        Some(path.split_once(".toml)")?.0.to_owned())
    };
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let rows: BTreeSet<String> = rows.filter_map(linked).collect();
    let directory = scenarios().join("faults");
    let files = scenario::find(&directory).unwrap();
    let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let files: BTreeSet<String> = files.iter().map(|path| stem(path)).collect();
    assert_eq!(rows, files);
    assert!(rows.len() >= 16);
}
