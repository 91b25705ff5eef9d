use scenario::plan::{Canary, PlannedFile};
use timeline::StepId;

use super::planned;

const CANARY: &str = "QXJZKVBM-ember-orchid-0001";

fn made(size: u64, seed: u64) -> PlannedFile {
    PlannedFile {
        client: "alice".to_owned(),
        name: "a.bin".to_owned(),
        fixture: None,
        size,
        canary: (size >= 42).then(|| Canary {
            name: "#1".to_owned(),
            text: CANARY.to_owned(),
            step: StepId("1".to_owned()),
        }),
        seed,
    }
}

/// Where the canary stands.
fn places(content: &[u8]) -> Vec<usize> {
    content
        .windows(CANARY.len())
        .enumerate()
        .filter(|(_, window)| *window == CANARY.as_bytes())
        .map(|(at, _)| at)
        .collect()
}

#[test]
fn made_content_has_its_size_and_no_canary_at_its_front() {
    for size in [0, 1, 41, 42, 43, 223, 224, 250, 1024, 65_537, 200_000] {
        let content = made(size, 1).content();
        assert_eq!(content.len() as u64, size);
        assert!(content.iter().all(u8::is_ascii_graphic), "{size}");
        assert_eq!(
            places(&content).first(),
            (size >= 42).then_some(&16),
            "{size}"
        );
    }
}

#[test]
fn any_fragment_of_a_few_hundred_bytes_of_a_made_file_holds_a_canary() {
    for size in 250..900 {
        let content = made(size, 1).content();
        for fragment in content.windows(250) {
            assert!(!places(fragment).is_empty(), "{size}");
        }
    }
}

#[test]
fn made_content_depends_on_nothing_but_the_plan() {
    assert_eq!(made(5000, 1).content(), made(5000, 1).content());
    assert_ne!(made(5000, 1).content(), made(5000, 2).content());
}

#[test]
fn no_two_chunks_of_a_made_file_are_alike() {
    let content = made(4 * 65_536, 1).content();
    let chunks: std::collections::BTreeSet<&[u8]> = content.chunks(65_536).collect();
    assert_eq!(chunks.len(), 4);
}

#[test]
fn a_small_file_is_blind_a_larger_one_searched_for_and_one_with_room_holds_a_canary() {
    let plan = planned(
        "[[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"15B\" }\n\
         [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"41B\" }\n\
         [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"42B\" }\n",
    );
    let canaries: Vec<bool> = plan
        .files
        .iter()
        .map(|file| file.canary.is_some())
        .collect();
    assert_eq!(canaries, [false, false, true]);
    assert_eq!(plan.audit.files.len(), 1);
    assert_eq!(plan.audit.blind.len(), 1);
    assert_eq!(plan.audit.blind[0].0, StepId("1".to_owned()));
    assert_eq!(plan.audit.canaries.len(), 1);
}

#[test]
fn fixtures_are_searched_for_and_typed_under_the_outbox() {
    let plan = planned(
        "[[steps]]\nfile = { from = \"alice\", to = \"bob\", path = \"fixtures/plan.pdf\", as = \"the plan.pdf\" }\n\
         [[steps]]\nfile = { from = \"alice\", to = \"bob\", path = \"fixtures\", outcome = \"refused\" }\n\
         [[steps]]\nfile = { from = \"alice\", to = \"bob\", path = \"fixtures/none\", outcome = \"refused\" }\n",
    );
    let typed: Vec<String> = plan
        .steps
        .iter()
        .map(|step| format!("{:?}", step.action))
        .collect();
    assert!(
        typed[0].contains("/file bob {outbox}/the plan.pdf"),
        "{}",
        typed[0]
    );
    assert!(typed[1].contains("{outbox}/fixtures"), "{}", typed[1]);
    assert!(typed[2].contains("{outbox}/none"), "{}", typed[2]);
    assert_eq!(
        plan.audit.files,
        [("alice".to_owned(), "the plan.pdf".to_owned())]
    );
    assert_eq!(plan.files.len(), 3);
    assert!(plan.audit.blind.is_empty());
}

#[test]
fn files_made_in_a_repeat_differ() {
    let plan = planned(
        "[[steps]]\n[steps.repeat]\ntimes = 2\nsteps = [{ file = { from = \"alice\", to = \"bob\", size = \"1KiB\", as = \"a.bin\" } }]\n",
    );
    let names: Vec<&str> = plan.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["a-1.bin", "a-2.bin"]);
    assert_ne!(plan.files[0].content(), plan.files[1].content());
}
