//! Participants among themselves and on the machine: none writes where another one lives, and none
//! calls who listens on the machine.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use stage::confine;
use testing::{Feature, can_show};

use crate::runs::{Runs, root};
use crate::zoo::played_file;

/// Without networks and mounts of its own.
const REAPER: &[&str] = &["--level", "reaper"];

/// Plays a tour in which bob tries to write into every directory beside his own, and to call who
/// listens at a socket: what he printed of it, in order, and the timeline.
fn meddled(level: &[&str]) -> (Vec<String>, String) {
    let (runs, machine) = (Runs::new(), tempfile::tempdir().unwrap());
    let _listener = UnixListener::bind(machine.path().join("machine.sock")).unwrap();
    let output = runs
        .xtask(&["test", "zoo/scenarios/tour.toml"])
        .args(["--adapter", "zoo/adapters/plain.toml"])
        .args(["--set", "client_fault=meddles"])
        .args(level)
        .env("TMPDIR", machine.path())
        .output()
        .unwrap();
    let output_text = String::from_utf8_lossy(&output.stderr);
    // Nothing of it is encrypted, and that is all that is wrong.
    assert_eq!(output.status.code(), Some(3), "{output_text}");
    assert!(!output_text.contains("FAIL"), "{output_text}");
    let play = runs.path().join("latest/zoo/scenarios/tour");
    let shown = fs::read_to_string(play.join("out/bob.stdout")).unwrap();
    let lines = shown
        .lines()
        .filter_map(|line| line.strip_prefix("meddled "));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    lines.sort();
    (
        lines,
        fs::read_to_string(play.join("timeline.jsonl")).unwrap(),
    )
}

#[test]
fn no_participant_writes_into_the_directory_of_another() {
    if !can_show(Feature::Landlock, confine::is_available()) {
        return;
    }
    let (lines, _) = meddled(REAPER);
    for line in ["alice refused", "bob wrote", "relay refused"] {
        assert!(lines.iter().any(|one| one == line), "{line}: {lines:?}");
    }
    let wrote = lines.iter().filter(|line| line.ends_with(" wrote"));
    assert_eq!(wrote.count(), 1, "{lines:?}");
    // Where it does not even see them.
    let (lines, _) = meddled(&[]);
    assert!(lines.contains(&"bob wrote".to_owned()), "{lines:?}");
    let wrote = lines.iter().filter(|line| line.ends_with(" wrote"));
    assert_eq!(wrote.count(), 1, "{lines:?}");
}

/// The plain pair, where each program named so is started by a shell that does something first.
pub(crate) fn started_by_a_shell(dir: &Path, name: &str, script: &str) -> PathBuf {
    let plain = fs::read_to_string(root().join("zoo/adapters/plain.toml")).unwrap();
    let shell = format!("\"{{shell}}\", \"-c\", '{script}', \"{{{name}}}\"");
    let programs = "[programs]\nshell = { path = \"/bin/sh\" }";
    let text =
        plain
            .replacen("[programs]", programs, 1)
            .replacen(&format!("\"{{{name}}}\""), &shell, 1);
    let file = dir.join("adapter.toml");
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn no_participant_sees_reports_or_the_directory_of_another() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let script = format!(
        "find {} -name plan.json | wc -l >&2; ls .. | wc -l >&2; exec \"$0\" \"$@\"",
        runs.path().display()
    );
    let adapter = started_by_a_shell(dir.path(), "client", &script);
    let seen = |level: &[&str]| {
        let mut xtask = runs.xtask(&["test", "zoo/scenarios/tour.toml"]);
        xtask.args(["--adapter", adapter.to_str().unwrap()]);
        let output = xtask.args(level).output().unwrap();
        let play = runs.path().join("latest/zoo/scenarios/tour");
        let shown = fs::read_to_string(play.join("out/bob.stderr"));
        let shown = shown.unwrap_or_else(|_| panic!("{output:?}"));
        let shown: Vec<u32> = shown.lines().filter_map(|line| line.parse().ok()).collect();
        (
            shown,
            fs::read_to_string(play.join("timeline.jsonl")).unwrap(),
        )
    };
    let (shown, timeline) = seen(&[]);
    let has_namespaces = timeline.contains("\"level\":\"namespaces\"");
    let closes = !timeline.contains("can reach Unix sockets");
    if !can_show(Feature::Namespaces, has_namespaces) || !can_show(Feature::Mounts, closes) {
        return;
    }
    assert_eq!(shown, [0, 1], "no plan, and its own directory");
    // So there was something to be seen.
    let (shown, _) = seen(REAPER);
    assert!(shown[0] >= 2 && shown[1] >= 3, "{shown:?}");
}

