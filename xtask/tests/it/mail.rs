//! What the audit can say of mail that waits on the relay's disk.

use std::fs;

use crate::runs::{Runs, root};

/// Stands in each envelope as it is, and in nothing else of the relay's files.
const IN_AN_ENVELOPE: &str = "rsa3072-oaep-pss-aes256gcm";

#[test]
fn an_audit_whose_control_is_kept_mail_finds_it_and_no_text() {
    let runs = Runs::new();
    let reference = fs::read_to_string(root().join("adapters/reference.toml")).unwrap();
    let fixtures = root().join("scenarios/fixtures").canonicalize().unwrap();
    let control = "files     = \"{control}\"";
    assert!(reference.contains(control));
    let adapter = reference
        .replace(control, &format!("files     = \"{IN_AN_ENVELOPE}\""))
        .replace("../scenarios/fixtures", fixtures.to_str().unwrap());
    let path = runs.path().join("mine.toml");
    fs::write(&path, adapter).unwrap();
    let path = path.to_str().unwrap();
    let plays = ["test", "relay/mail", "basics/private", "--adapter", path];
    let output = runs.xtask(&plays).output().unwrap();
    let output_text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let verdict = |play: &str| {
        let mut lines = output_text.lines().filter(|line| line.contains(play));
        lines.next().unwrap_or_default().to_owned()
    };
    assert!(verdict("relay/mail").contains("PASS"), "{output_text}");
    // Nobody is away there, so nothing is kept.
    assert!(
        verdict("basics/private").contains("CANNOT TELL"),
        "{output_text}"
    );
}
