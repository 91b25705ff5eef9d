//! What is in downloads when a play is over.

use judge::{CheckKind, Verdict, judge};
use scenario::adapter::{Adapter, Template};
use scenario::plan::Plan;
use test_plays::{plan_of, plan_with, reference};
use timeline::{Event, KeptFile, Kind};

use crate::closed::{ALL_JOIN, adapter_with, opened};

const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Whose, its name, size and content.
type File = (&'static str, &'static str, u64, &'static str);

/// What alice sends to bob alone.
const FILE: &str = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
    [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = 2000, as = \"plan.pdf\" }\n";

/// That file has come to bob, and these are in downloads at the end.
fn kept(adapter: &Adapter, files: &[File]) -> Vec<(String, String)> {
    let plan = plan_with(FILE, adapter);
    let (name, size, sha256) = ("plan.pdf".to_owned(), 2000, "whole".to_owned());
    let mut timeline = opened();
    timeline.add(Kind::Outbox {
        who: "alice".to_owned(),
        name: name.clone(),
        size,
        sha256: sha256.clone(),
    });
    timeline.begin();
    timeline.line(
        "bob",
        &format!("file-received alice 2000 {DIGEST} plan.pdf"),
    );
    timeline.line(
        "alice",
        &format!("file-delivered bob 2000 {DIGEST} plan.pdf"),
    );
    timeline.add(Kind::Received {
        who: "bob".to_owned(),
        name,
        size,
        sha256,
    });
    timeline.end().close(&plan);
    for who in ALL_JOIN {
        let own = files.iter().filter(|(whose, ..)| *whose == who);
        timeline.add(Kind::Downloads {
            who: who.to_owned(),
            files: own
                .map(|(_, name, size, sha256)| KeptFile {
                    name: (*name).to_owned(),
                    size: *size,
                    sha256: Some(sha256.trim_end_matches(IN_PLACE).to_owned()),
                    in_place: sha256.ends_with(IN_PLACE),
                })
                .collect(),
            incomplete: None,
        });
    }
    red(&plan, &timeline.0)
}

/// The claims that do not hold, and why.
fn red(plan: &Plan, events: &[Event]) -> Vec<(String, String)> {
    let checks = judge(plan, events, &[]).checks.into_iter();
    let red = checks.filter(|check| check.verdict != Verdict::Pass);
    red.map(|check| (check.name, check.evidence.got)).collect()
}

/// Behind a content: it was written under its final name.
const IN_PLACE: &str = ", in place";

const WHOLE: File = ("bob", "plan.pdf", 2000, "whole");

/// What is there besides, or instead; which claim does not hold then, and what is said.
const KEPT: [(&[File], &str, &str); 6] = [
    (
        &[WHOLE, ("carol", "plan.pdf", 2000, "whole")],
        "only its recipients keep a file",
        "carol's downloads held plan.pdf (2000 bytes) at the end, which alice had sent to bob alone",
    ),
    (
        &[WHOLE, ("bob", "plan (1).pdf", 2000, "whole")],
        "no file is kept more often than it was sent",
        "one more copy of plan.pdf than alice had sent: once",
    ),
    (
        &[("bob", "plan.pdf", 2000, "other")],
        "every kept file has the bytes that were sent",
        "whose bytes are not those that alice had sent",
    ),
    (
        &[("bob", "plan.pdf", 12, "-")],
        "no file has its final name before it is complete",
        "12 of the 2000 bytes that alice had sent",
    ),
    (
        &[WHOLE, ("bob", "history.db", 10, "-")],
        "downloads hold only files that were sent",
        "which no step had sent",
    ),
    (
        &[],
        "every received file is still there at the end",
        "plan.pdf (2000 bytes) had reached bob, but was not in its downloads at the end",
    ),
];

#[test]
fn downloads_hold_exactly_what_was_sent() {
    assert_eq!(kept(&reference(), &[WHOLE]), []);
    for (files, claim, said) in KEPT {
        let red = kept(&reference(), files);
        assert_eq!(red.len(), 1, "{files:?}: {red:?}");
        assert_eq!(red[0].0, claim);
        assert!(red[0].1.contains(said), "{}", red[0].1);
    }
    // Left over from a transfer: its name is not the final one.
    let rest = ("bob", "plan.pdf.part", 12, "-");
    assert_eq!(kept(&reference(), &[WHOLE, rest]), []);
}

#[test]
fn a_file_that_was_written_under_its_final_name_fails_unless_its_adapter_says_so() {
    let written = ("bob", "received-plan.pdf", 2000, "whole, in place");
    let red = kept(&reference(), &[written]);
    assert_eq!(red.len(), 1, "{red:?}");
    assert_eq!(red[0].0, "no file has its final name before it is complete");
    assert!(red[0].1.contains("set `writes_in_place = true`"), "{red:?}");
    let adapter = adapter_with(|adapter| adapter.client.writes_in_place = true);
    assert_eq!(kept(&adapter, &[written]), []);
    // Cut off for good is another matter.
    let cut = ("bob", "plan.pdf", 12, "part, in place");
    assert!(kept(&adapter, &[cut])[0].1.contains("12 of the 2000 bytes"));
}

/// Bob's downloads are scanned before and after its line, and lack the file.
fn scanned(before: &[u64], after: bool) -> Vec<(String, String)> {
    let plan = plan_of(FILE);
    let (name, size, sha256) = ("plan.pdf".to_owned(), 2000, "whole".to_owned());
    let lacking = |part| Kind::Lacking {
        who: "bob".to_owned(),
        from: "alice".to_owned(),
        name: "plan.pdf".to_owned(),
        part,
    };
    let mut timeline = opened();
    timeline.add(Kind::Outbox {
        who: "alice".to_owned(),
        name: name.clone(),
        size,
        sha256: sha256.clone(),
    });
    timeline.begin();
    for part in before {
        timeline.add(lacking(Some(*part)));
    }
    let line = format!("file-received alice 2000 {DIGEST} plan.pdf");
    timeline.line("bob", &line);
    if after {
        timeline.add(lacking(None));
    }
    timeline.add(Kind::Received {
        who: "bob".to_owned(),
        name,
        size,
        sha256,
    });
    let line = format!("file-delivered bob 2000 {DIGEST} plan.pdf");
    timeline.line("alice", &line);
    timeline.end().close(&plan);
    red(&plan, &timeline.0)
}

#[test]
fn what_stands_under_its_final_name_or_is_said_to_have_come_before_it_is_whole_fails() {
    assert_eq!(scanned(&[], false), []);
    let partial = "no file has its final name before it is complete";
    let red = scanned(&[12], false);
    assert_eq!(red.len(), 1, "{red:?}");
    assert_eq!(red[0].0, partial);
    assert!(
        red[0]
            .1
            .contains("plan.pdf was in bob's downloads with 12 of the 2000 bytes"),
        "{red:?}"
    );
    let red = scanned(&[], true);
    assert_eq!(red.len(), 1, "{red:?}");
    assert_eq!(red[0].0, "a file is complete when its client reports it");
    assert!(
        red[0]
            .1
            .contains("bob reported a file from alice while plan.pdf was still incomplete"),
        "{red:?}"
    );
}

#[test]
fn an_empty_file_may_have_another_name_as_any_other() {
    let empty = FILE.replace("2000", "0");
    let kept = |files: &[&str]| {
        let plan = plan_of(&empty);
        let mut timeline = opened();
        timeline.add(Kind::Outbox {
            who: "alice".to_owned(),
            name: "plan.pdf".to_owned(),
            size: 0,
            sha256: "empty".to_owned(),
        });
        timeline.begin();
        timeline.add(Kind::Downloads {
            who: "bob".to_owned(),
            files: files
                .iter()
                .map(|name| KeptFile {
                    name: (*name).to_owned(),
                    size: 0,
                    sha256: Some("empty".to_owned()),
                    in_place: false,
                })
                .collect(),
            incomplete: None,
        });
        let red = red(&plan, &timeline.0);
        let of_downloads = red.into_iter().map(|(name, _)| name);
        of_downloads
            .filter(|name| name.contains("downloads") || name.contains("kept"))
            .collect::<Vec<_>>()
    };
    let unknown = ["downloads hold only files that were sent"];
    assert_eq!(kept(&["plan.pdf"]), [""; 0]);
    assert_eq!(kept(&["from alice"]), [""; 0]);
    assert_eq!(kept(&["from alice", "lock"]), unknown);
    assert_eq!(kept(&["a.lock", "plan.pdf"]), unknown);
}

#[test]
fn what_a_program_keeps_besides_its_adapter_declares() {
    let adapter = adapter_with(|adapter| {
        adapter.client.ignore_files = vec!["history\\..*".to_owned(), "log/.*".to_owned()];
    });
    let history = ("bob", "history.db", 10, "-");
    assert_eq!(kept(&adapter, &[WHOLE, history]), []);
    let everything = adapter_with(|adapter| {
        adapter.client.downloads = Some(Template("{work}".to_owned()));
    });
    assert_eq!(kept(&everything, &[WHOLE, history]), []);
    let other = ("bob", "my history.db", 10, "-");
    assert_eq!(kept(&adapter, &[WHOLE, other]).len(), 1);
}

#[test]
fn a_run_that_does_not_say_what_lay_in_downloads_is_not_asked() {
    let plan = plan_of(FILE);
    let mut timeline = opened();
    timeline.begin().end().close(&plan);
    let checks = judge(&plan, &timeline.0, &[]).checks.into_iter();
    assert_eq!(
        checks
            .filter(|check| check.kind == CheckKind::Downloads)
            .count(),
        0
    );
}