/// What the shell in front of a client can read of itself, each line behind the name of its part.
const SIGNS: &str = "for part in environ cgroup comm limits mountinfo status; \
    do cat /proc/self/$part | tr \"\\0\" \"\\n\" | sed \"s/^/sign $part /\" >&2; done; \
    sed \"s/^/parent /\" /proc/$PPID/comm >&2; ls -l /proc/self/fd >&2; exec \"$0\" \"$@\"";

/// Words that only the harness would put there.
const OURS: [&str; 8] = [
    "audit", "canary", "harness", "judge", "scenario", "stage", "timeline", "xtask",
];

#[test]
fn nothing_that_a_program_reads_of_itself_says_that_it_is_watched() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let adapter = started_by_a_shell(dir.path(), "client", SIGNS);
    let place = root().display().to_string();
    for level in ["none", "reaper", "namespaces"] {
        let mut xtask = runs.xtask(&["test", "zoo/scenarios/tour.toml", "--level", level]);
        let output = xtask
            .args(["--adapter", adapter.to_str().unwrap()])
            .output();
        let output = output.unwrap();
        let play = runs.path().join("latest/zoo/scenarios/tour");
        let Ok(shown) = fs::read_to_string(play.join("out/bob.stderr")) else {
            // Where the machine has no namespaces, that level is refused.
            assert!(!can_show(Feature::Namespaces, false), "{output:?}");
            continue;
        };
        let signs = |part: &str| {
            let prefix = format!("sign {part} ");
            let lines = shown
                .lines()
                .filter_map(move |line| line.strip_prefix(&prefix));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let variables = signs("environ");
        let names = variables.iter().filter_map(|one| one.split('=').next());
        // Some shells add these.
        let of_shells = ["OLDPWD", "PWD", "SHLVL", "_"];
        let mut names: Vec<_> = names.filter(|name| !of_shells.contains(name)).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["HOME", "LANG", "PATH", "PYTHONUNBUFFERED", "TERM", "TMPDIR"],
            "{level}"
        );
        for part in ["environ", "cgroup", "comm", "limits", "mountinfo", "status"] {
            // What is there for every process of the machine is not of the harness.
            let machine = match part {
                "environ" => String::new(),
                part => fs::read_to_string(format!("/proc/self/{part}")).unwrap(),
            };
            let (signs, machine) = (signs(part), machine.replace(&place, ""));
            assert!(!signs.is_empty(), "{level}: {part}");
            // A socket that is covered keeps the name that the machine gave it.
            let signs = signs.iter().filter(|sign| !sign.contains(" /null "));
            for sign in signs.map(|sign| sign.replace(&place, "")) {
                let mut words = OURS.iter().filter(|word| !machine.contains(**word));
                assert!(
                    !words.any(|word| sign.contains(word)),
                    "{level}: {part}: {sign}"
                );
            }
        }
        assert!(
            signs("status").contains(&"TracerPid:\t0".to_owned()),
            "{level}"
        );
        // `ls` itself has the directory open.
        let files = shown
            .lines()
            .filter(|line| line.contains(" -> ") && !line.contains("/proc/"));
        assert_eq!(files.count(), 3, "{level}: {shown}");
        // Without a PID namespace it sees whose child it is, as it sees every process of the user.
        let sees_its_parent = shown.lines().any(|line| line == "parent xtask");
        assert_eq!(sees_its_parent, level != "namespaces", "{shown}");
    }
}

