//! What lies in downloads when a play is over.

use judge::{CheckKind, Verdict, judge};
use scenario::adapter::{Adapter, Template};
use test_plays::{plan_of, plan_with, reference};
use timeline::{KeptFile, Kind};

use crate::closed::{ALL_JOIN, adapter_with, opened};

const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Whose, its name, size and content.
type File = (&'static str, &'static str, u64, &'static str);

/// What alice sends to bob alone.
const FILE: &str = "title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n\
    [[steps]]\nfile = { from = \"alice\", to = \"bob\", size = 2000, as = \"plan.pdf\" }\n";

/// That file has come to bob, and these lie in downloads at the end.
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
                    sha256: Some((*sha256).to_owned()),
                })
                .collect(),
            incomplete: None,
        });
    }
    let checks = judge(&plan, &timeline.0, &[]).checks.into_iter();
    let red = checks.filter(|check| check.verdict != Verdict::Pass);
    red.map(|check| (check.name, check.evidence.got)).collect()
}

const WHOLE: File = ("bob", "plan.pdf", 2000, "whole");

/// What lies there besides, or instead; which claim does not hold then, and what is said.
const KEPT: [(&[File], &str, &str); 6] = [
    (
        &[WHOLE, ("carol", "plan.pdf", 2000, "whole")],
        "a file is kept by those alone to whom it was sent",
        "carol's downloads held plan.pdf (2000 bytes) at the end, which alice had sent to bob alone",
    ),
    (
        &[WHOLE, ("bob", "plan (1).pdf", 2000, "whole")],
        "every file is kept no more often than it was sent",
        "one copy more of plan.pdf than alice had sent it: once",
    ),
    (
        &[("bob", "plan.pdf", 2000, "other")],
        "every file that is kept has the bytes that were sent",
        "whose bytes are not those that alice had sent",
    ),
    (
        &[("bob", "plan.pdf", 12, "-")],
        "nothing stands under its final name before it is whole",
        "12 of the 2000 bytes that alice had sent",
    ),
    (
        &[WHOLE, ("bob", "history.db", 10, "-")],
        "downloads hold nothing that nobody sent",
        "which no step had sent",
    ),
    (
        &[],
        "every file that has come is still there at the end",
        "plan.pdf (2000 bytes) had come to bob, and was not in its downloads at the end",
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
