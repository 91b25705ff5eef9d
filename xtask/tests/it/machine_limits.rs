//! A machine that gives too little, or takes the harness away for a while: never a participant's
//! fault.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use testing::{Feature, can_be_had, can_show, has_installed};

use crate::confined::started_by_a_shell;
use crate::runs::{Runs, root};
use crate::survivors::recorded;

/// A command on a machine in which a small disk is mounted at a directory.
fn with_small_disk(command: &Command, at: &Path, size: &str) -> Output {
    let script = format!(
        "mount -t tmpfs -o size={size} none '{}' && exec \"$0\" \"$@\"",
        at.display()
    );
    let mut shell = on_machine("unshare", command);
    shell.args(["--map-root-user", "--mount", "sh", "-c", &script]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.output().unwrap()
}

/// A program that starts another one with its directory and environment.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask is started by what changes its machine"
)]
fn on_machine(program: &str, of: &Command) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    for (key, value) in of.get_envs() {
        command.env(key, value.unwrap_or_default());
    }
    command
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether a small disk can be mounted here.
fn has_small_disks() -> bool {
    let nothing = on_machine("true", &Runs::new().xtask(&[]));
    let tried = with_small_disk(&nothing, Path::new("/mnt"), "64k");
    can_show(Feature::Mounts, tried.status.success())
}

#[test]
fn a_full_disk_of_scratch_directories_or_reports_is_the_machines_fault() {
    if !has_small_disks() {
        return;
    }
    let runs = Runs::new();
    let scratch = runs.path().join("small");
    fs::create_dir(&scratch).unwrap();
    let mut xtask = runs.xtask(&["test", "files/eight-mebibytes"]);
    xtask.env("TMPDIR", &scratch);
    let output = with_small_disk(&xtask, &scratch, "12m");
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("small"), "which disk: {text}");
    assert!(text.contains("make room there"), "what to do: {text}");
    assert!(!text.contains("FAIL"), "{text}");

    let runs = Runs::new();
    // The directory of scratch directories must be elsewhere.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut xtask = runs.xtask(&["test", "files/eight-mebibytes"]);
    xtask.env("TMPDIR", elsewhere.path());
    let output = with_small_disk(&xtask, runs.path(), "750k");
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("No space left on device"), "{text}");
    assert!(text.contains("make room"), "what to do: {text}");
    assert!(!text.contains("FAIL"), "{text}");
}

/// A group of processes of which there may be so many; removed when it is dropped.
struct FewProcesses(PathBuf);

impl FewProcesses {
    fn of(most: usize) -> Option<Self> {
        let name = format!("xtask-test-{}-{most}", std::process::id());
        let group = Path::new("/sys/fs/cgroup/pids").join(name);
        fs::create_dir(&group).ok()?;
        let group = Self(group);
        fs::write(group.0.join("pids.max"), most.to_string()).ok()?;
        Some(group)
    }
}

impl Drop for FewProcesses {
    fn drop(&mut self) {
        fs::remove_dir(&self.0).ok();
    }
}

#[test]
fn too_few_processes_are_the_machines_fault() {
    for most in [8, 14] {
        let Some(group) = FewProcesses::of(most) else {
            let missing = "no group of processes can be limited here".to_owned();
            assert!(!can_be_had(Some(missing)));
            return;
        };
        let runs = Runs::new();
        let xtask = runs.xtask(&["test", "basics/public"]);
        let script = format!(
            "echo $$ > {}/cgroup.procs && exec \"$0\" \"$@\"",
            group.0.display()
        );
        let mut shell = on_machine("sh", &xtask);
        shell.arg("-c").arg(script);
        shell.arg(xtask.get_program()).args(xtask.get_args());
        let output = shell.output().unwrap();
        let text = printed(&output);
        assert_eq!(output.status.code(), Some(5), "{most}: {text}");
        assert!(text.contains("ulimit -u"), "what to do: {text}");
    }
}

#[test]
fn a_loopback_interface_that_is_down_is_the_machines_fault() {
    let xtask = Runs::new().xtask(&["test", "basics/public", "--level", "reaper"]);
    let alone = |command: &Command| {
        let mut unshare = on_machine("unshare", command);
        unshare.args(["--map-root-user", "--net"]);
        unshare.arg(command.get_program()).args(command.get_args());
        unshare.output().unwrap()
    };
    let has_networks = alone(&on_machine("true", &xtask)).status.success();
    if !can_show(Feature::Namespaces, has_networks) {
        return;
    }
    let output = alone(&xtask);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("ip link set lo up"), "what to do: {text}");
    assert!(!text.contains("FAIL"), "{text}");
}

