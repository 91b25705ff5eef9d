//! A network that is gone.

use std::path::Path;

use crate::runs::Runs;

/// Plays a scenario; what it says, and its timeline.
fn played(id: &str) -> (String, String) {
    let runs = Runs::new();
    let output = runs.xtask(&["test", id]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let run = said.lines().find_map(|line| line.strip_prefix("files: "));
    let run = Path::new(run.unwrap_or_else(|| panic!("no files: {said}")));
    let timeline = std::fs::read_to_string(run.join(id).join("timeline.jsonl")).unwrap();
    (said, timeline)
}

#[test]
fn what_is_sent_to_a_vanished_client_is_not_acknowledged() {
    let (said, timeline) = played("leaving/by-vanishing");
    assert!(said.contains("1 passed, 0 failed"), "{said}");
    let note = if said.contains("isolation level namespaces") {
        "bytes of the relay to carol are unacknowledged"
    } else {
        "the tap's system still acknowledges"
    };
    assert!(timeline.contains(note), "no {note:?} in {timeline}");
}
