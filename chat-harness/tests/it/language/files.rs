use chat_harness::plan::{Canary, PlannedFile, StepId};

use super::planned;

fn made(size: u64, seed: u64) -> PlannedFile {
    PlannedFile {
        client: "alice".to_owned(),
        name: "a.bin".to_owned(),
        fixture: None,
        size,
        canary: (size >= 24).then(|| Canary {
            name: "#1".to_owned(),
            text: "QXJZKV-ember-orchid-0001".to_owned(),
            step: StepId("1".to_owned()),
        }),
        seed,
    }
}

#[test]
fn made_content_has_its_size_and_its_canaries() {
    for size in [
        0, 1, 23, 24, 25, 1023, 1024, 1048, 65_535, 65_536, 65_537, 200_000,
    ] {
        let content = made(size, 1).content();
        let length = content.len();
        assert_eq!(length as u64, size);
        assert!(content.iter().all(u8::is_ascii_graphic), "{size}");
        if size >= 24 {
            let canary = b"QXJZKV-ember-orchid-0001";
            let found: Vec<usize> = content
                .windows(24)
                .enumerate()
                .filter(|(_, window)| *window == canary)
                .map(|(at, _)| at)
                .collect();
            let fits = (0..length).step_by(1024).filter(|at| at + 24 <= length);
            assert!(
                fits.clone().all(|at| found.contains(&at)),
                "{size}: {found:?}"
            );
            let room_at_the_end = (length - 24) % 1024 >= 24;
            assert_eq!(
                found.len(),
                fits.count() + usize::from(room_at_the_end),
                "{size}: {found:?}"
            );
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
fn a_small_file_is_blind_and_a_larger_one_holds_a_canary() {
    let plan = planned(
        "[[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"23B\" }\n\
         [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = \"24B\" }\n",
    );
    let canaries: Vec<bool> = plan
        .files
        .iter()
        .map(|file| file.canary.is_some())
        .collect();
    assert_eq!(canaries, [false, true]);
    assert_eq!(plan.audit.blind.len(), 1);
    assert_eq!(plan.audit.blind[0].0, StepId("1".to_owned()));
    assert_eq!(plan.audit.canaries.len(), 1);
}

#[test]
fn fixtures_are_searched_for_and_typed_below_the_outbox() {
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