#[test]
fn a_result_that_nobody_takes_is_no_success() {
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    for (to, said) in [
        (Stdio::from(full), "cannot write the result"),
        // Who closed it does not read on.
        (Stdio::from(closed), ""),
    ] {
        let mut list = Runs::new().xtask(&["list"]);
        let output = list.stdout(to).output().unwrap();
        let text = printed(&output);
        assert_eq!(output.status.code(), Some(5), "{text}");
        assert!(text.contains(said), "{text}");
    }
}

/// Runs a command as a shell has prepared its machine.
fn after(prepared: &str, command: &Command) -> Output {
    let mut shell = on_machine("sh", command);
    shell.args(["-c", &format!("{prepared}; exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args());
    shell.output().unwrap()
}

/// 20 MB: more than is asked for beforehand.
const SMALL_FILES: &str = "ulimit -f 40000";

#[test]
fn a_file_of_the_harness_that_may_not_grow_on_is_the_machines_fault() {
    let python = stage::programs::on_path(Path::new("python3"));
    if !has_installed(python.is_none().then(|| "python3".to_owned())) {
        return;
    }
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let scenario = dir.path().join("large.toml");
    let text = "title = \"large\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
        file = { from = \"alice\", to = \"bob\", size = 24000000, as = \"data.bin\" }\n";
    fs::write(&scenario, text).unwrap();
    // Nothing has to be built for it, which would end with its first large file.
    let adapter = dir.path().join("adapter.toml");
    let plain = fs::read_to_string(root().join("zoo/adapters/broadcast.toml")).unwrap();
    let chat = root().join("zoo/broadcast.py").display().to_string();
    let sends = "[client.type]\nfile = \"/file {to} {path}\"\nmsg = \"/msg {to} {text}\"";
    let shows = "[client.events]\nfile_received = 'file (?<from>\\S+)'\n\
        private = '(?<from>\\S+) whispers (?<text>.*)'";
    let plain = plain.replace("../broadcast.py", &chat);
    let plain = plain
        .replace("[client.type]", sends)
        .replace("[client.events]", shows);
    fs::write(&adapter, plain).unwrap();
    let mut xtask = runs.xtask(&["test", scenario.to_str().unwrap()]);
    xtask.args(["--adapter", adapter.to_str().unwrap()]);
    let output = after(SMALL_FILES, &xtask);
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.contains("File too large"), "{text}");
    assert!(text.contains("raise `ulimit -f`"), "what to do: {text}");
    assert!(!text.contains("FAIL"), "{text}");
    assert_eq!(runs.processes(), []);
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// The text that is awaited longer than its step allows comes while the harness stands still: what
/// has come is read first, and nobody is blamed.
#[test]
fn a_harness_that_stands_still_for_a_while_blames_nobody() {
    let (runs, dir) = (Runs::new(), tempfile::tempdir().unwrap());
    let scenario = dir.path().join("late.toml");
    let text = "title = \"late\"\nclients = [\"alice\", \"bob\"]\n[[steps]]\n\
        say = { from = \"alice\", text = \"is anybody there\" }\nwithin = \"2500ms\"\n";
    fs::write(&scenario, text).unwrap();
    // Everybody shows it after two seconds.
    let script = "\"$0\" \"$@\" | while read -r line; do case $line in message*) sleep 2;; esac; \
        echo \"$line\"; done";
    let adapter = started_by_a_shell(dir.path(), "client", script);
    let mut run = runs
        .xtask(&["test", scenario.to_str().unwrap()])
        .args(["--adapter", adapter.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    while !recorded(&runs).contains(r#"{"is":"typed","#) {
        assert!(Instant::now() < end, "nothing was typed");
        thread::park_timeout(Duration::from_millis(5));
    }
    signal(&run, Signal::STOP);
    // Longer than the step allows, and longer than bob takes.
    thread::park_timeout(Duration::from_secs(3));
    signal(&run, Signal::CONT);
    let mut text = String::new();
    std::io::Read::read_to_string(run.stderr.as_mut().unwrap(), &mut text).unwrap();
    run.wait().unwrap();
    let timeline = recorded(&runs);
    assert!(
        timeline.contains("the harness itself did not run for"),
        "{timeline}"
    );
    assert!(!text.contains("FAIL"), "{text}");
}
