//! JUnit documents, read by `xmllint` with the schemas that CI systems use.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::has_installed;

/// The schemas: Jenkins' xUnit plugin's `junit-10.xsd` and Windy Road's `JUnit.xsd` for Ant, their
/// structure written anew.
pub const SCHEMAS: [&str; 2] = ["jenkins-xunit.xsd", "ant-junit.xsd"];

/// What a schema says against a document; `None` where it accepts it. Where there is no `xmllint`,
/// nothing is shown, which `cargo xtask ci` counts, and in CI fails.
///
/// # Panics
///
/// When `xmllint` is missing in CI, or cannot be run.
#[must_use]
pub fn refusal(schema: &str, document: &str) -> Option<String> {
    let missing = xmllint().arg("--version").output().is_err();
    let missing = missing.then(|| "xmllint is not installed: `.ci/run` installs it".to_owned());
    if !has_installed(missing) {
        return None;
    }
    ask(schema, document)
}

#[expect(clippy::expect_used, reason = "a test without its tool fails")]
fn ask(schema: &str, document: &str) -> Option<String> {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut xmllint = xmllint();
    xmllint.args(["--noout", "--nonet", "--schema"]);
    xmllint.arg(schemas.join(schema)).arg("-");
    xmllint.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = xmllint.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let output = thread::scope(|scope| {
        // It may end before it has read everything.
        scope.spawn(move || std::io::Write::write_all(&mut stdin, document.as_bytes()).ok());
        child.wait_with_output().expect("it ends")
    });
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

#[expect(clippy::disallowed_methods, reason = "a tool of tests")]
fn xmllint() -> Command {
    Command::new("xmllint")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "<testcase name=\"n\" classname=\"c\" time=\"0.001\"/>";

    fn document(case: &str) -> String {
        format!(
            "<testsuites><testsuite name=\"s\" package=\"\" id=\"0\" hostname=\"h\" \
             timestamp=\"2026-11-21T07:41:51\" tests=\"1\" failures=\"0\" errors=\"0\" \
             time=\"0.001\"><properties/>{case}<system-out/><system-err/></testsuite></testsuites>"
        )
    }

    #[test]
    fn each_schema_accepts_a_document_and_refuses_what_it_does_not_know() {
        if refusal(SCHEMAS[0], "no document").is_none() {
            return;
        }
        let of_both = |case: &str| SCHEMAS.map(|schema| refusal(schema, &document(case)).is_none());
        assert_eq!(of_both(CASE), [true, true]);
        assert_eq!(of_both(&CASE.replace("name=", "title=")), [false, false]);
        assert_eq!(of_both(&format!("{CASE}<note/>")), [false, false]);
        // Only Ant's wants a time, and one outcome at most.
        assert_eq!(of_both(&CASE.replace(" time=\"0.001\"", "")), [true, false]);
        let twice = "<skipped/><error type=\"t\"/>";
        let twice = CASE.replace("/>", &format!(">{twice}</testcase>"));
        assert_eq!(of_both(&twice), [true, false]);
        // Only Jenkins' wants seconds without a sign.
        let signed = document(CASE).replace("time=\"0.001\"><prop", "time=\"-1\"><prop");
        let refused = SCHEMAS.map(|schema| refusal(schema, &signed).is_some());
        assert_eq!(refused, [true, false]);
    }
}