#[test]
fn no_participant_sees_the_processes_of_the_machine() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    // Nothing but these words is kept: the machine's command lines are nobody's business. The pattern does not
    // match itself.
    let words = "[a]-secret-argument\\|[x]task test\\|stage-[i]nit";
    let script = format!(
        "cat /proc/[0-9]*/cmdline | tr \"\\0\" \" \" | grep -o \"{words}\" | sort -u >&2; exec \"$0\" \"$@\""
    );
    let adapter = started_by_a_shell(dir.path(), "client", &script);
    #[expect(
        clippy::disallowed_methods,
        reason = "another program of the machine, which is no participant"
    )]
    let mut other = std::process::Command::new("sh")
        .args(["-c", "read line", "sh", "a-secret-argument"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let seen = |level: &[&str]| {
        let mut xtask = runs.xtask(&["test", "zoo/scenarios/tour.toml"]);
        xtask.args(["--adapter", adapter.to_str().unwrap()]);
        let output = xtask.args(level).output().unwrap();
        let play = runs.path().join("latest/zoo/scenarios/tour");
        let shown = fs::read_to_string(play.join("out/bob.stderr"));
        let shown = shown.unwrap_or_else(|_| panic!("{output:?}"));
        let timeline = fs::read_to_string(play.join("timeline.jsonl")).unwrap();
        let is_it = |line: &&str| ["a-secret-argument", "xtask test", "stage-init"].contains(line);
        let words = shown.lines().filter(is_it).map(str::to_owned);
        (words.collect::<Vec<_>>(), timeline)
    };
    let (words, timeline) = seen(&[]);
    let (without, _) = seen(REAPER);
    drop(other.stdin.take());
    other.wait().unwrap();
    // So there was something to be seen.
    let there = |word: &str| without.iter().any(|one| one == word);
    assert!(
        there("a-secret-argument") && there("xtask test"),
        "{without:?}"
    );
    let has_namespaces = timeline.contains("\"level\":\"namespaces\"");
    let has_own = !timeline.contains("of the machine's processes in /proc");
    if !can_show(Feature::Namespaces, has_namespaces) || !can_show(Feature::Mounts, has_own) {
        return;
    }
    assert_eq!(words, ["stage-init"], "the play's own");
}

#[test]
fn who_wants_shared_memory_has_its_own() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let script =
        "ls /dev/shm >&2; for a; do echo \"$a\"; done > /dev/shm/memory && exec \"$0\" \"$@\"";
    let adapter = started_by_a_shell(dir.path(), "relay", script);
    let mut xtask = runs.xtask(&["test", "zoo/scenarios/tour.toml"]);
    xtask.args(["--adapter", adapter.to_str().unwrap()]);
    let output = xtask.output().unwrap();
    let play = runs.path().join("latest/zoo/scenarios/tour");
    let timeline = fs::read_to_string(play.join("timeline.jsonl")).unwrap();
    let has_namespaces = timeline.contains("\"level\":\"namespaces\"");
    let closes = !timeline.contains("can reach Unix sockets");
    if !can_show(Feature::Namespaces, has_namespaces) || !can_show(Feature::Mounts, closes) {
        return;
    }
    let output = String::from_utf8_lossy(&output.stderr);
    assert!(!output.contains("FAIL"), "{output}");
    let seen = fs::read_to_string(play.join("out/relay.stderr")).unwrap_or_default();
    assert_eq!(seen, "", "nobody else's memory is there");
    assert!(!Path::new("/dev/shm/memory").exists());
}

#[test]
fn who_leaves_its_parent_session_and_environment_is_still_its_participants() {
    // The control is in the arguments of one that nothing else leads to.
    let script = "(setsid env -i /bin/sh -c \"sleep 1000; :\" \"$2\" & ); \
        exec \"$0\" --name nobody \"$3\" \"$4\"";
    let dir = tempfile::tempdir().unwrap();
    let adapter = started_by_a_shell(dir.path(), "relay", script);
    let adapter = adapter.to_str().unwrap();
    let (_, result) = played_file(adapter, "zoo/scenarios/tour.toml", &[]);
    if !can_show(Feature::Namespaces, result["level"] == "namespaces") {
        return;
    }
    let checks = result["checks"].as_array().unwrap();
    let verdict = |kind: Value| {
        let check = checks.iter().find(|check| check["kind"] == kind);
        check.unwrap_or_else(|| panic!("{kind}: {result:#}"))["verdict"].clone()
    };
    assert_eq!(verdict(json!({ "audit": "arguments" })), "pass");
    assert_eq!(verdict(json!("orphans")), "fail");
}
