//! What tests could not show is listed at the end of `cargo xtask ci`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::runs::Runs;

/// `cargo xtask ci` with one step, which this shell script is in for.
fn ci(script: &str) -> (Option<i32>, String) {
    let dir = tempfile::tempdir().unwrap();
    let typos = dir.path().join("typos");
    fs::write(&typos, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&typos, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(
        std::iter::once(dir.path().to_owned()).chain(std::env::split_paths(&path)),
    );
    let output = Runs::new()
        .xtask(&["ci", "--only", "typos"])
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), printed)
}

#[test]
fn what_a_step_could_not_show_is_counted_and_named() {
    let script = "echo 'b: no Landlock' >> $CHAT_NOT_SHOWN; echo 'a: no x' >> $CHAT_NOT_SHOWN";
    let (code, printed) = ci(script);
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("not shown here: 2 (a: no x; b: no Landlock)\n"),
        "{printed}"
    );
    assert!(printed.ends_with("1 of 1 steps passed\n"), "{printed}");
}

#[test]
fn where_everything_was_shown_nothing_is_said() {
    let (code, printed) = ci("exit 0");
    assert_eq!((code, printed.as_str()), (Some(0), "1 of 1 steps passed\n"));
}
